"""Where labels stand so that none covers another: values in, SVG out. Millimetres throughout."""

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import atan2, ceil, cos, degrees, hypot, radians, sin

CELL_MM = 4.0  # of the grid in which overlaps are looked for
HALO = 0.22  # of the size
LINE = 1.15  # from line to line, in sizes
MOST_EMS = 8  # of a line of a label
LEAST_APART_MM = 60.0  # of the same name along lines
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A text at a place, or along a line (SVG path data)."""

    text: str
    size_mm: float
    colour: str
    halo: str
    place: tuple[float, float] = (0.0, 0.0)
    line: str = ""


def width_ems(text: str) -> float:
    """How wide a text is, in ems: an ideograph has one.

    >>> width_ems("人民路A1")
    4.16
    """
    return round(sum(1.0 if ord(c) > 0x2E7F else 0.58 for c in text), 2)


def lines_of(text: str) -> list[str]:
    """The text in lines of at most eight ems; one word is never cut.

    >>> lines_of("某某市人民政府政务服务中心")
    ['某某市人民政府', '政务服务中心']
    """
    number = ceil(width_ems(text) / MOST_EMS)
    if number < 2 or " " in text or text.isascii():
        return [text]
    length = ceil(len(text) / number)
    return [text[i : i + length] for i in range(0, len(text), length)]


class Labelling:
    """The labels of one picture, first come first served."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width_mm, self.height_mm = width_mm, height_mm
        self._taken: dict[tuple[int, int], list[Box]] = {}
        self._along: dict[str, list[tuple[float, float]]] = {}
        self._placed: list[str] = []

    def add(self, labels: list[Label]) -> None:
        """Place those that find room."""
        for label in labels:
            if label.line:
                self._add_along(label)
            else:
                self._add_at(label)

    def svg(self, font: str) -> str:
        """The placed labels."""
        return f'<g font-family="{escape(font)}" text-anchor="middle">{"".join(self._placed)}</g>'

    def _add_at(self, label: Label) -> None:
        lines = lines_of(label.text)
        x, y = label.place
        width = max(map(width_ems, lines)) * label.size_mm
        height = len(lines) * label.size_mm * LINE
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        if not self._takes([box]):
            return
        top = y - height / 2 + label.size_mm * 0.95
        texts = ((line, x, top + i * label.size_mm * LINE) for i, line in enumerate(lines))
        self._placed += [_text(label, line, at_x, at_y) for line, at_x, at_y in texts]

    def _add_along(self, label: Label) -> None:
        width = width_ems(label.text) * label.size_mm
        found = longest_segment(label.line, self.width_mm, self.height_mm)
        if found is None or found[2] < width:
            return
        x, y, _, angle = found
        near = self._along.setdefault(label.text, [])
        if any(hypot(x - a, y - b) < LEAST_APART_MM for a, b in near):
            return
        if self._takes(_boxes_along(x, y, angle, width, label.size_mm)):
            near.append((x, y))
            turn = f' transform="rotate({angle:.1f} {x:.2f} {y:.2f})"'
            self._placed.append(_text(label, label.text, x, y + label.size_mm * 0.36, turn))

    def _takes(self, boxes: list[Box]) -> bool:
        """Whether boxes are free and within the frame; then they are taken."""
        return all(map(self._is_free, boxes)) and all(map(self._take, boxes))

    def _is_free(self, box: Box) -> bool:
        west, north, east, south = box
        if west < 0 or north < 0 or east > self.width_mm or south > self.height_mm:
            return False
        return not any(
            west < e and w < east and north < s and n < south
            for cell in _cells(box)
            for w, n, e, s in self._taken.get(cell, ())
        )

    def _take(self, box: Box) -> bool:
        for cell in _cells(box):
            self._taken.setdefault(cell, []).append(box)
        return True


def _cells(box: Box) -> list[tuple[int, int]]:
    west, north, east, south = box
    return [
        (column, row)
        for column in range(int(west // CELL_MM), int(east // CELL_MM) + 1)
        for row in range(int(north // CELL_MM), int(south // CELL_MM) + 1)
    ]


def _boxes_along(x: float, y: float, angle: float, width: float, size: float) -> list[Box]:
    """The room of a turned text: squares along it."""
    number = max(1, ceil(width / size))
    run_x, run_y = cos(radians(angle)), sin(radians(angle))
    steps = ((i + 0.5) * width / number - width / 2 for i in range(number))
    half = size / 2
    middles = ((x + run_x * step, y + run_y * step) for step in steps)
    return [(a - half, b - half, a + half, b + half) for a, b in middles]


def longest_segment(
    path: str, width_mm: float, height_mm: float
) -> tuple[float, float, float, float] | None:
    """Middle, length and angle in degrees of the longest straight piece that begins and ends inside.

    >>> longest_segment("M 0 0 L 10 0 L 10 5", 100, 100)
    (5.0, 0.0, 10.0, 0.0)
    """
    best: tuple[float, float, float, float] | None = None
    for part in path.split("M")[1:]:
        numbers = [float(word) for word in part.replace("L", " ").replace("Z", " ").split()]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        for (x1, y1), (x2, y2) in pairwise(points):
            length = hypot(x2 - x1, y2 - y1)
            inside = 0 <= (x1 + x2) / 2 <= width_mm and 0 <= (y1 + y2) / 2 <= height_mm
            if inside and (best is None or length > best[2]):
                angle = degrees(atan2(y2 - y1, x2 - x1))
                angle -= 180 if angle > 90 else -180 if angle <= -90 else 0
                best = ((x1 + x2) / 2, (y1 + y2) / 2, length, angle)
    return best


def _text(label: Label, text: str, x: float, y: float, turn: str = "") -> str:
    """The text with its halo below: two texts, since few programs know ``paint-order``."""
    common = f'x="{x:.2f}" y="{y:.2f}" font-size="{label.size_mm:.2f}"{turn}'
    said = escape(text)
    halo = f'stroke="{escape(label.halo)}" stroke-width="{label.size_mm * HALO:.2f}" stroke-linejoin="round"'
    return (
        f'<text {common} fill="none" {halo}>{said}</text>'
        f'<text {common} fill="{escape(label.colour)}">{said}</text>'
    )

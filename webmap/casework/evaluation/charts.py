"""How figures of the evaluation are written and drawn: numbers, bars, shades of a map. Pure.

Shares and scores take the colours of the grades, so the bars, the map and the letters
agree; counts take five shades up to the largest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from grid.rules.indicators import INDICATORS
from grid.rules.scoring import Grade, grade_of

SCORE = "score"
UNKNOWN = "#c9c4b8"
SHADES = ("#d9e8e6", "#a9ccc8", "#74aca6", "#438a84", "#1f5f5b")
MOST_BARS, NAME_PX, BAR_PX, ROW_PX, ROOM_PX = 20, 170, 420, 26, 90


@dataclass(frozen=True)
class Bar:
    """One bar of a chart, in pixels of the drawing."""

    key: str
    title: str
    said: str
    width: float
    top: int
    colour: str


@dataclass(frozen=True)
class Chart:
    """Bars below one another."""

    bars: tuple[Bar, ...]
    left_out: int
    name: int = NAME_PX
    row: int = ROW_PX

    @property
    def width(self) -> int:
        """Of the drawing."""
        return NAME_PX + BAR_PX + ROOM_PX

    @property
    def height(self) -> int:
        """Of the drawing."""
        return ROW_PX * len(self.bars)


def is_share(figure: str) -> bool:
    """Whether a figure is a share, not a count or a score."""
    return figure in INDICATORS


def least_first(figure: str) -> bool:
    """Whether less of it is better."""
    return is_share(figure) and INDICATORS[figure].less_is_better


def figure_text(figure: str, value: float | None) -> str:
    """A value as people write it: ``92.5%``, ``87.3``, ``1,204``; the unknown is a dash."""
    if value is None:
        return "—"
    if is_share(figure):
        return f"{100 * value:.1f}%"
    return f"{value:.1f}" if figure == SCORE else f"{value:,.0f}"


def colour_of(figure: str, value: float | None, most: float, grades: Sequence[Grade]) -> str:
    """The colour of a value; ``most`` is the largest that there is."""
    if value is None:
        return UNKNOWN
    if figure == SCORE or is_share(figure):
        points = value if figure == SCORE else 100 * min(value, 1.0)
        grade = grade_of(100 - points if least_first(figure) else points, grades)
        return grade.colour if grade else UNKNOWN
    return [colour for least, colour in shades(most) if value >= least][-1]


def legend(figure: str, most: float, grades: Sequence[Grade]) -> list[tuple[str, str]]:
    """(colour, words) of the colours of a figure, the best or the largest first."""
    if figure == SCORE:
        return [(grade.colour, f"{grade.letter} ≥ {grade.least:g}") for grade in grades]
    if is_share(figure):
        if least_first(figure):
            return [(g.colour, f"≤ {100 - g.least:g}%") for g in grades]
        return [(g.colour, f"≥ {g.least:g}%") for g in grades]
    return [(colour, f"≥ {least:,}") for least, colour in reversed(shades(most))]


def shades(most: float) -> list[tuple[int, str]]:
    """(least, colour) of counts up to the largest, in whole numbers; the least first.

    >>> [least for least, _ in shades(4)], [least for least, _ in shades(100)]
    ([0, 1, 2, 3, 4], [0, 20, 40, 60, 80])
    """
    steps = sorted({ceil(most * number / len(SHADES)) for number in range(len(SHADES))})
    return list(zip(steps, SHADES[-len(steps) :], strict=True))


def chart(
    figure: str, rows: Sequence[tuple[str, str, float | None]], grades: Sequence[Grade]
) -> Chart:
    """The first rows (key, title, value) as bars; what is unknown is not drawn."""
    known = [(key, title, value) for key, title, value in rows if value is not None]
    most = max((value for _, _, value in known), default=0.0)
    full = {SCORE: 100.0}.get(figure, 1.0 if is_share(figure) else most) or 1.0
    bars = tuple(
        Bar(
            key,
            title,
            figure_text(figure, value),
            round(BAR_PX * min(value / full, 1.0), 1),
            ROW_PX * number,
            colour_of(figure, value, most, grades),
        )
        for number, (key, title, value) in enumerate(known[:MOST_BARS])
    )
    return Chart(bars, len(known) - len(bars))

"""Series of sheets: over an area, along a line, of single places. Pure; metres on the ground.

Sheets of an area lie in rows from north to south, numbered as one reads; along a line they
follow it. Each knows the numbers of its neighbours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, floor, hypot

from shapely import box
from shapely.geometry.base import BaseGeometry

from layers.ogc.pictures.frames import Frame, centred
from webmap.documents.layout import Paper

MOST_SHEETS = 60
OVERLAP_MM = 10.0  # along a line
SIDES = {
    "nw": (-1, -1), "n": (-1, 0), "ne": (-1, 1), "w": (0, -1), "e": (0, 1),
    "sw": (1, -1), "s": (1, 0), "se": (1, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One sheet of a series; ``neighbours``: number by side, of a line ``before`` and ``after``."""

    number: int
    frame: Frame
    title: str = ""
    neighbours: dict[str, int] = field(default_factory=dict)


def over_area(shape: BaseGeometry, paper: Paper, scale: float) -> list[Sheet]:
    """The sheets that cover an area, those left out that would show nothing of it.

    They lie on a grid of whole sheets centred on the area.
    """
    width_mm, height_mm = paper.map_mm
    width_m, height_m = width_mm * scale / 1000, height_mm * scale / 1000
    west, south, east, north = shape.bounds
    columns = max(1, ceil(round((east - west) / width_m, 6)))
    rows = max(1, ceil(round((north - south) / height_m, 6)))
    left = (west + east) / 2 - columns * width_m / 2
    top = (south + north) / 2 + rows * height_m / 2
    cells: dict[tuple[int, int], Frame] = {}
    for row in range(rows):
        for column in range(columns):
            frame = Frame(left + column * width_m, top - row * height_m, width_mm, height_mm, scale)
            if shape.intersects(box(*frame.bounds)):
                cells[row, column] = frame
    numbers = {cell: number for number, cell in enumerate(cells, 1)}
    return [
        Sheet(numbers[row, column], frame, neighbours=_beside(numbers, row, column))
        for (row, column), frame in cells.items()
    ]


def along_line(line: BaseGeometry, paper: Paper, scale: float) -> list[Sheet]:
    """Sheets whose middles follow a line, each overlapping the one before a little.

    North stays above: the step is what the direction of the line leaves of a sheet.
    """
    width_mm, height_mm = paper.map_mm
    room = ((width_mm - OVERLAP_MM) * scale / 1000, (height_mm - OVERLAP_MM) * scale / 1000)
    places = _stations([point[:2] for point in line.coords], room)
    frames = [centred(x, y, width_mm, height_mm, scale) for x, y in places]
    last = len(frames)
    return [
        Sheet(
            number,
            frame,
            neighbours={
                **({"before": number - 1} if number > 1 else {}),
                **({"after": number + 1} if number < last else {}),
            },
        )
        for number, frame in enumerate(frames, 1)
    ]


def of_places(
    places: Iterable[tuple[str, float, float]], paper: Paper, scale: float
) -> list[Sheet]:
    """One sheet for each titled place: an atlas."""
    width_mm, height_mm = paper.map_mm
    return [
        Sheet(number, centred(x, y, width_mm, height_mm, scale), title)
        for number, (title, x, y) in enumerate(places, 1)
    ]


def _beside(numbers: dict[tuple[int, int], int], row: int, column: int) -> dict[str, int]:
    found = {side: numbers.get((row + dy, column + dx)) for side, (dy, dx) in SIDES.items()}
    return {side: number for side, number in found.items() if number}


def _stations(
    points: Sequence[tuple[float, float]], room: tuple[float, float]
) -> list[tuple[float, float]]:
    """Where sheets are centred so that each piece of the line lies on one of them.

    A sheet takes of the line what stays within its room, from where the one before ended.
    """
    dense = _dense(points, min(room) / 20)
    stations, piece = [], [dense[0]]
    for point in dense[1:]:
        xs, ys = zip(*piece, point, strict=True)
        if max(xs) - min(xs) > room[0] or max(ys) - min(ys) > room[1]:
            stations.append(_middle(piece))
            piece = [piece[-1]]
        piece.append(point)
    return [*stations, _middle(piece)]


def _middle(piece: Sequence[tuple[float, float]]) -> tuple[float, float]:
    xs, ys = zip(*piece, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _dense(points: Sequence[tuple[float, float]], step: float) -> list[tuple[float, float]]:
    found = [points[0]]
    for (x1, y1), (x2, y2) in pairwise(points):
        number = max(1, floor(hypot(x2 - x1, y2 - y1) / step) + 1)
        found += [
            (x1 + (x2 - x1) * i / number, y1 + (y2 - y1) * i / number) for i in range(1, number + 1)
        ]
    return found

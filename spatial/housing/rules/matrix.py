"""The unit table of a building (楼盘表): floors by rows, entrances and rooms by columns."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a unit is: its entrance, its floors (first ≤ last), its order on the floor."""

    code: str
    entrance: str
    floor_from: int
    floor_to: int
    position: int


Spans = dict[Place, list[int]]  # the floors that each unit covers


@dataclass(frozen=True)
class Cell:
    """One cell: a unit and how many rows it covers, or an empty place (code '')."""

    code: str
    rows: int = 1


@dataclass(frozen=True)
class Floor:
    """One row: the floor's number and its cells from left to right; covered places left out."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """The table: entrances with the number of their columns, and floors from the top down."""

    entrances: tuple[tuple[str, int], ...]
    floors: tuple[Floor, ...]


def unit_matrix(places: Iterable[Place], floors: Iterable[int] = ()) -> Matrix:
    """Lay the units of one building out.

    Args:
        places: the units; one that spans floors covers a cell on each of them.
        floors: floors that exist even without a unit. Below ground they are negative;
            there is no floor 0.

    An error in the register must be seen, not hidden: two units that claim one place are
    shown beside each other, and a unit on floor 0 alone has that row.
    """
    units = sorted(places, key=lambda p: (_entrance_key(p.entrance), p.position, p.code))
    spans = _spans(units)
    numbers = {n for n in floors if n} | {n for span in spans.values() for n in span}
    order = sorted(numbers, reverse=True)
    columns = _columns(units, spans)
    taken = {
        (number, column): place for place, column in columns.items() for number in spans[place]
    }
    width = max((column + 1 for column in columns.values()), default=0)
    rows = tuple(Floor(n, _row(n, width, taken, spans)) for n in order)
    return Matrix(_entrance_widths(columns), rows)


def _spans(units: list[Place]) -> Spans:
    """The floors of every unit; 0 is among them only where some unit has no other."""
    ends = {unit: sorted((unit.floor_from, unit.floor_to)) for unit in units}
    ground = [0, 0] in ends.values()
    return {
        unit: [number for number in range(low, high + 1) if number or ground]
        for unit, (low, high) in ends.items()
    }


def _entrance_key(entrance: str) -> tuple[int, str]:
    return (int(entrance), "") if entrance.isdecimal() else (10_000, entrance)


def _columns(units: list[Place], spans: Spans) -> dict[Place, int]:
    """The column of every unit: by entrance, by position; clashes move to the right."""
    by_entrance: dict[str, list[Place]] = defaultdict(list)
    for place in units:
        by_entrance[place.entrance].append(place)
    found: dict[Place, int] = {}
    start = 0
    for places in by_entrance.values():
        inner = _inner_columns(places, spans)
        for place in places:
            found[place] = start + inner[place]
        start += max(inner.values()) + 1
    return found


def _inner_columns(places: list[Place], spans: Spans) -> dict[Place, int]:
    ranks = {p: i for i, p in enumerate(sorted({p.position for p in places}))}
    taken: set[tuple[int, int]] = set()
    found = {}
    for place in places:
        column = ranks[place.position]
        while any((number, column) in taken for number in spans[place]):
            column = column + 1 if column >= len(ranks) else len(ranks)
        taken |= {(number, column) for number in spans[place]}
        found[place] = column
    return found


def _entrance_widths(columns: dict[Place, int]) -> tuple[tuple[str, int], ...]:
    widths: dict[str, int] = {}
    start = 0
    for place in sorted(columns, key=lambda p: columns[p]):
        if place.entrance not in widths:
            start = columns[place]
        widths[place.entrance] = columns[place] - start + 1
    return tuple(widths.items())


def _row(
    number: int, width: int, taken: dict[tuple[int, int], Place], spans: Spans
) -> tuple[Cell, ...]:
    cells = []
    for column in range(width):
        place = taken.get((number, column))
        if place is None:
            cells.append(Cell(""))
        elif number == max(spans[place]):
            cells.append(Cell(place.code, len(spans[place])))
    return tuple(cells)

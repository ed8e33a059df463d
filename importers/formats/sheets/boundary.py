"""Tables of boundary points (界址点表): the rows of one parcel become one polygon.

A parcel's rows come in the order of its boundary. A ring ends where the 圈号 changes,
where its first point comes again, and where another parcel's rows stand between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from importers.formats.rings import DegenerateRing, assemble
from importers.formats.sheets.body import ROW_COLUMN, Body
from importers.formats.sheets.headings import columns_by_role
from importers.formats.sheets.ordinates import Axes

SAME = 1e-9  # metres or degrees: the same point written twice
LEAST = 3  # points of a ring


@dataclass(frozen=True)
class Boundary:
    """Columns of a table of boundary points; ``ring`` may be missing."""

    parcel: str
    point: str
    ring: str = ""


def boundary_of(body: Body, axes: Axes | None) -> Boundary | None:
    """The columns of a table of boundary points, if it is one: several rows a parcel."""
    roles = columns_by_role(list(body.columns), "boundary")
    if not axes or "parcel" not in roles or "point" not in roles:
        return None
    found = Boundary(roles["parcel"][0], roles["point"][0], roles.get("ring", [""])[0])
    ids = body.columns[found.parcel]
    filled = [value for value in ids if value is not None]
    if not filled or len(set(filled)) == len(ids):
        return None
    return found


def polygons(body: Body, boundary: Boundary, xy: np.ndarray) -> tuple[Body, list[Any]]:
    """One row a parcel, with the attributes that are constant in it, and its polygon.

    The new rows' numbers in the sheet are those of their first points.
    """
    _fill_down(body, boundary.parcel)
    groups: dict[Any, list[int]] = {}
    for index, value in enumerate(body.columns[boundary.parcel]):
        groups.setdefault(value, []).append(index)
    orphans = groups.pop(None, [])
    if orphans:
        body.warn("parcel-missing", f"有 {len(orphans)} 行没有宗地号，没有读入", "请补填宗地号")
    rows = list(groups.values())
    made = Body(body.file, body.name, {}, [body.numbers[r[0]] for r in rows], _moved(body, rows))
    made.counts, made.decimal_commas = body.counts, body.decimal_commas
    made.refused = {i for i, r in enumerate(rows, 1) if {n + 1 for n in r} & body.refused}
    made.damaged = frozenset(i for i, r in enumerate(rows, 1) if {n + 1 for n in r} & body.damaged)
    _keep_constant(body, rows, boundary, made)
    shapes = [_polygon(made, i, body, r, boundary, xy) for i, r in enumerate(rows)]
    made.columns[ROW_COLUMN] = list(made.numbers)
    return made, shapes


def _fill_down(body: Body, name: str) -> None:
    """A parcel's number often stands in its first row only."""
    column, filled = body.columns[name], 0
    for index in range(1, len(column)):
        if column[index] is None and column[index - 1] is not None:
            column[index], filled = column[index - 1], filled + 1
    if filled:
        body.warn("parcel-repeated", f"有 {filled} 行没有填“{name}”，按上一行的值读取", name=name)


def _moved(body: Body, rows: Sequence[Sequence[int]]) -> list:
    """The remarks, with the rows of points replaced by those of their parcels."""
    row_of = {index + 1: number for number, r in enumerate(rows, 1) for index in r}
    for remark in body.remarks:
        remark.row = row_of.get(remark.row, 0)
    return body.remarks


def _keep_constant(
    body: Body, rows: Sequence[Sequence[int]], boundary: Boundary, made: Body
) -> None:
    judged = [r for r in rows if len(r) >= LEAST] or rows
    for name, column in body.columns.items():
        if name in (boundary.point, boundary.ring, ROW_COLUMN):
            continue
        varies = [len(_values(column, r)) > 1 for r in judged]
        if 2 * sum(varies) > len(judged):
            continue  # an attribute of the point, not of the parcel
        kept: list[Any] = []
        for number, r in enumerate(rows):
            values = _values(column, r)
            kept.append(values[0] if len(values) == 1 else None)
            if len(values) > 1:
                shown = "、".join(str(v)[:20] for v in values[:3])
                made.flag(number, "attribute-varies", f"同一宗地的“{name}”不一致：{shown}", name)
        made.columns[name] = kept


def _values(column: Sequence[Any], rows: Sequence[int]) -> list[Any]:
    return list(dict.fromkeys(column[i] for i in rows if column[i] is not None))


def _polygon(
    made: Body, number: int, body: Body, rows: Sequence[int], boundary: Boundary, xy: np.ndarray
) -> shapely.Geometry | None:
    if not np.isfinite(xy[rows]).all():
        return None  # its rows are flagged already
    rings = _rings(body, rows, boundary, xy)
    try:
        return assemble(rings)
    except DegenerateRing as error:
        count = len(rings[error.number - 1])
        made.flag(number, "ring-short", f"有一圈只有 {count} 行、不足 {LEAST} 个不同的界址点")
        return None


def _rings(body: Body, rows: Sequence[int], boundary: Boundary, xy: np.ndarray) -> list[np.ndarray]:
    marks = body.columns.get(boundary.ring, [None] * len(body.numbers))
    names = body.columns[boundary.point]
    rings: list[list[int]] = []
    closed, mark = True, None
    places = xy[rows].tolist()
    for place, index in enumerate(rows):
        changed = marks[index] is not None and marks[index] != mark
        mark = mark if marks[index] is None else marks[index]
        apart = place > 0 and index - rows[place - 1] > 1
        first = rings[-1][0] if rings else index
        start = places[place - len(rings[-1])] if rings else places[place]
        again = max(abs(a - b) for a, b in zip(places[place], start, strict=True)) <= SAME
        # The first point's name at another place: numbers start again in the next ring.
        renamed = not again and names[index] is not None and names[index] == names[first]
        if closed or changed or apart or renamed:
            rings.append([])
            closed = again = False
        rings[-1].append(index)
        closed = again and len(rings[-1]) > LEAST
    return [xy[ring] for ring in rings]

"""Unit grid cells as a city brings them: held against their community as cells laid here are.

The rules are those of ``grid.cells.validation``. That a cell is one valid polygon is a rule
of each row (``multipart``, ``geometry-invalid``); overlaps, gaps between cells and edges
without a match are found by the coverage rules of every areal register.
"""

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from grid.cells import validation
from grid.cells.layout import ground_of
from grid.cells.validation import Breach, breaches, group_breaches
from grid.models import GridCell
from importers.checks.catalogue import Rule
from importers.checks.findings import Finding, Row
from importers.checks.scene import FRESH, Scene, table_of
from spatial.base.models import District
from spatial.casework.errors import InvalidInput

# rule of the import → rule of the validation
ASKED = {
    "cell-code": validation.CellRule.CODE_PREFIX,
    "cell-outside": validation.CellRule.OUTSIDE,
    "cell-cover": validation.CellRule.GAP,
    "cell-building": validation.CellRule.BUILDING_CUT,
    "cell-group": validation.CellRule.GROUP,
}
Told = tuple[Breach, list[Row]]
_told: WeakKeyDictionary[Scene, list[Told]] = WeakKeyDictionary()


def cells(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """What a rule finds in the communities whose cells the stage touches.

    ``tolerance`` is the least area in m² that counts, where a breach is an area that is
    missing or too much. An error is told of every row that has a part in it, a warning once.
    """
    if scene not in _told:
        _told[scene] = list(_every(scene))
    for breach, rows in _told[scene]:
        if breach.rule != ASKED[rule.code]:
            continue
        if rule.tolerance and shapely.area(breach.place) < rule.tolerance:
            continue
        for row in rows if rule.is_error else rows[:1]:
            yield Finding(row, rule.code, breach.message, breach.code, breach.place)


def _every(scene: Scene) -> Iterator[Told]:
    if not scene.is_filled(District):
        return
    touched = scene.rows(
        f"SELECT DISTINCT community_code FROM {scene.stage} s WHERE {FRESH}"
        " AND geom IS NOT NULL AND community_code <> '' ORDER BY 1"
    )
    for (community,) in touched:
        yield from _of(scene, community)


def _of(scene: Scene, community: str) -> Iterator[Told]:
    """The breaches of one community, each with the staged rows that it is told of."""
    try:
        ground = ground_of(community)
    except InvalidInput:
        return  # there is no such community: another rule says so
    rows = scene.rows(
        "SELECT s.code, s.file_number, s.row_number, s.responsibility_code, s.geom::bytea"
        f" FROM {scene.stage} s WHERE {FRESH} AND s.geom IS NOT NULL AND s.community_code = %s"
        f" UNION ALL SELECT v.code, -1, 0, v.responsibility_code, v.geom::bytea FROM {scene.table} v"
        f" WHERE {scene.standing()} AND v.community_code = %s ORDER BY 2, 3, 1",
        [community, community],
    )
    codes, groups = [row[0] for row in rows], [row[3] for row in rows]
    shapes = shapely.from_wkb([bytes(row[4]) for row in rows])
    fresh = {code: k for k, (code, file, *_) in enumerate(rows) if file >= 0}
    no_points = np.empty((0, 2))  # components are assigned to cells after the import
    found = breaches(codes, shapes, community, ground.community, ground.buildings, no_points)
    found += group_breaches(codes, shapes, groups, _elsewhere(scene, community, groups))
    for breach in found:
        if told := [rows[k][1:3] for k in _concerned(breach, fresh, shapes)]:
            yield breach, told


def _concerned(breach: Breach, fresh: dict[str, int], shapes: np.ndarray) -> list[int]:
    """The fresh cells that a breach is about; for ground without a cell, the nearest one.

    None, where it is one of cells that stood before.
    """
    if breach.code or breach.among:
        named = {breach.code, *breach.among}
        return [k for code, k in fresh.items() if code in named]
    own = list(fresh.values())
    return [own[int(np.argmin(shapely.distance(shapes[own], breach.place)))]]


def _elsewhere(scene: Scene, community: str, groups: list[str]) -> set[str]:
    """Which responsibility grids cells of other communities name too."""
    named = sorted({group for group in groups if group})
    rows = scene.rows(
        f"SELECT s.responsibility_code FROM {scene.stage} s WHERE {FRESH}"
        " AND s.community_code <> %s AND s.responsibility_code = ANY(%s)"
        f" UNION SELECT v.responsibility_code FROM {scene.table} v WHERE {scene.standing()}"
        " AND v.community_code <> %s AND v.responsibility_code = ANY(%s)",
        [community, named, community, named],
    )
    return {group for (group,) in rows}


def ended_code(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Cells under a code whose cell was ended: it stays on record and is not used again.

    One that an undo has voided never was.
    """
    sql = (
        f"SELECT s.file_number, s.row_number, s.code FROM {scene.stage} s"
        f" WHERE {FRESH} AND s.action = 'open' AND EXISTS (SELECT FROM {scene.table} v"
        " WHERE v.code = s.code AND NOT isempty(v.valid)) ORDER BY 1, 2"
    )
    for file, row, code in scene.rows(sql):
        yield Finding((file, row), rule.code, f"编码 {code} 的网格已经终止", code)


def cell_of(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Components over ``tolerance`` metres from the cell that they name."""
    sql = (
        f"SELECT s.file_number, s.row_number, s.cell_code FROM {scene.stage} s"
        f" JOIN {table_of(GridCell)} g ON g.code = s.cell_code AND upper_inf(g.valid)"
        f" WHERE {FRESH} AND s.geom IS NOT NULL AND NOT ST_DWithin(g.geom, s.geom, %s) ORDER BY 1, 2"
    )
    for file, row, code in scene.rows(sql, [rule.tolerance]):
        yield Finding((file, row), rule.code, f"不在所填网格 {code} 内", code, field="cell_code")

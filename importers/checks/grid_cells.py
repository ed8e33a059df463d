"""Unit grid cells as a city brings them: held against their community as cells laid here are.

The rules are those of ``grid.cells.validation``; overlaps, gaps between cells and edges
without a match are found by the coverage rules of every areal register.
"""

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from grid.cells import validation
from grid.cells.validation import Breach, breaches
from grid.errors import Unfit
from grid.layout import ground_of
from importers.checks.catalogue import Rule
from importers.checks.found import Found, Row
from importers.checks.scene import FRESH, Scene, table_of

# rule of the import → rules of the validation
ASKED = {
    "cell-code": (validation.Rule.CODE_PREFIX,),
    "cell-outside": (validation.Rule.OUTSIDE,),
    "cell-cover": (validation.Rule.GAP,),
    "cell-building": (validation.Rule.BUILDING_CUT,),
}
Told = tuple[Breach, Row]
_told: WeakKeyDictionary[Scene, list[Told]] = WeakKeyDictionary()


def cells(scene: Scene, rule: Rule) -> Iterator[Found]:
    """What a rule finds in the communities whose cells the stage touches.

    ``tolerance`` is the least area in m² that counts, where a breach is an area that is
    missing or too much.
    """
    if scene not in _told:
        _told[scene] = list(_every(scene))
    for breach, row in _told[scene]:
        if breach.rule not in ASKED[rule.code]:
            continue
        if rule.tolerance and shapely.area(breach.place) < rule.tolerance:
            continue
        yield Found(row, rule.code, breach.message, breach.code, breach.place)


def _every(scene: Scene) -> Iterator[Told]:
    if not scene.is_filled("districts"):
        return
    touched = scene.rows(
        f"SELECT DISTINCT community_code FROM {scene.stage} s WHERE {FRESH}"
        " AND geom IS NOT NULL AND community_code <> '' ORDER BY 1"
    )
    for (community,) in touched:
        yield from _of(scene, community)


def _of(scene: Scene, community: str) -> Iterator[Told]:
    """The breaches of one community, each with the staged row that it is told of."""
    try:
        ground = ground_of(community)
    except Unfit:
        return  # there is no such community: another rule says so
    rows = scene.rows(
        f"SELECT s.code, s.file_number, s.row_number, s.geom::bytea FROM {scene.stage} s"
        f" WHERE {FRESH} AND s.geom IS NOT NULL AND s.community_code = %s"
        f" UNION ALL SELECT v.code, -1, 0, v.geom::bytea FROM {scene.table} v"
        f" WHERE {scene.standing()} AND v.community_code = %s ORDER BY 2, 3, 1",
        [community, community],
    )
    codes = [code for code, *_ in rows]
    shapes = shapely.from_wkb([bytes(raw) for *_, raw in rows])
    fresh = [k for k, (_, file, *_) in enumerate(rows) if file >= 0]
    no_points = np.empty((0, 2))  # components are assigned to cells after the import
    for breach in breaches(codes, shapes, community, ground.community, ground.buildings, no_points):
        named = [k for k in fresh if codes[k] == breach.code]
        if breach.code and not named:
            continue  # of a cell that stood before
        k = (
            named[0]
            if named
            else min(fresh, key=lambda k: shapely.distance(shapes[k], breach.place))
        )
        yield breach, (rows[k][1], rows[k][2])


def cell_of(scene: Scene, rule: Rule) -> Iterator[Found]:
    """Components over ``tolerance`` metres from the cell that they name."""
    sql = (
        f"SELECT s.file_number, s.row_number, s.cell_code FROM {scene.stage} s"
        f" JOIN {table_of('grid-cells')} g ON g.code = s.cell_code AND upper_inf(g.valid)"
        f" WHERE {FRESH} AND s.geom IS NOT NULL AND NOT ST_DWithin(g.geom, s.geom, %s) ORDER BY 1, 2"
    )
    for file, row, code in scene.rows(sql, [rule.tolerance]):
        yield Found((file, row), rule.code, f"不在所填网格 {code} 内", code, field="cell_code")

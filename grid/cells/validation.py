"""What cells must satisfy, laid here or brought by a city; each breach with its place. Pure.

Rules: valid; one polygon; unique code with the community's prefix; no overlap and no
unmatched edge (coverage check) and the union is the community (a wide hole passes the
coverage check alone); area within a band; each building whole; each point in one cell;
responsibility grids of one to five cells that hang together.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from grid.cells.responsibility import MOST, hangs_together

SLACK_M2 = 0.05  # of a difference of areas: a millimetre along fifty metres
CUT_M2 = 0.5  # of a building on the other side of an edge
LEAST_M2, MOST_M2 = 1_000.0, 40_000.0


class CellRule(StrEnum):
    """What a breach is of."""

    CODE_TWICE = "code-twice"
    CODE_PREFIX = "code-prefix"
    INVALID = "invalid"
    PARTS = "parts"
    AREA = "area"
    EDGES = "edges"
    GAP = "gap"
    OUTSIDE = "outside"
    BUILDING_CUT = "building-cut"
    BUILDING_ACROSS = "building-across"
    POINT_LOST = "point-lost"
    GROUP = "group"


@dataclass(frozen=True)
class Breach:
    """What is wrong, with which cell, where; a remark does not forbid.

    ``among`` are the cells that are at fault together, where it is none of them alone.
    """

    rule: CellRule
    code: str
    message: str
    place: shapely.Geometry
    is_remark: bool = False
    among: tuple[str, ...] = ()


def breaches(
    codes: Sequence[str],
    cells: np.ndarray,
    prefix: str,
    community: shapely.Geometry,
    buildings: np.ndarray,
    points: np.ndarray,
) -> list[Breach]:
    """Every breach of a community's cells; ``points`` (n, 2) are components and cases.

    A cell that is invalid is told of, and left out of what presumes a sound shape.
    """
    found = _by_themselves(codes, cells, prefix)
    sound = _sound(cells)
    codes, cells = [codes[k] for k in np.flatnonzero(sound).tolist()], cells[sound]
    found += _coverage(codes, cells, community)
    found += _buildings(codes, cells, community, buildings)
    found += _points(cells, community, points)
    return found


def group_breaches(
    codes: Sequence[str],
    cells: np.ndarray,
    groups: Sequence[str],
    elsewhere: Collection[str] = (),
) -> list[Breach]:
    """What is unusual about the responsibility grids (n,) of a community's cells.

    ``elsewhere`` are those that cells of other communities name too.
    """
    names, sound = np.array(groups, object), _sound(cells)
    found = []
    for group in sorted({name for name in groups if name}):
        mine = np.flatnonzero((names == group) & sound).tolist()
        told = []
        if len(mine) > MOST:
            told.append(f"有 {len(mine)} 个单元网格，应为 1 至 {MOST} 个")
        if len(mine) and not hangs_together(cells[mine]):
            told.append("各单元网格不相邻")
        if group in elsewhere:
            told.append("跨社区（村）")
        if told and len(mine):
            message = f"责任网格 {group} {'，'.join(told)}"
            place, among = shapely.union_all(cells[mine]), tuple(codes[k] for k in mine)
            found.append(Breach(CellRule.GROUP, "", message, place, True, among))
    return found


def _sound(cells: np.ndarray) -> np.ndarray:
    return shapely.is_valid(cells) & (shapely.get_dimensions(cells) == 2)


def _by_themselves(codes: Sequence[str], cells: np.ndarray, prefix: str) -> list[Breach]:
    found = []
    seen: set[str] = set()
    for code, cell in zip(codes, cells, strict=True):
        area = shapely.area(cell)
        if code in seen:
            found.append(Breach(CellRule.CODE_TWICE, code, "编码重复", cell))
        seen.add(code)
        if not (code.startswith(prefix) and len(code) == len(prefix) + 3 and code.isdigit()):
            found.append(
                Breach(CellRule.CODE_PREFIX, code, f"编码应为 {prefix} 加 3 位流水号", cell)
            )
        if not shapely.is_valid(cell):
            reason = shapely.is_valid_reason(cell)
            found.append(Breach(CellRule.INVALID, code, f"图形无效：{reason}", cell))
        elif shapely.get_dimensions(cell) != 2 or shapely.get_num_geometries(cell) != 1:
            found.append(Breach(CellRule.PARTS, code, "网格应为一个面，不能分成几块", cell))
        elif not LEAST_M2 <= area <= MOST_M2:
            told = f"面积 {area:,.0f} 平方米，通常为 {LEAST_M2:,.0f} 至 {MOST_M2:,.0f}"
            found.append(Breach(CellRule.AREA, code, told, cell, is_remark=True))
    return found


def _coverage(codes: Sequence[str], cells: np.ndarray, community: shapely.Geometry) -> list[Breach]:
    found = []
    edges = shapely.coverage_invalid_edges(cells)
    for code, edge in zip(codes, edges, strict=True):
        if not shapely.is_empty(edge):
            found.append(Breach(CellRule.EDGES, code, "与相邻网格的边线不吻合（重叠或缝隙）", edge))
    union = shapely.union_all(cells)
    for piece in shapely.get_parts(shapely.difference(community, union)):
        if shapely.area(piece) > SLACK_M2:
            told = f"有 {shapely.area(piece):,.1f} 平方米不属于任何网格"
            found.append(Breach(CellRule.GAP, "", told, piece))
    return found + _outside(codes, cells, community)


def _outside(codes: Sequence[str], cells: np.ndarray, community: shapely.Geometry) -> list[Breach]:
    """Cell by cell, so that it is told of the one that reaches out and of no other."""
    found = []
    shapely.prepare(community)
    for k in np.flatnonzero(~shapely.covers(community, cells)).tolist():
        pieces = shapely.get_parts(shapely.difference(cells[k], community))
        pieces = pieces[shapely.area(pieces) > SLACK_M2]
        if len(pieces):
            told = f"有 {shapely.area(pieces).sum():,.1f} 平方米超出社区边界"
            found.append(Breach(CellRule.OUTSIDE, codes[k], told, shapely.union_all(pieces)))
    return found


def _buildings(
    codes: Sequence[str], cells: np.ndarray, community: shapely.Geometry, buildings: np.ndarray
) -> list[Breach]:
    """Each piece of a building within the community lies in one cell, or on ground without.

    A building across the border is remarked on: no cell can hold the whole of it.
    """
    if not len(buildings):
        return []
    inside = shapely.intersection(buildings, community)
    pieces, owner = shapely.get_parts(inside, return_index=True)
    tree = shapely.STRtree(cells)
    piece, cell = tree.query(pieces, predicate="intersects")
    shares = shapely.area(shapely.intersection(pieces[piece], cells[cell]))
    largest = np.zeros(len(pieces))
    np.maximum.at(largest, piece, shares)
    is_cut = np.zeros(len(buildings), bool)
    parted = (largest > CUT_M2) & (shapely.area(pieces) - largest > CUT_M2)
    np.logical_or.at(is_cut, owner, parted)
    within = shapely.area(inside)
    crosses = (shapely.area(buildings) - within > CUT_M2) & (within > CUT_M2)
    found = []
    for i in np.flatnonzero(is_cut | crosses):
        held = cell[(owner[piece] == i) & (shares > CUT_M2)]
        among = tuple(sorted({codes[k] for k in held}))
        if is_cut[i]:
            told = "网格边线穿过建筑"
            found.append(Breach(CellRule.BUILDING_CUT, "", told, buildings[i], among=among))
        else:
            told = "建筑跨社区边界，不能完整归入一个网格"
            found.append(Breach(CellRule.BUILDING_ACROSS, "", told, buildings[i], True, among))
    return found


def _points(cells: np.ndarray, community: shapely.Geometry, points: np.ndarray) -> list[Breach]:
    """On an edge the smallest code counts, so only a point in no cell is a breach."""
    if not len(points):
        return []
    places = shapely.points(points)
    shapely.prepare(community)
    places = places[shapely.intersects(community, places)]
    tree = shapely.STRtree(cells)
    held = np.zeros(len(places), bool)
    held[tree.query(places, predicate="intersects")[0]] = True
    return [
        Breach(CellRule.POINT_LOST, "", "部件或案件不在任何网格内", place)
        for place in places[~held]
    ]

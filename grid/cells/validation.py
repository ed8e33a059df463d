"""What cells must satisfy, laid here or brought by a city; each breach with its place. Pure.

Rules: valid; one polygon; unique code with the community's prefix; no overlap and no
unmatched edge (coverage check) and the union is the community (a wide hole passes the
coverage check alone); area within a band; each building whole; each point in one cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

SLACK_M2 = 0.05  # of a difference of areas: a millimetre along fifty metres
CUT_M2 = 0.5  # of a building on the other side of an edge
LEAST_M2, MOST_M2 = 1_000.0, 40_000.0


class Rule(StrEnum):
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


@dataclass(frozen=True)
class Breach:
    """What is wrong, with which cell, where; a remark does not forbid."""

    rule: Rule
    code: str
    message: str
    place: shapely.Geometry
    is_remark: bool = False


def breaches(
    codes: Sequence[str],
    cells: np.ndarray,
    prefix: str,
    community: shapely.Geometry,
    buildings: np.ndarray,
    points: np.ndarray,
) -> list[Breach]:
    """Every breach of a community's cells; ``points`` (n, 2) are components and cases."""
    sound = shapely.is_valid(cells) & (shapely.get_type_id(cells) == 3)
    found = [*_by_themselves(codes, cells, prefix)]
    if not sound.all():
        return found  # what follows presumes sound polygons
    found += _coverage(codes, cells, community)
    found += _buildings(cells, community, buildings)
    found += _points(codes, cells, community, points)
    return found


def _by_themselves(codes: Sequence[str], cells: np.ndarray, prefix: str) -> list[Breach]:
    found = []
    seen: set[str] = set()
    for code, cell in zip(codes, cells, strict=True):
        area = shapely.area(cell)
        if code in seen:
            found.append(Breach(Rule.CODE_TWICE, code, "编码重复", cell))
        seen.add(code)
        if not (code.startswith(prefix) and len(code) == len(prefix) + 3 and code.isdigit()):
            found.append(Breach(Rule.CODE_PREFIX, code, f"编码应为 {prefix} 加 3 位流水号", cell))
        if not shapely.is_valid(cell):
            reason = shapely.is_valid_reason(cell)
            found.append(Breach(Rule.INVALID, code, f"图形无效：{reason}", cell))
        elif shapely.get_type_id(cell) != 3:
            found.append(Breach(Rule.PARTS, code, "网格应为一个面，不能分成几块", cell))
        elif not LEAST_M2 <= area <= MOST_M2:
            told = f"面积 {area:,.0f} 平方米，通常为 {LEAST_M2:,.0f} 至 {MOST_M2:,.0f}"
            found.append(Breach(Rule.AREA, code, told, cell, is_remark=True))
    return found


def _coverage(codes: Sequence[str], cells: np.ndarray, community: shapely.Geometry) -> list[Breach]:
    found = []
    edges = shapely.coverage_invalid_edges(cells)
    for code, edge in zip(codes, edges, strict=True):
        if not shapely.is_empty(edge):
            found.append(Breach(Rule.EDGES, code, "与相邻网格的边线不吻合（重叠或缝隙）", edge))
    union = shapely.union_all(cells)
    for piece in shapely.get_parts(shapely.difference(community, union)):
        if shapely.area(piece) > SLACK_M2:
            told = f"有 {shapely.area(piece):,.1f} 平方米不属于任何网格"
            found.append(Breach(Rule.GAP, "", told, piece))
    for piece in shapely.get_parts(shapely.difference(union, community)):
        if shapely.area(piece) > SLACK_M2:
            told = f"有 {shapely.area(piece):,.1f} 平方米超出社区边界"
            found.append(Breach(Rule.OUTSIDE, "", told, piece))
    return found


def _buildings(
    cells: np.ndarray, community: shapely.Geometry, buildings: np.ndarray
) -> list[Breach]:
    if not len(buildings):
        return []
    tree = shapely.STRtree(cells)
    building, cell = tree.query(buildings, predicate="intersects")
    shares = shapely.area(shapely.intersection(buildings[building], cells[cell]))
    inside = shapely.area(shapely.intersection(buildings, community))
    largest = np.zeros(len(buildings))
    np.maximum.at(largest, building, shares)
    cut = (inside - largest > CUT_M2) & (inside > 0)
    crosses = shapely.area(buildings) - inside > CUT_M2
    return [
        Breach(
            Rule.BUILDING_ACROSS if crosses[i] else Rule.BUILDING_CUT,
            "",
            "建筑跨社区边界，不能完整归入一个网格" if crosses[i] else "网格边线穿过建筑",
            buildings[i],
            is_remark=bool(crosses[i]),
        )
        for i in np.flatnonzero(cut)
    ]


def _points(
    codes: Sequence[str], cells: np.ndarray, community: shapely.Geometry, points: np.ndarray
) -> list[Breach]:
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
        Breach(Rule.POINT_LOST, "", "部件或案件不在任何网格内", place) for place in places[~held]
    ]

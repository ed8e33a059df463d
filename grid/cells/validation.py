"""What cells must satisfy, laid here or brought by a city; each breach with its place. Pure.

Rules: valid; one polygon; unique code with the community's prefix; no overlap and no
unmatched edge (coverage check) and the union is the community (a wide hole passes the
coverage check alone); area within a band; each building whole; each point in one cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

SLACK_M2 = 0.05  # of a difference of areas: a millimetre along fifty metres
CUT_M2 = 0.5  # of a building on the other side of an edge
LEAST_M2, MOST_M2 = 1_000.0, 40_000.0


@dataclass(frozen=True)
class Breach:
    """What is wrong, with which cell, where; a remark does not forbid."""

    rule: str
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
            found.append(Breach("code-twice", code, "编码重复", cell))
        seen.add(code)
        if not (code.startswith(prefix) and len(code) == len(prefix) + 3 and code.isdigit()):
            found.append(Breach("code-prefix", code, f"编码应为 {prefix} 加 3 位流水号", cell))
        if not shapely.is_valid(cell):
            reason = shapely.is_valid_reason(cell)
            found.append(Breach("invalid", code, f"图形无效：{reason}", cell))
        elif shapely.get_type_id(cell) != 3:
            found.append(Breach("parts", code, "网格应为一个面，不能分成几块", cell))
        elif not LEAST_M2 <= area <= MOST_M2:
            told = f"面积 {area:,.0f} 平方米，通常为 {LEAST_M2:,.0f} 至 {MOST_M2:,.0f}"
            found.append(Breach("area", code, told, cell, is_remark=True))
    return found


def _coverage(codes: Sequence[str], cells: np.ndarray, community: shapely.Geometry) -> list[Breach]:
    found = []
    edges = shapely.coverage_invalid_edges(cells)
    for code, edge in zip(codes, edges, strict=True):
        if not shapely.is_empty(edge):
            found.append(Breach("edges", code, "与相邻网格的边线不吻合（重叠或缝隙）", edge))
    union = shapely.union_all(cells)
    for piece in shapely.get_parts(shapely.difference(community, union)):
        if shapely.area(piece) > SLACK_M2:
            told = f"有 {shapely.area(piece):,.1f} 平方米不属于任何网格"
            found.append(Breach("gap", "", told, piece))
    for piece in shapely.get_parts(shapely.difference(union, community)):
        if shapely.area(piece) > SLACK_M2:
            told = f"有 {shapely.area(piece):,.1f} 平方米超出社区边界"
            found.append(Breach("outside", "", told, piece))
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
            "building-across" if crosses[i] else "building-cut",
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
    return [Breach("point-lost", "", "部件或案件不在任何网格内", place) for place in places[~held]]

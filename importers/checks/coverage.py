"""Areas that should lie side by side: overlaps, doubles, gaps, unmatched vertices.

Works on arrays of figures in metres. GEOS's coverage check, one pass over all edges,
tells which figures do not fit their neighbours exactly; only those are looked at
closely, so a clean register costs next to nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from importers.checks.catalogue import Rule
from importers.checks.findings import Finding, Row

ON_LINE_M = 0.002  # two roundings to the millimetre
MITRE = {"join_style": "mitre", "mitre_limit": 5.0}


@dataclass
class AreaCoverage:
    """Areas that should cover without overlap, and how they are told from each other.

    ``file`` is -1 for what stands in the register; ``own`` marks the staged rows that
    are to be examined now, the others are there as neighbours.
    """

    codes: np.ndarray
    file: np.ndarray
    row: np.ndarray
    own: np.ndarray
    shapes: np.ndarray

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of all figures."""
        return shapely.STRtree(self.shapes)

    def at(self, position: int) -> Row:
        """The staged row of a figure."""
        return int(self.file[position]), int(self.row[position])

    def order(self, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pairs as (the one to report, the other): the later staged row of the two."""
        later = (self.file[i] > self.file[j]) | (
            (self.file[i] == self.file[j]) & (self.row[i] > self.row[j])
        )
        return np.where(later, i, j), np.where(later, j, i)

    def found(self, rule: Rule, i: int, j: int, text: str, place: shapely.Geometry) -> Finding:
        """A breach between two figures, told of the first; ``{}`` in its text is the other's code."""
        one, other = str(self.codes[i]), str(self.codes[j])
        also = self.at(j) if self.file[j] >= 0 else None
        told, mirror = text.replace("{}", other), text.replace("{}", one)
        return Finding(self.at(i), rule.code, told, other, place, also, mirror=mirror)


def check_coverage(figures: AreaCoverage, rules: dict[str, Rule]) -> Iterator[Finding]:
    """Every breach between a figure of ``own`` and any other."""
    gap = rules.get("gap")
    unmatched = rules.get("vertex-unmatched")
    reach = max(rule.tolerance if rule else 0.0 for rule in (gap, unmatched))
    suspects, edges = _suspects(figures, reach)
    if not len(suspects):
        return
    i, j = _pairs(figures, suspects, reach)
    clear = yield from _overlaps(figures, i, j, rules)
    if gap:
        yield from _gaps(figures, edges, gap)
    if unmatched:
        yield from _unmatched(figures, i[clear], j[clear], edges, unmatched)


def check_points(figures: AreaCoverage, rule: Rule) -> Iterator[Finding]:
    """Points under two codes within ``tolerance`` metres of each other."""
    mine = np.flatnonzero(figures.own)
    k, j = figures.tree.query(
        figures.shapes[mine], predicate="dwithin", distance=max(rule.tolerance, 1e-9)
    )
    first, second = figures.order(mine[k], j)
    keep = (first == mine[k]) & (mine[k] != j)
    for a, b in zip(first[keep].tolist(), second[keep].tolist(), strict=True):
        text = f"{rule.title}：{figures.codes[a]} 与 {figures.codes[b]}"
        yield figures.found(rule, a, b, text, figures.shapes[a])


def check_lines(figures: AreaCoverage, rule: Rule) -> Iterator[Finding]:
    """Lines under two codes that run alike, in either direction, to ``tolerance`` metres."""
    mine = np.flatnonzero(figures.own)
    near = max(rule.tolerance, 1e-9)
    k, j = figures.tree.query(figures.shapes[mine], predicate="dwithin", distance=near)
    first, second = figures.order(mine[k], j)
    keep = (first == mine[k]) & (mine[k] != j)
    first, second = first[keep], second[keep]
    apart = shapely.hausdorff_distance(figures.shapes[first], figures.shapes[second])
    for a, b in zip(first[apart <= near].tolist(), second[apart <= near].tolist(), strict=True):
        text = f"{rule.title}：{figures.codes[a]} 与 {figures.codes[b]}"
        yield figures.found(rule, a, b, text, figures.shapes[a])


def _suspects(figures: AreaCoverage, reach: float) -> tuple[np.ndarray, np.ndarray]:
    edges = shapely.coverage_invalid_edges(figures.shapes, gap_width=reach)
    return np.flatnonzero(~shapely.is_empty(edges)), edges


def _pairs(
    figures: AreaCoverage, suspects: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Each pair near each other once, one of them suspect and the reported one own."""
    k, j = figures.tree.query(figures.shapes[suspects], predicate="dwithin", distance=reach)
    i = suspects[k]
    both = np.unique(np.sort(np.column_stack([i, j])[i != j], axis=1), axis=0)
    first, second = figures.order(both[:, 0], both[:, 1])
    mine = figures.own[first]
    return first[mine], second[mine]


def _overlaps(figures: AreaCoverage, i: np.ndarray, j: np.ndarray, rules: dict[str, Rule]):
    """Overlaps and doubles; returns which pairs are neither."""
    a, b = figures.shapes[i], figures.shapes[j]
    common = intersection(a, b)
    area = shapely.area(common)
    clear = np.ones(len(i), bool)
    if rule := rules.get("geometry-duplicate"):
        larger = np.maximum(shapely.area(a), shapely.area(b))
        same = (area >= rule.tolerance * larger) & (area > 0)
        clear &= ~same
        for k in np.flatnonzero(same).tolist():
            text = f"{rule.title}：{figures.codes[i[k]]} 与 {figures.codes[j[k]]}"
            yield figures.found(rule, i[k], j[k], text, common[k])
    if rule := rules.get("overlap"):
        over = clear & (area > rule.tolerance)
        over[over] = are_wider(common[over], rule.tolerance2)
        clear &= ~over
        for k in np.flatnonzero(over).tolist():
            text = f"与 {{}} {rule.title} {area[k]:.2f} 平方米"
            yield figures.found(rule, i[k], j[k], text, areal(common[k]))
    return clear


def are_wider(shapes: np.ndarray, metres: float) -> np.ndarray:
    """Which areas are somewhere wider than that; a hair along a shared edge is not."""
    return ~shapely.is_empty(shapely.buffer(shapes, -metres / 2, quad_segs=2))


def intersection(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """What pairs have in common; figures that GEOS cannot cut are made valid for it first."""
    try:
        return shapely.intersection(a, b)
    except shapely.GEOSException:
        return shapely.intersection(shapely.make_valid(a), shapely.make_valid(b))


def areal(shape: shapely.Geometry) -> shapely.Geometry:
    """The areas of a geometry without the lines and points in which figures merely touch."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _gaps(figures: AreaCoverage, edges: np.ndarray, rule: Rule) -> Iterator[Finding]:
    """Land between figures narrower than ``tolerance`` and somewhere wider than ``tolerance2``."""
    told: set[tuple[float, float]] = set()
    for i in _beside_gaps(figures, edges, rule).tolist():
        near = figures.tree.query(figures.shapes[i], predicate="dwithin", distance=rule.tolerance)
        others = near[near != i]
        for gap in _gaps_of(figures, i, others, rule):
            point = shapely.centroid(gap)
            key = (round(point.x, 1), round(point.y, 1))
            beside = others[shapely.dwithin(figures.shapes[others], gap, 1e-3)]
            if key not in told and len(beside):
                told.add(key)
                if breach := _gap_found(figures, i, beside, gap, rule):
                    yield breach


def _gap_found(
    figures: AreaCoverage, i: int, beside: np.ndarray, gap: shapely.Geometry, rule: Rule
) -> Finding | None:
    """A gap is told of the latest staged figure at it, and with it of one other."""
    around = sorted([i, *beside.tolist()], key=figures.at, reverse=True)
    if not figures.own[around[0]]:
        return None  # told when that figure's turn comes
    names = "、".join(map(str, figures.codes[around[1:4]]))
    width = 2 * gap.area / gap.length
    text = f"与 {names} 之间有缝隙，宽约 {width:.2f} 米，面积 {gap.area:.2f} 平方米"
    return figures.found(rule, around[0], around[1], text, gap)


def _beside_gaps(figures: AreaCoverage, edges: np.ndarray, rule: Rule) -> np.ndarray:
    """Own figures with a point on a doubtful edge that lies off every neighbour, but near."""
    mine = np.flatnonzero(figures.own & ~shapely.is_empty(edges))
    points, owner = _samples(edges[mine])
    owner = mine[owner]
    k, j = figures.tree.query(points, predicate="dwithin", distance=rule.tolerance)
    other = owner[k] != j
    k, j = k[other], j[other]
    nearest = np.full(len(points), np.inf)
    np.minimum.at(nearest, k, shapely.distance(points[k], figures.shapes[j]))
    open_ = (nearest > rule.tolerance2) & (nearest <= rule.tolerance)
    return np.unique(owner[open_])


def _samples(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and middles of segments as points, and the line that each is of."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    inner = part[1:] == part[:-1]
    middle = ((xy[1:] + xy[:-1]) / 2)[inner]
    points = shapely.points(np.vstack([xy, middle]))
    return points, np.concatenate([owner[part], owner[part[1:][inner]]])


def _gaps_of(
    figures: AreaCoverage, i: int, others: np.ndarray, rule: Rule
) -> Iterator[shapely.Geometry]:
    """What closing by half the tolerance fills between a figure and its neighbours."""
    half = rule.tolerance / 2
    zone = shapely.buffer(figures.shapes[i], rule.tolerance * 2, **MITRE)
    near = shapely.union_all([figures.shapes[i], *intersection(figures.shapes[others], zone)])
    closed = shapely.buffer(shapely.buffer(near, half, **MITRE), -half, **MITRE)
    filled = shapely.intersection(shapely.difference(closed, near), zone)
    for gap in shapely.get_parts(filled):
        wide = bool(are_wider(np.array([gap]), rule.tolerance2)[0])
        if wide and shapely.dwithin(gap, figures.shapes[i], 1e-3) and gap.length > rule.tolerance:
            yield gap


def _unmatched(
    figures: AreaCoverage, i: np.ndarray, j: np.ndarray, edges: np.ndarray, rule: Rule
) -> Iterator[Finding]:
    """Vertices on doubtful edges of one figure that run along another which has none there.

    Within ``tolerance`` of the other's boundary, but over ``tolerance2`` from its vertices.
    """
    pairs = np.concatenate([np.column_stack([i, j]), np.column_stack([j, i])])
    first = np.tile(np.arange(len(i)), 2)
    doubtful = ~shapely.is_empty(edges[pairs[:, 0]])
    pairs, first = pairs[doubtful], first[doubtful]
    told: set[int] = set()
    for (one, other), k in zip(pairs.tolist(), first.tolist(), strict=True):
        if k in told:
            continue
        stands = bool((figures.file[[one, other]] < 0).any())
        spots = _spots_without_match(edges[one], figures.shapes[other], rule, stands)
        if len(spots):
            told.add(k)
            text = f"与 {{}} 的公共边上有 {len(spots)} 个顶点不一致"
            place = shapely.multipoints(spots)
            yield figures.found(rule, int(i[k]), int(j[k]), text, place)


def _spots_without_match(
    edges: shapely.Geometry, other: shapely.Geometry, rule: Rule, stands: bool
) -> np.ndarray:
    """``stands``: one of the two is not in the delivery. A division then puts its new corner
    on the neighbour's straight line, which is no mistake; beside the line it is one."""
    xy = np.unique(shapely.get_coordinates(edges), axis=0)
    points = shapely.points(xy)
    boundary = shapely.boundary(other)
    along = shapely.dwithin(points, boundary, rule.tolerance)
    if stands:
        along &= ~shapely.dwithin(points, boundary, ON_LINE_M)
    corners = shapely.multipoints(shapely.get_coordinates(other))
    return points[along & ~shapely.dwithin(points, corners, rule.tolerance2)]

"""Rain and sewage: trees of pipes that fall all the way to an outfall.

Levels are the inside bottom of the pipe, whole millimetres inside this module.
"""

import heapq
from dataclasses import dataclass
from math import ceil

import numpy as np
import shapely

from importers.sample.city.layout import BANK_M
from importers.sample.city.pipe_routes import Pieces, Routes, between, empty_pieces, node_place
from importers.sample.city.terrain import elevation_m

# metres of sewer upstream → inside diameter in mm
DIAMETERS = {
    "WS": ((0, 300), (900, 400), (2500, 500), (6000, 600), (12000, 800), (25000, 1000)),
    "YS": (
        (0, 400),
        (250, 500),
        (700, 600),
        (1500, 800),
        (3000, 1000),
        (6000, 1200),
        (12000, 1500),
    ),
}
COVER_MM = 750
STEEPEST_RISE_M = 3.0
HEAD_FROM_NODE_M = 8.0


@dataclass
class Drained:
    """A drawn gravity network: levels and diameters beside its pieces."""

    pieces: Pieces
    ground_mm: np.ndarray
    level_mm: np.ndarray
    start_level_mm: np.ndarray
    end_level_mm: np.ndarray
    diameter_mm: np.ndarray


def outlets(routes: Routes, network: str, works: list[tuple[float, float]]) -> list[int]:
    """The nodes where the network leaves the streets."""
    used = np.unique(routes.edges)
    if not routes.town.graph.layout.main:
        low = used[np.argsort(routes.node_ground_m[used])]
        return [int(n) for n in low[: 1 if network == "WS" else 4]]
    done = []
    for side in (1, -1):
        bank = used[np.abs(routes.plane_nodes[used, 1] - side * BANK_M) < 0.01]
        if network == "YS":
            done += [int(n) for n in bank]
        elif len(bank):
            done.append(int(_towards_works(routes, bank, works)))
    return done


def _towards_works(routes: Routes, bank: np.ndarray, works) -> int:
    if works:
        spots = np.array(works)
        away = np.hypot(*(routes.nodes[bank][:, None] - spots[None]).transpose(2, 0, 1))
        if away.min() < 400:
            return bank[np.argmin(away.min(axis=1))]
    return bank[np.argmax(routes.plane_nodes[bank, 0])]


def flow_tree(routes: Routes, roots: list[int], hump: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per node its downstream edge (-1 none) and its way to the outfall; uphill is dear.

    ``hump`` is how far each street rises above both its ends, m.
    """
    around: dict[int, list[tuple[int, int]]] = {}
    for edge, (a, b) in enumerate(routes.edges):
        if not routes.bridge[edge]:
            around.setdefault(int(a), []).append((edge, int(b)))
            around.setdefault(int(b), []).append((edge, int(a)))
    cost = np.full(len(routes.nodes), np.inf)
    down = np.full(len(routes.nodes), -1)
    cost[roots] = 0
    waiting = [(0.0, root) for root in roots]
    while waiting:
        here, node = heapq.heappop(waiting)
        if here > cost[node]:
            continue
        for edge, other in around.get(node, ()):
            uphill = max(0.0, routes.node_ground_m[node] - routes.node_ground_m[other])
            if max(uphill, hump[edge]) > STEEPEST_RISE_M:
                continue
            total = here + routes.length_m[edge] + 60 * uphill
            if total < cost[other]:
                cost[other], down[other] = total, edge
                heapq.heappush(waiting, (total, other))
    return down, cost


def _humps_m(routes: Routes) -> np.ndarray:
    """How far the ground along each street rises above both its ends, m."""
    crest = np.full(len(routes.lines), -np.inf)
    for part in (0.2, 0.4, 0.6, 0.8):
        spot = shapely.get_coordinates(
            shapely.line_interpolate_point(routes.lines, part, normalized=True)
        )
        crest = np.maximum(crest, elevation_m(*spot.T))
    return crest - routes.node_ground_m[routes.edges].max(axis=1)


def drained(routes: Routes, network: str, works, step_m: float) -> Drained:
    """A whole gravity network, point by point, levelled so that every pipe falls."""
    pieces = empty_pieces(network, routes)
    roots = outlets(routes, network, works)
    hump = _humps_m(routes)
    down, cost = flow_tree(routes, roots, hump)
    at = {
        int(n): pieces.point(
            node_place(routes, n, network), fitting="检查井", road=_road_at(routes, int(n))
        )
        for n in np.unique(routes.edges)
        if np.isfinite(cost[n])
    }
    for edge, (a, b) in enumerate(routes.edges):
        if routes.bridge[edge] or int(a) not in at or int(b) not in at:
            continue
        if hump[edge] > STEEPEST_RISE_M:
            continue
        _along_edge(pieces, at, edge, int(a), int(b), down, step_m)
    for root in roots:
        if root in at:
            _outfall(pieces, at[root], root, network, works)
    return _levelled(pieces, network)


def _road_at(routes: Routes, node: int) -> str:
    edge = np.flatnonzero((routes.edges == node).any(axis=1))[0]
    return str(routes.road_name[edge])


def _along_edge(pieces: Pieces, at, edge: int, a: int, b: int, down, step_m: float) -> None:
    routes = pieces.routes
    road, kind = str(routes.road_name[edge]), str(routes.kind[edge])
    chain = [
        at[a],
        *(
            pieces.point(xy, fitting="检查井", road=road)
            for xy in between(routes, edge, pieces.network, step_m)
        ),
        at[b],
    ]
    links = list(zip(chain[:-1], chain[1:], strict=True))
    to_b = (
        down[a] == edge
        if edge in (down[a], down[b])
        else (routes.node_ground_m[b] < routes.node_ground_m[a])
    )
    if edge not in (down[a], down[b]):
        links = _with_own_head(pieces, links, to_b, road)
    for first, second in links:
        start, end = (first, second) if to_b else (second, first)
        pieces.line(start, end, kind)


def _with_own_head(pieces: Pieces, links, to_b: bool, road: str):
    """The links with a manhole of their own where they would meet the street they only touch."""
    first, second = links[0] if to_b else links[-1]
    here, far = np.array(pieces.xy[first]), np.array(pieces.xy[second])
    length = np.hypot(*(far - here))
    if length < 3 * HEAD_FROM_NODE_M:
        return links[1:] if to_b else links[:-1]
    part = HEAD_FROM_NODE_M / length if to_b else 1 - HEAD_FROM_NODE_M / length
    head = pieces.point(here + part * (far - here), fitting="检查井", road=road)
    return [(head, second), *links[1:]] if to_b else [*links[:-1], (first, head)]


def _outfall(pieces: Pieces, at: int, root: int, network: str, works) -> None:
    routes = pieces.routes
    here = np.array(pieces.xy[at])
    if network == "WS":
        if works:
            goal = min((np.array(w) for w in works), key=lambda w: np.hypot(*(w - here)))
            way = (goal - here) / max(np.hypot(*(goal - here)), 1e-9)
            reach = min(60.0, max(12.0, np.hypot(*(goal - here)) - 20))
        else:
            way, reach = np.array([0.6, 0.8]), 30.0
        pieces.line(at, pieces.point(here + reach * way, fitting="污水处理厂"), "primary")
        return
    if routes.town.graph.layout.main:
        s, t = routes.plane_nodes[root]
        goal = np.array(routes.town.graph.layout.plane.world(s, t - np.sign(t) * 21.0)).ravel()
    else:
        goal = here + np.array([14.0, -14.0])
    pieces.line(at, pieces.point(goal, fitting="出水口"), "primary")


def _levelled(pieces: Pieces, network: str) -> Drained:
    xy = np.round(np.array(pieces.xy), 3)
    start, end = np.array(pieces.start), np.array(pieces.end)
    length = np.hypot(*(xy[start] - xy[end]).T)
    ground = np.round(elevation_m(*xy.T) * 1000).astype(np.int64)
    order = _upstream_first(len(xy), start, end)
    gathered = np.zeros(len(xy))
    for i in order:
        gathered[end[i]] += gathered[start[i]] + length[i]
    steps = DIAMETERS[network]
    place = np.searchsorted([s for s, _ in steps], gathered[start], side="right") - 1
    diameter = np.array([d for _, d in steps])[np.maximum(place, 0)]
    wanted = np.maximum(1250 if network == "WS" else 1150, 0)
    level = ground - wanted
    np.minimum.at(level, start, ground[start] - COVER_MM - diameter)
    np.minimum.at(level, end, ground[end] - COVER_MM - diameter)
    for i in order:
        slope = 3.0 if diameter[i] <= 500 else 2.0
        fall = ceil(slope * length[i]) + 1
        level[end[i]] = min(level[end[i]], level[start[i]] - fall)
    return Drained(pieces, ground, level, level[start], level[end], diameter)


def _upstream_first(points: int, start: np.ndarray, end: np.ndarray) -> list[int]:
    """Line numbers so that everything upstream of a line comes before it."""
    leaving: dict[int, int] = {int(s): i for i, s in enumerate(start)}
    entering = np.bincount(end, minlength=points)
    ready = [int(p) for p in np.unique(start) if entering[p] == 0]
    order = []
    while ready:
        point = ready.pop()
        line = leaving.get(point)
        if line is None:
            continue
        order.append(line)
        after = int(end[line])
        entering[after] -= 1
        if entering[after] == 0:
            ready.append(after)
    return order

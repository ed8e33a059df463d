"""Water and gas: looped mains along the streets, with valves, hydrants and a source."""

import numpy as np

from importers.sample.city.pipe_routes import Pieces, Routes, between, empty_pieces, node_place

VALVE_FROM_NODE_M = 5.0
HYDRANT_EVERY = 3
SOURCES = {"JS": "水厂", "TR": "调压站"}


def pressed(routes: Routes, network: str, source, step_m: float) -> Pieces:
    """The network's points and lines; ``source`` is where it is fed, projected CRS."""
    pieces = empty_pieces(network, routes)
    served = _served(routes, network)
    degree = np.bincount(routes.edges[served].ravel(), minlength=len(routes.nodes))
    at = {
        int(n): pieces.point(node_place(routes, n, network), feature=_feature(degree[n]))
        for n in np.unique(routes.edges[served])
    }
    for edge in served:
        _main_along(pieces, at, int(edge), degree, step_m)
    _feed(pieces, at, source)
    return _with_true_features(pieces)


def _served(routes: Routes, network: str) -> np.ndarray:
    """Gas leaves out the smallest streets, as long as it stays in one piece."""
    wanted = np.ones(len(routes.edges), bool)
    if network == "TR":
        wanted = (routes.kind != "local") | (np.arange(len(wanted)) % 4 != 0)
    found = np.flatnonzero(wanted)
    label = np.arange(len(routes.nodes))
    for _ in range(len(routes.nodes)):
        a, b = routes.edges[found].T
        lower = label.copy()
        np.minimum.at(lower, a, label[b])
        np.minimum.at(lower, b, label[a])
        lower = lower[lower]
        if (lower == label).all():
            break
        label = lower
    biggest = np.bincount(label[routes.edges[found, 0]]).argmax()
    return found[label[routes.edges[found, 0]] == biggest]


def _feature(degree: int) -> str:
    return {1: "预留口", 2: "直线点", 3: "三通", 4: "四通"}.get(int(degree), "多通")


def _main_along(pieces: Pieces, at, edge: int, degree, step_m: float) -> None:
    routes, network = pieces.routes, pieces.network
    a, b = (int(n) for n in routes.edges[edge])
    road, kind = str(routes.road_name[edge]), str(routes.kind[edge])
    chain = [at[a]]
    start, end = np.array(pieces.xy[at[a]]), np.array(pieces.xy[at[b]])
    inner = list(between(routes, edge, network, step_m))
    first = inner[0] if inner else end
    room = np.hypot(*(first - start))
    if room > 3 * VALVE_FROM_NODE_M and degree[a] > 2 and (network == "JS" or edge % 2):
        place = start + (first - start) * VALVE_FROM_NODE_M / room
        chain.append(pieces.point(place, fitting="阀门", road=road))
    for k, xy in enumerate(inner):
        hydrant = network == "JS" and k % HYDRANT_EVERY == 1
        chain.append(pieces.point(xy, feature="三通" if hydrant else "直线点", road=road))
        if hydrant:
            _hydrant(pieces, chain[-1], chain[-2], road)
    chain.append(at[b])
    for one, other in zip(chain[:-1], chain[1:], strict=True):
        pieces.line(one, other, kind)


def _hydrant(pieces: Pieces, tee: int, before: int, road: str) -> None:
    """A hydrant 1.8 m left of the main, on a branch of its own."""
    way = np.array(pieces.xy[tee]) - np.array(pieces.xy[before])
    left = np.array([-way[1], way[0]]) / np.hypot(*way)
    place = np.array(pieces.xy[tee]) + 1.2 * left
    pieces.line(tee, pieces.point(place, fitting="消火栓", road=road), "hydrant")


def _feed(pieces: Pieces, at, source) -> None:
    nodes = np.array(list(at))
    goal = np.array(source)
    nearest = int(nodes[np.argmin(np.hypot(*(pieces.routes.nodes[nodes] - goal).T))])
    here = np.array(pieces.xy[at[nearest]])
    way = goal - here
    reach = max(np.hypot(*way), 1.0)
    valve = pieces.point(here + way * 4 / reach, fitting="阀门")
    plant = pieces.point(
        here + way * max(12.0, reach - 25) / reach, fitting=SOURCES[pieces.network]
    )
    pieces.line(at[nearest], valve, "primary")
    pieces.line(valve, plant, "primary")


def _with_true_features(pieces: Pieces) -> Pieces:
    """Features named after how many pipes meet at the point."""
    degree = np.bincount(np.array(pieces.start + pieces.end), minlength=len(pieces.xy))
    for i, feature in enumerate(pieces.feature):
        if feature:
            pieces.feature[i] = _feature(degree[i])
    return pieces

"""Where pipes run: along streets, every network at its own distance from the axis."""

from dataclasses import dataclass

import numpy as np
import shapely

from importers.sample.city.terrain import elevation_m
from importers.sample.city.town import Town

# network → metres left of the street axis; ≥ 2.4 m between neighbours
OFFSETS_M = {"JS": 3.9, "WS": 1.2, "YS": -1.4, "TR": -4.2}
LEAST_WIDTH_M = 11.0


@dataclass
class Routes:
    """The served streets of a settlement as a graph.

    ``edges`` (m, 2) are node numbers; ``street`` the street of each; ``node_shift``
    (n, 2) is where a pipe 1 m left of the axes meets the node, relative to it.
    """

    town: Town
    edges: np.ndarray
    street: np.ndarray
    lines: np.ndarray
    bridge: np.ndarray
    nodes: np.ndarray
    plane_nodes: np.ndarray
    node_shift: np.ndarray
    node_ground_m: np.ndarray
    length_m: np.ndarray
    kind: np.ndarray
    road_name: np.ndarray


def served_routes(town: Town, least_width_m: float = LEAST_WIDTH_M) -> Routes:
    """The streets wide enough for pipes beside built land, and the bridges between them."""
    graph = town.graph
    streets = graph.layout.streets.all
    lines = np.array(
        [
            _oriented(line, streets[s].direction, graph.layout.plane) if s >= 0 else line
            for line, s in zip(graph.lines, graph.street, strict=True)
        ]
    )
    flipped = shapely.get_coordinates(shapely.get_point(lines, 0)) != shapely.get_coordinates(
        shapely.get_point(graph.lines, 0)
    )
    edges = np.where(flipped.any(axis=1)[:, None], graph.edges[:, ::-1], graph.edges)
    width = np.array([streets[s].width_m if s >= 0 else 0 for s in graph.street])
    built = np.array(
        [town.blocks[p.block].use not in ("park", "field", "vacant") for p in town.plots]
    )
    near = np.zeros(len(lines), bool)
    near[
        shapely.STRtree(town.plot_polygons[built]).query(lines, predicate="dwithin", distance=32)[0]
    ] = True
    keep = (width >= least_width_m) & (near | graph.bridge)
    keep = keep & _biggest_component(edges, keep, len(graph.nodes))
    lines, edges, street = lines[keep], edges[keep], graph.street[keep]
    return Routes(
        town,
        edges,
        street,
        lines,
        graph.bridge[keep],
        graph.nodes,
        graph.plane_nodes,
        _node_shift(lines, edges, len(graph.nodes)),
        elevation_m(*graph.nodes.T),
        shapely.length(lines),
        np.array([streets[s].kind for s in street]),
        np.array([streets[s].name for s in street]),
    )


def _oriented(line, direction, plane) -> shapely.LineString:
    """The line running north-east in the plane, so that left means the same everywhere."""
    points = shapely.get_coordinates(line)
    way = points[-1] - points[0]
    turn = plane.turn
    east = way[0] * np.cos(turn) + way[1] * np.sin(turn)
    north = way[1] * np.cos(turn) - way[0] * np.sin(turn)
    return line if east + north > 0 else shapely.reverse(line)


def _biggest_component(edges: np.ndarray, keep: np.ndarray, nodes: int) -> np.ndarray:
    label = np.arange(nodes)
    a, b = edges[keep].T
    while True:
        lower = label.copy()
        np.minimum.at(lower, a, label[b])
        np.minimum.at(lower, b, label[a])
        lower = lower[lower]
        if (lower == label).all():
            break
        label = lower
    biggest = np.bincount(label[a], minlength=nodes).argmax()
    return label[edges[:, 0]] == biggest


def _node_shift(lines, edges, nodes: int) -> np.ndarray:
    """The point 1 m left of every street meeting at a node, by least squares."""
    normals: list[list] = [[] for _ in range(nodes)]
    for line, (a, b) in zip(lines, edges, strict=True):
        points = shapely.get_coordinates(line)
        for node, way in ((a, points[1] - points[0]), (b, points[-1] - points[-2])):
            length = np.hypot(*way)
            normals[node].append((-way[1] / length, way[0] / length))
    shift = np.zeros((nodes, 2))
    for node, found in enumerate(normals):
        if found:
            shift[node] = np.linalg.lstsq(np.array(found), np.ones(len(found)), rcond=0.2)[0]
            size = np.hypot(*shift[node])
            shift[node] *= min(1.0, 1.7 / max(size, 1e-9))
    return shift


@dataclass
class Pieces:
    """Points and lines of one network being drawn; numbers refer to list places."""

    network: str
    routes: Routes
    xy: list
    feature: list
    fitting: list
    road: list
    start: list
    end: list
    kind: list

    def point(self, xy, feature: str = "", fitting: str = "", road: str = "") -> int:
        """Add a point; exactly one of feature and fitting is given."""
        self.xy.append((float(xy[0]), float(xy[1])))
        self.feature.append(feature)
        self.fitting.append(fitting)
        self.road.append(road)
        return len(self.xy) - 1

    def line(self, start: int, end: int, kind: str) -> int:
        """Add a pipe between two points; kind is the class of street it serves."""
        self.start.append(start)
        self.end.append(end)
        self.kind.append(kind)
        return len(self.start) - 1


def empty_pieces(network: str, routes: Routes) -> Pieces:
    """Nothing drawn yet."""
    return Pieces(network, routes, [], [], [], [], [], [], [])


def node_place(routes: Routes, node: int, network: str) -> np.ndarray:
    """Where the network passes the node, projected CRS."""
    return routes.nodes[node] + OFFSETS_M[network] * routes.node_shift[node]


def between(routes: Routes, edge: int, network: str, step_m: float) -> np.ndarray:
    """Places (k, 2) of the network along an edge, its ends left out."""
    line, length = routes.lines[edge], routes.length_m[edge]
    count = max(0, round(length / step_m) - 1)
    at = np.linspace(0, length, count + 2)[1:-1]
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    back = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 3, 0)))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.minimum(at + 3, length))
    )
    way = ahead - back
    normal = np.column_stack([-way[:, 1], way[:, 0]]) / np.hypot(*way.T)[:, None]
    return here + OFFSETS_M[network] * normal

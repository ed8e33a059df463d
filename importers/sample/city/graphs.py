"""Streets as a graph on the ground: nodes where they meet, edges bent between them."""

from dataclasses import dataclass

import numpy as np
import shapely

from importers.sample.city.faces import NO_STREET, Face
from importers.sample.city.layout import BANK_M, Layout

STEP_M = 24.0
SAME_CORNER_M = 3.0


class Corners:
    """Corners of faces, numbered; corners closer than 3 m are one crossing."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._near: dict[tuple[int, int], list[int]] = {}

    def number(self, point: tuple[float, float]) -> int:
        """The number of the corner at a place of the plane, new or known."""
        column, row = (int(v // SAME_CORNER_M) for v in point)
        for key in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for known in self._near.get(key, ()):
                x, y = self.points[known]
                if np.hypot(x - point[0], y - point[1]) < SAME_CORNER_M:
                    return known
        self._near.setdefault((column, row), []).append(len(self.points))
        self.points.append(point)
        return len(self.points) - 1


@dataclass
class StreetGraph:
    """Nodes (n, 2) in the projected CRS, edges as node pairs, and what each edge is."""

    layout: Layout
    nodes: np.ndarray
    plane_nodes: np.ndarray
    edges: np.ndarray
    street: np.ndarray
    lines: np.ndarray
    bridge: np.ndarray
    faces: np.ndarray

    @property
    def real(self) -> np.ndarray:
        """Edges that are streets, not just the rim of the plan."""
        return self.street >= 0


def street_graph(layout: Layout) -> StreetGraph:
    """The graph of a settlement's streets, and the faces between them as exact polygons."""
    on_street: dict[int, set[int]] = {}
    rim: list[tuple[int, int]] = []
    corner_of = Corners()
    for face in layout.faces:
        corners = [corner_of.number(point) for point in face.ring]
        for i, street in enumerate(face.streets):
            pair = (corners[i], corners[(i + 1) % len(corners)])
            if street == NO_STREET:
                rim.append(pair)
            else:
                on_street.setdefault(street, set()).update(pair)
    plane_nodes = np.array(corner_of.points)
    edges, owners = _edges(layout, plane_nodes, on_street)
    edges += rim
    owners += [NO_STREET] * len(rim)
    return _on_ground(layout, plane_nodes, np.array(edges), np.array(owners))


def _edges(layout: Layout, nodes: np.ndarray, on_street: dict[int, set[int]]):
    edges, owners = [], []
    for street, members in sorted(on_street.items()):
        dx, dy = layout.streets.all[street].direction
        chain = sorted(members, key=lambda n: nodes[n, 0] * dx + nodes[n, 1] * dy)
        edges += list(zip(chain[:-1], chain[1:], strict=True))
        owners += [street] * (len(chain) - 1)
    if layout.main:
        for a, b, street in _bridges(layout, nodes, on_street):
            edges.append((a, b))
            owners.append(street)
    return edges, owners


def _bridges(layout: Layout, nodes: np.ndarray, on_street: dict[int, set[int]]):
    """The pairs of bank nodes that two halves of one crossing street share."""
    ends: dict[tuple, list[tuple[int, int]]] = {}
    for street, members in sorted(on_street.items()):
        line = layout.streets.all[street]
        for node in members:
            if abs(abs(nodes[node, 1]) - BANK_M) < 0.01 and abs(line.direction[0]) < 0.5:
                ends.setdefault((line.through, line.direction), []).append((node, street))
    for found in ends.values():
        if len(found) == 2:
            yield found[0][0], found[1][0], found[0][1]


def _on_ground(layout: Layout, plane_nodes, edges, owners) -> StreetGraph:
    nodes = np.column_stack(layout.plane.world(plane_nodes[:, 0], plane_nodes[:, 1]))
    lines = np.array([_bent(layout, plane_nodes, nodes, a, b) for a, b in edges])
    across = plane_nodes[edges][:, :, 1]
    bridge = (
        layout.main
        & (np.abs(across[:, 0] - across[:, 1]) > BANK_M)
        & (np.abs(np.abs(across) - BANK_M).max(axis=1) < 0.01)
    )
    tiles = shapely.get_parts(shapely.polygonize(lines[~bridge]))
    return StreetGraph(
        layout, nodes, plane_nodes, edges, owners, lines, bridge, _in_order(layout, tiles)
    )


def _bent(layout: Layout, plane_nodes, nodes, a: int, b: int) -> shapely.LineString:
    (s0, t0), (s1, t1) = plane_nodes[a], plane_nodes[b]
    count = max(2, int(np.hypot(s1 - s0, t1 - t0) // STEP_M) + 1)
    part = np.linspace(0, 1, count)
    x, y = layout.plane.world(s0 + part * (s1 - s0), t0 + part * (t1 - t0))
    bent = np.column_stack([x, y])
    bent[0], bent[-1] = nodes[a], nodes[b]
    return shapely.LineString(bent)


def _in_order(layout: Layout, tiles: np.ndarray) -> np.ndarray:
    """The polygons in the order of the layout's faces."""
    middles = np.array([_inside(face) for face in layout.faces])
    points = shapely.points(*layout.plane.world(middles[:, 0], middles[:, 1]))
    face, tile = shapely.STRtree(tiles).query(points, predicate="within")
    ordered = np.full(len(middles), None, object)
    ordered[face] = tiles[tile]
    if any(polygon is None for polygon in ordered):
        raise ValueError("A face of the street plan has no polygon on the ground.")
    return ordered


def _inside(face: Face) -> tuple[float, float]:
    centroid = shapely.centroid(shapely.Polygon(face.ring))
    return centroid.x, centroid.y

"""Rings become polygons: what lies inside another ring is its hole, whatever the order."""

from collections.abc import Sequence

import numpy as np
import shapely

from importers.errors import ImportersError


class DegenerateRing(ImportersError, ValueError):
    """A ring with fewer than three distinct vertices; ``number`` says which, from 1."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"ring {number}")


def assemble(rings: Sequence[np.ndarray]) -> shapely.Geometry:
    """A Polygon or MultiPolygon of rings given as (n, 2) vertices, closed or not.

    Counted from outside, every second ring is a hole of the one around it; vertices,
    their order and direction stay as given, and a first vertex is repeated at the end
    where it was not. Nothing is made valid. Units and CRS are those of the rings.

    Raises:
        DegenerateRing: a ring has fewer than three distinct vertices.
    """
    for number, ring in enumerate(rings, start=1):
        if _distinct(ring[:4]) < 3 and _distinct(ring) < 3:
            raise DegenerateRing(number)
    if not rings:
        raise DegenerateRing(0)
    linear = [shapely.linearrings(ring) for ring in rings]
    if len(linear) == 1:
        return shapely.Polygon(linear[0])
    around = _around(np.array([shapely.Polygon(ring) for ring in linear]))
    depth = np.array([len(others) for others in around])
    parts = [
        shapely.Polygon(linear[i], [linear[h] for h in _holes(i, around, depth)])
        for i in np.flatnonzero(depth % 2 == 0).tolist()
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _distinct(ring: np.ndarray) -> int:
    return len(set(map(tuple, np.asarray(ring, float).tolist())))


def _around(shapes: np.ndarray) -> list[set[int]]:
    """For each ring the larger ones that it lies in; touching at a vertex does not matter."""
    area = shapely.area(shapes)
    inner, outer = shapely.STRtree(shapes).query(_spots(shapes), predicate="intersects")
    larger = area[outer] > area[inner]
    found: list[set[int]] = [set() for _ in shapes]
    for i, o in zip(inner[larger].tolist(), outer[larger].tolist(), strict=True):
        found[i].add(o)
    return found


def _spots(shapes: np.ndarray) -> np.ndarray:
    """A point inside each; a vertex where the ring crosses itself too badly to have one."""
    try:
        spots = shapely.point_on_surface(shapes)
    except shapely.GEOSException:
        spots = np.full(len(shapes), None, object)
    lost = shapely.is_missing(spots) | shapely.is_empty(spots)
    spots[lost] = [shapely.Point(shape.exterior.coords[0]) for shape in shapes[lost]]
    return spots


def _holes(i: int, around: list[set[int]], depth: np.ndarray) -> list[int]:
    return [h for h in np.flatnonzero(depth == depth[i] + 1).tolist() if i in around[h]]

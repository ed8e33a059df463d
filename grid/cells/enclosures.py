"""A community divided along its roads and rivers: enclosures, slivers merged. Pure.

Lines that would cut a building are led around it: an enclosure's edge never runs
through one. Everything lies on a grid of a millimetre, so that what is cut fits together.
"""

import numpy as np
import shapely

GRID_M = 0.001
CLEAR_M = 0.3  # a barrier keeps this distance from a building that it would cut


def enclosures(
    community: shapely.Geometry, barriers: np.ndarray, buildings: np.ndarray
) -> np.ndarray:
    """The faces (n,) of the network of barriers within a community; metres throughout.

    Their union is the community; an enclosure has no hole that is not another one.
    """
    outline = shapely.boundary(shapely.set_precision(community, GRID_M))
    lines = shapely.union_all(np.append(barriers, [shapely.LineString()]))
    lines = shapely.intersection(lines, community)
    if len(buildings):
        lines = _around(lines, community, buildings)
    noded = shapely.union_all([outline, lines], grid_size=GRID_M)
    return faces_within(noded, community)


def _around(
    lines: shapely.Geometry, community: shapely.Geometry, buildings: np.ndarray
) -> shapely.Geometry:
    """Lines led around the buildings that they would cut, on both sides.

    A mere gap would leave two dead ends, and the street would be no border at all.
    """
    shapely.prepare(lines)
    hit = buildings[shapely.intersects(lines, buildings)]
    if not len(hit):
        return lines
    grown = shapely.union_all(shapely.buffer(hit, CLEAR_M, join_style="mitre"))
    rings = shapely.intersection(shapely.boundary(grown), community)
    return shapely.union_all([shapely.difference(lines, grown), rings])


def faces_within(noded: shapely.Geometry, community: shapely.Geometry) -> np.ndarray:
    """The faces of noded lines that lie in a community."""
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(community)
    return faces[shapely.contains(community, shapely.point_on_surface(faces))]


def merge_slivers(faces: np.ndarray, least_m2: float) -> np.ndarray:
    """Faces smaller than that joined to the neighbour with which they share most edge."""
    groups = list(faces)
    while True:
        areas = shapely.area(groups)
        small = [int(i) for i in np.argsort(areas) if areas[i] < least_m2]
        for index in small:
            other = _longest_neighbour(groups, index)
            if other is not None:
                groups[other] = shapely.coverage_union_all([groups[other], groups[index]])
            if other is not None or areas[index] < GRID_M:  # a crumb of the arithmetic
                del groups[index]
                break
        else:
            return np.array(groups, object)


def _longest_neighbour(groups: list[shapely.Geometry], index: int) -> int | None:
    """Of those that the union with is one polygon."""
    edge = shapely.boundary(groups[index])
    shared = shapely.length(shapely.intersection(edge, shapely.boundary(groups)))
    shared[index] = 0
    return int(np.argmax(shared)) if shared.max() > 0 else None

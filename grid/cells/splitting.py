"""A large block divided between its buildings. Pure.

Atoms are the Voronoi cells of its buildings' outlines, and of a lattice where there are
none; contiguous groups of them of about equal weight become cells.
"""

import numpy as np
import shapely

from grid.cells.balancing import Graph, parts_of
from grid.cells.enclosures import GRID_M, faces_within

INSET_M, STEP_M = 0.4, 3.0
LATTICE_PER_CELL = 6  # lattice points to a cell's area, where nothing is built
LEAST_CLEAR_M = 8.0
LOAD = 0.3  # of a part's weight is its components, the rest its area


def split_block(
    block: shapely.Geometry,
    buildings: np.ndarray,
    loads: np.ndarray,
    number: int,
    target_m2: float,
    seed: int = 0,
) -> np.ndarray:
    """The block in about so many contiguous parts; none cuts a building that lies in it.

    ``loads`` (n, 2) are the places of components: they weigh as ``LOAD`` beside the
    area.
    """
    atoms = _atoms(block, buildings, target_m2)
    if len(atoms) < 2 or number < 2:
        return np.array([block], object)
    weights = _weights(atoms, loads)
    labels = parts_of(Graph(weights, adjacent(atoms)), number, seed)
    groups = [
        shapely.union_all(atoms[labels == label], grid_size=GRID_M) for label in np.unique(labels)
    ]
    return fitted(block, np.array(groups, object), buildings)


def fitted(community: shapely.Geometry, groups: np.ndarray, buildings: np.ndarray) -> np.ndarray:
    """Rough groups as faces of one noded network: they fit exactly, and each is one polygon.

    A building that two groups share goes whole to the one that holds most of it.
    """
    groups = _with_whole_buildings(groups, buildings)
    edges = [shapely.boundary(community), *shapely.boundary(groups)]
    # Not on the grid: the community's own edge stays as it was surveyed. Slivers between it
    # and the groups' edges are faces too, and go to the group beside them.
    faces = faces_within(shapely.union_all(edges), community)
    labels = _labels(faces, groups)
    pieces = []
    for label in np.unique(labels):
        joined = shapely.coverage_union_all(faces[labels == label])
        pieces += list(shapely.get_parts(shapely.normalize(joined)))
    return np.array(pieces, object)


def _with_whole_buildings(groups: np.ndarray, buildings: np.ndarray) -> np.ndarray:
    groups = groups.copy()
    tree = shapely.STRtree(groups)
    for building in buildings:
        hit = tree.query(building, predicate="intersects")
        shares = shapely.area(shapely.intersection(groups[hit], building))
        if (shares > GRID_M).sum() < 2:
            continue
        main = hit[int(np.argmax(shares))]
        spot = shapely.buffer(building, GRID_M, join_style="mitre")
        for other in hit:
            if other != main:
                groups[other] = shapely.difference(groups[other], spot)
        groups[main] = shapely.union(groups[main], spot)
    return groups


def _labels(faces: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The group (n,) in which each face lies, or to which it is nearest."""
    inside = shapely.point_on_surface(faces)
    tree = shapely.STRtree(groups)
    labels = np.full(len(faces), -1)
    face, group = tree.query(inside, predicate="intersects")
    labels[face[::-1]] = group[::-1]
    lost = np.flatnonzero(labels < 0)
    if len(lost):
        labels[lost] = tree.nearest(inside[lost])
    return labels


def _atoms(block: shapely.Geometry, buildings: np.ndarray, target_m2: float) -> np.ndarray:
    points, owners = _seeds(block, buildings, target_m2)
    if len(points) < 2:
        return np.array([block], object)
    # Near the origin, where doubles are a thousand times as fine as at a city's coordinates.
    origin = np.round(shapely.get_coordinates(shapely.centroid(block))[0])
    near = shapely.transform(block, lambda xy: xy - origin)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points - origin), extend_to=near, ordered=True)
    )
    cells = shapely.intersection(shapely.buffer(cells, 0), near, grid_size=GRID_M)
    cells = shapely.transform(cells, lambda xy: xy + origin)
    found = []
    for owner in np.unique(owners):
        joined = shapely.union_all(cells[owners == owner], grid_size=GRID_M)
        found += [p for p in shapely.get_parts(joined) if shapely.area(p) > GRID_M]
    polygons = [p for p in found if shapely.get_type_id(p) == 3]
    return np.array(polygons, object)


def _seeds(
    block: shapely.Geometry, buildings: np.ndarray, target_m2: float
) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 2) along outlines and of the lattice, and whose each is."""
    points, owners = [], []
    for number, building in enumerate(buildings):
        inset = shapely.buffer(building, -INSET_M)
        outline = shapely.boundary(building if inset.is_empty else inset)
        outline = shapely.segmentize(outline, STEP_M)
        xy = np.unique(shapely.get_coordinates(outline), axis=0)
        points.append(xy)
        owners.append(np.full(len(xy), number))
    lattice = _lattice(block, np.sqrt(target_m2 / LATTICE_PER_CELL))
    if len(buildings) and len(lattice):
        far = shapely.distance(shapely.points(lattice), shapely.union_all(buildings))
        lattice = lattice[far > LEAST_CLEAR_M]
    points.append(lattice)
    owners.append(len(buildings) + np.arange(len(lattice)))
    xy, first = np.unique(np.round(np.concatenate(points), 3), axis=0, return_index=True)
    return xy, np.concatenate(owners)[first]


def _lattice(block: shapely.Geometry, step: float) -> np.ndarray:
    """Points of a square lattice along the block's longer side."""
    frame = shapely.oriented_envelope(block)
    corners = shapely.get_coordinates(frame)[:4]
    if len(corners) < 4:
        return np.empty((0, 2))
    a, b = corners[1] - corners[0], corners[3] - corners[0]
    across, down = (max(1, round(np.hypot(*side) / step)) for side in (a, b))
    u, v = np.meshgrid((np.arange(across) + 0.5) / across, (np.arange(down) + 0.5) / down)
    xy = corners[0] + u.reshape(-1, 1) * a + v.reshape(-1, 1) * b
    return xy[shapely.contains_xy(block, xy[:, 0], xy[:, 1])]


def _weights(atoms: np.ndarray, loads: np.ndarray) -> np.ndarray:
    areas = shapely.area(atoms)
    share = areas / areas.sum()
    if len(loads):
        tree = shapely.STRtree(atoms)
        _point, atom = tree.query(shapely.points(loads), predicate="intersects")
        counts = np.bincount(atom, minlength=len(atoms)).astype(float)
        if counts.sum():
            share = (1 - LOAD) * share + LOAD * counts / counts.sum()
    return share


def adjacent(atoms: np.ndarray) -> np.ndarray:
    """Pairs (m, 2) that share an edge, not just a corner."""
    grown = shapely.buffer(atoms, 5 * GRID_M, join_style="mitre", quad_segs=1)
    tree = shapely.STRtree(grown)
    one, other = tree.query(grown, predicate="intersects")
    ahead = one < other
    one, other = one[ahead], other[ahead]
    touching = shapely.area(shapely.intersection(grown[one], grown[other]))
    return np.column_stack([one, other])[touching > 0.01]

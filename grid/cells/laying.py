"""Cells for one community: enclosures, slivers merged, large ones split. Pure."""

from dataclasses import dataclass

import numpy as np
import shapely

from grid.cells.enclosures import GRID_M, enclosures, merge_slivers
from grid.cells.numbering import MOST, reading_order
from grid.cells.splitting import fitted, split_block

TARGET_M2 = 10_000.0
SLIVER = 0.25  # of the target: smaller pieces are joined to a neighbour
LARGE = 1.6  # of the target: larger ones are split
SMOOTH_M = 0.3  # corners that enclose less than its square are straightened
LEAST_PIECE_M2 = 0.3  # of a building across the border: less may be cut
ROOM = 0.6  # of the sequence numbers may be used by the first layout


@dataclass(frozen=True)
class Ground:
    """What lies in a community, all in the same metres."""

    community: shapely.Geometry
    barriers: np.ndarray  # lines of roads and shores
    buildings: np.ndarray  # polygons
    loads: np.ndarray  # (n, 2) places of components


def lay(ground: Ground, target_m2: float = TARGET_M2) -> np.ndarray:
    """The cells (n,) in reading order; they cover the community and cut no building in it.

    Where the community is so large that its sequence would run out, cells are larger.
    """
    target = max(target_m2, shapely.area(ground.community) / (MOST * ROOM))
    whole = _whole_buildings(ground)
    faces = enclosures(ground.community, ground.barriers, whole)
    blocks = merge_slivers(faces, SLIVER * target)
    pieces = [
        piece
        for number, block in enumerate(blocks)
        for piece in _pieces(block, whole, ground.loads, target, number)
    ]
    cells = fitted(ground.community, np.array(pieces, object), whole)
    cells = merge_slivers(cells, SLIVER * target)
    # Spikes of a millimetre's width go, shared edges stay shared, the border stays as it is.
    cells = shapely.coverage_simplify(cells, SMOOTH_M, simplify_boundary=False)
    return cells[reading_order(cells, np.sqrt(target))]


def _whole_buildings(ground: Ground) -> np.ndarray:
    """What no edge may cut: buildings, and of one across the border each piece within.

    Between two that touch, an edge may run along the wall that they share.
    """
    if not len(ground.buildings):
        return ground.buildings
    near = shapely.buffer(ground.community, GRID_M)
    whole = shapely.within(ground.buildings, near)
    across = shapely.intersection(ground.buildings[~whole], ground.community, grid_size=GRID_M)
    pieces = shapely.get_parts(across)
    return np.concatenate([ground.buildings[whole], pieces[shapely.area(pieces) > LEAST_PIECE_M2]])


def _pieces(
    block: shapely.Geometry,
    buildings: np.ndarray,
    loads: np.ndarray,
    target: float,
    seed: int,
) -> np.ndarray:
    number = round(shapely.area(block) / target)
    if shapely.area(block) <= LARGE * target or number < 2:
        return np.array([block], object)
    shapely.prepare(block)
    own = buildings[shapely.intersects(block, buildings)] if len(buildings) else buildings
    own = own[shapely.contains(block, shapely.point_on_surface(own))] if len(own) else own
    inside = loads[shapely.contains_xy(block, loads[:, 0], loads[:, 1])] if len(loads) else loads
    return split_block(block, own, inside, number, target, seed)

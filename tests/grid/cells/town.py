"""A made-up community with streets, a river's shore and houses, for the rules of cells."""

import numpy as np
import shapely

from grid.cells.laying import Ground


def make_ground(
    seed: int = 0, side: float = 420.0, houses: int = 60, across: bool = False
) -> Ground:
    """A community with a ragged border; houses stand free, some on a street, or on the border."""
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0, 2 * np.pi, 40))
    radii = random.uniform(0.75, 1.0, 40) * side / 1.6
    border = shapely.Polygon(
        np.column_stack([560_000 + radii * np.cos(angles), 3_060_000 + radii * np.sin(angles)])
    )
    west, south, east, north = border.bounds
    lines = [
        shapely.LineString([(x, south - 50), (x + random.uniform(-40, 40), north + 50)])
        for x in np.arange(west + 60, east, 130)
    ]
    lines += [shapely.LineString([(west - 9, south + 190), (east + 9, south + 230)])]
    lines += [
        shapely.LineString([(west + 70, south + 80), (west + 120, south + 120)])
    ]  # a dead end
    x, y = random.uniform(west, east, houses), random.uniform(south, north, houses)
    boxes = shapely.box(x, y, x + random.uniform(6, 20, houses), y + random.uniform(6, 20, houses))
    kept: list[shapely.Geometry] = []
    for box in boxes:
        lies = shapely.intersects if across else shapely.within
        if lies(box, border) and not any(shapely.distance(box, k) < 1 for k in kept):
            kept.append(box)
    loads = np.column_stack([random.uniform(west, east, 300), random.uniform(south, north, 300)])
    buildings = np.array(kept, object) if kept else np.empty(0, object)
    return Ground(border, np.array(lines, object), buildings, loads)

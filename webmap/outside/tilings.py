"""Where a tile of the web map lies in the grid of somebody else. Pure: numbers in, numbers out."""

from dataclasses import dataclass
from math import ceil, floor, hypot

from webmap.outside.pyramids import Pyramid

WORLD_M = 20037508.342789244  # half the side of the web map
PIXELS = 256  # of our tiles
NODES = 9  # a side, at which a tile is placed exactly; between them it is straight
MOST_TILES = 12

Bounds = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True)
class Cover:
    """The tiles of a grid that a tile of ours lies on: their matrix, and the first and last of each way."""

    matrix: int
    columns: range
    rows: range
    west: float  # of the first column, in the grid's CRS
    north: float
    resolution: float


def tile_bounds(zoom: int, column: int, row: int) -> Bounds:
    """The bounds of a web map's tile in EPSG:3857.

    >>> tile_bounds(0, 0, 0)[2]
    20037508.342789244
    """
    side = 2 * WORLD_M / 2**zoom
    west, north = column * side - WORLD_M, WORLD_M - row * side
    return west, north - side, west + side, north


def nodes(bounds: Bounds) -> list[tuple[float, float]]:
    """Points at equal distances over a tile, row by row from the north."""
    west, south, east, north = bounds
    steps = [i / (NODES - 1) for i in range(NODES)]
    return [(west + (east - west) * x, north - (north - south) * y) for y in steps for x in steps]


def pixel_size(placed: list[tuple[float, float]]) -> float:
    """How large a pixel of our tile is in the units of the CRS that its nodes are placed in."""
    middle = NODES * (NODES // 2)
    (x1, y1), (x2, y2) = placed[middle], placed[middle + NODES - 1]
    return hypot(x2 - x1, y2 - y1) / PIXELS


def extent_of(placed: list[tuple[float, float]]) -> Bounds:
    """The box around points."""
    xs, ys = [x for x, _ in placed], [y for _, y in placed]
    return min(xs), min(ys), max(xs), max(ys)


def cover(grid: Pyramid, placed: list[tuple[float, float]]) -> Cover | None:
    """The tiles of a grid that a tile of ours needs, given its nodes in the grid's CRS.

    The matrix is the coarsest that is at least nearly as fine as ours; None where the grid has
    nothing fit: a tile of ours would lie on too many of its tiles.
    """
    size = pixel_size(placed)
    fit = [n for n, resolution in enumerate(grid.resolutions) if resolution <= size * 1.5]
    index = fit[0] if fit else len(grid.resolutions) - 1
    resolution = grid.resolutions[index]
    side = resolution * grid.pixels
    west, south, east, north = extent_of(placed)
    left, top = grid.origin
    columns = range(max(0, floor((west - left) / side)), ceil((east - left) / side))
    rows = range(max(0, floor((top - north) / side)), ceil((top - south) / side))
    if not 0 < len(columns) * len(rows) <= MOST_TILES:
        return None
    return Cover(
        matrix=index + grid.first,
        columns=columns,
        rows=rows,
        west=left + columns.start * side,
        north=top - rows.start * side,
        resolution=resolution,
    )

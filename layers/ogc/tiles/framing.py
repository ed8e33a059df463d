"""Where a tile lies in the storage CRS, and how its coordinates become those of the tile.

From zoom 14 on the way from the city's CRS to EPSG:3857 is, within one tile, so nearly
straight that the plane is stretched and turned instead of projected: off by less than a
third of a unit of the tile (a 24th of a pixel), and a tile of houses takes a third less
time. docs/adr/0006-tiles.md.
"""

from typing import NamedTuple

from layers.ogc.tiles.matrices import UNITS, TilePlace, side_m
from spatial.city import city
from spatial.crs import transformer

BUFFER = 64  # units drawn beyond the edge, so that wide lines meet
STRAIGHT_FROM = 14
AFFINE = ("xx", "xy", "yx", "yy", "dx", "dy")

Window = tuple[float, float, float, float]


class Framing(NamedTuple):
    """What of the city is seen in a tile and its buffer, and the map onto EPSG:3857.

    ``window``: west, south, east, north in the storage CRS. ``affine``: the parameters of
    ST_Affine, ``x' = xx·x + xy·y + dx`` and ``y' = yx·x + yy·y + dy``.
    """

    window: Window
    affine: tuple[float, ...]


def framing_of(place: TilePlace) -> Framing:
    """The framing of a tile, from nine points: corners, middles of the sides, centre."""
    west, south, east, north = place.bounds
    margin = side_m(place.zoom) * BUFFER / UNITS
    columns = (west - margin, (west + east) / 2, east + margin)
    rows = (south - margin, (south + north) / 2, north + margin)
    across, up = [column for column in columns for _ in rows], [*rows] * len(columns)
    x, y = transformer(3857, city().projected).transform(across, up)
    width, height = columns[2] - columns[0], rows[2] - rows[0]
    x_across, y_across = (x[7] - x[1]) / width, (y[7] - y[1]) / width
    x_up, y_up = (x[5] - x[3]) / height, (y[5] - y[3]) / height
    det = x_across * y_up - x_up * y_across
    xx, xy, yx, yy = y_up / det, -x_up / det, -y_across / det, x_across / det
    points = list(zip(across, up, x, y, strict=True))
    dx = sum(e - xx * x - xy * y for e, _, x, y in points) / len(points)
    dy = sum(n - yx * x - yy * y for _, n, x, y in points) / len(points)
    return Framing((min(x), min(y), max(x), max(y)), (xx, xy, yx, yy, dx, dy))


def placed_sql(shape: str, zoom: int) -> str:
    """The expression of a shape in EPSG:3857; its parameters are named as in AFFINE."""
    if zoom < STRAIGHT_FROM:
        return f"ST_Transform({shape}, 3857)"
    return f"ST_Affine({shape}, {', '.join(f'%({name})s' for name in AFFINE)})"

"""The tile matrix set WebMercatorQuad, and one place in it."""

import math
from functools import cache
from typing import Any, NamedTuple

from spatial.city import city

MATRIX_SET = "WebMercatorQuad"
MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
CRS_URI = "http://www.opengis.net/def/crs/EPSG/0/3857"
MAX_ZOOM = 22
WORLD_M = 40075016.685578488
TILE_PIXELS = 256  # what the standard's scale denominators are counted in
MAP_PIXELS = 512  # what our map, and MapLibre, draws a vector tile in
UNITS = 4096  # of a tile's own grid
STANDARD_PIXEL_M = 0.00028


class TilePlace(NamedTuple):
    """One tile: zoom, row from the north, column from the west."""

    zoom: int
    row: int
    column: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857."""
        side = side_m(self.zoom)
        west, north = self.column * side - WORLD_M / 2, WORLD_M / 2 - self.row * side
        return west, north - side, west + side, north

    @property
    def is_in_range(self) -> bool:
        """Whether the matrix set has such a tile."""
        if self.zoom > MAX_ZOOM:  # before it is shifted by: an address may hold any number
            return False
        size = 1 << self.zoom
        return self.row < size and self.column < size


def side_m(zoom: int) -> float:
    """The side of a tile in the units of EPSG:3857."""
    return WORLD_M / (1 << zoom)


def pixel_m(zoom: int) -> float:
    """The ground size of a map pixel at the city, in metres."""
    return side_m(zoom) / MAP_PIXELS * math.cos(math.radians(city().view.latitude))


def place_of(zoom: int, longitude: float, latitude: float) -> TilePlace:
    """The tile over a position in degrees."""
    size = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return TilePlace(zoom, int(y * size), int((longitude + 180) / 360 * size))


@cache
def definition() -> dict[str, Any]:
    """The tile matrix set as the standard defines it (OGC 17-083r4, JSON)."""
    corner = WORLD_M / 2
    return {
        "id": MATRIX_SET,
        "title": "Google Maps Compatible for the World",
        "uri": MATRIX_SET_URI,
        "crs": CRS_URI,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(zoom, corner) for zoom in range(MAX_ZOOM + 1)],
    }


def _matrix(zoom: int, corner: float) -> dict[str, Any]:
    cell = side_m(zoom) / TILE_PIXELS
    return {
        "id": str(zoom),
        "scaleDenominator": cell / STANDARD_PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-corner, corner],
        "tileWidth": TILE_PIXELS,
        "tileHeight": TILE_PIXELS,
        "matrixWidth": 1 << zoom,
        "matrixHeight": 1 << zoom,
    }

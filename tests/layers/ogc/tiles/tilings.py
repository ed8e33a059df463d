"""Tiles around the city's centre, asked for and read."""

import pyogrio

from layers.ogc.tiles.matrices import MATRIX_SET, TilePlace, place_of
from tests.town import centre_degrees


def place_at(zoom: int, dx: float = 0, dy: float = 0) -> TilePlace:
    """The tile that holds a spot in metres from the centre."""
    return place_of(zoom, *centre_degrees(dx, dy))


def address(zoom: int, layer: str = "parcels", dx: float = 0, dy: float = 0) -> str:
    """The address of that tile."""
    place = place_at(zoom, dx, dy)
    base = f"/ogc/collections/{layer}/tiles" if layer else "/ogc/tiles"
    return f"{base}/{MATRIX_SET}/{place.zoom}/{place.row}/{place.column}"


def frame_of(body: bytes, tmp_path, layer: str = "parcels"):
    """The features of one layer of a tile, as GDAL reads them."""
    path = tmp_path / "tile.mvt"
    path.write_bytes(body)
    return pyogrio.read_dataframe(path, layer=layer)


def layers_in(body: bytes, tmp_path) -> list[str]:
    """The names of the layers of a tile."""
    if not body:
        return []
    path = tmp_path / "tile.mvt"
    path.write_bytes(body)
    return [name for name, _ in pyogrio.list_layers(path)]

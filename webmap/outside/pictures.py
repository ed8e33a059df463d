"""A tile of the web map made of somebody else's pictures, drawn anew where their grid differs."""

from io import BytesIO
from itertools import product

from PIL import Image

from spatial.crs import transformer
from webmap.outside.addresses import picture_address, tile_address
from webmap.outside.declarations import OutsideMap
from webmap.outside.errors import NothingThere, OutsideUnavailable
from webmap.outside.fetching import fetch
from webmap.outside.pyramids import Pyramid
from webmap.outside.tilings import (
    NODES,
    PIXELS,
    cover,
    extent_of,
    nodes,
    pixel_size,
    tile_bounds,
)

MOST_SIDE = 1024  # of a picture asked of a WMS
Points = list[tuple[float, float]]


def tile_picture(one: OutsideMap, zoom: int, column: int, row: int) -> bytes:
    """The picture of a tile of the web map, as the service gave it or drawn anew as PNG.

    Raises:
        NothingThere: the service has nothing there.
        OutsideUnavailable: it does not answer with a picture.
    """
    key = one.key()
    bounds = tile_bounds(zoom, column, row)
    if one.kind == "wms" and one.crs == 3857:
        return fetch(one.id, picture_address(one, bounds, PIXELS, PIXELS, key))
    pyramid = one.pyramid
    if one.kind != "wms" and pyramid is None:
        return fetch(one.id, tile_address(one, zoom, column, row, key))
    epsg = pyramid.epsg if pyramid else one.crs
    placed = [(x, y) for x, y in transformer(3857, epsg).itransform(nodes(bounds))]
    if pyramid:
        return _redrawn(*_mosaic(one, pyramid, placed, key))
    return _redrawn(*_map_picture(one, placed, key))


def _map_picture(one: OutsideMap, placed: Points, key: str) -> tuple[Image.Image, Points]:
    """A picture of a WMS around the tile, and where the tile's nodes lie in it."""
    size = pixel_size(placed)
    west, south, east, north = extent_of(placed)
    width = min(MOST_SIDE, max(1, round((east - west) / size)))
    height = min(MOST_SIDE, max(1, round((north - south) / size)))
    url = picture_address(one, (west, south, east, north), width, height, key)
    picture = _opened(fetch(one.id, url))
    across, down = picture.width / (east - west), picture.height / (north - south)
    return picture, [((x - west) * across, (north - y) * down) for x, y in placed]


def _mosaic(
    one: OutsideMap, pyramid: Pyramid, placed: Points, key: str
) -> tuple[Image.Image, Points]:
    """The tiles of a grid below the tile, side by side, and where the tile's nodes lie in them."""
    found = cover(pyramid, placed)
    if found is None:
        raise NothingThere("no matrix for this scale")
    side = pyramid.pixels
    mosaic = Image.new("RGBA", (side * len(found.columns), side * len(found.rows)))
    missing = 0
    for (across, column), (down, row) in product(enumerate(found.columns), enumerate(found.rows)):
        try:
            piece = _opened(fetch(one.id, tile_address(one, found.matrix, column, row, key)))
        except NothingThere:
            missing += 1
            continue
        mosaic.paste(piece, (across * side, down * side))
    if missing == len(found.columns) * len(found.rows):
        raise NothingThere("none of the tiles")
    return mosaic, [
        ((x - found.west) / found.resolution, (found.north - y) / found.resolution)
        for x, y in placed
    ]


def _opened(body: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(body)).convert("RGBA")
    except (OSError, ValueError) as error:
        raise OutsideUnavailable("broken picture") from error


def _redrawn(picture: Image.Image, at: Points) -> bytes:
    """The picture bent so that the nodes lie where they do in our tile."""
    step = PIXELS // (NODES - 1)
    mesh = []
    for row, column in product(range(NODES - 1), repeat=2):
        first = row * NODES + column
        corners = (first, first + NODES, first + NODES + 1, first + 1)  # as PIL wants them
        box = (column * step, row * step, (column + 1) * step, (row + 1) * step)
        mesh.append((box, tuple(value for corner in corners for value in at[corner])))
    drawn = picture.transform(
        (PIXELS, PIXELS), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR
    )
    out = BytesIO()
    drawn.save(out, "PNG", compress_level=4)
    return out.getvalue()

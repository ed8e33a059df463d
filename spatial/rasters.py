"""Terrain and other rasters: the only door to rasterio."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT

TILE = 256
WORLD_M = 20037508.342789244  # half the width of the web-Mercator square


class RasterError(ValueError):
    """A raster that is missing or cannot be read."""


@dataclass(frozen=True)
class RasterInfo:
    """What a raster covers: bounds in its own CRS, cell size in its units, shape (rows, columns)."""

    epsg: int
    bounds: tuple[float, float, float, float]
    cell: float
    shape: tuple[int, int]


def write_terrain(
    path: Path, heights: np.ndarray, west: float, north: float, cell_m: float, epsg: int
) -> None:
    """Write heights (rows from north to south, metres; NaN = no data) as a tiled GeoTIFF.

    ``west`` and ``north`` are the outer edges of the upper left cell. Overviews are
    built in, so that small scales read little.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {
        "driver": "GTiff",
        "height": heights.shape[0],
        "width": heights.shape[1],
        "count": 1,
        "dtype": "float32",
        "crs": f"EPSG:{epsg}",
        "transform": from_origin(west, north, cell_m, cell_m),
        "nodata": float("nan"),
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
        "compress": "deflate",
        "predictor": 3,
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(heights.astype("float32"), 1)
        target.build_overviews([2, 4, 8, 16], Resampling.average)


def raster_info(path: Path) -> RasterInfo:
    """What a raster covers.

    Raises:
        RasterError: missing or unreadable.
    """
    try:
        with rasterio.open(path) as source:
            epsg = source.crs.to_epsg() if source.crs else 0
            return RasterInfo(epsg or 0, tuple(source.bounds), source.res[0], source.shape)
    except rasterio.errors.RasterioIOError as error:
        raise RasterError(f"栅格文件读不到：{path.name}") from error


def terrain_tile(path: Path, zoom: int, column: int, row: int) -> bytes:
    """One web-Mercator tile of heights as a PNG in the Terrarium encoding.

    height in metres = red × 256 + green + blue / 256 − 32768. Where there is no data the
    height is the tile's mean, lest the shading draw a cliff there; 0 in an empty tile.

    Raises:
        RasterError: missing or unreadable.
    """
    side = 2 * WORLD_M / 2**zoom
    west, north = column * side - WORLD_M, WORLD_M - row * side
    pixel = side / TILE
    frame = {
        "crs": "EPSG:3857",
        "transform": from_origin(west, north, pixel, pixel),
        "width": TILE,
        "height": TILE,
        "resampling": Resampling.bilinear,
        "nodata": float("nan"),
    }
    try:
        with rasterio.open(path) as source, WarpedVRT(source, **frame) as warped:
            heights = warped.read(1)
    except rasterio.errors.RasterioIOError as error:
        raise RasterError(f"栅格文件读不到：{path.name}") from error
    return _terrarium(heights)


def _terrarium(heights: np.ndarray) -> bytes:
    known = heights[~np.isnan(heights)]
    metres = np.nan_to_num(heights, nan=known.mean() if known.size else 0.0) + 32768.0
    encoded = np.empty((*heights.shape, 3), dtype="uint8")
    encoded[..., 0] = metres // 256
    encoded[..., 1] = metres % 256
    encoded[..., 2] = (metres - np.floor(metres)) * 256
    out = BytesIO()
    Image.fromarray(encoded).save(out, "PNG", compress_level=3)
    return out.getvalue()

"""Terrain and other rasters: the only door to rasterio."""

from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import rasterio
import rasterio.features
import rasterio.shutil
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


@dataclass(frozen=True)
class Sheet:
    """A raster of heights as delivered.

    ``crs`` is WKT or ''; ``cell_m`` metres; ``rings`` the outlines of where there are
    data, in the raster's own CRS, as (n, 2) arrays, outer rings and holes alike;
    ``suspicious`` a value that looks like an undeclared no-data mark, or None.
    """

    crs: str
    cell_m: float
    shape: tuple[int, int]
    bands: int
    nodata: float | None
    minimum: float | None
    maximum: float | None
    suspicious: float | None
    vertical_datum: str
    rings: tuple[np.ndarray, ...]


# By ending, not by content: of what GDAL reads, some formats point to other files.
DRIVERS = {
    ".tif": "GTiff", ".tiff": "GTiff", ".hgt": "SRTMHGT", ".asc": "AAIGrid", ".img": "HFA",
}  # fmt: skip
MARKS = (-32768.0, -32767.0, -9999.0, -99999.0, 32767.0)  # used as no data, often undeclared
OUTLINE_CELLS = 1_000  # outlines are drawn on a grid of at most so many cells a side
METRES_PER_DEGREE = 111_320.0


def read_sheet(path: Path) -> Sheet:
    """Look a raster of heights through, at a reduced size where it is large.

    Raises:
        RasterError: missing, unreadable or without a single height.
    """
    try:
        with _opened(path) as source:
            step = max(1, *(side // OUTLINE_CELLS for side in source.shape))
            shape = tuple(max(1, side // step) for side in source.shape)
            heights = source.read(1, out_shape=shape, masked=True)
            return _sheet(source, heights)
    except rasterio.errors.RasterioIOError as error:
        raise RasterError(f"栅格文件读不到：{path.name}") from error


def _opened(path: Path) -> rasterio.DatasetReader:
    driver = DRIVERS.get(path.suffix.lower())
    if not driver:
        raise RasterError(f"不认识的栅格格式：{path.name}")
    return rasterio.open(path, driver=driver)


def write_cog(source_path: Path, target: Path, epsg: int) -> None:
    """Write a raster as a cloud-optimised GeoTIFF: tiled, with overviews, compressed.

    Cells keep their values and places; ``epsg`` is set where the source declares no CRS.
    The file appears whole or not at all.

    Raises:
        RasterError: the source cannot be read or the target not be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    try:
        with _opened(source_path) as source:
            frame = {} if source.crs else {"src_crs": f"EPSG:{epsg}", "crs": f"EPSG:{epsg}"}
            options = {"blocksize": 512, "compress": "DEFLATE", "predictor": "YES"}
            options |= {"overview_resampling": "AVERAGE", "bigtiff": "IF_SAFER"}
            with WarpedVRT(source, **frame) if frame else nullcontext(source) as read:
                rasterio.shutil.copy(read, partial, driver="COG", **options)
        partial.replace(target)
    except (rasterio.errors.RasterioError, OSError) as error:
        raise RasterError(f"栅格 {source_path.name} 转换不了：{error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _sheet(source: rasterio.DatasetReader, heights: np.ma.MaskedArray) -> Sheet:
    known = heights.compressed()
    known = known[np.isfinite(known)].astype(float)
    if not known.size:
        raise RasterError(f"{Path(source.name).name} 没有一个有效的高程值")
    mask = np.isfinite(heights.filled(np.nan) if heights.dtype.kind == "f" else heights) & ~(
        np.ma.getmaskarray(heights)
    )
    shape = source.shape
    scaled = source.transform * source.transform.scale(
        shape[1] / heights.shape[1], shape[0] / heights.shape[0]
    )
    outlines = rasterio.features.shapes(mask.astype("uint8"), mask=mask, transform=scaled)
    rings = tuple(np.array(ring) for shape_, _ in outlines for ring in shape_["coordinates"])
    marks = [m for m in MARKS if m in (known.min(), known.max())]
    crs = source.crs
    is_geographic = bool(crs and crs.is_geographic)
    return Sheet(
        crs=crs.to_wkt() if crs else "",
        cell_m=source.res[0] * (METRES_PER_DEGREE if is_geographic else 1.0),
        shape=shape,
        bands=source.count,
        nodata=source.nodata,
        minimum=float(known.min()),
        maximum=float(known.max()),
        suspicious=marks[0] if marks else None,
        vertical_datum=str(source.tags().get("VERTICAL_DATUM", "")),
        rings=rings,
    )


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

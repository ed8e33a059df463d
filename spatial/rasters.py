"""Terrain and other rasters: the only door to rasterio."""

import math
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.features
import rasterio.shutil
import rasterio.warp
import rasterio.windows
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.vrt import WarpedVRT

from spatial.errors import SpatialError

TILE = 256

Bounds = tuple[float, float, float, float]  # west, south, east, north


class RasterError(SpatialError, ValueError):
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
class HeightSheet:
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


def read_sheet(path: Path) -> HeightSheet:
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


def _sheet(source: rasterio.DatasetReader, heights: np.ma.MaskedArray) -> HeightSheet:
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
    return HeightSheet(
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


@dataclass(frozen=True)
class Grid:
    """Cells of a raster: values (rows from north to south, NaN = none), place and size.

    ``west`` and ``north`` are outer edges; what a cell says, it says of its centre.
    """

    epsg: int
    west: float
    north: float
    cell_x: float
    cell_y: float
    values: np.ndarray

    @property
    def xs(self) -> np.ndarray:
        """The centres of the columns."""
        return self.west + (np.arange(self.values.shape[1]) + 0.5) * self.cell_x

    @property
    def ys(self) -> np.ndarray:
        """The centres of the rows, from north to south."""
        return self.north - (np.arange(self.values.shape[0]) + 0.5) * self.cell_y

    def outside(self, rings: list[dict]) -> np.ndarray:
        """Which cells have their centre outside of polygons (GeoJSON, in the grid's CRS)."""
        return rasterio.features.geometry_mask(rings, self.values.shape, self._transform)

    def as_geotiff(self, names: tuple[str, ...]) -> bytes:
        """The grid as a tiled GeoTIFF of one band."""
        rows, columns = self.values.shape
        profile = {
            "driver": "GTiff",
            "height": rows,
            "width": columns,
            "count": 1,
            "dtype": "float32",
            "crs": f"EPSG:{self.epsg}",
            "transform": self._transform,
            "nodata": float("nan"),
            "compress": "deflate",
            "predictor": 3,
        }
        with rasterio.MemoryFile() as memory:
            with memory.open(**profile) as target:
                target.write(self.values.astype("float32"), 1)
                target.set_band_description(1, names[0])
            return bytes(memory.read())

    @property
    def _transform(self) -> rasterio.Affine:
        return rasterio.Affine(self.cell_x, 0, self.west, 0, -self.cell_y, self.north)


def snapped(info: RasterInfo, bounds: Bounds) -> tuple[Bounds, tuple[int, int]] | None:
    """Bounds widened to whole cells and cut to the raster, and how many rows and columns.

    Bounds are west, south, east, north in the raster's CRS. None: they do not meet it.
    """
    west, south, east, north = info.bounds
    first = max(0, math.floor((bounds[0] - west) / info.cell + 1e-9))
    last = min(info.shape[1], math.ceil((bounds[2] - west) / info.cell - 1e-9))
    top = max(0, math.floor((north - bounds[3]) / info.cell + 1e-9))
    low = min(info.shape[0], math.ceil((north - bounds[1]) / info.cell - 1e-9))
    if first >= last or top >= low:
        return None
    edges = (west + first * info.cell, north - low * info.cell)
    far = (west + last * info.cell, north - top * info.cell)
    return (*edges, *far), (low - top, last - first)


def read_grid(path: Path, bounds: Bounds, shape: tuple[int, int], epsg: int) -> Grid:
    """Values within bounds of a CRS, as so many rows and columns; overviews are used.

    Fewer cells than the raster has are means of theirs, each by the part of it that lies
    in the new one; more are interpolated. In the raster's own CRS and number they are its
    very values.

    Raises:
        RasterError: missing or unreadable.
    """
    rows, columns = shape
    west, _, _, north = bounds
    cell_x, cell_y = (bounds[2] - west) / columns, (north - bounds[1]) / rows
    try:
        with rasterio.open(path) as source:
            joined = _joined(source, bounds, shape, epsg)
            own = source.crs.to_epsg() == epsg
            how = _resampling(joined, own=own)
            frame = {
                "crs": f"EPSG:{epsg}",
                "transform": rasterio.Affine(cell_x, 0, west, 0, -cell_y, north),
                "width": columns,
                "height": rows,
                "nodata": float("nan"),
                "dtype": "float32",
            }
            if own and how is not Resampling.average:
                window = rasterio.windows.from_bounds(*bounds, source.transform)
                masked = source.read(1, window=window, out_shape=shape, resampling=how, masked=True)
                values = masked.astype("float32").filled(np.nan)
            else:
                # A plain read at another size takes whole cells only, half a cell off.
                with (
                    rasterio.open(path, **_overview(source, joined)) as read,
                    WarpedVRT(read, resampling=how, **frame) as warped,
                ):
                    values = warped.read(1)
    except rasterio.errors.RasterioIOError as error:
        raise RasterError(f"栅格文件读不到：{path.name}") from error
    return Grid(epsg, west, north, cell_x, cell_y, values)


def warped_shape(info: RasterInfo, bounds: Bounds, epsg: int) -> tuple[Bounds, tuple[int, int]]:
    """The bounds of an area in another CRS, and the rows and columns that keep its cells' size."""
    size = (round((bounds[2] - bounds[0]) / info.cell), round((bounds[3] - bounds[1]) / info.cell))
    source, target = f"EPSG:{info.epsg}", f"EPSG:{epsg}"
    frame, columns, rows = rasterio.warp.calculate_default_transform(source, target, *size, *bounds)
    west, north = frame.c, frame.f
    return (west, north + frame.e * rows, west + frame.a * columns, north), (rows, columns)


def sample(path: Path, points: np.ndarray) -> np.ndarray:
    """The values of the cells in which points (n, 2) of the raster's CRS lie; NaN outside.

    Raises:
        RasterError: missing or unreadable.
    """
    try:
        with rasterio.open(path) as source:
            found = [float(v[0]) for v in source.sample(points.tolist(), masked=True)]
            nodata = source.nodata
    except rasterio.errors.RasterioIOError as error:
        raise RasterError(f"栅格文件读不到：{path.name}") from error
    values = np.array(found, dtype=float)
    info = raster_info(path)
    west, south, east, north = info.bounds
    x, y = points[:, 0], points[:, 1]
    out = (x < west) | (x > east) | (y < south) | (y > north) | (values == nodata)
    return np.where(out, np.nan, values)


def _joined(
    source: rasterio.DatasetReader, bounds: Bounds, shape: tuple[int, int], epsg: int
) -> tuple[float, float]:
    """How many cells of the raster come together in a new one, across and down."""
    west, south, east, north = rasterio.warp.transform_bounds(f"EPSG:{epsg}", source.crs, *bounds)
    return (
        (east - west) / source.res[0] / shape[1],
        (north - south) / source.res[1] / shape[0],
    )


def _resampling(joined: tuple[float, float], *, own: bool) -> Resampling:
    """Means where cells are joined, interpolation where they are divided, else as they are.

    In another CRS cells are turned and stretched; so few come together are interpolated.
    """
    if max(joined) > (1.001 if own else 1.5):
        return Resampling.average
    return Resampling.nearest if own and min(joined) > 0.999 else Resampling.bilinear


def _overview(source: rasterio.DatasetReader, joined: tuple[float, float]) -> dict[str, int]:
    """What opens the coarsest overview of which four cells a side make a new one, if any."""
    levels = [i for i, by in enumerate(source.overviews(1)) if by <= min(joined) / 4]
    return {"overview_level": levels[-1]} if levels else {}

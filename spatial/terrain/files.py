"""Grids as deep as the terrain, read and written whole: with ``spatial.rasters`` the door to rasterio."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.features
import rasterio.shutil
from pyproj import CRS
from rasterio.transform import from_origin
from shapely.geometry.base import BaseGeometry

from spatial.rasters import Grid, RasterError, raster_info, read_grid


def read_whole(path: Path) -> Grid:
    """Every cell of a raster of square cells in a projected CRS.

    Raises:
        RasterError: missing, unreadable, or of another form.
    """
    info = raster_info(path)
    if not info.epsg or not CRS.from_epsg(info.epsg).is_projected:
        raise RasterError(f"栅格 {path.name} 不在投影坐标系中，不能以米计算")
    grid = read_grid(path, info.bounds, info.shape, info.epsg)
    if not np.isclose(grid.cell_x, grid.cell_y):
        raise RasterError(f"栅格 {path.name} 的格不是正方形")
    return grid


def read_classes(path: Path) -> npt.NDArray[np.int8]:
    """The cells of a raster of classes, -1 where there is none.

    Raises:
        RasterError: missing or unreadable.
    """
    try:
        with rasterio.open(path) as source:
            return np.asarray(source.read(1), dtype=np.int8)
    except rasterio.errors.RasterioIOError as error:
        raise RasterError(f"栅格文件读不到：{path.name}") from error


def write_cells(path: Path, like: Grid, cells: np.ndarray, tags: dict[str, str]) -> None:
    """Write cells that lie as those of a grid as a cloud-optimised GeoTIFF; whole or not at all.

    Numbers with a part are kept as float32, without data NaN; classes as int8, without data -1.
    """
    is_float = cells.dtype.kind == "f"
    profile = {
        "driver": "GTiff",
        "height": cells.shape[0],
        "width": cells.shape[1],
        "count": 1,
        "dtype": "float32" if is_float else "int8",
        "crs": f"EPSG:{like.epsg}",
        "transform": from_origin(like.west, like.north, like.cell_x, like.cell_y),
        "nodata": float("nan") if is_float else -1,
    }
    options = {"blocksize": 512, "compress": "DEFLATE", "predictor": "YES", "num_threads": "2"}
    options |= {"overview_resampling": "AVERAGE" if is_float else "NEAREST"}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    try:
        with rasterio.MemoryFile() as memory:
            with memory.open(**profile) as target:
                target.write(cells.astype(profile["dtype"]), 1)
                target.update_tags(**tags)
            with memory.open() as source:
                rasterio.shutil.copy(source, partial, driver="COG", **options)
        partial.replace(path)
    except (rasterio.errors.RasterioError, OSError) as error:
        raise RasterError(f"栅格 {path.name} 写不了：{error}") from error
    finally:
        partial.unlink(missing_ok=True)


def tags_of(path: Path) -> dict[str, str]:
    """What a raster says of how it was made."""
    with rasterio.open(path) as source:
        return dict(source.tags())


def touched(like: Grid, shapes: Iterable[BaseGeometry]) -> npt.NDArray[np.bool_]:
    """Which cells of a grid some geometries of its CRS touch."""
    return burnt(like, [(shape, 1) for shape in shapes], 0, touching=True) > 0


def burnt(
    like: Grid, numbered: list[tuple[BaseGeometry, int]], elsewhere: int, *, touching: bool = False
) -> npt.NDArray[np.int16]:
    """The number of the geometry that each cell's centre lies in (or that touches it)."""
    if not numbered:
        return np.full(like.values.shape, elsewhere, dtype=np.int16)
    return np.asarray(
        rasterio.features.rasterize(
            numbered,
            out_shape=like.values.shape,
            fill=elsewhere,
            transform=from_origin(like.west, like.north, like.cell_x, like.cell_y),
            all_touched=touching,
            dtype="int16",
        )
    )

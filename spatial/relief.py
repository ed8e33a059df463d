"""Terrain as tiles that a web map shades: heights where they are known, a plain that they run out into beyond.

Beyond the survey there is no height. So that shading shows neither a cliff at its edge nor a bar
at the seams of tiles, heights are carried on outwards and sink into the survey's mean; within a
narrow belt inside the edge they pass over into that. All of it hangs on the place alone, never on the tile.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from spatial.crs import transformer
from spatial.rasters import Bounds, Grid, RasterError, raster_info, read_grid

TILE = 256
WORLD_M = 20037508.342789244  # half the width of the web-Mercator square
CELLS = 64  # of the coarse grid, along the survey's longer side
PAD = 32  # cells beyond the survey, in which heights sink into the mean
SINK = 0.86  # what is left of a height above the mean, a cell further out
BELT = 2  # cells inside the edge in which the survey passes over


def terrain_tile(path: Path, zoom: int, column: int, row: int, form: str = "PNG") -> bytes:
    """One web-Mercator tile of heights as a picture (PNG, WEBP) in the Terrarium encoding.

    height in metres = red × 256 + green + blue / 256 − 32768. Heights are rounded, to ¼ m from
    zoom 12 on: exact ones weigh twice to four times as much.

    Raises:
        RasterError: missing or unreadable.
    """
    side = 2 * WORLD_M / 2**zoom
    west, north = column * side - WORLD_M, WORLD_M - row * side
    bounds = (west, north - side, west + side, north)
    beyond, trust, mean = _coarse(path, _written(path))
    steps = (np.arange(TILE) + 0.5) / TILE * side
    heights = _sampled(beyond, beyond.values, west + steps, north - steps, mean)
    share = _sampled(beyond, trust, west + steps, north - steps, 0.0)
    if share.any():
        known = read_grid(path, bounds, (TILE, TILE), 3857).values
        share = np.where(np.isnan(known), 0.0, share)
        heights = heights + share * (np.nan_to_num(known) - heights)
    return _terrarium(heights, min(1.0, max(0.25, 2.0 ** (10 - zoom))), form)


def carried_on(values: np.ndarray, mean: float) -> np.ndarray:
    """Heights with every gap filled from its neighbours, each cell further out nearer to the mean."""
    filled = values.copy()
    for _ in range(2 * PAD + CELLS):
        gaps = np.isnan(filled)
        if not gaps.any():
            return filled
        around = _around(filled)
        known = ~np.isnan(around)
        sums = np.where(known, around, 0.0).sum(axis=0)
        number = known.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            next_out = mean + (sums / number - mean) * SINK
        filled = np.where(gaps & (number > 0), next_out, filled)
    return np.where(np.isnan(filled), mean, filled)


def trusted(values: np.ndarray) -> np.ndarray:
    """How far the survey counts: 0 outside and at its edge, 1 from ``BELT`` cells inside on."""
    inside = ~np.isnan(values)
    share = np.zeros(values.shape)
    for _ in range(BELT):
        inside = inside & np.all(_around(inside.astype(float)) > 0, axis=0)
        share += inside / BELT
    return share


def _around(values: np.ndarray) -> np.ndarray:
    """The eight neighbours of every cell; none beyond the rim."""
    padded = np.pad(values, 1, constant_values=np.nan if np.isnan(values).any() else 0.0)
    rows, columns = values.shape
    return np.stack(
        [
            padded[1 + down : 1 + down + rows, 1 + across : 1 + across + columns]
            for down in (-1, 0, 1)
            for across in (-1, 0, 1)
            if down or across
        ]
    )


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise RasterError(f"栅格文件读不到：{path.name}") from error


@lru_cache(maxsize=4)
def _coarse(path: Path, written: int) -> tuple[Grid, np.ndarray, float]:
    """The survey on a coarse grid with room around it, how far it counts there, and its mean."""
    info = raster_info(path)
    west, south, east, north = transformer(info.epsg, 3857).transform_bounds(*info.bounds)
    cell = max(east - west, north - south) / CELLS
    columns, rows = (
        int(np.ceil(length / cell)) + 2 * PAD for length in (east - west, north - south)
    )
    first, top = west - PAD * cell, north + PAD * cell
    bounds: Bounds = (first, top - rows * cell, first + columns * cell, top)
    values = read_grid(path, bounds, (rows, columns), 3857).values.astype(float)
    mean = float(np.nanmean(values)) if not np.isnan(values).all() else 0.0
    grid = Grid(3857, first, top, cell, cell, carried_on(values, mean))
    return grid, trusted(values), mean


def _sampled(
    grid: Grid, values: np.ndarray, xs: np.ndarray, ys: np.ndarray, beyond: float
) -> np.ndarray:
    """Values at places, interpolated between the centres of cells; ``beyond`` outside."""
    padded = np.pad(values, 1, constant_values=beyond)
    rows, columns = padded.shape
    across = np.clip((xs - grid.west) / grid.cell_x + 0.5, 0, columns - 1.000001)
    down = np.clip((grid.north - ys) / grid.cell_y + 0.5, 0, rows - 1.000001)
    left, top = across.astype(int), down.astype(int)
    x, y = across - left, (down - top)[:, None]
    upper = padded[np.ix_(top, left)] * (1 - x) + padded[np.ix_(top, left + 1)] * x
    lower = padded[np.ix_(top + 1, left)] * (1 - x) + padded[np.ix_(top + 1, left + 1)] * x
    return upper * (1 - y) + lower * y


def _terrarium(heights: np.ndarray, step: float, form: str) -> bytes:
    metres = np.round(heights / step) * step + 32768.0
    encoded = np.stack([metres // 256, metres % 256, metres % 1 * 256], axis=-1).astype("uint8")
    out = BytesIO()
    more: dict[str, Any] = {"lossless": True} if form == "WEBP" else {"compress_level": 3}
    Image.fromarray(encoded).save(out, form, **more)
    return out.getvalue()

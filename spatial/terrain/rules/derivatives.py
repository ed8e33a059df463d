"""Slope, aspect and curvature of heights. Pure.

Heights are rows from north to south of square cells, in metres; NaN is a hole. A cell of which
the cell itself or one of its eight neighbours is a hole, or that lies at the edge, has no
derivative: holes stay holes and grow by one cell, as gdaldem has it.

Slope and aspect by Horn (1981) are those of gdaldem. Slope and curvatures by Zevenbergen and
Thorne (1987) are those of SAGA, signs included: convex is positive along and across the slope.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

BLOCK_ROWS = 512  # of a county at 12.5 m at once: what is intermediate stays below 100 MB


def slope_deg(heights: Cells, cell_m: float) -> Cells:
    """Steepness by Horn, in degrees.

    >>> plane = np.add.outer(np.zeros(3), np.array([0.0, 10, 20])).astype(np.float32)
    >>> float(slope_deg(plane, 10.0)[1, 1])
    45.0
    """
    return _by_blocks(heights, lambda block: _steepness(*_horn(block, cell_m)))


def slope_zt_deg(heights: Cells, cell_m: float) -> Cells:
    """Steepness by Zevenbergen and Thorne, of the four nearest neighbours, in degrees."""
    return _by_blocks(heights, lambda block: _steepness(*_nearest(block, cell_m)))


def aspect_deg(heights: Cells, cell_m: float) -> Cells:
    """Where a slope faces by Horn: degrees clockwise from north; NaN where the ground is level.

    >>> rises_east = np.add.outer(np.zeros(3), np.array([0.0, 10, 20])).astype(np.float32)
    >>> float(aspect_deg(rises_east, 10.0)[1, 1])
    270.0
    """
    return _by_blocks(heights, lambda block: _facing(*_horn(block, cell_m)))


def profile_curvature(heights: Cells, cell_m: float) -> Cells:
    """Curvature along the slope (1/m): positive where it is convex; NaN where it is level."""
    return _by_blocks(heights, lambda block: _profile(block, cell_m))


def plan_curvature(heights: Cells, cell_m: float) -> Cells:
    """Curvature of the contour (1/m): positive on a spur; NaN where the ground is level."""
    return _by_blocks(heights, lambda block: _plan(block, cell_m))


def _by_blocks(heights: Cells, derivative: Callable[[Floats], Cells]) -> Cells:
    """A derivative of blocks of rows that overlap by one row each side."""
    found = np.full(heights.shape, np.nan, dtype=np.float32)
    last = heights.shape[0] - 1
    if min(heights.shape) < 3:
        return found
    for first in range(1, last, BLOCK_ROWS):
        until = min(first + BLOCK_ROWS, last)
        block = heights[first - 1 : until + 1].astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            inner = derivative(block)
        hole = np.isnan(_neighbours_sum(block))
        found[first:until, 1:-1] = np.where(hole, np.nan, inner)
    return found


def _neighbours_sum(z: Floats) -> Floats:
    rows = z[:-2] + z[1:-1] + z[2:]
    return rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]


def _horn(z: Floats, cell_m: float) -> tuple[Floats, Floats]:
    """How much the ground rises per metre eastward and northward."""
    columns = z[:-2] + 2 * z[1:-1] + z[2:]
    rows = z[:, :-2] + 2 * z[:, 1:-1] + z[:, 2:]
    east = (columns[:, 2:] - columns[:, :-2]) / (8 * cell_m)
    return east, (rows[:-2] - rows[2:]) / (8 * cell_m)


def _nearest(z: Floats, cell_m: float) -> tuple[Floats, Floats]:
    east = (z[1:-1, 2:] - z[1:-1, :-2]) / (2 * cell_m)
    return east, (z[:-2, 1:-1] - z[2:, 1:-1]) / (2 * cell_m)


def _steepness(east: Floats, north: Floats) -> Cells:
    return np.degrees(np.arctan(np.hypot(east, north))).astype(np.float32)


def _facing(east: Floats, north: Floats) -> Cells:
    # Down the slope is away from where it rises.
    facing = np.degrees(np.arctan2(-east, -north)) % 360.0
    return np.where((east == 0) & (north == 0), np.nan, facing).astype(np.float32)


def _second(z: Floats, cell_m: float) -> tuple[Floats, Floats, Floats]:
    """The second-order terms of the surface through nine cells: D, E and F of its authors."""
    middle = z[1:-1, 1:-1]
    east = ((z[1:-1, 2:] + z[1:-1, :-2]) / 2 - middle) / cell_m**2
    north = ((z[:-2, 1:-1] + z[2:, 1:-1]) / 2 - middle) / cell_m**2
    turned = (z[:-2, 2:] - z[:-2, :-2] + z[2:, :-2] - z[2:, 2:]) / (4 * cell_m**2)
    return east, north, turned


def _profile(z: Floats, cell_m: float) -> Cells:
    g, h = _nearest(z, cell_m)
    d, e, f = _second(z, cell_m)
    gradient = g * g + h * h
    bent = -2 * (d * g * g + e * h * h + f * g * h) / (gradient * (1 + gradient) ** 1.5)
    return np.where(gradient == 0, np.nan, bent).astype(np.float32)


def _plan(z: Floats, cell_m: float) -> Cells:
    g, h = _nearest(z, cell_m)
    d, e, f = _second(z, cell_m)
    gradient = g * g + h * h
    bent = -2 * (d * h * h + e * g * g - f * g * h) / gradient**1.5
    return np.where(gradient == 0, np.nan, bent).astype(np.float32)

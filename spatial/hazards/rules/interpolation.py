"""Rain between gauges, and how unsure it is. Pure.

Ordinary kriging with an exponential variogram whose range is a row: solved once for the
gauges, then applied to a coarse grid, since rain is smooth beside a terrain of 12.5 m. The
standard deviation says how far off it may be; where no gauge speaks the field is missing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RainField:
    """Rain and its standard deviation at places, in millimetres; missing as NaN."""

    mm: Floats
    deviation_mm: Floats


def krige(
    x_m: Floats,
    y_m: Floats,
    mm: Floats,
    at_x_m: Floats,
    at_y_m: Floats,
    range_m: float,
    nugget: float = 0.05,
) -> RainField:
    """Rain at places from gauges, by ordinary kriging; never negative.

    `nugget` is the share of the variance that a gauge's own error and its cell's unevenness
    make. Gauges without a value take no part. With one gauge its value holds everywhere and
    the deviation is missing; with none everything is. At a gauge the field is near, not equal,
    its value: the nugget is error.

    >>> x, y = np.array([0.0, 1000.0]), np.zeros(2)
    >>> got = krige(x, y, np.array([10.0, 20.0]), np.array([500.0]), np.zeros(1), 5000.0)
    >>> round(float(got.mm[0]), 6)
    15.0
    """
    if range_m <= 0 or not 0 <= nugget < 1:
        raise ValueError("a range is positive, a nugget is a share")
    known = ~np.isnan(mm)
    x, y, rain = x_m[known], y_m[known], mm[known]
    missing = np.full(at_x_m.shape, np.nan)
    if len(rain) == 0:
        return RainField(missing, missing.copy())
    if len(rain) == 1:
        return RainField(np.full(at_x_m.shape, rain[0]), missing)
    variance = float(rain.var())
    if variance == 0:
        return RainField(np.full(at_x_m.shape, rain[0]), np.zeros(at_x_m.shape))
    weights, spread = _weights(x, y, at_x_m.ravel(), at_y_m.ravel(), range_m, nugget)
    field = np.maximum(rain @ weights, 0.0).reshape(at_x_m.shape)
    deviation = np.sqrt(np.maximum(spread, 0.0) * variance).reshape(at_x_m.shape)
    return RainField(field, deviation)


def _weights(
    x: Floats, y: Floats, at_x: Floats, at_y: Floats, range_m: float, nugget: float
) -> tuple[Floats, Floats]:
    """Weights (gauges, places), each column summing to 1, and the variance as a share."""
    count = len(x)
    covariance = (1 - nugget) * np.exp(-np.hypot(x[:, None] - x, y[:, None] - y) / range_m)
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = covariance + nugget * np.eye(count)
    system[count, count] = 0.0
    right = np.ones((count + 1, len(at_x)))
    distance = np.hypot(x[:, None] - at_x[None, :], y[:, None] - at_y[None, :])
    right[:count] = (1 - nugget) * np.exp(-distance / range_m)
    solved: Floats = np.linalg.solve(system, right).astype(np.float64)
    spread: Floats = 1.0 - np.einsum("ij,ij->j", solved[:count], right[:count]) - solved[count]
    return solved[:count], spread


def leave_one_out(x_m: Floats, y_m: Floats, mm: Floats, range_m: float) -> Floats:
    """What the other gauges say of each: its value less the field without it, in millimetres."""
    known = np.flatnonzero(~np.isnan(mm))
    errors = np.full(len(mm), np.nan)
    for row in known:
        others = known[known != row]
        if len(others) >= 2:
            field = krige(
                x_m[others],
                y_m[others],
                mm[others],
                x_m[row : row + 1],
                y_m[row : row + 1],
                range_m,
            )
            errors[row] = mm[row] - field.mm[0]
    return errors


def widened(coarse: Floats, rows: int, columns: int) -> npt.NDArray[np.float32]:
    """A coarse grid laid over a fine one, linear between its cells' centres.

    Both grids cover one rectangle. Missing cells stay missing, with all that touches them.

    >>> widened(np.array([[0.0, 10.0]]), 1, 4).tolist()
    [[0.0, 2.5, 7.5, 10.0]]
    """
    down = _positions(coarse.shape[0], rows)
    across = _positions(coarse.shape[1], columns)
    narrow = _blended(coarse.astype(np.float32), *down)
    return np.ascontiguousarray(_blended(narrow.T, *across).T)


def _positions(coarse: int, fine: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    at = np.clip((np.arange(fine) + 0.5) * coarse / fine - 0.5, 0, coarse - 1)
    first = np.minimum(at.astype(np.int64), max(coarse - 2, 0))
    return first, (at - first).astype(np.float32)


def _blended(
    grid: npt.NDArray[np.float32], first: npt.NDArray[np.int64], share: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    second = np.minimum(first + 1, grid.shape[0] - 1)
    return grid[first] * (1 - share)[:, None] + grid[second] * share[:, None]

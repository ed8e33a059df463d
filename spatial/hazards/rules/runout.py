"""How far debris may reach, by the energy line: a screen of exposure, no forecast. Pure.

What leaves a source at height z reaches a cell at distance L and height z' where
z - z' ≥ L tan φr. The angle is a row; Corominas gives log(H/L) = -0.085 log V - 0.047 from
memory.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def reach_angle_deg(volume_m3: float) -> float:
    """The angle of the energy line of a volume, after Corominas (from memory).

    >>> round(reach_angle_deg(10_000), 2)
    22.3
    """
    if volume_m3 <= 0:
        raise ValueError("a volume is positive")
    return float(np.rad2deg(np.arctan(10 ** (-0.085 * np.log10(volume_m3) - 0.047))))


def reached(
    elevation_m: Floats, cell_m: float, source: npt.NDArray[np.bool_], angle_deg: float
) -> npt.NDArray[np.bool_]:
    """Cells below the energy line of any source cell, the sources among them.

    `elevation_m` is (rows, columns), missing as NaN, which is never reached and never a
    source. Only highest sources matter much, but each is asked: a ridge hides nothing from
    this screen.

    >>> plane = np.repeat(np.array([[30.0, 20.0, 10.0, 0.0, 0.0, 0.0]]), 3, axis=0)
    >>> start = np.zeros_like(plane, dtype=bool); start[1, 0] = True
    >>> reached(plane, 10.0, start, 34.9).sum(axis=0)
    array([1, 3, 3, 3, 3, 0])
    """
    if elevation_m.shape != source.shape or not 0 < angle_deg < 90:
        raise ValueError("a source of the same shape and an angle between 0 and 90")
    rows, columns = np.nonzero(source & ~np.isnan(elevation_m))
    slope = np.tan(np.deg2rad(angle_deg))
    height_cells, width_cells = elevation_m.shape
    down, across = np.ogrid[:height_cells, :width_cells]
    found = np.zeros(elevation_m.shape, dtype=bool)
    lowest = np.nanmin(elevation_m) if rows.size else 0.0
    for row, column in zip(rows, columns, strict=True):
        height = elevation_m[row, column]
        # No cell further off can lie below this line.
        cells = int((height - lowest) / slope / cell_m) + 1
        window = (
            slice(max(row - cells, 0), row + cells + 1),
            slice(max(column - cells, 0), column + cells + 1),
        )
        distance = cell_m * np.hypot(down[window[0], :] - row, across[:, window[1]] - column)
        with np.errstate(invalid="ignore"):
            found[window] |= height - elevation_m[window] >= distance * slope
    return found | (source & ~np.isnan(elevation_m))

"""How far cells lie from what some cells hold. Pure."""

import numpy as np
import numpy.typing as npt


def distance_m(
    holds: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_], cell_m: float
) -> npt.NDArray[np.float32]:
    """From each cell's centre to the centre of the nearest that holds it; NaN where unknown.

    Where no cell holds it, nothing is near: every distance is missing, none is great.

    >>> row = np.array([[True, False, False]])
    >>> distance_m(row, np.array([[True, True, False]]), 10.0).tolist()
    [[0.0, 10.0, nan]]
    """
    from scipy.ndimage import distance_transform_edt

    if not holds.any():
        return np.full(holds.shape, np.nan, dtype=np.float32)
    metres = distance_transform_edt(~holds, sampling=cell_m).astype(np.float32)
    return np.where(known, metres, np.float32(np.nan))

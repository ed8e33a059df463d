"""Where water gathers: upstream area, wetness, streams. Pure.

Directions (D8, depressions filled by Wang and Liu 2006) are pyflwdir's, which its own dependency
group brings and which is imported here alone, when it is called: its first call compiles.
"""

import numpy as np
import numpy.typing as npt

from spatial.errors import SpatialError

Cells = npt.NDArray[np.float32]

NODATA = -9999.0
LEAST_SLOPE = 0.001  # rise per metre: wetter than on such a slope no level ground is taken


class FlowUnavailable(SpatialError):
    """pyflwdir is not installed."""


def upstream_area_m2(heights: Cells, cell_m: float) -> Cells:
    """The area whose water passes a cell, the cell itself included; NaN in holes.

    Water leaves at the edge and at holes. Raises FlowUnavailable.
    """
    try:
        import pyflwdir
        from affine import Affine
    except ImportError as error:
        raise FlowUnavailable("没有安装 pyflwdir（依赖组 terrain）") from error
    hole = np.isnan(heights)
    known = np.where(hole, NODATA, heights).astype(np.float32)
    if hole.all():
        return np.full(heights.shape, np.nan, dtype=np.float32)
    frame = Affine(cell_m, 0, 0, 0, -cell_m, 0)
    flow = pyflwdir.from_dem(known, nodata=NODATA, transform=frame, latlon=False)
    cells = flow.upstream_area("cell")
    return np.where(hole, np.nan, cells * np.float32(cell_m**2)).astype(np.float32)


def wetness_index(area_m2: Cells, slope_deg: Cells, cell_m: float) -> Cells:
    """Topographic wetness ln(a/tan β), a the upstream area per metre of contour.

    >>> got = wetness_index(np.array([1000.0]), np.array([45.0]), 10.0)
    >>> round(float(got[0]), 4)
    4.6052
    """
    rise = np.maximum(np.tan(np.radians(slope_deg)), LEAST_SLOPE)
    with np.errstate(invalid="ignore"):
        return np.log(area_m2 / cell_m / rise).astype(np.float32)


def streams(area_m2: Cells, least_m2: float) -> npt.NDArray[np.bool_]:
    """Cells that so much area drains through; holes are none."""
    with np.errstate(invalid="ignore"):
        return np.asarray(area_m2 >= least_m2)

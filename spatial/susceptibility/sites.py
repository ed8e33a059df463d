"""Where and when slopes failed, and cells beside which nothing is on record."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.contrib.gis.db.models.functions import Transform

from spatial.hazards.queries import dated_failures
from spatial.rasters import Grid
from spatial.terrain.rules.distances import distance_m

EXACT = ("", "exact")  # the accuracy of a register's own positions, and that of catalogues

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class FailedCells:
    """The cells of dated failures, one each, and how many are placed too vaguely to be used."""

    places: Places
    vague: int


def failed_cells(like: Grid) -> FailedCells:
    """Every dated failure on record, as the last version has it, that lies in the terrain."""
    rows = (
        dated_failures()
        .annotate(plane=Transform("geom", like.epsg))
        .values_list("position_accuracy", "plane")
    )
    exact = [point for accuracy, point in rows if accuracy in EXACT]
    if not exact:
        return FailedCells(np.zeros(0, dtype=np.int64), len(rows))
    x, y = np.array([point.centroid.coords for point in exact]).T
    column = np.floor((x - like.west) / like.cell_x).astype(np.int64)
    row = np.floor((like.north - y) / like.cell_y).astype(np.int64)
    rows_, columns = like.values.shape
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows_)
    places = np.unique(row[inside] * columns + column[inside])
    return FailedCells(places, len(rows) - len(exact))


def other_cells(like: Grid, failed: Places, count: int, clearance_m: float, seed: int) -> Places:
    """So many cells drawn by chance, none of them near a failure or in a hole."""
    known = ~np.isnan(like.values)
    if len(failed):
        holds = np.zeros(like.values.shape, dtype=bool)
        holds.ravel()[failed] = True
        known &= distance_m(holds, known, like.cell_x) > clearance_m
    free = np.flatnonzero(known)
    random = np.random.default_rng(seed)
    return np.sort(random.choice(free, min(count, len(free)), replace=False))


def centres_m(like: Grid, places: Places) -> tuple[np.ndarray, np.ndarray]:
    """The middles of cells, in the CRS of the grid."""
    row, column = np.divmod(places, like.values.shape[1])
    return like.xs[column], like.ys[row]

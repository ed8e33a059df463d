"""The towns of a moment and the coarse cells that lie in them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from django.contrib.gis.db.models.functions import Transform

from spatial.base.models import District
from spatial.city import city
from spatial.periods import AsOf


@dataclass(frozen=True)
class TownCells:
    """Towns with their outlines, and the middles of square cells: each lies in one town.

    ``town`` is the number of a cell's town in ``codes``; metres of the city's projected CRS.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    outlines: tuple[shapely.Geometry, ...]
    x_m: npt.NDArray[np.float64]
    y_m: npt.NDArray[np.float64]
    town: npt.NDArray[np.int64]
    cell_m: float


def town_cells(as_of: AsOf, cell_m: float) -> TownCells:
    """The towns that stood at a moment, cut into cells."""
    rows = tuple(
        (code, name, bytes(geom.wkb))
        for code, name, geom in District.objects.as_of(as_of)
        .filter(level=District.Level.TOWN, geom__isnull=False)
        .annotate(plane=Transform("geom", city().projected))
        .order_by("code")
        .values_list("code", "name", "plane")
    )
    return _cells(rows, cell_m)


@lru_cache(maxsize=2)
def _cells(rows: tuple[tuple[str, str, bytes], ...], cell_m: float) -> TownCells:
    outlines = tuple(shapely.from_wkb(wkb) for _, _, wkb in rows)
    codes, names = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    if not outlines:
        nothing = np.zeros(0)
        return TownCells((), (), (), nothing, nothing, np.zeros(0, dtype=np.int64), cell_m)
    west, south, east, north = shapely.total_bounds(np.array(outlines))
    columns, rows_of_cells = np.meshgrid(
        np.arange(west + cell_m / 2, east, cell_m), np.arange(south + cell_m / 2, north, cell_m)
    )
    x, y = columns.ravel(), rows_of_cells.ravel()
    town = np.full(len(x), -1, dtype=np.int64)
    for number, outline in enumerate(outlines):
        shapely.prepare(outline)
        town[shapely.contains_xy(outline, x, y)] = number
    inside = town >= 0
    return TownCells(codes, names, outlines, x[inside], y[inside], town[inside], cell_m)

"""Susceptibility × rain at every cell of the terrain, and what that makes of areas. Pure.

Cells are many (a county at 12.5 m has 11.7 million): classes are int8, rain is float32 and
spread from a coarse grid, and areas are counted in one pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.hazards.rules.interpolation import widened
from spatial.hazards.rules.levels import LevelMatrix, WarningLevel
from spatial.hazards.rules.thresholds import Measured, Threshold

Classes = npt.NDArray[np.int8]
SUSCEPTIBILITIES = 4


@dataclass(frozen=True)
class CellLevels:
    """Levels at least, -1 where there is no susceptibility; and where rain was whole."""

    levels: Classes
    is_whole: npt.NDArray[np.bool_]


def cell_levels(
    matrix: LevelMatrix,
    susceptibility: Classes,
    rain: Mapping[str, Measured],
    rows: Sequence[Threshold],
) -> CellLevels:
    """Levels of all cells; ``rain`` are coarse grids over the same rectangle, by measure.

    The class of rain is the gravest level whose row is reached: 0 is below them all. Missing
    rain reaches nothing and is not whole; missing susceptibility is no level at all.
    """
    shape = susceptibility.shape
    classes = np.zeros(shape, dtype=np.int8)
    whole = np.ones(shape, dtype=bool)
    for measure in sorted({row.measure for row in rows}):
        coarse = rain.get(measure)
        if coarse is None:
            whole[:] = False
            continue
        field = widened(coarse.values, *shape)
        for row in rows:
            if row.measure == measure:
                limit = np.float32(row.limit)
                hit = field > limit if row.is_strict else field >= limit
                np.maximum(classes, hit.view(np.int8) * np.int8(row.level), out=classes)
        whole &= ~np.isnan(field)
        whole &= _nearest(coarse.covered >= 1.0, shape)
    grid = np.array(matrix.cells, dtype=np.int8)
    # One more row of the table answers for what has no class: -1 is the last.
    table = np.vstack([grid, np.full(grid.shape[1], -1, dtype=np.int8)]).ravel()
    last = np.int8(grid.shape[0])
    index = np.where(susceptibility < 0, last, susceptibility) * np.int8(grid.shape[1])
    index += classes
    return CellLevels(table.take(index, mode="clip"), whole)


def _nearest(coarse: npt.NDArray[np.bool_], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    rows, columns = (np.arange(n) * c // n for n, c in zip(shape, coarse.shape, strict=True))
    return np.asarray(coarse[rows][:, columns])


@dataclass(frozen=True)
class AreaLevels:
    """How many cells of n areas have which level and susceptibility, and of how many rain is known.

    ``cells`` is (areas, level from -1, susceptibility from -1); ``known`` counts cells that have
    both susceptibility and whole rain.
    """

    cells: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]

    def share(self, area: int, level: int) -> float:
        """The share of an area's cells at a level or above."""
        whole = int(self.cells[area].sum())
        return float(self.cells[area, level + 1 :].sum()) / whole if whole else 0.0

    def known_share(self, area: int) -> float:
        """The share of an area's cells of which the level is known."""
        whole = int(self.cells[area].sum())
        return float(self.known[area]) / whole if whole else 0.0

    def susceptibility(self, area: int, level: int) -> int | None:
        """The class that most of the cells at a level or above have; None without any."""
        held = self.cells[area, level + 1 :, 1:].sum(axis=0)
        return int(np.argmax(held)) if held.any() else None


def area_levels(
    found: CellLevels, susceptibility: Classes, area: npt.NDArray[np.int16], count: int
) -> AreaLevels:
    """Count cells by area, level and susceptibility; -1 in ``area`` lies in none.

    Areas may be towns, slope units or anything that numbers its cells.
    """
    levels, classes = len(WarningLevel) + 1, SUSCEPTIBILITIES + 1
    inside = area >= 0
    index = area[inside].astype(np.int32)
    index *= levels
    index += found.levels[inside]
    index += 1
    index *= classes
    index += susceptibility[inside]
    index += 1
    cells = np.bincount(index, minlength=count * levels * classes)
    known = inside & found.is_whole & (susceptibility >= 0)
    return AreaLevels(
        cells.reshape(count, levels, classes),
        np.bincount(area[known], minlength=count).astype(np.int64),
    )


def pooled_share(hit: npt.NDArray[np.bool_], rows: int, columns: int) -> npt.NDArray[np.float64]:
    """The share of cells that are hit in each cell of a coarse grid over the same rectangle."""
    starts = [-(-np.arange(c) * n // c) for n, c in zip(hit.shape, (rows, columns), strict=True)]
    sums = np.add.reduceat(hit, starts[0], axis=0, dtype=np.int32)
    sums = np.add.reduceat(sums, starts[1], axis=1)
    sizes = [np.diff([*s, n]) for s, n in zip(starts, hit.shape, strict=True)]
    return np.asarray(sums / np.outer(*sizes), dtype=np.float64)

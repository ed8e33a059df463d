"""The engine of susceptibility × rain: rain of gauges over the classes of the terrain's cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from spatial.errors import SpatialError
from spatial.hazards.rules.levels import LevelMatrix, WarningLevel
from spatial.hazards.rules.rasters_of_risk import (
    AreaLevels,
    CellLevels,
    area_levels,
    cell_levels,
    pooled_share,
)
from spatial.hazards.rules.thresholds import Measured, Threshold, reached
from spatial.risk_levels.computing import TownLevel, deciding, field_of, parts, unknown
from spatial.risk_levels.rain import GaugedRain
from spatial.risk_levels.rulebook import Numbers, zone_of
from spatial.risk_levels.towns import TownCells
from spatial.terrain.files import burnt, read_classes, read_whole
from spatial.terrain.susceptibility_files import leading_path

ENGINE = "matrix"


@dataclass(frozen=True)
class ClassedGround:
    """Classes of susceptibility of every cell, the town of each, and coarse cells over both."""

    susceptibility: npt.NDArray[np.int8]
    town: npt.NDArray[np.int16]
    coarse: TownCells  # of no town: where rain is asked for
    shape: tuple[int, int]  # of the coarse cells, from north to south
    bounds: tuple[float, float, float, float]


def classed_ground(towns: TownCells, epsg: int) -> ClassedGround | None:
    """The classes that lead, under the towns of a moment; None where there are none.

    Raises SpatialError where they are in another CRS than towns are.
    """
    path = leading_path()
    if path is None:
        return None
    written = path.stat().st_mtime_ns
    return _ground(path, written, towns.codes, towns.outlines, towns.cell_m, epsg)


@lru_cache(maxsize=1)
def _ground(
    path: Path,
    written: int,
    codes: tuple[str, ...],
    outlines: tuple[shapely.Geometry, ...],
    cell_m: float,
    epsg: int,
) -> ClassedGround:
    like = read_whole(path)
    if like.epsg != epsg:
        raise SpatialError(f"易发性分级在 EPSG:{like.epsg} 中，不是本市的 EPSG:{epsg}")
    town = burnt(like, [(outline, n) for n, outline in enumerate(outlines)], -1)
    rows, columns = like.values.shape
    west, north = like.west, like.north
    east, south = west + columns * like.cell_x, north - rows * like.cell_y
    down, across = (max(1, round(side / cell_m)) for side in (north - south, east - west))
    x, y = np.meshgrid(
        west + (np.arange(across) + 0.5) * (east - west) / across,
        north - (np.arange(down) + 0.5) * (north - south) / down,
    )
    nowhere = np.full(x.size, -1, dtype=np.int64)
    coarse = TownCells((), (), (), x.ravel(), y.ravel(), nowhere, cell_m)
    bounds = (west, south, east, north)
    return ClassedGround(read_classes(path), town, coarse, (down, across), bounds)


def matrix_levels(
    rain: GaugedRain,
    towns: TownCells,
    thresholds: Mapping[str, Sequence[Threshold]],
    matrices: Mapping[str, LevelMatrix],
    numbers: Numbers,
    ground: ClassedGround | None,
) -> list[TownLevel]:
    """Every town's level by the matrix of its zone; without classes every town is unknown."""
    groups: dict[tuple[str, str], list[int]] = {}
    found = []
    for number, code in enumerate(towns.codes):
        zone, matrix = zone_of(list(thresholds), code), zone_of(list(matrices), code)
        if ground is None or zone is None or matrix is None:
            found.append(unknown(code, ENGINE))
        else:
            groups.setdefault((zone, matrix), []).append(number)
    if ground is None:
        return found
    for (zone, named), numbered in groups.items():
        rows = thresholds[zone]
        measures = sorted({row.measure for row in rows} & rain.measures.keys())
        cells = cell_levels(
            matrices[named], ground.susceptibility, _over(ground, rain, measures, numbers), rows
        )
        areas = area_levels(cells, ground.susceptibility, ground.town, len(towns.codes))
        at_towns = {measure: field_of(rain, measure, towns, numbers) for measure in measures}
        got = reached(rows, at_towns, 1.0) if at_towns else None
        for number in numbered:
            told = _town(number, towns, ground, cells, areas, numbers)
            if got is not None:
                told = _with_reason(told, number, towns, rows, got)
            found.append(told)
    return found


def _over(
    ground: ClassedGround, rain: GaugedRain, measures: Sequence[str], numbers: Numbers
) -> dict[str, Measured]:
    fields = {measure: field_of(rain, measure, ground.coarse, numbers) for measure in measures}
    return {
        measure: Measured(field.values.reshape(ground.shape), field.covered.reshape(ground.shape))
        for measure, field in fields.items()
    }


def _town(
    number: int,
    towns: TownCells,
    ground: ClassedGround,
    cells: CellLevels,
    areas: AreaLevels,
    numbers: Numbers,
) -> TownLevel:
    code = towns.codes[number]
    if not areas.cells[number].any():
        return unknown(code, ENGINE)
    level = next(
        level
        for level in sorted(WarningLevel, reverse=True)
        if not level or areas.share(number, level) >= numbers.least_area
    )
    covered = areas.known_share(number)
    told = TownLevel(
        place=code,
        engine=ENGINE,
        level=level,
        is_whole=covered >= numbers.least_known,
        covered=covered,
        area_share=areas.share(number, level) if level else 0.0,
        threshold=None,
        value_mm=None,
        susceptibility=areas.susceptibility(number, level) if level else None,
    )
    return _with_part(told, number, towns, ground, cells) if level else told


def _with_part(
    told: TownLevel, number: int, towns: TownCells, ground: ClassedGround, cells: CellLevels
) -> TownLevel:
    """Where in the town the level is denser than in the town at large."""
    west, south, east, north = ground.bounds
    down, across = ground.shape
    hit = (cells.levels >= told.level) & (ground.town == number)
    share = pooled_share(hit, down, across)
    own = np.flatnonzero(towns.town == number)
    column = ((towns.x_m[own] - west) / (east - west) * across).astype(int)
    row = ((north - towns.y_m[own]) / (north - south) * down).astype(int)
    inside = (column >= 0) & (column < across) & (row >= 0) & (row < down)
    dense = share[row[inside], column[inside]] >= told.area_share
    part = next(parts(towns, number, own[inside][dense]), None) if dense.any() else None
    return replace(told, where_zh=part.zh, where_en=part.en) if part else told


def _with_reason(
    told: TownLevel, number: int, towns: TownCells, rows: Sequence[Threshold], got
) -> TownLevel:
    """The rain that is furthest beyond its row in the town, or nearest to one."""
    own = np.flatnonzero(towns.town == number)
    if not own.size:
        return told
    cell = deciding(own, got, rows, WarningLevel(int(got.levels[own].max())))
    if cell is None:
        return told
    return replace(told, threshold=rows[got.binding[cell]], value_mm=float(got.values[cell]))

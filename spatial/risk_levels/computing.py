"""From rain at gauges to what each engine says of each town. Reads nothing, writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from spatial.hazards.rules.interpolation import krige
from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.places import warned_parts
from spatial.hazards.rules.thresholds import Measured, Reached, Threshold, reached
from spatial.risk_levels.rain import GaugedRain
from spatial.risk_levels.rulebook import Numbers, zone_of
from spatial.risk_levels.towns import TownCells

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TownLevel:
    """What an engine says of a town: the level at least, whether it knows, and why."""

    place: str
    engine: str
    level: WarningLevel
    is_whole: bool
    covered: float
    area_share: float
    threshold: Threshold | None
    value_mm: float | None
    where_zh: str = ""
    where_en: str = ""


def town_levels(
    rain: GaugedRain,
    towns: TownCells,
    thresholds: Mapping[str, Mapping[str, Sequence[Threshold]]],
    numbers: Numbers,
) -> list[TownLevel]:
    """Every engine's level of every town; one without thresholds there is unknown, loud."""
    fields: dict[str, Measured] = {}
    found = []
    for engine, by_zone in thresholds.items():
        found += [
            _unknown(code, engine) for code in towns.codes if zone_of(list(by_zone), code) is None
        ]
        for zone, rows in by_zone.items():
            places = [
                n for n, code in enumerate(towns.codes) if zone_of(list(by_zone), code) == zone
            ]
            for measure in {row.measure for row in rows} - fields.keys():
                if measure in rain.measures:
                    fields[measure] = field_of(rain, measure, towns, numbers)
            if places:
                got = reached(rows, fields, 1.0)
                found += [_town(engine, n, towns, rows, got, numbers) for n in places]
    return found


def field_of(rain: GaugedRain, measure: str, towns: TownCells, numbers: Numbers) -> Measured:
    """A measure at every cell, and 1 where a gauge that was whole is near enough, else 0.

    Doubtful gauges take no part. A gauge with gaps takes part where what it caught is more
    than the others say there: so much is certain.
    """
    values, covered = rain.measures[measure].values, rain.measures[measure].covered
    usable = np.array([doubt is None for doubt in rain.doubts], dtype=bool) & ~np.isnan(values)
    whole = usable & (covered >= numbers.least_covered)
    chosen = whole.copy()
    if (partly := np.flatnonzero(usable & ~whole)).size:
        others = _krige(rain, values, whole, rain.x_m[partly], rain.y_m[partly], numbers)
        chosen[partly[~(values[partly] <= others)]] = True
    field = _krige(rain, values, chosen, towns.x_m, towns.y_m, numbers)
    near = _near(rain.x_m[whole], rain.y_m[whole], towns, numbers.reach_m)
    reachable = near | _near(rain.x_m[chosen], rain.y_m[chosen], towns, numbers.reach_m)
    return Measured(np.where(reachable, field, np.nan), near.astype(np.float64))


def _krige(
    rain: GaugedRain,
    values: Floats,
    chosen: npt.NDArray[np.bool_],
    at_x: Floats,
    at_y: Floats,
    numbers: Numbers,
) -> Floats:
    return krige(
        rain.x_m[chosen],
        rain.y_m[chosen],
        values[chosen],
        at_x,
        at_y,
        numbers.range_m,
        numbers.nugget,
    ).mm


def _near(x: Floats, y: Floats, towns: TownCells, reach_m: float) -> npt.NDArray[np.bool_]:
    near = np.zeros(len(towns.x_m), dtype=bool)
    for gauge_x, gauge_y in zip(x, y, strict=True):
        near |= np.hypot(towns.x_m - gauge_x, towns.y_m - gauge_y) <= reach_m
    return near


def _town(
    engine: str,
    number: int,
    towns: TownCells,
    rows: Sequence[Threshold],
    got: Reached,
    numbers: Numbers,
) -> TownLevel:
    cells = np.flatnonzero(towns.town == number)
    code = towns.codes[number]
    if not cells.size:
        return _unknown(code, engine)
    covered = float(got.is_whole[cells].mean())
    level, share = _level(got.levels[cells], numbers.least_area)
    cell = _deciding(cells, got, rows, level)
    threshold = rows[got.binding[cell]] if cell is not None else None
    value = float(got.values[cell]) if cell is not None else None
    part = None
    if level:
        part = next(_parts(towns, number, cells[got.levels[cells] >= level]), None)
    return TownLevel(
        place=code,
        engine=engine,
        level=level,
        is_whole=covered >= numbers.least_known,
        covered=covered,
        area_share=share,
        threshold=threshold,
        value_mm=value,
        where_zh=part.zh if part else "",
        where_en=part.en if part else "",
    )


def _unknown(code: str, engine: str) -> TownLevel:
    return TownLevel(code, engine, WarningLevel.NONE, False, 0.0, 0.0, None, None)


def _level(levels: npt.NDArray[np.int8], least_area: float) -> tuple[WarningLevel, float]:
    """The gravest level that enough of a town has, and the share that has it."""
    for level in sorted(WarningLevel, reverse=True):
        share = float((levels >= level).mean())
        if level == WarningLevel.NONE or share >= least_area:
            return WarningLevel(level), share if level else 0.0
    raise AssertionError("every cell has no level at least")


def _deciding(
    cells: npt.NDArray[np.int64], got: Reached, rows: Sequence[Threshold], level: WarningLevel
) -> int | None:
    """The cell that tells why: of those of the level the one furthest beyond its row."""
    limits = np.array([row.limit for row in rows])
    known = cells[got.binding[cells] >= 0]
    if level:
        known = known[got.levels[known] == level] if (got.levels[known] == level).any() else known
    if not known.size:
        return None
    return int(known[np.argmax(got.values[known] / limits[got.binding[known]])])


def _parts(towns: TownCells, number: int, cells: npt.NDArray[np.int64]) -> Iterator:
    """The words for the part of a town that some of its cells are."""
    half = towns.cell_m / 2
    squares = shapely.box(
        towns.x_m[cells] - half, towns.y_m[cells] - half,
        towns.x_m[cells] + half, towns.y_m[cells] + half,
    )  # fmt: skip
    name, outline = towns.names[number], towns.outlines[number]
    yield from warned_parts({name: outline}, shapely.union_all(squares))

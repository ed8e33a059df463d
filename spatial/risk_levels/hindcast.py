"""A hindcast: the city's thresholds, and thresholds tuned to a budget, over a daily series."""

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.contrib.gis.db.models.functions import Transform

from spatial.errors import SpatialError
from spatial.hazards.models import MOST_MM
from spatial.hazards.queries import dated_failures
from spatial.hazards.rules.hindcasts import (
    DailyRain,
    Frequency,
    daily_levels,
    daily_measures,
    daily_rain,
    frequencies,
    tuned,
)
from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.thresholds import Threshold
from spatial.hazards.rules.verification import Contingency, contingency

MEASURE = "effective_rain"  # what is tuned


class SeriesFault(SpatialError, ValueError):
    """A series that cannot be read, told by the row."""


@dataclass(frozen=True)
class PastEvent:
    """A dated failure and how far it lies from where the rain was measured."""

    code: str
    name: str
    day: date
    distance_km: float


@dataclass(frozen=True)
class Told:
    """Rows of thresholds over the years that they were not tuned on."""

    name: str
    rows: tuple[Threshold, ...]
    frequencies: tuple[Frequency, ...]
    tables: Mapping[WarningLevel, Contingency]
    levels: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Hindcast:
    """What was tuned on which years and told of which; events near enough, and those too far."""

    rain: DailyRain
    tuned_years: tuple[int, ...]
    told_years: tuple[int, ...]
    known_days: int
    missing_days: int
    told: tuple[Told, ...]
    near: tuple[PastEvent, ...]
    far: tuple[PastEvent, ...]


def read_series(path: Path, station: str = "") -> DailyRain:
    """A CSV (or its .gz) of station, date, prcp_mm; of several stations one is named.

    Raises SeriesFault.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = list(_rows(csv.DictReader(lines)))
    stations = sorted({row[0] for row in rows})
    if not rows:
        raise SeriesFault("文件里没有一行雨量")
    if not station and len(stations) > 1:
        raise SeriesFault(f"文件里有几个站，请选一个：{'、'.join(stations[:10])}")
    chosen = station or stations[0]
    try:
        return daily_rain((day, mm) for code, day, mm in rows if code == chosen)
    except ValueError as error:
        raise SeriesFault(
            f"站 {chosen} 的雨量用不了：没有读数，或同一天有两行（{error}）"
        ) from None


def _rows(lines: csv.DictReader) -> Iterator[tuple[str, date, float]]:
    if missing := {"station", "date", "prcp_mm"} - set(lines.fieldnames or ()):
        raise SeriesFault(f"文件没有这些列：{'、'.join(sorted(missing))}")
    for number, row in enumerate(lines, start=2):
        if not row["prcp_mm"]:
            continue
        try:
            day, mm = date.fromisoformat(row["date"]), float(row["prcp_mm"])
        except ValueError:
            raise SeriesFault(f"第 {number} 行的日期或雨量读不出") from None
        if not 0 <= mm <= MOST_MM:
            raise SeriesFault(f"第 {number} 行的雨量 {mm:g} 毫米不可能")
        yield row["station"], day, mm


def past_events(x_m: float, y_m: float, epsg: int, within_km: float) -> tuple[list, list]:
    """Dated failures on record, those near a place and those too far, the nearest first."""
    rows = (
        dated_failures()
        .annotate(plane=Transform("geom", epsg))
        .values_list("code", "name", "occurred_on", "plane")
    )
    found = [
        PastEvent(code, name, day, float(np.hypot(at.centroid.x - x_m, at.centroid.y - y_m) / 1e3))
        for code, name, day, at in rows
    ]
    found.sort(key=lambda event: event.distance_km)
    near = [event for event in found if event.distance_km <= within_km]
    return near, [event for event in found if event.distance_km > within_km]


def hindcast(
    rain: DailyRain,
    decay: float,
    engines: Mapping[str, list[Threshold]],
    budget: Mapping[WarningLevel, float],
    events: tuple[list[PastEvent], list[PastEvent]],
) -> Hindcast:
    """Tune on the even years, tell of the odd ones: the tuned rows and the city's own beside."""
    measures = daily_measures(rain, decay)
    even = rain.years % 2 == 0
    rows = {"tuned": tuned(MEASURE, np.where(even, measures[MEASURE], np.nan), budget)}
    rows |= {name: [row for row in own if row.measure in measures] for name, own in engines.items()}
    happened = np.zeros(len(rain.mm), dtype=bool)
    for event in events[0]:
        if (number := rain.number_of(event.day)) is not None:
            happened[number] = True
    told = [
        _told(name, own, measures, ~even, happened, budget) for name, own in rows.items() if own
    ]
    known = ~np.isnan(measures[MEASURE]) & ~even
    years = np.unique(rain.years)
    return Hindcast(
        rain=rain,
        tuned_years=tuple(int(year) for year in years if year % 2 == 0),
        told_years=tuple(int(year) for year in years if year % 2),
        known_days=int(known.sum()),
        missing_days=int((~even).sum() - known.sum()),
        told=tuple(told),
        near=tuple(events[0]),
        far=tuple(events[1]),
    )


def _told(
    name: str,
    rows: list[Threshold],
    measures: Mapping[str, npt.NDArray[np.float64]],
    half: npt.NDArray[np.bool_],
    happened: npt.NDArray[np.bool_],
    budget: Mapping[WarningLevel, float],
) -> Told:
    levels = daily_levels(rows, measures)
    held = half & (levels >= 0)
    tables = {
        level: contingency((levels[held] >= level).tolist(), happened[held].tolist())
        for level in sorted(WarningLevel)[1:]
    }
    return Told(name, tuple(rows), tuple(frequencies(levels[held], budget)), tables, levels)

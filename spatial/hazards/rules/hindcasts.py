"""Thresholds over a series of past days: tuned on half the years, told of the other half. Pure.

Days without a value are missing: they raise nothing and count in no year.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

import numpy as np
import numpy.typing as npt

from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.rainfall import effective_rain
from spatial.hazards.rules.thresholds import Threshold

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAYS_PER_YEAR = 365.25
EFFECTIVE_DAYS = 4  # the day itself and three before, as cycles take it


@dataclass(frozen=True)
class DailyRain:
    """Rain of every day from a first to a last, missing as NaN."""

    first: date
    mm: Floats

    @property
    def years(self) -> npt.NDArray[np.int64]:
        """The year of each day."""
        return np.array([(self.first + timedelta(days=n)).year for n in range(len(self.mm))])

    def number_of(self, day: date) -> int | None:
        """Which day of the series it is; None outside."""
        number = (day - self.first).days
        return number if 0 <= number < len(self.mm) else None


def daily_rain(readings: Iterable[tuple[date, float]]) -> DailyRain:
    """A series of readings; the days between that have none are missing.

    >>> series = daily_rain([(date(2020, 1, 3), 5.0), (date(2020, 1, 1), 2.0)])
    >>> series.first, series.mm.tolist()
    (datetime.date(2020, 1, 1), [2.0, nan, 5.0])
    """
    by_day: dict[date, float] = {}
    for day, mm in readings:
        if day in by_day:
            raise ValueError(f"{day} stands twice")
        by_day[day] = mm
    if not by_day:
        raise ValueError("a series has days")
    first, last = min(by_day), max(by_day)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return DailyRain(first, np.array([by_day.get(day, np.nan) for day in days]))


def daily_measures(rain: DailyRain, decay: float) -> dict[str, Floats]:
    """Rain of the day, and effective rain of it and the three days before.

    >>> series = DailyRain(date(2020, 1, 1), np.array([10.0, 0, 0, 0, np.nan]))
    >>> daily_measures(series, 0.5)["effective_rain"].tolist()
    [nan, nan, nan, 1.25, nan]
    """
    padded = np.concatenate([np.full(EFFECTIVE_DAYS - 1, np.nan), rain.mm])
    windows = np.lib.stride_tricks.sliding_window_view(padded, EFFECTIVE_DAYS)[:, ::-1]
    return {"rain_24h": rain.mm, "effective_rain": effective_rain(windows, decay)}


def daily_levels(rows: Sequence[Threshold], measures: Mapping[str, Floats]) -> npt.NDArray[np.int8]:
    """The level of each day by rows of measures that a day has; -1 where any is missing.

    >>> rows = [Threshold("rain_24h", 50, WarningLevel.BLUE)]
    >>> daily_levels(rows, {"rain_24h": np.array([49.9, 50, np.nan])}).tolist()
    [0, 1, -1]
    """
    used = [row for row in rows if row.measure in measures]
    if not used:
        raise ValueError("no row is of a measure that a day has")
    levels = np.zeros(len(next(iter(measures.values()))), dtype=np.int8)
    for row in used:
        values = measures[row.measure]
        hit = values > row.limit if row.is_strict else values >= row.limit
        levels = np.maximum(levels, np.where(hit, np.int8(row.level), np.int8(0)))
    missing = np.any([np.isnan(measures[row.measure]) for row in used], axis=0)
    return np.where(missing, np.int8(-1), levels).astype(np.int8)


def tuned(measure: str, values: Floats, budget: Mapping[WarningLevel, float]) -> list[Threshold]:
    """The lowest whole millimetres by which no level, or a graver one, costs more days than allowed.

    ``budget`` is days a year at a level or a graver one. A graver level never has a lower limit.

    >>> rain = np.arange(1461.0)
    >>> [row.limit for row in tuned("rain_24h", rain, {WarningLevel.RED: 1, WarningLevel.BLUE: 10})]
    [1421.0, 1457.0]
    """
    known = np.sort(values[~np.isnan(values)])[::-1]
    found, least = [], 0.0
    for level in sorted(budget):
        allowed = int(budget[level] * len(known) / DAYS_PER_YEAR)
        limit = float(ceil(np.nextafter(known[allowed], np.inf))) if allowed < len(known) else 0.0
        limit = least = max(limit, least + 1.0)
        found.append(Threshold(measure, limit, level))
    return found


@dataclass(frozen=True)
class Frequency:
    """How often a level or a graver one was reached on the days that are known."""

    level: WarningLevel
    days: int
    per_year: float | None
    budget: float | None

    @property
    def is_within(self) -> bool | None:
        """Whether it kept to the days that it may cost; None where nothing is declared."""
        if self.per_year is None or self.budget is None:
            return None
        return self.per_year <= self.budget


def frequencies(
    levels: npt.NDArray[np.int8], budget: Mapping[WarningLevel, float]
) -> list[Frequency]:
    """Days a year at each level or a graver one, the gravest first.

    >>> got = frequencies(np.array([0, 1, 4, -1], dtype=np.int8), {WarningLevel.RED: 100})
    >>> [(f.level.name, f.days, f.per_year, f.is_within) for f in got][:1]
    [('RED', 1, 121.75, False)]
    """
    known = int((levels >= 0).sum())
    found = []
    for level in sorted(WarningLevel, reverse=True)[:-1]:
        days = int((levels >= level).sum())
        per_year = days * DAYS_PER_YEAR / known if known else None
        found.append(Frequency(level, days, per_year, budget.get(level)))
    return found

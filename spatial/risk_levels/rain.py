"""Rain of every gauge up to a moment, as the measures that thresholds are made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import Point
from django.db.models import DateTimeField, F, Func

from spatial.base.models import District
from spatial.city import city
from spatial.hazards.models import RainReading, RainStation
from spatial.hazards.rules import gauges as gauge_rules
from spatial.hazards.rules.rainfall import Sums, effective_rain, sums
from spatial.hazards.rules.thresholds import Measured
from spatial.periods import at
from spatial.risk_levels.models import TypedRain

Floats = npt.NDArray[np.float64]

DURATIONS_H = (1, 3, 6, 12, 24, 72)
TYPED = "@"  # begins the code of a town whose rain was typed
EFFECTIVE_DAYS = 4  # the day itself and three before (Fujian)
LONGEST = timedelta(hours=max(*DURATIONS_H, 24 * EFFECTIVE_DAYS))


@dataclass(frozen=True)
class GaugedRain:
    """What n gauges caught up to a moment, by measure; and of each when it last spoke.

    ``x_m``, ``y_m`` in the city's projected CRS; ``newest`` is None where a gauge is silent.
    """

    codes: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    measures: dict[str, Measured]
    newest: tuple[datetime | None, ...]
    doubts: tuple[gauge_rules.GaugeDoubt | None, ...]


def rain_at(moment: datetime, decay: float, least_covered: float) -> GaugedRain:
    """The rain of all gauges at work at a moment, from readings that ended by then."""
    stations = list(
        RainStation.objects.as_of(at(moment))
        .annotate(place=Transform("geom", city().projected))
        .order_by("code")
        .values_list("code", "place")
    )
    typed = _typed(moment)
    stations += _middles({row[0] for row in typed}, moment)
    codes = tuple(code for code, _ in stations)
    number = {code: row for row, code in enumerate(codes)}
    rows = [row for row in [*_readings(moment), *typed] if row[0] in number]
    station = np.array([number[row[0]] for row in rows], dtype=np.int64)
    starts = np.array([_hours(start, moment) for _, start, _, _ in rows])
    ends = np.array([_hours(end, moment) for _, _, end, _ in rows])
    mm = np.array([row[3] for row in rows], dtype=np.float64)

    def over(end_h: float, duration_h: float) -> Sums:
        return sums(station, starts, ends, mm, len(codes), end_h, duration_h)

    newest: list[datetime | None] = [None] * len(codes)
    for code, _, end, _ in rows:
        known = newest[number[code]]
        newest[number[code]] = end if known is None else max(known, end)
    x_m, y_m = (np.array([getattr(place, axis) for _, place in stations]) for axis in "xy")
    measures = {f"rain_{h}h": _measured(over(0.0, h)) for h in DURATIONS_H}
    days = [over(-24.0 * day, 24.0) for day in range(EFFECTIVE_DAYS)]
    covered = np.array([day.covered for day in days])
    effective = effective_rain(np.column_stack([day.mm for day in days]), decay)
    measures["effective_rain"] = Measured(
        np.where(covered.any(axis=0), effective, np.nan), covered.min(axis=0)
    )
    return GaugedRain(
        codes, x_m, y_m, measures, tuple(newest), _doubts(x_m, y_m, measures, least_covered)
    )


def _readings(moment: datetime) -> list[tuple[str, datetime, datetime, float]]:
    ends = Func(F("during"), function="upper", output_field=DateTimeField())
    starts = Func(F("during"), function="lower", output_field=DateTimeField())
    return list(
        RainReading.objects.annotate(start=starts, end=ends)
        .filter(end__gt=moment - LONGEST, end__lte=moment)
        .values_list("station", "start", "end", "mm")
    )


def _typed(moment: datetime) -> list[tuple[str, datetime, datetime, float]]:
    """What was typed of towns by then; where two overlap, the one that was typed later."""
    rows = TypedRain.objects.filter(
        during__endswith__gt=moment - LONGEST, during__endswith__lte=moment
    ).order_by("-id")
    kept: list[tuple[str, datetime, datetime, float]] = []
    for row in rows:
        code, start, end = f"{TYPED}{row.place}", row.during.lower, row.during.upper
        if not any(c == code and start < e and s < end for c, s, e, _ in kept):
            kept.append((code, start, end, row.mm))
    return kept


def _middles(codes: set[str], moment: datetime) -> list[tuple[str, Point]]:
    """A place inside each town of which rain was typed."""
    towns = District.objects.as_of(at(moment)).filter(code__in=[code[1:] for code in codes])
    placed = towns.annotate(plane=Transform("geom", city().projected)).order_by("code")
    return [
        (f"{TYPED}{code}", g.point_on_surface) for code, g in placed.values_list("code", "plane")
    ]


def _hours(at: datetime, moment: datetime) -> float:
    return (at - moment) / timedelta(hours=1)


def _measured(found: Sums) -> Measured:
    # Nothing measured at all is missing; a part is a lower bound.
    return Measured(np.where(found.covered > 0, found.mm, np.nan), found.covered)


def _doubts(
    x_m: Floats, y_m: Floats, measures: dict[str, Measured], least_covered: float
) -> tuple[gauge_rules.GaugeDoubt | None, ...]:
    """Spikes and dry gauges over the last hour, by what gauges around them caught."""
    hour = measures["rain_1h"]
    whole = np.where(hour.covered >= least_covered, hour.values, np.nan)
    limits = gauge_rules.GaugeLimits()
    return tuple(gauge_rules.doubtful_beside_neighbours(x_m, y_m, whole, limits))

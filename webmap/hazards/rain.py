"""雨情: what gauges caught, ranked by duration; a gauge that is silent is never dry."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.declarations.registry import layer_of
from layers.reading.features import features
from spatial.calendars.queries import day_of as city_day
from spatial.risk_levels.rain import DURATIONS_H, GaugedRain, rain_at
from spatial.risk_levels.rulebook import numbers_on
from webmap.hazards.moments import minute_parameter
from webmap.map.parameters import share_parameter

FIRST_SHOWN_H = 24
LAYER = "rain-stations"


@dataclass(frozen=True)
class GaugeShown:
    """A gauge's line: millimetres, None where nothing was measured; the share of time measured."""

    code: str
    name: str
    mm: float | None
    covered: float
    newest: datetime | None
    is_doubtful: bool

    @property
    def percent(self) -> int:
        """The share of the time measured, in hundredths."""
        return round(self.covered * 100)


@require_safe
def rain(request: HttpRequest) -> HttpResponse:
    """The ranking of the gauges that the caller may see, now or at a moment."""
    share = share_parameter(request, layer_of(LAYER).id)
    as_of = minute_parameter(request)
    moment = as_of.instant or timezone.now()
    hours = _hours(request.GET.get("hours", ""))
    numbers = numbers_on(city_day(moment))
    measured = rain_at(moment, numbers.decay, numbers.least_covered)
    names = dict(features(share).as_of(as_of).values_list("code", "name"))
    rows = _ranked(measured, hours, names)
    context = {
        "at": as_of.instant,
        "until": moment,
        "hours": hours,
        "durations": DURATIONS_H,
        "rows": rows,
        "most": max((row.mm for row in rows if row.mm), default=0.0),
        "silent": sum(row.mm is None for row in rows),
        "least_percent": round(numbers.least_covered * 100),
    }
    return render(request, "hazards/rain.html", context)


def _hours(text: str) -> int:
    """The duration asked for; the usual one for another."""
    return next((hours for hours in DURATIONS_H if str(hours) == text), FIRST_SHOWN_H)


def _ranked(measured: GaugedRain, hours: int, names: dict[str, str]) -> list[GaugeShown]:
    sums = measured.measures[f"rain_{hours}h"]
    rows = [
        GaugeShown(
            code=code,
            name=names[code],
            mm=float(sums.values[n]) if sums.covered[n] > 0 else None,
            covered=float(sums.covered[n]),
            newest=measured.newest[n],
            is_doubtful=measured.doubts[n] is not None,
        )
        for n, code in enumerate(measured.codes)
        if code in names
    ]
    return sorted(rows, key=lambda row: (row.mm is None, -(row.mm or 0.0), row.code))

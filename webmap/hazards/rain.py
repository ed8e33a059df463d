"""雨情: what gauges caught, ranked by duration; a gauge that is silent is never dry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from layers.declarations.registry import layer_of
from layers.reading.features import features
from layers.reading.offices import page_share
from spatial.calendars.queries import day_of as city_day
from spatial.city import city
from spatial.periods import AsOf
from spatial.risk_levels.actions import TypedRainRefused, type_rain
from spatial.risk_levels.rain import DURATIONS_H, TYPED, GaugedRain, rain_at
from spatial.risk_levels.rulebook import numbers_on
from spatial.texts import storable
from webmap.hazards.moments import minute_parameter
from webmap.hazards.policies import may_judge
from webmap.map.parameters import share_parameter
from webmap.web.callers import caller_of
from webmap.web.guards import StaffRequest, with_roles

FIRST_SHOWN_H = 24
LAYER = "rain-stations"
MOST_NOTE = 200
CHANNELS = {"telephone": _lazy("电话"), "picture": _lazy("截图"), "other": _lazy("其他")}


@dataclass(frozen=True)
class GaugeShown:
    """A gauge's line: millimetres, None where nothing was measured; the share of time measured."""

    code: str
    name: str
    mm: float | None
    covered: float
    newest: datetime | None
    is_doubtful: bool
    is_typed: bool

    @property
    def percent(self) -> int:
        """The share of the time measured, in hundredths."""
        return round(self.covered * 100)


@require_safe
def rain(request: HttpRequest) -> HttpResponse:
    """The ranking of the gauges that the caller may see, now or at a moment."""
    return _page(request)


@require_POST
@with_roles(may_judge, gettext_noop("这里是地灾值班人员的页面"))
def typed(request: StaffRequest) -> HttpResponse:
    """Keep what an officer typed of a town's rain; what cannot be comes back as it was typed."""
    form = request.POST
    try:
        type_rain(
            place=form.get("place", ""),
            start=_local(form.get("start", "")),
            end=_local(form.get("end", "")),
            mm=_amount(form.get("mm", "")),
            channel=_channel(str(form.get("channel", ""))),
            note=storable(form.get("note", ""), MOST_NOTE),
            who=request.user.get_username(),
        )
    except TypedRainRefused as refused:
        message = refused.args[1 if get_language() == "en" else 0]
        return _page(request, filled=form, error=message)
    messages.success(request, _("已录入，下一次计算时计入"))
    return redirect("/hazards/rain")


def _channel(text: str) -> str:
    return text if text in CHANNELS else next(iter(CHANNELS))


def _local(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TypedRainRefused("请填写起止时间", "Fill in both times") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(city().time_zone))


def _amount(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise TypedRainRefused("雨量应为数字", "The rain should be a number") from None


def _page(
    request: HttpRequest, *, filled: Mapping[str, str] | None = None, error: str = ""
) -> HttpResponse:
    share = share_parameter(request, layer_of(LAYER).id)
    as_of = minute_parameter(request)
    moment = as_of.instant or timezone.now()
    hours = _hours(request.GET.get("hours", ""))
    numbers = numbers_on(city_day(moment))
    measured = rain_at(moment, numbers.decay, numbers.least_covered)
    names = dict(features(share).as_of(as_of).values_list("code", "name"))
    towns = _towns(request, as_of)
    names |= {f"{TYPED}{code}": name for code, name in towns.items()}
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
        "may_type": may_judge(request),
        "towns": sorted(towns.items()),
        "channels": CHANNELS.items(),
        "filled": filled or {},
        "error": error,
    }
    return render(request, "hazards/rain.html", context, status=422 if error else 200)


def _towns(request: HttpRequest, as_of: AsOf) -> dict[str, str]:
    """The names of the towns by code, as the caller may see them."""
    share = page_share(caller_of(request), layer_of("districts"))
    if share is None:
        return {}
    rows = features(share).as_of(as_of).filter(level="town")
    return dict(rows.values_list("code", "name"))


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
            is_typed=code.startswith(TYPED),
        )
        for n, code in enumerate(measured.codes)
        if code in names
    ]
    return sorted(rows, key=lambda row: (row.mm is None, -(row.mm or 0.0), row.code))

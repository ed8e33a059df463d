"""风险研判: what the last cycle says of each town and why; the officer decides, no machine warns."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from layers.declarations.registry import layer_of
from layers.reading.features import features
from layers.reading.offices import page_share
from spatial.calendars.queries import day_of as city_day
from spatial.calendars.queries import held_on
from spatial.casework.policies import can_begin
from spatial.codes import scheme
from spatial.hazard_warnings.procedure import GEO_WARNING
from spatial.hazards.rules.levels import BY_CODE, CODES, WarningLevel
from spatial.periods import at
from spatial.risk_levels.models import RiskCycle, RiskLevel, RiskThreshold
from spatial.risk_levels.queries import TownRisk, age_of, cycle_at, town_risks
from spatial.risk_levels.rulebook import numbers_on
from spatial.terrain.susceptibility_files import CLASSES
from webmap.hazards.moments import minute_parameter
from webmap.hazards.policies import may_judge
from webmap.hazards.susceptibility import CLASSES as SUSCEPTIBILITIES
from webmap.web.callers import caller_of, matter_actor
from webmap.web.guards import with_roles

ENGINES = {
    "intensity": _("雨强—历时"),
    "effective": _("有效雨量"),
    "matrix": _("易发性与雨量"),
}
NAMES = {
    WarningLevel.RED: _("红色"),
    WarningLevel.ORANGE: _("橙色"),
    WarningLevel.YELLOW: _("黄色"),
    WarningLevel.BLUE: _("蓝色"),
    WarningLevel.NONE: _("未达到"),
}
LATE_INTERVALS = 2  # a cycle is late when so many intervals have gone by without one


@dataclass(frozen=True)
class LevelShown:
    """A level as it is written: its words, colour and grade; ``grade`` 5 is unknown."""

    words: str
    colour: str
    grade: int


@dataclass(frozen=True)
class TownShown:
    """A town's line: the level, how it changed, where in the town, why, and other engines."""

    code: str
    name: str
    level: LevelShown
    before: LevelShown | None
    arrow: str  # ↑ or ↓ where the level changed, nothing where only the knowledge did
    since: datetime
    where: str
    reason: str
    others: tuple[tuple[str, LevelShown], ...]


@require_safe
@with_roles(may_judge, gettext_noop("这里是地灾值班人员的页面"))
def risk(request: HttpRequest) -> HttpResponse:
    """The page, or as a fragment its table alone: now, or as it stood at a moment."""
    moment = minute_parameter(request).instant
    shown = moment or timezone.now()
    cycle = cycle_at(shown)
    is_fragment = request.headers.get("X-Requested-With") == "fragment"
    context = {
        "at": moment,
        "cycle": cycle,
        "may_draft": can_begin(GEO_WARNING, matter_actor(request)),
        **(_shown(request, cycle, shown) if cycle else {}),
    }
    return render(request, "hazards/_risk.html" if is_fragment else "hazards/risk.html", context)


def _shown(request: HttpRequest, cycle: RiskCycle, moment: datetime) -> dict[str, Any]:
    names = town_names(request, cycle.at)
    towns = [_town(found, names) for found in town_risks(cycle)]
    age = age_of(cycle, cycle.at)
    interval = timedelta(minutes=numbers_on(city_day(moment)).interval_min)
    return {
        "towns": towns,
        "raised": [town for town in towns if town.level.grade],
        "age_min": round(age / timedelta(minutes=1)) if age is not None else None,
        "is_late": moment - cycle.at > LATE_INTERVALS * interval,
        "draft_levels": _draft_levels(cycle),
        "thresholds": _thresholds(cycle),
        "previous": _iso(RiskCycle.objects.filter(at__lt=cycle.at).order_by("-at").first()),
        "next": _iso(RiskCycle.objects.filter(at__gt=cycle.at).order_by("at").first()),
        "address": request.get_full_path(),
    }


def _draft_levels(cycle: RiskCycle) -> list[tuple[str, str]]:
    """(code, name) of the levels that the leading engines gave, the gravest first."""
    rows = cycle.levels.filter(is_leading=True, level__gt=0).order_by("-level")
    found = [WarningLevel(level) for level in rows.values_list("level", flat=True).distinct()]
    return [(level.code, str(NAMES[level])) for level in found]


def _thresholds(cycle: RiskCycle) -> list[tuple[str, str, str, RiskThreshold]]:
    """The rows that held on the cycle's day: engine, measure and level in words, and the row."""
    day = city_day(cycle.at)
    rows = RiskThreshold.objects.filter(held_on(day)).order_by("engine", "zone", "measure", "id")
    return [
        (
            str(ENGINES.get(row.engine, row.engine)),
            _measure(row.measure),
            str(NAMES[BY_CODE[row.level]]),
            row,
        )
        for row in rows
        if row.is_in_season(f"{day:%m-%d}")
    ]


def _iso(cycle: RiskCycle | None) -> str:
    return timezone.localtime(cycle.at).isoformat() if cycle else ""


def town_names(request: HttpRequest, moment: datetime) -> dict[str, str]:
    """The names of the towns of a moment that the caller may see, by code."""
    share = page_share(caller_of(request), layer_of("districts"))
    if share is None:
        return {}
    rows = features(share).as_of(at(moment)).filter(level="town")
    return dict(rows.values_list("code", "name"))


def _town(found: TownRisk, names: dict[str, str]) -> TownShown:
    row, before = found.leading, found.before
    changed = before and (before.level, before.is_known) != (row.level, row.is_known)
    return TownShown(
        code=row.place,
        name=names.get(row.place, row.place),
        level=level_shown(row),
        before=level_shown(before) if before and changed else None,
        arrow=_arrow(row, before),
        since=row.changed_at,
        where=row.where_en if get_language() == "en" else row.where_zh,
        reason=reason_of(row),
        others=tuple(
            (str(ENGINES.get(other.engine, other.engine)), level_shown(other))
            for other in found.others
        ),
    )


def _arrow(row: RiskLevel, before: RiskLevel | None) -> str:
    if before is None or before.level == row.level:
        return ""
    return "↑" if row.level > before.level else "↓"


def level_shown(row: RiskLevel) -> LevelShown:
    """A level in words; what is not known says so, with the least that it is."""
    codes = scheme("warning_levels")
    code = CODES[WarningLevel(row.level)]
    words = str(NAMES[WarningLevel(row.level)])
    if row.is_known:
        return LevelShown(words, codes.colour(code) if code else "", row.level)
    if not code:
        return LevelShown(gettext("不明"), "", 5)
    return LevelShown(gettext("不明，此前为%(level)s") % {"level": words}, codes.colour(code), 5)


def reason_of(row: RiskLevel) -> str:
    """Why, in one sentence: the rain, the threshold, the margin, and gaps in the data."""
    parts = []
    if row.value_mm is not None and row.limit_mm is not None:
        values = {
            "measure": _measure(row.measure),
            "value": f"{row.value_mm:.1f}",
            "limit": f"{row.limit_mm:g}",
            "margin": f"{abs(row.value_mm - row.limit_mm):.1f}",
        }
        if row.value_mm >= row.limit_mm:
            text = gettext(
                "%(measure)s %(value)s 毫米，达到阈值 %(limit)s 毫米，超出 %(margin)s 毫米"
            )
        else:
            text = gettext(
                "%(measure)s %(value)s 毫米，距最近的阈值 %(limit)s 毫米还差 %(margin)s 毫米"
            )
        parts.append(text % values)
    else:
        parts.append(gettext("没有可用的雨量"))
    if row.susceptibility is not None:
        ground = str(SUSCEPTIBILITIES[CLASSES[row.susceptibility]])
        parts.append(gettext("所在多为%(ground)s") % {"ground": ground})
    if row.short_since:
        numbers = {
            "since": f"{timezone.localtime(row.short_since):%m-%d %H:%M}",
            "percent": round(row.covered * 100),
        }
        if not row.is_known:
            text = gettext("雨量不全（覆盖 %(percent)s%%），等级自 %(since)s 起没有依据")
        elif row.short_since == row.cycle.at:
            text = gettext("雨量不全（覆盖 %(percent)s%%），按已有读数至少为此等级")
        else:
            text = gettext("雨量不全（覆盖 %(percent)s%%），沿用 %(since)s 的等级")
        parts.append(text % numbers)
    return gettext("；").join(parts)


def _measure(name: str) -> str:
    if name.startswith("rain_"):
        hours = int(name[5:-1])
        return gettext("%(n)s 小时雨量") % {"n": hours}
    return gettext("有效雨量") if name == "effective_rain" else name

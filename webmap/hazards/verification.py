"""检验: how good levels were over a period, always beside always warning and never warning."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from spatial.calendars.queries import day_of as city_day
from spatial.hazards.rules.levels import BY_CODE, WarningLevel
from spatial.hazards.rules.verification import Contingency
from spatial.risk_levels.verifying import LEADING, LevelVerification, verify
from webmap.hazards.policies import may_judge
from webmap.hazards.risk import ENGINES, NAMES, town_names
from webmap.web.errors import BadRequest
from webmap.web.guards import with_roles
from webmap.web.spreadsheets import csv_answer

FIRST_SHOWN = timedelta(days=364)
LONGEST = timedelta(days=366 * 5)
SCORES = ("pod", "far", "pofd", "csi", "hss")


@dataclass(frozen=True)
class ScoreShown:
    """A line of the table: an engine, or always or never warning; '' what has no denominator."""

    name: str
    table: Contingency
    scores: tuple[str, ...]
    warned_per_year: float | None = None
    area_km2_per_year: float | None = None
    unknown: int | None = None


@require_safe
@with_roles(may_judge, gettext_noop("这里是地灾值班人员的页面"))
def verification(request: HttpRequest) -> HttpResponseBase:
    """The page, or its table as CSV (``f=csv``)."""
    last = _day(request, "to", city_day(timezone.now()))
    first = _day(request, "from", last - FIRST_SHOWN)
    if not timedelta() <= last - first <= LONGEST:
        raise BadRequest(gettext("起止日期应在先后顺序之内，且不超过五年"))
    level = BY_CODE.get(request.GET.get("level", "III"), WarningLevel.NONE)
    if not level:
        raise BadRequest(gettext("等级应为 I、II、III 或 IV"))
    found = verify(first, last, level)
    lines = _lines(found)
    if request.GET.get("f") == "csv":
        return csv_answer(
            f"verification-{first}-{last}-{level.code}.csv", _head(), map(_row, lines)
        )
    names = town_names(request, timezone.now())
    context = {
        "found": found,
        "lines": lines,
        "levels": [(one.code, NAMES[one]) for one in sorted(WarningLevel, reverse=True) if one],
        "chosen": level.code,
        "chosen_name": NAMES[level],
        "events": [
            (
                event.day,
                names.get(event.place, event.place),
                None if event.level is None else NAMES[event.level],
                event.level is not None and event.level >= level,
            )
            for event in found.events
        ],
    }
    return render(request, "hazards/verification.html", context)


def _day(request: HttpRequest, name: str, usual: date) -> date:
    text = request.GET.get(name, "")
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        raise BadRequest(gettext("日期应写作 2026-06-01")) from None


def _lines(found: LevelVerification) -> list[ScoreShown]:
    lines = [
        ScoreShown(
            str(_("主用模型") if one.engine == LEADING else ENGINES.get(one.engine, one.engine)),
            one.table,
            _scores(one.table),
            one.warned_per_year,
            one.area_km2_per_year,
            one.unknown,
        )
        for one in found.engines
    ]
    if lines:
        table = lines[0].table
        lines.append(ScoreShown(gettext("总是预警"), table.always, _scores(table.always)))
        lines.append(ScoreShown(gettext("从不预警"), table.never, _scores(table.never)))
    return lines


def _scores(table: Contingency) -> tuple[str, ...]:
    values = (getattr(table, name) for name in SCORES)
    return tuple("" if value is None else f"{value:.3f}" for value in values)


def _head() -> list[str]:
    return [
        gettext("模型"), gettext("命中"), gettext("漏报"), gettext("空报"), gettext("正确未报"),
        *(name.upper() for name in SCORES),
        gettext("每年预警（乡镇·日）"), gettext("每年预警面积（平方千米·日）"), gettext("不明（乡镇·日）"),
    ]  # fmt: skip


def _row(line: ScoreShown) -> list[str]:
    table = line.table
    counts = (table.hits, table.misses, table.false_alarms, table.correct_negatives)
    rest = (line.warned_per_year, line.area_km2_per_year, line.unknown)
    return [
        line.name,
        *map(str, counts),
        *line.scores,
        *("" if value is None else f"{value:g}" for value in rest),
    ]

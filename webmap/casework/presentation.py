"""Cases in words: class, place, clock, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from grid.cases.procedure import CASES
from grid.cases.rounds import Round
from grid.cases.steps import ASIDE, ENDED, REQUESTS, STEPS, SUSPENDED
from grid.cases.urgency import soon_from
from grid.models import Case, CaseStep, Component
from spatial.base.models import District
from spatial.casework.amending import AMEND
from spatial.casework.titles import lapsed_shown, state_shown, title_shown
from spatial.city import city
from spatial.crs import transformer
from spatial.languages import shown_schemes
from webmap.casework.publicity import title_of
from webmap.web.moments import local, span

DIGITS = 6  # of degrees: a decimetre
NOTHING: Mapping[int, Any] = MappingProxyType({})
SAME_MOMENT = timedelta(minutes=1)
# Beside the handling: no deadline of the state is theirs.
BESIDE = ASIDE | {AMEND, *REQUESTS["appeal"]}


@dataclass(frozen=True)
class CaseRow:
    """A case as a list shows it."""

    case: Case
    title: str
    state: str
    phase: str
    urgency: str  # late, soon, "" or done
    clock: str
    lon: float
    lat: float
    place: str
    is_stranded: bool = False  # whoever has it can no longer act


def case_row(cases: list[Case], now: datetime) -> list[CaseRow]:
    """The cases of a list, in their order."""
    names = district_names({case.district_code for case in cases})
    found = []
    for case in cases:
        lon, lat = degrees(case.geom)
        urgency, clock = clock_of(case, now)
        found.append(
            CaseRow(
                case,
                class_title(case),
                state_shown(CASES, case.step),
                title_shown(STEPS.get(case.step, "")),
                urgency,
                clock,
                lon,
                lat,
                names.get(case.district_code, ""),
            )
        )
    return found


def class_title(thing: Case | Component) -> str:
    """The name of the class of a case or a component."""
    scheme = shown_schemes().get(thing.scheme)
    return scheme.name(thing.class_code) if scheme else thing.class_code


def degrees(point: Point) -> tuple[float, float]:
    """(longitude, latitude) of a point of the city, as a map in degrees takes them."""
    lon, lat = transformer(city().projected, 4326).transform(point.x, point.y)
    return round(lon, DIGITS), round(lat, DIGITS)


def clock_of(case: Case, now: datetime) -> tuple[str, str]:
    """(urgency, words) of the clock that runs in the present state."""
    if case.step in ENDED:
        return "done", ""
    if case.step == SUSPENDED:
        return "", f"挂账至 {local(case.resume_at)}" if case.resume_at else "挂账"
    if case.step_due_at is None:
        return "", ""
    left = case.step_due_at - now
    if left < timedelta():
        return "late", f"超时 {span(-left)}"
    is_soon = now >= soon_from(case.entered_at or case.reported_at, case.step_due_at)
    return ("soon" if is_soon else ""), f"剩余 {span(left)}"


def district_names(codes: set[str]) -> dict[str, str]:
    """Town and village by the village's code."""
    wanted = codes | {code[:9] for code in codes}
    rows = dict(District.objects.current().filter(code__in=wanted).values_list("code", "name"))
    return {
        code: "".join(
            name for part in dict.fromkeys((code[:9], code)) if (name := rows.get(part, ""))
        )
        for code in codes
    }


def round_title(one: Round) -> str:
    """A round of handling: which, when, of which department."""
    began = local(one.began_at)
    ended = local(one.left_by.at) if one.left_by else _("至今")
    return _("第 %(n)d 次派遣（%(who)s，%(began)s — %(ended)s）") % {
        "n": one.number,
        "who": one.department,
        "began": began,
        "ended": ended,
    }


def timeline(
    steps: list[CaseStep], corrections: Mapping[int, Any] = NOTHING
) -> list[dict[str, Any]]:
    """What happened, newest first; ``corrections`` are those of the changes that corrected."""
    return [
        {
            "step": step,
            "title": title_of(step),
            "to": state_shown(CASES, step.state_after)
            if step.state_after != step.state_before
            else "",
            "was_late": _was_late(step),
            "due": _due(step),
            "captured_at": _captured_at(step),
            "place": degrees(step.geom) if step.geom else None,
            "found": _found(step),
            "correction": corrections.get(step.change_id) if step.change_id else None,
            "lapsed": lapsed_shown(CASES, step.details.get("lapsed", ())),
        }
        for step in reversed(steps)
    ]


def _was_late(step: CaseStep) -> bool:
    """Whether it came too late; what is done beside the handling cannot."""
    return step.action not in BESIDE and bool(step.due_at and step.at > step.due_at)


def _captured_at(step: CaseStep) -> datetime | None:
    """When it was on the spot, where that is not the moment at which it was received."""
    case_row = step.captured_at
    return case_row if case_row and abs(step.at - case_row) > SAME_MOMENT else None


def _found(step: CaseStep) -> str:
    """How the place was found, where it was not simply measured there."""
    position = step.details.get("position", {})
    if position.get("source") != "map":
        return ""
    far_m = position.get("device_distance_m")
    if far_m is None:
        return _("在地图上选定")
    return _("在地图上选定，距当时定位 %(m).0f 米") % {"m": far_m}


def _due(step: CaseStep) -> str:
    text = step.details.get("due") or step.details.get("until")
    return local(datetime.fromisoformat(text)) if text else ""


def component_rows(found: list[tuple[Component, float]]) -> list[dict[str, Any]]:
    """Components with their distances, as a page or a form lists them."""
    return [
        {
            "code": one.code,
            "title": one.name or class_title(one),
            "state": one.state,
            "far_m": round(far_m),
            "place": degrees(one.geom),
        }
        for one, far_m in found
    ]

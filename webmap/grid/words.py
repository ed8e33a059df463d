"""Cases in words: class, place, clock, what happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from grid.models import Case, CaseStep
from grid.queries import SOON
from grid.steps import ENDED, STATES, STEPS, SUSPENDED, WORKFLOW
from spatial.base.models import District
from spatial.city import city
from spatial.codes import schemes
from spatial.crs import transformer


@dataclass(frozen=True)
class Told:
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


def told(cases: list[Case], now: datetime) -> list[Told]:
    """The cases of a list, in their order."""
    names = district_names({case.district_code for case in cases})
    to_degrees = transformer(city().projected, 4326)
    found = []
    for case in cases:
        lon, lat = to_degrees.transform(case.geom.x, case.geom.y)
        urgency, clock = clock_of(case, now)
        found.append(
            Told(
                case,
                class_title(case),
                STATES.get(case.step, case.step),
                STEPS.get(case.step, ""),
                urgency,
                clock,
                round(lon, 6),
                round(lat, 6),
                names.get(case.district_code, ""),
            )
        )
    return found


def class_title(case: Case) -> str:
    """The name of the case's class."""
    scheme = schemes().get(case.scheme)
    return scheme.name(case.class_code) if scheme else case.class_code


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
    return ("soon" if left <= SOON else ""), f"剩余 {span(left)}"


def span(length: timedelta) -> str:
    """A length of time in two units at most."""
    minutes = int(length.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分"


def local(moment: datetime | None) -> str:
    """A moment in the city's time."""
    return f"{timezone.localtime(moment):%m-%d %H:%M}" if moment else ""


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


def timeline(steps: list[CaseStep]) -> list[dict[str, Any]]:
    """What happened, newest first."""
    return [
        {
            "step": step,
            "title": WORKFLOW.of(step.action).title,
            "to": STATES.get(step.state_after, "") if step.state_after != step.state_before else "",
            "was_late": bool(step.due_at and step.at > step.due_at),
            "due": _due(step),
        }
        for step in reversed(steps)
    ]


def _due(step: CaseStep) -> str:
    text = step.details.get("due") or step.details.get("until")
    return local(datetime.fromisoformat(text)) if text else ""

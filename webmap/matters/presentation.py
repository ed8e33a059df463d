"""Matters as pages show them: rows of a list, facts by the declared form, what happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from grid.cases.urgency import soon_from
from layers.declarations.registry import layer_named
from spatial.casework.amending import AMEND
from spatial.casework.consulting import TITLES, was_answered
from spatial.casework.models import Matter, MatterFile, MatterSubject
from spatial.casework.procedures import Procedure
from spatial.casework.titles import (
    action_shown,
    amended_shown,
    lapsed_shown,
    state_shown,
    title_shown,
)
from webmap.web.moments import local, span
from webmap.web.procedure_pages import FieldKind, FormField, ProcedurePages
from webmap.web.values import NOTHING, layer_title

BESIDE = {*TITLES, AMEND, "remark"}  # what cannot come too late


@dataclass(frozen=True)
class MatterRow:
    """A matter as a list shows it."""

    matter: Matter
    state: str
    urgency: str  # late, soon, done or ""
    clock: str


def matter_row(procedure: Procedure, matter: Matter, now: datetime) -> MatterRow:
    """A matter of a list."""
    urgency, clock = clock_of(procedure, matter, now)
    return MatterRow(matter, state_shown(procedure, matter.step), urgency, clock)


def clock_of(procedure: Procedure, matter: Matter, now: datetime) -> tuple[str, str]:
    """(urgency, text) of the clock that runs in the present state."""
    if matter.step in procedure.ended:
        return "done", ""
    if matter.step in procedure.paused:
        return "", _("计时暂停")
    if matter.step_due_at is None:
        return "", ""
    left = matter.step_due_at - now
    if left < timedelta():
        return "late", _("超时 %(time)s") % {"time": span(-left)}
    is_soon = now >= soon_from(matter.entered_at or matter.accepted_at, matter.step_due_at)
    return ("soon" if is_soon else ""), _("剩余 %(time)s") % {"time": span(left)}


def facts(pages: ProcedurePages, matter: Matter) -> list[tuple[Any, str]]:
    """(title, value) of what a matter holds, by the form that it was begun with."""
    form = pages.forms.get(pages.declared.first.action, ())
    known = {one.name for one in form}
    named = pages.declared.amendable
    others = [n for n in matter.values if n not in known and n in named]
    return [
        *((one.title, value_shown(one, matter.values.get(one.name))) for one in form),
        *(
            (amended_shown(pages.declared, name), value_shown(None, matter.values[name]))
            for name in others
        ),
    ]


def value_shown(one: FormField | None, value: Any) -> str:
    """A value as its field is read."""
    if value is None or value in ("", []):
        return str(one.empty) if one else NOTHING
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if one and one.kind is FieldKind.CHOICE:
        choices = one.choices() if callable(one.choices) else one.choices
        return str(dict(choices).get(value, value))
    if one and one.kind is FieldKind.MOMENT and (moment := parse_datetime(str(value))):
        return local(moment)
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def timeline(procedure: Procedure, steps: list[Any]) -> list[dict[str, Any]]:
    """What happened, newest first."""
    return [
        {
            "step": step,
            "title": action_shown(procedure, step.action),
            "to": state_shown(procedure, step.state_after)
            if step.state_after != step.state_before
            else "",
            "was_late": bool(step.action not in BESIDE and step.due_at and step.at > step.due_at),
            "departments": "、".join(step.details.get("departments", ())),
            "lapsed": lapsed_shown(procedure, step.details.get("lapsed", ())),
            "is_given": "assignee" in step.details,
            "amended": amended_shown(procedure, step.details.get("field", "")),
        }
        for step in reversed(steps)
    ]


def amended(procedure: Procedure, pages: ProcedurePages, found: list[Any]) -> list[dict[str, Any]]:
    """What was corrected: the value before and after, as its field is read."""
    form = {one.name: one for one in pages.forms.get(procedure.first.action, ())}
    return [
        {
            "amendment": one,
            "title": amended_shown(procedure, one.field),
            "before": value_shown(form.get(one.field), one.before),
            "after": value_shown(form.get(one.field), one.after),
        }
        for one in found
    ]


def requests_shown(procedure: Procedure, found: list[Any]) -> list[dict[str, Any]]:
    """What was asked in a matter, of the desk or of departments, and what was answered."""
    return [
        {
            "request": one,
            "title": title_shown(procedure.askings[one.kind].title)
            if one.kind in procedure.askings
            else "",
            "was_answered": was_answered(one),
            "is_late": bool(one.granted is None and one.due_at and one.due_at < timezone.now()),
        }
        for one in found
    ]


def files_shown(procedure: Procedure, found: list[MatterFile]) -> list[dict[str, Any]]:
    """What came with the actions of a matter, each with the title of its action."""
    return [{"file": one, "title": action_shown(procedure, one.action)} for one in found]


def subjects_shown(found: list[MatterSubject]) -> list[dict[str, str]]:
    """What a matter is about: layers and things by their titles, with the way to the map."""
    rows = []
    for one in found:
        layer = layer_named(one.layer) if one.layer else None
        title = layer_title(layer) if layer else one.layer or _("图上位置")
        path = f"/?sel={one.layer}:{one.code}" if layer and one.code else ""
        rows.append({"title": title, "code": one.code, "path": path})
    return rows

"""The clocks of a case: of each state at the centre, and of the handling as a whole."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from grid import rulebook
from grid.models import Case, CaseStep
from grid.steps import ENDED, HANDLING, SUSPENDED
from spatial.calendars.queries import calendar
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.versions.queries import attribute_fields
from spatial.worktime import Deadline, Limit, Unit, deadline

PORTION = 2_000


def step_deadline(state: str, entered_at: datetime) -> datetime | None:
    """Until when a case should have left a state of the centre's own; None: unbounded."""
    limit = rulebook.step_limit(state, rulebook.day_of(entered_at))
    if limit is None:
        return None
    return deadline(entered_at, limit, calendar(), day_rule=rulebook.day_rule()).at


def handling_deadline(
    started_at: datetime, limit: Limit, extensions: int, pauses: Iterable[tuple] = ()
) -> Deadline:
    """Until when the handling of a case should be done.

    Each extension adds one original limit; pauses are those of ``pauses_since``.
    """
    whole = limit.times(1 + extensions)
    return deadline(started_at, whole, calendar(), list(pauses), rulebook.day_rule())


def limit_of(case: Case) -> Limit | None:
    """The limit that the case carries, once it is filed."""
    return Limit(case.limit_amount, Unit(case.limit_unit)) if case.limit_amount else None


def pauses_since(code: str, started_at: datetime) -> list[tuple[datetime, datetime]]:
    """The closed spans for which a case stood suspended in its present round of handling."""
    left = CaseStep.objects.filter(
        case_code=code, state_before=SUSPENDED, entered_at__gte=started_at
    ).exclude(state_after=SUSPENDED)
    return [(step.entered_at, step.at) for step in left if step.entered_at]


@transaction.atomic
def recompute_provisional(**_: Any) -> int:
    """Set anew the deadlines that rest on a year without calendar; returns how many moved.

    Runs when a calendar arrives, in its transaction. What was handled stays as it was.
    """
    standing = (
        Case.objects.current()
        .filter(due_is_provisional=True, handled_at=None)
        .exclude(step__in=(*ENDED, SUSPENDED))
    )
    edits = [edit for case in standing.iterator(chunk_size=PORTION) if (edit := _moved(case))]
    if edits:
        change = record_change(who="系统", why="工作日历已公布，暂定时限重算")
        apply(change, Case, edits)
    return len(edits)


def values_of(case: Case) -> dict[str, Any]:
    """The attributes of a version, to be written as the next one."""
    return {field.name: getattr(case, field.name) for field in attribute_fields(Case)}


def _moved(case: Case) -> Edit | None:
    limit = limit_of(case)
    if limit is None or case.dispatched_at is None:
        return None
    pauses = pauses_since(case.code, case.dispatched_at)
    found = handling_deadline(case.dispatched_at, limit, case.extensions, pauses)
    if (found.at, found.is_provisional) == (case.due_at, case.due_is_provisional):
        return None
    values = values_of(case) | {"due_at": found.at, "due_is_provisional": found.is_provisional}
    if case.step == HANDLING:
        values["step_due_at"] = found.at
    return Edit(Action.REPLACE, case.code, values, case.pk)

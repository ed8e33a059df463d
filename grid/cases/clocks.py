"""The clocks of a case: of each state at the centre, and of the handling as a whole."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from grid.cases.actors import CLOCK
from grid.cases.steps import CHECKING, CLOSED, CLOSING, ENDED, FEEDBACK, HANDLING, SUSPENDED
from grid.models import Case, CaseStep
from grid.rules import rulebook
from spatial.calendars.queries import calendar
from spatial.casework.clocks import pauses_of, step_values, values_of
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.worktime import Deadline, Pause, TimeLimit, TimeUnit, deadline

# The states in which a deadline of handling stands.
TIMED = (HANDLING, SUSPENDED, FEEDBACK, CHECKING, CLOSING, CLOSED)


def step_deadline(state: str, entered_at: datetime) -> Deadline | None:
    """Until when a case should have left a state of the centre's own; None: unbounded."""
    known = calendar()
    day = known.day_of(entered_at)
    limit = rulebook.step_limit(state, day)
    if limit is None:
        return None
    return deadline(entered_at, limit, known, day_rule=known.hours_on(day).day_rule)


def handling_deadline(
    started_at: datetime,
    limit: TimeLimit,
    extensions: int,
    pauses: Iterable[Pause] = (),
    filed_at: datetime | None = None,
) -> Deadline:
    """Until when the handling of a case should be done.

    Each extension adds one original limit; pauses are those of ``pauses_since``. What a
    工作日 is was settled when the case was filed; the hours are those of the days that pass.
    """
    known = calendar()
    rule = known.hours_on(known.day_of(filed_at or started_at)).day_rule
    return deadline(started_at, limit.times(1 + extensions), known, list(pauses), rule)


def limit_of(case: Case) -> TimeLimit | None:
    """The limit that the case carries, once it is filed."""
    return TimeLimit(case.limit_amount, TimeUnit(case.limit_unit)) if case.limit_amount else None


def pauses_since(code: str, started_at: datetime) -> list[Pause]:
    """The closed spans for which a case stood suspended in its present round of handling."""
    return [
        pause for pause in pauses_of(CaseStep, {SUSPENDED}, [code])[code] if pause[0] >= started_at
    ]


def due_values(found: Deadline) -> dict[str, Any]:
    """The attributes of a case that say until when it should be handled."""
    return {"due_at": found.at, "due_is_provisional": found.is_provisional}


def clock(state: str, entered_at: datetime, values: Mapping[str, Any]) -> Deadline | None:
    """The clock of the state that a case is in; that of handling runs as a whole."""
    if state != HANDLING:
        return step_deadline(state, entered_at)
    return Deadline(values["due_at"], values["due_is_provisional"]) if values["due_at"] else None


@transaction.atomic
def recompute(since: date, **_: Any) -> int:
    """Set anew the deadlines that a changed calendar reaches; returns how many cases moved.

    They are those that lie on the first day that changed or later and are still to come, and
    those that rest on a year without calendar. What was handled stays as it was. Runs in the
    transaction that changes the calendar; whoever acts on one of these cases meanwhile
    waits, and is told.
    """
    first = max(timezone.now(), calendar().moment(since, time()))
    reached = Q(due_at__gte=first) | Q(step_due_at__gte=first)
    guessed = Q(due_is_provisional=True) | Q(step_is_provisional=True)
    standing = (
        Case.objects.current()
        .filter(reached | guessed)
        .exclude(step__in=(*ENDED, SUSPENDED))
        .order_by("code")
        .select_for_update()
    )
    cases = list(standing)
    pauses = pauses_of(CaseStep, {SUSPENDED}, [case.code for case in cases])
    edits = [edit for case in cases if (edit := _moved(case, first, pauses[case.code]))]
    if edits:
        change = record_change(who=CLOCK.name, why="工作日历已变动，案件时限重算")
        apply(change, Case, edits)
    return len(edits)


def _moved(case: Case, first: datetime, pauses: list[Pause]) -> Edit | None:
    values: dict[str, Any] = {}
    if _may_move(case.due_at, case.due_is_provisional, first):
        values |= _handling_of(case, pauses)
    if case.step == HANDLING:
        if values:  # its clock is that of the handling
            values |= step_values(Deadline(values["due_at"], values["due_is_provisional"]))
    elif _may_move(case.step_due_at, case.step_is_provisional, first) and case.entered_at:
        values |= step_values(step_deadline(case.step, case.entered_at))
    if all(getattr(case, name) == value for name, value in values.items()):
        return None
    return Edit(Action.REPLACE, case.code, values_of(case) | values, case.pk)


def _may_move(due_at: datetime | None, is_guess: bool, first: datetime) -> bool:
    return due_at is not None and (is_guess or due_at >= first)


def _handling_of(case: Case, pauses: list[Pause]) -> dict[str, Any]:
    limit, started_at = limit_of(case), case.dispatched_at
    if limit is None or started_at is None or case.handled_at:
        return {}
    since = [pause for pause in pauses if pause[0] >= started_at]
    found = handling_deadline(started_at, limit, case.extensions, since, case.filed_at)
    return due_values(found)

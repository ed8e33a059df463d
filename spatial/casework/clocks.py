"""The clocks of matters: of each state, and of the matter as a whole.

The limits are dated rows (``MatterLimit``). In a paused state no clock runs; what a matter
stood still for moves the end of the whole by as much. A deadline that rests on a year whose
calendar is not published yet is provisional, and set anew when it is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from spatial.calendars.queries import calendar
from spatial.casework.actors import CLOCK
from spatial.casework.models import Matter, MatterLimit
from spatial.casework.procedures import Procedure, procedure_named
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.versions.queries import attribute_fields
from spatial.worktime import Deadline, Pause, TimeLimit, TimeUnit, deadline


def limit_on(procedure: str, state: str, day: date) -> TimeLimit | None:
    """How long a matter may stay in a state, by the row of that day; None: unbounded."""
    rows = MatterLimit.objects.filter(procedure=procedure, state=state, valid_from__lte=day)
    row = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)).order_by("-valid_from").first()
    return TimeLimit(row.amount, TimeUnit(row.unit)) if row else None


def state_deadline(procedure: Procedure, state: str, entered_at: datetime) -> Deadline | None:
    """Until when a matter should have left a state; None: unbounded, or the clock stands."""
    if state in procedure.paused or state not in procedure.waits_for:
        return None
    known = calendar()
    day = known.day_of(entered_at)
    limit = limit_on(procedure.id, state, day)
    if limit is None:
        return None
    return deadline(entered_at, limit, known, day_rule=known.hours_on(day).day_rule)


def whole_deadline(
    procedure: Procedure, accepted_at: datetime, pauses: Iterable[Pause] = ()
) -> Deadline | None:
    """Until when a matter should have ended; None: unbounded."""
    known = calendar()
    day = known.day_of(accepted_at)
    limit = limit_on(procedure.id, "", day)
    if limit is None:
        return None
    rule = known.hours_on(day).day_rule
    return deadline(accepted_at, limit, known, list(pauses), rule)


def step_values(found: Deadline | None) -> dict[str, Any]:
    """The attributes of a matter that say until when it should leave its state."""
    return {
        "step_due_at": found.at if found else None,
        "step_is_provisional": bool(found and found.is_provisional),
    }


def due_values(found: Deadline | None) -> dict[str, Any]:
    """The attributes of a matter that say until when it should be done."""
    return {
        "due_at": found.at if found else None,
        "due_is_provisional": bool(found and found.is_provisional),
    }


def clock_of(
    procedure: Procedure, state: str, entered_at: datetime, values: Mapping[str, Any]
) -> Deadline | None:
    """The clock of the state that a matter is in: the procedure's own, or that of its limits."""
    if procedure.clock:
        return procedure.clock(state, entered_at, values)
    return state_deadline(procedure, state, entered_at)


def pauses_of(
    steps: type[Any], paused: Collection[str], codes: Collection[str]
) -> dict[str, list[Pause]]:
    """The closed spans for which matters stood still in these states, by matter."""
    left = steps.objects.filter(
        **{f"{steps.matter_field}__in": list(codes)}, state_before__in=paused
    )
    found: dict[str, list[Pause]] = defaultdict(list)
    for step in left.exclude(state_after__in=paused):
        if step.entered_at:
            found[getattr(step, steps.matter_field)].append((step.entered_at, step.at))
    return found


def values_of(matter: Any) -> dict[str, Any]:
    """The attributes of a version, to be written as the next one."""
    return {field.name: getattr(matter, field.name) for field in attribute_fields(type(matter))}


@transaction.atomic
def recompute(since: date, **_: Any) -> int:
    """Set anew the deadlines that a changed calendar reaches; returns how many matters moved.

    They are those that lie on the first day that changed or later and are still to come, and
    those that rest on a year without calendar. Runs in the transaction that changes the
    calendar; whoever acts on one of these matters meanwhile waits, and is told.
    """
    first = max(timezone.now(), calendar().moment(since, time()))
    reached = Q(due_at__gte=first) | Q(step_due_at__gte=first)
    guessed = Q(due_is_provisional=True) | Q(step_is_provisional=True)
    standing = Matter.objects.current().filter(closed_at=None).filter(reached | guessed)
    matters = list(standing.order_by("code").select_for_update())
    pauses = _pauses_by_procedure(matters)
    edits = [edit for matter in matters if (edit := _moved(matter, first, pauses))]
    if edits:
        change = record_change(who=CLOCK.name, why="工作日历已变动，事项时限重算")
        apply(change, Matter, edits)
    return len(edits)


def _pauses_by_procedure(matters: list[Matter]) -> dict[str, list[Pause]]:
    """The pauses of matters of several procedures, by matter; a query for each procedure."""
    codes: dict[str, list[str]] = defaultdict(list)
    for matter in matters:
        codes[matter.procedure].append(matter.code)
    found: dict[str, list[Pause]] = {}
    for name, of in codes.items():
        if procedure := procedure_named(name):
            found |= pauses_of(procedure.step_model, procedure.paused, of)
    return found


def _moved(matter: Matter, first: datetime, pauses: dict[str, list[Pause]]) -> Edit | None:
    procedure = procedure_named(matter.procedure)
    if procedure is None or matter.step in procedure.paused:
        return None
    values: dict[str, Any] = {}
    if _may_move(matter.due_at, matter.due_is_provisional, first):
        stood = pauses.get(matter.code, [])
        values |= due_values(whole_deadline(procedure, matter.accepted_at, stood))
    if matter.entered_at and _may_move(matter.step_due_at, matter.step_is_provisional, first):
        values |= step_values(state_deadline(procedure, matter.step, matter.entered_at))
    if all(getattr(matter, name) == value for name, value in values.items()):
        return None
    return Edit(Action.REPLACE, matter.code, values_of(matter) | values, matter.pk)


def _may_move(due_at: datetime | None, is_guess: bool, first: datetime) -> bool:
    return due_at is not None and (is_guess or due_at >= first)

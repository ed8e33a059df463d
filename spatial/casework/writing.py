"""What every write of a matter does: its next version, its step, the version that was seen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from spatial.casework import clocks
from spatial.casework.actors import Actor
from spatial.casework.acts import Where
from spatial.casework.conflicts import is_as_seen, overtaken
from spatial.casework.errors import InvalidInput, MatterNotFound
from spatial.casework.procedures import Procedure
from spatial.casework.texts import plain
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.models import Change
from spatial.workflow import Transition

OLDEST_ENTRY = timedelta(days=366)  # of what was done on paper and is entered now


def replace_version(
    procedure: Procedure,
    matter: Any,
    values: Mapping[str, Any],
    actor: Actor,
    title: str,
    now: datetime,
) -> Change:
    """Write the next version of a matter; returns the change that did.

    Raises:
        MatterConflict: somebody was quicker.
    """
    why = f"{procedure.noun} {matter.code} {title}"
    change = record_change(who=actor.name, why=why, at=now)
    whole = clocks.values_of(matter) | dict(values)
    try:
        apply(change, type(matter), [Edit(Action.REPLACE, matter.code, whole, matter.pk)])
    except VersionConflict:
        raise overtaken(procedure, matter.code) from None
    return change


def step_values(
    transition: Transition, before: Any, matter: Any, actor: Actor, now: datetime, where: Where
) -> dict[str, Any]:
    """What a step says of an action; the state before is that of ``before``, if there is one."""
    return {
        "action": transition.action,
        "state_before": before.step if before else "",
        "state_after": transition.lands_in(matter.step),
        "at": now,
        "occurred_at": where.occurred_at,
        "channel": where.channel,
        "captured_at": where.captured_at,
        "entered_at": before.entered_at if before else None,
        "due_at": before.step_due_at if before else None,
        "who": actor.name,
        "department": actor.department,
        "geom": where.point,
        "accuracy_m": where.accuracy_m,
    }


def true_time(where: Where, since: datetime | None, now: datetime) -> datetime:
    """When it was done: what is entered later counts from its true time."""
    if where.occurred_at is None:
        return now
    if where.occurred_at > now:
        raise InvalidInput("实际时间不能晚于现在", "occurred_at")
    if where.occurred_at < (since or now - OLDEST_ENTRY):
        raise InvalidInput("实际时间早于进入本阶段的时间，或已过一年", "occurred_at")
    return where.occurred_at


def matter_as_seen(procedure: Procedure, code: str, expected: int | None) -> Any:
    """The matter as it stands, if it still is the version that was seen.

    Raises:
        MatterNotFound: there is none of that number.
        MatterConflict: somebody acted on it since.
    """
    matter = procedure.matter_model.objects.current().filter(code=plain(code)).first()
    if matter is None or getattr(matter, "procedure", procedure.id) != procedure.id:
        raise MatterNotFound(f"没有{procedure.noun} {code[:40]}")
    if expected is not None and not is_as_seen(procedure, matter, expected):
        raise overtaken(procedure, code)
    return matter


def current_matter(procedure: Procedure, code: str) -> Any:
    """The matter as it stands."""
    return procedure.matter_model.objects.current().get(code=code)

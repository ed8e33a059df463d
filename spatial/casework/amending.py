"""Values that were given to a matter are corrected: before and after are kept, and why."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from spatial.casework import clocks
from spatial.casework.actors import Actor
from spatial.casework.acts import NOWHERE
from spatial.casework.errors import InvalidInput
from spatial.casework.idempotency import as_json, sent_with, step_taken
from spatial.casework.models import Amendment
from spatial.casework.policies import check_amending
from spatial.casework.procedures import Amendable, Procedure
from spatial.casework.writing import current_matter, matter_as_seen, replace_version, step_values
from spatial.versions.models import Change
from spatial.workflow import MissingInput, Title, Transition

AMEND = "amend"
AMENDED = {AMEND: Title("更正", "Amendment")}


def amend(
    procedure: Procedure,
    actor: Actor,
    code: str,
    name: str,
    value: Any,
    *,
    reason: str,
    expected: int | None = None,
    uuid: UUID | None = None,
) -> Any:
    """Correct a value that was given; before and after are kept, what follows from it follows.

    Raises:
        MatterNotFound, MatterConflict: as ``take``.
        RoleNotAllowed: not by this one.
        MissingInput: no reason.
        InvalidInput: no such value, one that does not fit, or the one that it is already; a UUID
            that another step has.
    """
    given = procedure.readable({"reason": reason, "field": name}) | {"value": value}
    if step_taken(procedure, actor, uuid, code, AMEND, given):
        return current_matter(procedure, code)
    if not given["reason"]:
        raise MissingInput("更正须填写：理由", ("reason",))
    with transaction.atomic():
        matter = matter_as_seen(procedure, code, expected)
        check_amending(procedure, matter, actor, name)
        now = timezone.now()
        situation = procedure.situation(matter, now)
        entry = procedure.amendable[name]
        after = entry.parse(value, situation)
        before = entry.read(matter) if entry.read else value_of(matter, name)
        if before == after:
            raise InvalidInput(f"{entry.title}就是该值，不用更正", name)
        values = _values(entry, situation, name, after)
        if values.keys() & {"due_at", "entered_at"}:
            since = values.get("entered_at") or matter.entered_at or now
            whole = clocks.values_of(matter) | values
            values |= clocks.step_values(clocks.clock_of(procedure, matter.step, since, whole))
        change = replace_version(procedure, matter, values, actor, f"更正{entry.title}", now)
        _record_amendment(procedure, matter, name, (before, after), given["reason"], actor, change)
        transition = Transition(AMEND, AMENDED[AMEND], (matter.step,), "", entry.roles)
        details = {"field": name, "title": entry.title, **_deadline(values)}
        details |= sent_with(uuid, given)
        if deputy_of := _deputy_of(actor, entry.roles):
            details["deputy_of"] = deputy_of
        step = step_values(transition, matter, matter, actor, now, NOWHERE)
        step |= {"role": _role(actor, entry.roles), "uuid": uuid, "change": change}
        step |= {"text": given["reason"], "details": details}
        procedure.step_model.objects.create(**{procedure.step_model.matter_field: code}, **step)
        return current_matter(procedure, code)


def value_of(matter: Any, name: str) -> Any:
    """A given value of a matter: a field of its own, or one of its form."""
    names = {one.name for one in type(matter)._meta.concrete_fields}
    return getattr(matter, name) if name in names else matter.values.get(name)


def _values(entry: Amendable, situation: Any, name: str, value: Any) -> dict[str, Any]:
    if entry.values:
        return entry.values(situation, value)
    matter = situation.matter
    names = {one.name for one in type(matter)._meta.concrete_fields}
    return {name: value} if name in names else {"values": {**matter.values, name: value}}


def _record_amendment(
    procedure: Procedure,
    matter: Any,
    name: str,
    values: tuple[Any, Any],
    reason: str,
    actor: Actor,
    change: Change,
) -> None:
    before, after = (as_json(value) for value in values)
    Amendment.objects.create(
        procedure=procedure.id,
        matter_code=matter.code,
        field=name,
        before=before,
        after=after,
        reason=reason,
        who=actor.name,
        at=change.at,
        change=change,
    )


def _deadline(values: dict[str, Any]) -> dict[str, Any]:
    """What the step remembers of a deadline that moved with the value."""
    due_at = values.get("due_at")
    if due_at is None:
        return {}
    is_provisional = {"is_provisional": True} if values.get("due_is_provisional") else {}
    return {"due": due_at.isoformat()} | is_provisional


def _role(actor: Actor, roles: frozenset[str]) -> str:
    return next(iter(sorted(actor.all_roles & roles)), "")


def _deputy_of(actor: Actor, roles: frozenset[str]) -> str:
    """For whom it is corrected, where this one has none of the roles in the own right."""
    if actor.roles & roles:
        return ""
    return next((one.name for one in actor.principals if one.roles & roles), "")

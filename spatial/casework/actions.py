"""The actions of a procedure's table, taken on its matters: the only way they move.

Each is one transaction that writes the next version of the matter and the step that led to
it. Two who act on the same version cannot both succeed; a step that is sent twice (the same
UUID) is taken once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from spatial.casework import clocks
from spatial.casework.actors import CLOCK, Actor
from spatial.casework.acts import NOWHERE, Act, Command, Effect, Where
from spatial.casework.errors import InvalidInput, NotResponsible
from spatial.casework.idempotency import sent_with, step_taken, text_of
from spatial.casework.models import Matter
from spatial.casework.notices import tell_of_step
from spatial.casework.policies import Capacity, check_capacity, check_fits
from spatial.casework.procedures import Procedure
from spatial.casework.writing import (
    current_matter,
    matter_as_seen,
    replace_version,
    step_values,
    true_time,
)
from spatial.workflow import MissingInput, Transition, WrongState


def take(
    procedure: Procedure,
    actor: Actor,
    code: str,
    action: str,
    given: Mapping[str, Any] | None = None,
    *,
    expected: int | None = None,
    uuid: UUID | None = None,
    attachments: Sequence[Any] = (),
    where: Where = NOWHERE,
    others: Sequence[Command] = (),
) -> Any:
    """Take one action of the table on a matter. ``expected`` is the version that was seen.

    ``others`` are sent with it under the same UUID, and taken after it.

    Raises:
        MatterNotFound: there is no such matter.
        UnknownAction, WrongState, RoleNotAllowed, MissingInput: as ``Workflow.check``.
        NotResponsible: it waits for another department or person.
        MatterConflict: somebody acted on it since.
        InvalidInput: something given does not fit.
    """
    readable = procedure.readable(given or {}) | {"photos": attachments}
    sent = readable | {"others": [(one.action, dict(one.given)) for one in others]}
    if step_taken(procedure, actor, uuid, code, action, sent):
        return current_matter(procedure, code)
    with transaction.atomic():
        matter = matter_as_seen(procedure, code, expected)
        transition, capacity = _checked(procedure, matter, actor, action, readable)
        now = timezone.now()
        act = Act(matter, actor, now, readable, procedure.situation(matter, now), action)
        effect = effect_of(procedure, act)
        if capacity.instead_of:
            effect.details |= {"instead_of": capacity.instead_of, "because": readable["because"]}
        if capacity.deputy_of:
            effect.details["deputy_of"] = capacity.deputy_of
        effect.details |= sent_with(uuid, sent)
        return _advance(procedure, act, transition, capacity, effect, uuid, where)


def take_all(
    procedure: Procedure,
    actor: Actor,
    code: str,
    commands: Sequence[Command],
    *,
    expected: int | None = None,
    uuid: UUID | None = None,
    where: Where = NOWHERE,
) -> Any:
    """Take several actions on one matter, in order: all of them, or none. Raises as ``take``.

    The UUID is the first one's: sent again, it finds all of them done.
    """
    if not commands:
        raise InvalidInput("没有要办理的操作", "action")
    first, *others = commands
    given = procedure.readable(first.given) | {"photos": ()}
    given["others"] = [(one.action, dict(one.given)) for one in others]
    if step_taken(procedure, actor, uuid, code, first.action, given):
        return current_matter(procedure, code)
    with transaction.atomic():
        done = take(
            procedure, actor, code, first.action, first.given,
            expected=expected, uuid=uuid, where=where, others=others,
        )  # fmt: skip
        for command in others:
            done = take(procedure, actor, code, command.action, command.given, where=where)
        return done


def effect_of(procedure: Procedure, act: Act) -> Effect:
    """What an action does.

    Raises:
        InvalidInput: something given does not fit the matter, or the matter does not allow it.
    """
    check_fits(procedure, act.situation, act.action, act.given)
    effect = procedure.effects.get(act.action) or STANDARD.get(act.action)
    found = effect(act) if effect else answer_request(procedure, act)
    if lapsed := _lapse(procedure, act):
        found.details["lapsed"] = lapsed
    return found


def _lapse(procedure: Procedure, act: Act) -> list[str]:
    """Answer what was asked in a state that is over; returns what that was.

    Left open, the request of one department could be granted to the next. A request stays
    open while its answer can still be given.
    """
    transition = procedure.workflow.of(act.action)
    after = transition.lands_in(act.matter.step)
    lapsed = []
    for kind, asked in sorted(act.situation.open_requests.items(), key=lambda one: one[1].pk):
        asking = procedure.askings.get(kind)
        if asking is None or procedure.answered_by(act.action) == kind:
            continue
        stays_in = asking.stays_in or frozenset(procedure.workflow.of(asking.grant).sources)
        if after in stays_in and act.action not in asking.ends_with or asking.outlives(act):
            continue
        asked.granted, asked.answered_by, asked.answered_at = False, CLOCK.name, act.at
        asked.answer = f"{procedure.noun}已{transition.title}，申请自动失效"
        asked.save()
        lapsed.append(asking.title)
    return lapsed


def answer_request(procedure: Procedure, act: Act) -> Effect:
    """A request is made or settled by the action that asks for it or answers it."""
    if kind := procedure.asked_by(act.action):
        until = act.given.get("until")
        model = procedure.request_model
        model.objects.create(
            **{model.matter_field: act.matter.code}, kind=kind, asked_by=act.actor.name,
            asked_at=act.at, reason=text_of(act.given), until=until,
        )  # fmt: skip
    elif kind := procedure.answered_by(act.action):
        request = act.situation.open_requests[kind]
        request.granted = act.action == procedure.askings[kind].grant
        request.answered_by, request.answered_at = act.actor.name, act.at
        request.answer = text_of(act.given)
        request.save()
    return Effect()


def _reassigned(act: Act) -> Effect:
    """To somebody by name, or (no name) to whoever has the role; the clock begins anew."""
    name = str(act.given.get("assignee") or "")
    if name == act.matter.assignee:
        raise InvalidInput(f"事项就在{name or '该岗位'}名下，请选择别人", "assignee")
    values = {"assignee": name, "entered_at": act.at}
    return Effect(values, {"assignee": name, "from": act.matter.assignee})


# What the actions that the engine adds to every table do, where a procedure says nothing.
STANDARD: Mapping[str, Callable[[Act], Effect]] = MappingProxyType({"reassign": _reassigned})


def _checked(
    procedure: Procedure, matter: Any, actor: Actor, action: str, given: Mapping[str, Any]
) -> tuple[Transition, Capacity]:
    """The row of the table and the capacity in which it is taken, once both are sure."""
    flow = procedure.workflow
    try:
        transition = flow.check(action, matter.step, actor.all_roles, given)
        found = check_capacity(procedure, matter, actor, transition)
    except (WrongState, NotResponsible):
        if late := procedure.explain_late(matter, actor, action):
            raise late from None
        raise
    if found.instead_of and not given.get("because"):
        text = f"代{found.instead_of}{transition.title}须填写：代办理由"
        raise MissingInput(text, ("because",))
    return transition, found


def _advance(
    procedure: Procedure,
    act: Act,
    transition: Transition,
    capacity: Capacity,
    effect: Effect,
    uuid: UUID | None,
    where: Where,
) -> Any:
    matter, now = act.matter, act.at
    after = transition.lands_in(matter.step)
    entered_at = true_time(where, matter.entered_at, now)
    values = effect.values | {"step": after}
    if after != matter.step:
        values["entered_at"] = values.get("entered_at", entered_at)
        if after in procedure.ended:
            values.setdefault("closed_at", entered_at)
        if isinstance(matter, Matter):
            values = {"assignee": ""} | _resumed(procedure, matter, after, entered_at) | values
    if after != matter.step or values.keys() & {"due_at", "entered_at"}:
        whole = clocks.values_of(matter) | values
        since = values.get("entered_at") or now
        values |= clocks.step_values(clocks.clock_of(procedure, after, since, whole))
    change = replace_version(procedure, matter, values, act.actor, transition.title, now)
    step = step_values(transition, matter, matter, act.actor, now, where)
    step |= {"state_after": after, "text": text_of(act.given), "uuid": uuid}
    step |= {"role": capacity.role, "department": capacity.department}
    step |= {"details": {**where.details, **effect.details}, "change": change}
    steps = procedure.step_model
    steps.objects.create(**{steps.matter_field: matter.code}, **step)
    procedure.attach(act, where)
    current = current_matter(procedure, matter.code)
    tell_of_step(procedure, act, transition, current)
    return current


def _resumed(
    procedure: Procedure, matter: Matter, after: str, entered_at: datetime
) -> dict[str, Any]:
    """The end of the whole once a clock that stood still goes on: moved by as much."""
    if matter.step not in procedure.paused or after in procedure.paused | procedure.ended:
        return {}
    codes = [matter.code]
    pauses = clocks.pauses_of(procedure.step_model, procedure.paused, codes)[matter.code]
    if matter.entered_at:
        pauses = [*pauses, (matter.entered_at, entered_at)]
    return clocks.due_values(clocks.whole_deadline(procedure, matter.accepted_at, pauses))

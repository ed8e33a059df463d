"""Departments that have a part in a matter: asked for their opinion, they answer, or are silent.

A department that shares in a decision (会签) must answer before the matter can end; one that
assists (协办) answers too. Silence past the day is recorded as silence, never as consent; a
question to which nobody can answer any more is taken back by those who handle the matter.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from spatial.casework.actors import CLOCK, Actor
from spatial.casework.acts import NOWHERE
from spatial.casework.errors import InvalidInput, MatterConflict, NotResponsible
from spatial.casework.idempotency import sent_with, step_taken
from spatial.casework.models import Matter, MatterRequest
from spatial.casework.notices import ANSWERED, ASKED, tell
from spatial.casework.policies import Capacity, capacity
from spatial.casework.procedures import MAX_TEXT, Procedure, procedure_named
from spatial.casework.writing import current_matter, matter_as_seen, replace_version, step_values
from spatial.parties.queries import members_named, with_deputies
from spatial.workflow import MissingInput, RoleNotAllowed, Title, Transition

CONSULT, ANSWER, SILENT, UNASK = "consult", "answer", "silent", "unask"
TITLES = {
    CONSULT: Title("征询意见", "Consult departments"),
    ANSWER: Title("答复征询", "Answer the consultation"),
    SILENT: Title("逾期未答复", "No answer in time"),
    UNASK: Title("撤回征询", "Take the question back"),
}
JOINT, ASSISTING = "joint", "assisting"
KINDS = {JOINT: Title("会签", "Joint decision"), ASSISTING: Title("协办", "Assistance")}
SILENCE = "逾期未答复"
WITHDRAWN = f"{TITLES[UNASK]}："  # begins what stands in place of an answer


def can_consult(procedure: Procedure, situation: Any, actor: Actor) -> bool:
    """Whether somebody may ask departments: whoever could take the matter on, but not as the one
    who applied, whom an open question would let hold the decision up. That questions are open
    already hinders nobody.
    """
    return consulting_capacity(procedure, situation, actor) is not None


def consulting_capacity(procedure: Procedure, situation: Any, actor: Actor) -> Capacity | None:
    """In what capacity somebody may ask departments; None: it is not this one's matter."""
    state, applying = situation.matter.step, procedure.policy.applicant_roles
    moving = (t for t in procedure.workflow.leaving(state) if t.lands_in(state) != state)
    found = (capacity(procedure, situation.matter, actor, t) for t in moving)
    return next((one for one in found if one is not None and one.role not in applying), None)


def consult(
    procedure: Procedure,
    actor: Actor,
    code: str,
    departments: Sequence[str],
    reason: str,
    *,
    kind: str = JOINT,
    due_at: datetime | None = None,
    uuid: UUID | None = None,
) -> Matter:
    """Ask departments for their opinion, until a day.

    Raises:
        RoleNotAllowed: the matter is not this one's.
        MissingInput, InvalidInput: no department, no reason, asked before, a day that is past.
    """
    given = procedure.readable({"reason": reason, "departments": sorted(set(departments))})
    given |= {"kind": kind, "due_at": due_at}
    if step_taken(procedure, actor, uuid, code, CONSULT, given):
        return current_matter(procedure, code)
    if not given["departments"] or not given["reason"]:
        raise MissingInput("征询意见须填写：部门、事由", ("departments", "reason"))
    now = timezone.now()
    if due_at and due_at <= now:
        raise InvalidInput("答复时限已经过去", "due_at")
    with transaction.atomic():
        matter = matter_as_seen(procedure, code, None)
        situation = procedure.situation(matter, now)
        asking = consulting_capacity(procedure, situation, actor)
        if asking is None:
            raise RoleNotAllowed("只有正在办理该事项的人可以征询意见")
        asked = {r.department for r in situation.requests if r.granted is None}
        if again := asked & set(given["departments"]):
            raise InvalidInput(f"已征询{'、'.join(sorted(again))}，尚未答复", "departments")
        MatterRequest.objects.bulk_create(
            MatterRequest(
                matter_code=code, kind=kind, department=name, asked_by=actor.name,
                asked_at=now, reason=given["reason"], due_at=due_at,
            )
            for name in given["departments"]
        )  # fmt: skip
        details = {"departments": given["departments"], "kind": kind}
        details |= sent_with(uuid, given)
        done = _put_beside(
            procedure, matter, actor, CONSULT, given["reason"], details, now, uuid, asking
        )
        _tell_departments(procedure, done, given["departments"], CONSULT, actor.name, now)
        return done


def answer(
    procedure: Procedure,
    actor: Actor,
    code: str,
    *,
    agreed: bool,
    text: str,
    uuid: UUID | None = None,
) -> Matter:
    """Answer for one's department what it was asked; an objection says why.

    Raises:
        NotResponsible: this one's department was not asked, or has answered.
        MissingInput: an objection without a reason.
    """
    given = procedure.readable({"reason": text, "agreed": agreed})
    if step_taken(procedure, actor, uuid, code, ANSWER, given):
        return current_matter(procedure, code)
    if not agreed and not given["reason"]:
        raise MissingInput("不同意须填写：理由", ("reason",))
    now = timezone.now()
    with transaction.atomic():
        matter = matter_as_seen(procedure, code, None)
        waiting = MatterRequest.objects.select_for_update().filter(matter_code=code, granted=None)
        member, mine = _asked_of(actor, list(waiting))
        if not mine:
            raise NotResponsible("没有征询您的部门，或已经答复")
        for request in mine:
            _settle(request, actor.name, given["reason"], now, granted=agreed)
        details = {"agreed": agreed, "departments": [r.department for r in mine]}
        details |= sent_with(uuid, given)
        answering = Capacity(
            member.department, "", "" if member is actor else member.name, member.department
        )
        done = _put_beside(
            procedure, matter, actor, ANSWER, given["reason"], details, now, uuid, answering
        )
        names = {request.asked_by for request in mine}
        tell(ANSWERED, procedure, done, names, TITLES[ANSWER], actor.name, now)
        return done


def was_answered(request: MatterRequest) -> bool:
    """Whether a department said yes or no: neither silence nor a question taken back is a no."""
    is_silence = request.answered_by == CLOCK.name
    is_withdrawn = request.answer.startswith(WITHDRAWN)
    is_open = request.granted is None
    return not (is_open or request.department and (is_silence or is_withdrawn))


def can_answer(actor: Actor, department: str) -> bool:
    """Whether somebody answers for a department: one of it, or who stands in for one of it."""
    return any(one.is_of(department) for one in actor.capacities)


def _asked_of(actor: Actor, waiting: list[MatterRequest]) -> tuple[Actor, list[MatterRequest]]:
    """As whom somebody answers and what: for the own department first, never for two at once."""
    for one in actor.capacities:
        if mine := [r for r in waiting if r.department and one.is_of(r.department)]:
            return one, mine
    return actor, []


def unask(
    procedure: Procedure,
    actor: Actor,
    code: str,
    departments: Sequence[str],
    reason: str,
    *,
    uuid: UUID | None = None,
) -> Matter:
    """Take back what departments were asked and have not answered, so that it holds nothing up.

    Raises:
        RoleNotAllowed: the matter is not this one's.
        MissingInput, InvalidInput: no department, no reason, one that waits for no answer.
    """
    given = procedure.readable({"reason": reason, "departments": sorted(set(departments))})
    if step_taken(procedure, actor, uuid, code, UNASK, given):
        return current_matter(procedure, code)
    if not given["departments"] or not given["reason"]:
        raise MissingInput("撤回征询须填写：部门、理由", ("departments", "reason"))
    now = timezone.now()
    with transaction.atomic():
        matter = matter_as_seen(procedure, code, None)
        asking = consulting_capacity(procedure, procedure.situation(matter, now), actor)
        if asking is None:
            raise RoleNotAllowed("只有正在办理该事项的人可以撤回征询")
        waiting = MatterRequest.objects.select_for_update().filter(matter_code=code, granted=None)
        mine = list(waiting.filter(department__in=given["departments"]))
        if gone := set(given["departments"]) - {r.department for r in mine}:
            raise InvalidInput(f"{'、'.join(sorted(gone))}没有待答复的征询", "departments")
        for request in mine:
            text = f"{WITHDRAWN}{given['reason']}"[:MAX_TEXT]
            _settle(request, actor.name, text, now, granted=False)
        details = {"departments": given["departments"], **sent_with(uuid, given)}
        done = _put_beside(
            procedure, matter, actor, UNASK, given["reason"], details, now, uuid, asking
        )
        _tell_departments(procedure, done, given["departments"], UNASK, actor.name, now)
        return done


def _tell_departments(
    procedure: Procedure, matter: Any, departments: list[str], act: str, who: str, at: datetime
) -> None:
    """Tell their people, and who stands in for them, that they are asked, or no longer."""
    names = {name for one in departments for name in members_named(one, at)}
    people = with_deputies(names, at)
    tell(ASKED, procedure, matter, people, TITLES[act], who, at, template=f"matter_{act}")


def record_silence(now: datetime | None = None) -> int:
    """Record as silence what was not answered in time; returns how many that were."""
    now = now or timezone.now()
    late = MatterRequest.objects.filter(granted=None, due_at__lt=now).exclude(department="")
    done = 0
    for pk, code in list(late.values_list("pk", "matter_code")):
        # Whoever acts on the matter at this moment goes first; it is tried again in a minute.
        with suppress(MatterConflict), transaction.atomic():
            request = MatterRequest.objects.select_for_update().get(pk=pk)
            matter = Matter.objects.current().filter(code=code).first()
            procedure = procedure_named(matter.procedure) if matter else None
            if request.granted is not None or matter is None or procedure is None:
                continue
            _settle(request, CLOCK.name, SILENCE, now, granted=False)
            details = {"departments": [request.department]}
            silent = _put_beside(procedure, matter, CLOCK, SILENT, SILENCE, details, now, None)
            tell(
                ANSWERED, procedure, silent, {request.asked_by}, TITLES[SILENT], CLOCK.name, now,
                template="matter_silent",
            )  # fmt: skip
            done += 1
    return done


def _settle(request: MatterRequest, who: str, text: str, now: datetime, *, granted: bool) -> None:
    request.granted, request.answered_by, request.answered_at = granted, who, now
    request.answer = text
    request.save()


def _put_beside(
    procedure: Procedure,
    matter: Any,
    actor: Actor,
    action: str,
    text: str,
    details: dict[str, Any],
    now: datetime,
    uuid: UUID | None,
    capacity: Capacity | None = None,
) -> Any:
    """A step that stands beside the handling: it moves nothing but the version."""
    change = replace_version(procedure, matter, {}, actor, TITLES[action], now)
    transition = Transition(action, TITLES[action], (matter.step,), "", frozenset())
    step = step_values(transition, matter, matter, actor, now, NOWHERE)
    step |= {"role": actor.role_for(actor.roles), "uuid": uuid}
    step |= {"text": text, "details": details, "change": change}
    if capacity:
        step |= {"role": capacity.role, "department": capacity.department}
        details |= {"deputy_of": capacity.deputy_of} if capacity.deputy_of else {}
    steps = procedure.step_model
    steps.objects.create(**{steps.matter_field: matter.code}, **step)
    return current_matter(procedure, matter.code)

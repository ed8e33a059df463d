"""Reads of matters: what somebody may see, what waits for whom, what was done and asked."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from spatial.casework.actors import Actor
from spatial.casework.models import Amendment, Matter, MatterRequest, MatterSubject
from spatial.casework.procedures import Procedure


def visible_matters(procedure: Procedure, actor: Actor) -> QuerySet[Any]:
    """The matters that somebody may look at, in the own right, as a deputy, or as one asked."""
    found = procedure.matter_model.objects.current()
    if procedure.matter_model is Matter:
        found = found.filter(procedure=procedure.id)
    wanted = Q(pk__in=[])
    for one in actor.capacities:
        allowed = procedure.policy.visible(one)
        if not allowed:
            return found
        wanted |= allowed
        if one.department and procedure.request_model is MatterRequest:
            names = (one.department, *one.other_names)
            asked = MatterRequest.objects.filter(department__in=names).values("matter_code")
            wanted |= Q(code__in=asked)
    return found.filter(wanted)


def waiting_for(procedure: Procedure, actor: Actor) -> QuerySet[Any]:
    """What waits for this one to act, the most urgent first."""
    own = procedure.own_states(actor.all_roles)
    found = visible_matters(procedure, actor).filter(step__in=own)
    if procedure.matter_model is Matter:
        theirs = Q(pk__in=[])
        for one in actor.capacities:
            for role in one.roles & set(procedure.waits_for.values()):
                states = procedure.own_states([role])
                theirs |= Q(step__in=states) & procedure.policy.held(one, role)
        found = found.filter(theirs)
    return found.order_by("step_due_at", "entered_at", "code")


def queue_counts(
    procedure: Procedure, actor: Actor, now: datetime | None = None
) -> dict[str, tuple[int, int]]:
    """(how many, how many of them late) of the open matters that this one may see, by state."""
    late = Count("pk", filter=Q(step_due_at__lt=now or timezone.now()))
    found = visible_matters(procedure, actor).filter(step__in=procedure.open_states)
    rows = found.values("step").annotate(number=Count("pk"), late=late).order_by()
    return {row["step"]: (row["number"], row["late"]) for row in rows}


def awaiting_answer(procedure: Procedure, actor: Actor) -> QuerySet[Any]:
    """The matters with a request that somebody of this one's roles answers."""
    kinds = [
        kind
        for kind, one in procedure.askings.items()
        if procedure.workflow.of(one.grant).roles & actor.all_roles
    ]
    open_requests = MatterRequest.objects.filter(granted=None, department="", kind__in=kinds)
    codes = open_requests.values("matter_code")
    return visible_matters(procedure, actor).filter(code__in=codes)


def awaiting_opinion(procedure: Procedure, actor: Actor) -> QuerySet[Any]:
    """The matters about which this one's department was asked and has not answered."""
    names = [
        name for one in actor.capacities if one.department
        for name in (one.department, *one.other_names)
    ]  # fmt: skip
    open_requests = MatterRequest.objects.filter(granted=None, department__in=names)
    return visible_matters(procedure, actor).filter(code__in=open_requests.values("matter_code"))


def steps_of(procedure: Procedure, code: str) -> list[Any]:
    """What has been done on a matter, in order."""
    steps = procedure.step_model
    return list(steps.objects.filter(**{steps.matter_field: code}))


def amendments_of(procedure: Procedure, code: str) -> list[Amendment]:
    """What was corrected of a matter, in order."""
    return list(Amendment.objects.filter(procedure=procedure.id, matter_code=code))


def subjects_of(code: str) -> list[MatterSubject]:
    """What a matter is about."""
    return list(MatterSubject.objects.filter(matter_code=code))


def held_by(name: str) -> dict[str, int]:
    """How many open matters an account has by name, by procedure."""
    held = Matter.objects.current().filter(assignee=name, closed_at=None)
    return dict(Counter(held.values_list("procedure", flat=True)))


def open_matters(procedure: Procedure) -> QuerySet[Any]:
    """The matters of a procedure that wait for somebody."""
    found = procedure.matter_model.objects.current().filter(step__in=procedure.open_states)
    return found.filter(procedure=procedure.id) if procedure.matter_model is Matter else found

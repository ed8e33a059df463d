"""Reads of matters: what somebody may see, what waits for whom, what was done and asked."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
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
        names = [one.name for one in actor.capacities]
        found = found.filter(assignee__in=["", *names])
    return found.order_by("step_due_at", "entered_at", "code")


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


def late_matters(procedure: Procedure, now: datetime | None = None) -> QuerySet[Any]:
    """The open matters that are past the time of their state."""
    return open_matters(procedure).filter(step_due_at__lt=now or timezone.now())

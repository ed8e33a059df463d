"""Who can take what waits for one party, and what waits for somebody who no longer can.

An inspector who left, a department that has ended or whose people all have: their cases stand
until whoever sent them on takes them back.
"""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.policies import can_help_stranded
from grid.cases.queries import active_inspectors, visible_cases
from grid.cases.steps import IN_HAND, TASKS
from grid.models import Case, Staff
from grid.rules import rulebook


@dataclass(frozen=True)
class Holders:
    """Who can act today: inspectors by account, departments by every name they have had."""

    inspectors: frozenset[str]
    departments: frozenset[str]

    def is_stranded(self, case: Case) -> bool:
        """Whether a case waits for somebody who cannot act."""
        if case.step in TASKS:
            return bool(case.inspector) and case.inspector not in self.inspectors
        return case.step in IN_HAND and case.department not in self.departments


def is_inspector(name: str) -> bool:
    """Whether somebody of that account can be given a task."""
    return active_inspectors().filter(username=name).exists()


def holders() -> Holders:
    """Who can act today.

    A department that nobody was ever entered for may work by telephone: it counts.
    """
    today = rulebook.day_of(timezone.now())
    staffed = Staff.objects.exclude(department=None)
    active = set(staffed.filter(user__is_active=True).values_list("department_id", flat=True))
    left = set(staffed.values_list("department_id", flat=True)) - active
    names = (
        name
        for department in rulebook.departments(today)
        if department.code not in left
        for name in department.all_names()
    )
    inspectors = active_inspectors().values_list("username", flat=True)
    return Holders(frozenset(inspectors), frozenset(names))


def stranded(actor: Actor, now_hold: Holders) -> QuerySet[Case]:
    """The cases that wait for somebody who cannot act, of those that this one can help."""
    found = visible_cases(actor)
    if not can_help_stranded(actor):
        return found.none()
    lost_task = Q(step__in=TASKS) & ~Q(inspector__in=["", *now_hold.inspectors])
    lost_case = Q(step__in=IN_HAND) & ~Q(department__in=list(now_hold.departments))
    return found.filter(lost_task | lost_case)

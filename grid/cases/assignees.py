"""Who can take what waits for one party, and what waits for somebody who no longer can.

An inspector who left, a department that has ended or whose people all have: their cases stand
until whoever sent them on takes them back.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.policies import can_help_stranded
from grid.cases.queries import active_inspectors, visible_cases
from grid.cases.situations import CaseSituation
from grid.cases.steps import IN_HAND, TASKS
from grid.models import Case
from grid.rules import rulebook
from spatial.calendars.queries import day_of
from spatial.parties.models import Department
from spatial.parties.queries import deserted_departments


@dataclass(frozen=True)
class Holders:
    """Who can act today; each part is read once, when it is first needed."""

    read_inspectors: Callable[[], Iterable[str]]
    read_departments: Callable[[], Iterable[Department]]

    @cached_property
    def inspectors(self) -> frozenset[str]:
        """The accounts of inspectors."""
        return frozenset(self.read_inspectors())

    @cached_property
    def departments(self) -> frozenset[str]:
        """Departments by every name that they have had.

        One that nobody was ever entered for may work by telephone: it counts.
        """
        left = deserted_departments(day_of(timezone.now()))
        able = (one for one in self.read_departments() if one.code not in left)
        return frozenset(name for one in able for name in one.all_names())

    def is_stranded(self, case: Case) -> bool:
        """Whether a case waits for somebody who cannot act."""
        if case.step in TASKS:
            return bool(case.inspector) and case.inspector not in self.inspectors
        return case.step in IN_HAND and case.department not in self.departments


def is_inspector(name: str) -> bool:
    """Whether somebody of that account can be given a task."""
    return active_inspectors().filter(username=name).exists()


def holders(situation: CaseSituation | None = None) -> Holders:
    """Who can act today; as far as the situation of a case knows it, from there."""
    if situation is not None:
        return Holders(
            lambda: [account for account, _name in situation.inspectors],
            lambda: situation.departments,
        )
    return Holders(
        lambda: active_inspectors().values_list("username", flat=True),
        lambda: rulebook.departments(rulebook.day_of(timezone.now())),
    )


def stranded(actor: Actor, now_hold: Holders) -> QuerySet[Case]:
    """The cases that wait for somebody who cannot act, of those that this one can help."""
    found = visible_cases(actor)
    if not can_help_stranded(actor):
        return found.none()
    lost_task = Q(step__in=TASKS) & ~Q(inspector__in=["", *now_hold.inspectors])
    lost_case = Q(step__in=IN_HAND) & ~Q(department__in=list(now_hold.departments))
    return found.filter(lost_task | lost_case)

"""What stands around a case at a moment and decides what may be done to it.

A page asks many policies of one case; each fact is read once, when it is first needed.
"""

from dataclasses import dataclass
from functools import cached_property

from grid.cases.queries import inspectors, likely_duplicates, requests_of, steps_behind
from grid.models import Case, CaseRequest, CaseStep
from grid.rules import rulebook
from grid.rules.models import HandlingLimit
from spatial.casework.situations import Situation
from spatial.parties.models import Department

AREA = ("", "本片区监督员")  # a task that is sent to nobody by name


@dataclass(frozen=True)
class CaseSituation(Situation):
    """A case at a moment."""

    @property
    def case(self) -> Case:
        """The case."""
        return self.matter

    @cached_property
    def steps(self) -> list[CaseStep]:
        """What has been done on the case, in order."""
        return steps_behind(self.case)

    @cached_property
    def requests(self) -> list[CaseRequest]:
        """Every request of the case, newest first."""
        return requests_of(self.case.code)

    @cached_property
    def open_requests(self) -> dict[str, CaseRequest]:
        """The requests that wait for an answer, by kind."""
        return {one.kind: one for one in self.requests if one.granted is None}

    @cached_property
    def extensions_granted(self) -> int:
        """How often the case has been given more time, in all its rounds of handling."""
        kind = CaseRequest.Kind.EXTENSION
        return sum(one.kind == kind and one.granted is True for one in self.requests)

    @cached_property
    def duplicates(self) -> list[tuple[Case, float]]:
        """The cases into which the case can be merged, with their distance in metres."""
        return likely_duplicates(self.case)

    @cached_property
    def conditions(self) -> list[HandlingLimit]:
        """The conditions under which the case can be filed today."""
        case = self.case
        return rulebook.limits_for(case.kind, case.scheme, case.class_code, self.day)

    @cached_property
    def departments(self) -> list[Department]:
        """The departments of today."""
        return rulebook.departments(self.day)

    @cached_property
    def other_departments(self) -> list[Department]:
        """The departments of today without the one that has the case."""
        mine = self.case.department
        return [one for one in self.departments if mine not in one.all_names()]

    @cached_property
    def inspectors(self) -> list[tuple[str, str]]:
        """(user name, name) of the inspectors who can be given a task, the area's first."""
        return inspectors(self.case.district_code)

    @cached_property
    def other_inspectors(self) -> list[tuple[str, str]]:
        """The same without whoever has the task; ``AREA`` is whoever of the area takes it."""
        return [row for row in (AREA, *self.inspectors) if row[0] != self.case.inspector]

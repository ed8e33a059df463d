"""Rounds of handling: from one dispatch to the next, each with the department that had it.

A department answers for its round, so it can look at the case as it was then and appeal against
the round, whoever has the case now. A round that was taken back counts for nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from grid.cases.actors import Actor
from grid.cases.queries import steps_behind, visible_cases
from grid.cases.steps import DISPATCHES, IN_HAND, RECALLS, STATES
from grid.models import Case, CaseStep
from grid.roles import GridRole

# What takes a case out of the sight of the department that had it.
LEAVING = (*DISPATCHES, "recall", "recall_filed")
# The states of a case that was dispatched, also of one whose steps are not on record.
HANDED_OVER = tuple(STATES)[tuple(STATES).index(IN_HAND[0]) : -2]


@dataclass(frozen=True)
class Round:
    """A round of handling; ``dispatch`` is the id of its step (0: none is on record)."""

    number: int
    dispatch: int
    department: str
    began_at: datetime | None
    left_by: CaseStep | None = None
    is_exempt: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts for its department: neither taken back nor exempt."""
        return not self.is_exempt and not (self.left_by and self.left_by.action in RECALLS)

    def is_of(self, actor: Actor) -> bool:
        """Whether its department is this one's, by whatever name."""
        return any(
            GridRole.HANDLER in one.roles and one.is_of(self.department) for one in actor.capacities
        )


def rounds_of(case: Case, steps: Sequence[CaseStep] | None = None) -> list[Round]:
    """The rounds of a case as it stands, in order; ``steps`` are all of its steps, if known."""
    steps = steps_behind(case) if steps is None else steps
    exempt = _exempt(case, steps)
    sent = [(number, step) for number, step in enumerate(steps) if step.action in DISPATCHES]
    if not sent and case.department and case.step in HANDED_OVER:
        return [Round(1, 0, case.department, case.dispatched_at, None, 0 in exempt)]
    return [
        Round(
            number,
            step.pk,
            str(step.details.get("department") or case.department),
            step.at,
            next((later for later in steps[at + 1 :] if later.action in LEAVING), None),
            step.pk in exempt,
        )
        for number, (at, step) in enumerate(sent, start=1)
    ]


def appealable(case: Case, actor: Actor) -> list[Round]:
    """The rounds against which somebody may appeal for the department, the latest last."""
    return [one for one in rounds_of(case) if one.counts and one.is_of(actor)]


def appealed(code: str) -> dict[str, str]:
    """The round and the department of the last appeal, as its step names them."""
    last = CaseStep.objects.filter(case_code=code, action="appeal").last()
    details = last.details if last else {}
    return {name: details[name] for name in ("round", "department") if name in details}


def is_against_the_last(code: str) -> bool:
    """Whether the last appeal is against the last round."""
    sent = CaseStep.objects.filter(case_code=code, action__in=DISPATCHES).last()
    against = appealed(code).get("round")
    return sent is None or against is None or against == str(sent.pk)


def codes_had(actor: Actor, codes: Iterable[str]) -> set[str]:
    """Those of the cases that a department of this one has had."""
    found = CaseStep.objects.filter(had_by(actor), case_code__in=list(codes))
    return set(found.values_list("case_code", flat=True))


def had_by(actor: Actor) -> Q:
    """The steps that gave a case to a department of this one."""
    names = {
        name
        for one in actor.capacities
        if GridRole.HANDLER in one.roles and one.department
        for name in (one.department, *one.other_names)
    }
    return Q(action__in=DISPATCHES, details__department__in=sorted(names))


def past_cases(actor: Actor) -> QuerySet[Case]:
    """The cases that a department of this one has had and has no more, as each then was."""
    names = [name for one in actor.capacities for name in (one.department, *one.other_names)]
    had = CaseStep.objects.filter(had_by(actor)).values("case_code")
    left = CaseStep.objects.filter(action__in=LEAVING, case_code__in=had).values("change")
    found = Case.objects.filter(code__in=had, department__in=names, closed_by__in=left)
    found = found.exclude(code__in=visible_cases(actor).values("code"))
    last = found.order_by("code", "-id").distinct("code").values("pk")
    return Case.objects.filter(pk__in=last)


def version_at_end(one: Round) -> Case | None:
    """The case as it was when the round's department lost it; None while it has it."""
    if one.left_by is None or one.left_by.change_id is None:
        return None
    left_by = one.left_by
    return Case.objects.filter(code=left_by.case_code, closed_by=left_by.change_id).first()


def _exempt(case: Case, steps: Sequence[CaseStep]) -> set[int]:
    """The rounds against which an appeal was granted: as it names them, else when it was."""
    found, last = set(), 0
    for step in steps if case.is_exempt else ():
        if step.action in DISPATCHES:
            last = step.pk
        elif step.action == "grant_appeal":
            found.add(int(step.details.get("round") or last))
    return found

"""Whatever has happened to a case: it can be corrected, and the centre can take it on alone.

That no single party is needed is held of every procedure: tests/spatial/casework.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.cases.actions import act
from grid.cases.amendable import AMENDABLE
from grid.cases.procedure import CASES
from grid.cases.queries import case_of
from grid.cases.situations import CaseSituation
from grid.cases.steps import OPEN, PUBLISHING, WORKFLOW
from grid.models import Case
from spatial.casework.policies import can_amend, can_take
from spatial.parties.models import Department
from tests.grid.people import (
    CHIEF,
    CLEANERS,
    DISPATCHER,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    STREETS,
    make_inspector,
    new_case,
)
from tests.laws import examples, is_night

PEOPLE = (INTAKE, CHIEF, DISPATCHER, ROADS, CLEANERS, INSPECTOR)
HISTORIES = st.lists(st.integers(0, 99), max_size=12)
GIVEN = {"reason": "因", "note": "况", "because": "无人", "condition": "1"}
OTHER = {STREETS: HYGIENE, HYGIENE: STREETS}
LAW = settings(
    max_examples=examples(60) if is_night() else 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def given_to(case: Case) -> dict:
    """What any action could need, so that it changes something."""
    inspector = "" if case.inspector else "王巡"
    until = timezone.now() + timedelta(days=1)
    others = {"department": OTHER.get(case.department, STREETS), "inspector": inspector}
    return GIVEN | others | {"until": until}


def lived(choices: list[int]) -> Case:
    """A case to which as many things have happened, each one that was possible then."""
    case = new_case()
    for choice in choices:
        situation = CaseSituation(case, timezone.now())
        may = [
            (actor, t.action)
            for t in WORKFLOW.leaving(case.step)
            if t.action not in PUBLISHING | {"merge"}
            for actor in PEOPLE
            if can_take(CASES, situation, actor, t)
        ]
        if not may:
            break
        actor, action = may[choice % len(may)]
        case = act(actor, case.code, action, given_to(case))
    return case


@LAW
@given(HISTORIES)
def test_when_inspectors_and_departments_end_the_centre_goes_on(ground, choices):
    if not User.objects.filter(username="王巡").exists():
        make_inspector("王巡")
    case = lived(choices)
    assert all(can_amend(CASES, case, INTAKE, name) for name in AMENDABLE)
    User.objects.filter(username="王巡").update(is_active=False)
    Department.objects.exclude(name=HYGIENE).update(valid_to="2026-01-01")
    try:
        found = case_of(case.code)
        if found and found.step in OPEN:
            centre = [one for one in PEOPLE if one not in (ROADS, CLEANERS, INSPECTOR)]
            situation = CaseSituation(found, timezone.now())
            moving = [
                t for t in WORKFLOW.leaving(found.step) if t.lands_in(found.step) != found.step
            ]
            assert any(can_take(CASES, situation, a, t) for t in moving for a in centre)
    finally:
        User.objects.filter(username="王巡").update(is_active=True)
        Department.objects.exclude(name=HYGIENE).update(valid_to=None)

"""Whatever has happened to a matter of any procedure, and whoever vanishes, others take it on.

Over every procedure that is registered: of one on the engine's own matters, parties and the
start are made from its table; what begins otherwise has an entry in ``SETTINGS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.cases.actions import act
from grid.cases.procedure import CASES
from grid.cases.steps import PUBLISHING
from layers.models import Consumer
from layers.roles import Role
from layers.sharing.applications import APPLICANT, DATA_APPLICATION, KEEPER
from spatial.casework import procedures
from spatial.casework.actions import take
from spatial.casework.actors import Actor
from spatial.casework.beginning import open_matter
from spatial.casework.models import Matter
from spatial.casework.policies import can_begin, can_take
from spatial.casework.procedures import Procedure, all_procedures
from spatial.casework.roles import SYSTEM
from spatial.pipes.roles import PipeRole
from tests.grid import people as grid
from tests.laws import examples, is_night
from tests.layers.sharing.applied import applied_for
from tests.spatial.casework.procedure import PERMIT

GIVEN = {"reason": "因", "note": "况", "because": "无人", "condition": "1"}
EVERY = [*all_procedures(), PERMIT]
HISTORIES = st.lists(st.integers(0, 99), max_size=12)
LAW = settings(
    max_examples=examples(60) if is_night() else 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True)
class Setting:
    """Who has a part in a procedure, how its matters begin, what its actions are given."""

    people: tuple[Actor, ...]
    begin: Callable[[], Any]
    given: Callable[[Any], Mapping[str, Any]]
    take: Callable[..., Any]
    apart: frozenset[str] = field(default=frozenset())  # what needs more than one matter


def from_the_table(procedure: Procedure) -> Setting:
    """One party for each role of the table, and a matter begun by the first that may."""
    rows = procedure.workflow.transitions
    roles = sorted({role for row in rows for role in row.roles | row.superiors} - {SYSTEM})
    people = tuple(Actor(f"{role}甲", frozenset({role})) for role in roles)

    def begin() -> Matter:
        beginner = next(one for one in people if can_begin(procedure, one))
        return open_matter(procedure, beginner, title="事由")

    def given_to(matter: Matter) -> Mapping[str, Any]:
        waits = procedure.waits_for.get(matter.step, "")
        to = next((one.name for one in people if waits in one.roles), "")
        until = timezone.now() + timedelta(days=1)
        return GIVEN | {"until": until, "assignee": "" if matter.assignee else to}

    def taken(actor: Actor, code: str, action: str, given: Mapping[str, Any]) -> Any:
        return take(procedure, actor, code, action, given)

    return Setting(people, begin, given_to, taken)


def of_cases() -> Setting:
    """Cases of city management: of the centre, two departments, an inspector."""
    if not User.objects.filter(username="王巡").exists():
        grid.make_ground()
        grid.make_inspector("王巡")
    other = {grid.STREETS: grid.HYGIENE, grid.HYGIENE: grid.STREETS}

    def given_to(case: Any) -> Mapping[str, Any]:
        to = {"department": other.get(case.department, grid.STREETS)}
        to |= {"inspector": "" if case.inspector else "王巡"}
        return GIVEN | to | {"until": timezone.now() + timedelta(days=1)}

    people = (grid.INTAKE, grid.CHIEF, grid.DISPATCHER, grid.ROADS, grid.CLEANERS, grid.INSPECTOR)
    return Setting(people, grid.new_case, given_to, act, PUBLISHING | {"merge"})


def of_applications() -> Setting:
    """Applications for data: of a keeper, two engineers of the office, a steward."""
    keeper, _ = User.objects.get_or_create(username="keeper")
    consumer, _ = Consumer.objects.get_or_create(name="调度", defaults={"kept_by": keeper})
    office = frozenset({KEEPER, PipeRole.PIPES})
    people = (
        Actor("keeper", frozenset({APPLICANT})),
        Actor("engineer", office),
        Actor("colleague", office),
        Actor("steward", frozenset({Role.STEWARD.value})),
    )
    plain = from_the_table(DATA_APPLICATION)

    def begin() -> Matter:
        code = applied_for(consumer, "pipe-lines", "keeper").code
        return Matter.objects.current().get(code=code)

    def given_to(matter: Matter) -> Mapping[str, Any]:
        to = "" if matter.assignee else "colleague"
        return GIVEN | {"until": timezone.now() + timedelta(days=9), "assignee": to}

    return Setting(people, begin, given_to, plain.take)


SETTINGS: Mapping[str, Callable[[], Setting]] = {
    CASES.id: of_cases,
    DATA_APPLICATION.id: of_applications,
}


def setting_of(procedure: Procedure) -> Setting:
    make = SETTINGS.get(procedure.id)
    return make() if make else from_the_table(procedure)


def lived(procedure: Procedure, setting: Setting, choices: list[int]) -> Any:
    """A matter to which as many things have happened, each one that was possible then."""
    matter = setting.begin()
    for choice in choices:
        situation = procedure.situation(matter, timezone.now())
        may = [
            (actor, t.action)
            for t in procedure.workflow.leaving(matter.step)
            if t.action not in setting.apart
            for actor in setting.people
            if can_take(procedure, situation, actor, t)
        ]
        if not may:
            break
        actor, action = may[choice % len(may)]
        matter = setting.take(actor, matter.code, action, setting.given(matter))
    return matter


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The third procedure is registered; roles of the database are not made: nothing reads."""
    monkeypatch.setitem(procedures._procedures, PERMIT.id, PERMIT)
    monkeypatch.setattr("layers.sharing.grants.ensure_roles", lambda _shares: None)


@pytest.mark.django_db
@pytest.mark.parametrize("procedure", EVERY, ids=lambda one: one.id)
@LAW
@given(choices=HISTORIES)
def test_whatever_has_happened_no_party_is_needed(procedure, choices):
    setting = setting_of(procedure)
    matter = lived(procedure, setting, choices)
    if matter.step in procedure.ended:
        return
    assert matter.step in procedure.open_states
    situation = procedure.situation(matter, timezone.now())
    moving = [
        t
        for t in procedure.workflow.leaving(matter.step)
        if t.lands_in(matter.step) != matter.step or t.action in procedure.reassigns
    ]
    for gone in setting.people:
        left = [one for one in setting.people if one is not gone]
        ways = [t.action for t in moving if any(can_take(procedure, situation, a, t) for a in left)]
        assert ways, (matter.step, gone.name)

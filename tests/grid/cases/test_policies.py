"""In what capacity somebody acts: the own right, another's stead, or none."""

from types import SimpleNamespace

import pytest

from grid.cases.actors import Actor
from grid.cases.procedure import CASES
from grid.cases.steps import ENDED, STATES, WORKFLOW
from grid.roles import GridRole
from spatial.casework.errors import NotResponsible
from spatial.casework.policies import Capacity, capacity, check_capacity
from spatial.casework.texts import is_blank
from spatial.workflow import RoleNotAllowed
from tests.grid.people import (
    CHIEF,
    CLEANERS,
    COMMUNITY,
    DISPATCHER,
    INSPECTOR,
    INTAKE,
    ROADS,
    STREETS,
)

ADMINISTRATOR = Actor("管理员", frozenset(GridRole))


def matter(state: str, department: str = STREETS, inspector: str = "王巡") -> SimpleNamespace:
    return SimpleNamespace(
        step=state,
        department=department,
        inspector=inspector,
        district_code=COMMUNITY,
        reporter="市民",
    )


@pytest.mark.parametrize(
    ("actor", "state", "action", "expected"),
    [
        (ROADS, "handling", "finish", Capacity("专业部门", department=STREETS)),
        (CHIEF, "handling", "finish", Capacity("值班长", STREETS)),
        (ADMINISTRATOR, "handling", "finish", Capacity("值班长", STREETS)),
        (INSPECTOR, "checking", "pass_check", Capacity("监督员")),
        (CHIEF, "checking", "pass_check", Capacity("值班长", "王巡")),
        (CHIEF, "reported", "accept", Capacity("值班长", "受理员")),
        (CHIEF, "suspended", "resume", Capacity("值班长", "派遣员")),
        (CHIEF, "filing", "file", Capacity("值班长")),
        (DISPATCHER, "handling", "recall", Capacity("派遣员")),
        (CHIEF, "suspended", "recall", Capacity("值班长")),
        (INTAKE, "verifying", "recall_verify", Capacity("受理员")),
        (INTAKE, "checking", "reassign_task", Capacity("受理员")),
    ],
)
def test_who_acts_as_what(actor, state, action, expected):
    assert check_capacity(CASES, matter(state), actor, WORKFLOW.of(action)) == expected


@pytest.mark.parametrize(
    ("actor", "state", "action", "error"),
    [
        (CLEANERS, "handling", "finish", NotResponsible),
        (Actor("别人", INSPECTOR.roles), "checking", "pass_check", NotResponsible),
        (ROADS, "handling", "recall", RoleNotAllowed),
        (INTAKE, "handling", "reassign", RoleNotAllowed),
        (DISPATCHER, "checking", "recall_check", RoleNotAllowed),
        (INSPECTOR, "verifying", "reassign_task", RoleNotAllowed),
        (ROADS, "closed", "publish", RoleNotAllowed),
        (DISPATCHER, "handling", "withhold", RoleNotAllowed),
        (CHIEF, "handling", "ask_extension", RoleNotAllowed),
    ],
)
def test_who_may_not(actor, state, action, error):
    with pytest.raises(error):
        check_capacity(CASES, matter(state), actor, WORKFLOW.of(action))
    assert capacity(CASES, matter(state), actor, WORKFLOW.of(action)) is None


def test_a_task_sent_to_nobody_is_everybodys_of_the_area():
    case = matter("verifying", inspector="")
    elsewhere = Actor("别人", INSPECTOR.roles, districts=("431382999",))
    with pytest.raises(NotResponsible, match="责任区"):
        check_capacity(CASES, case, elsewhere, WORKFLOW.of("confirm"))
    assert check_capacity(CASES, case, INSPECTOR, WORKFLOW.of("confirm")) == Capacity("监督员")
    assert check_capacity(CASES, case, CHIEF, WORKFLOW.of("confirm")) == Capacity(
        "值班长", "监督员"
    )


@pytest.mark.parametrize("state", [state for state in STATES if state not in ENDED])
def test_no_state_is_a_dead_end_for_the_superior(state):
    """Whoever is gone, a 值班长 alone can bring every case from every state to its end."""
    reached, grown = {state}, True
    while grown:
        more = {
            t.lands_in(here)
            for here in reached
            for t in WORKFLOW.leaving(here)
            if capacity(CASES, matter(here, "没有了的部门", "走了的人"), CHIEF, t)
        }
        grown = not more <= reached
        reached |= more
    assert reached == set(STATES) - {"void", "merged"} | (reached & ENDED)


@pytest.mark.parametrize(
    ("state", "actor", "actions"),
    [
        ("handling", DISPATCHER, {"recall", "reassign"}),
        ("suspended", DISPATCHER, {"recall", "reassign", "resume"}),
        ("verifying", INTAKE, {"recall_verify"}),
        ("checking", INTAKE, {"recall_check"}),
    ],
)
def test_whoever_sent_it_on_can_take_it_back(state, actor, actions):
    moving = {
        t.action
        for t in WORKFLOW.leaving(state)
        if capacity(CASES, matter(state), actor, t)
        and (t.lands_in(state) != state or t.action == "reassign")
        and t.action not in ("suspend",)
    }
    assert moving == actions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("　 \n\t", True),
        ("\u200b\u200c\u200d\ufeff\u2060", True),
        ("\u202e\u2066\u3164\u115f\u2800\uffa0", True),
        ("\ufe0f\u034f", True),
        ("坑", False),
        ("\u200b.", False),
    ],
)
def test_a_text_that_shows_nothing_is_none(text, expected):
    assert is_blank(text) is expected

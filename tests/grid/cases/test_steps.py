"""The table of steps: complete, drawn, and the drawing is the documents' own."""

from pathlib import Path

from grid.cases.effects import EFFECTS
from grid.cases.steps import CLOSED, ENDED, MERGED, STATES, STEPS, VOID, WAITS_FOR, WORKFLOW
from grid.roles import GridRole

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "cases.md"


def test_the_documents_show_the_table_as_it_is():
    drawn = f"```mermaid\n{WORKFLOW.diagram()}```"
    assert drawn in DOCUMENT.read_text(encoding="utf-8")


def test_the_seven_steps_are_all_there():
    assert list(dict.fromkeys(STEPS.values())) == [
        "收集",
        "立案",
        "派遣",
        "处置",
        "反馈",
        "核查",
        "评价",
    ]
    assert set(STEPS) == set(STATES)


def test_every_state_but_the_ends_waits_for_somebody_who_can_act():
    assert set(WAITS_FOR) == set(STATES) - ENDED
    for state, role in WAITS_FOR.items():
        leaving = [t for t in WORKFLOW.leaving(state, [role]) if t.lands_in(state) != state]
        assert leaving, state
    assert WORKFLOW.ends == {CLOSED, VOID, MERGED}


def test_every_state_can_be_reached():
    reached, grown = {"reported"}, True
    while grown:
        more = {t.lands_in(s) for s in reached for t in WORKFLOW.leaving(s)}
        grown = not more <= reached
        reached |= more
    assert reached == set(STATES)


def test_every_return_needs_a_reason():
    back = {"deny", "return_intake", "return_filing", "return_dispatch", "return_handling"}
    back |= {"fail_check", "rework", "reject", "void"}
    assert all("reason" in WORKFLOW.of(action).needs for action in back)


def test_verification_and_check_stay_apart():
    assert WORKFLOW.of("confirm").sources == ("verifying",)
    assert WORKFLOW.of("pass_check").sources == ("checking",)


def test_after_a_departments_return_the_case_cannot_go_to_its_end():
    targets = {t.target for t in WORKFLOW.leaving("dispatching", [GridRole.DISPATCHER])}
    assert targets == {"handling", "filing", ""}


def test_every_effect_belongs_to_an_action():
    assert EFFECTS.keys() <= {t.action for t in WORKFLOW.transitions}

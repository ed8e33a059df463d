"""No procedure has a state from which work may never get on; one that has is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.casework.errors import DeadEnd
from spatial.casework.procedures import all_procedures, check_procedure
from spatial.casework.ways_out import faults_of
from spatial.workflow import Transition, Workflow
from tests.spatial.casework.procedure import EXAMINER, HEAD, PERMIT, TABLE


def without(procedure, *actions):
    flow = procedure.workflow
    rows = tuple(t for t in flow.transitions if t.action not in actions)
    return replace(procedure, workflow=Workflow(flow.states, rows))


@pytest.mark.parametrize("procedure", [*all_procedures(), PERMIT], ids=lambda one: one.id)
def test_every_procedure_has_ways_out(procedure):
    assert faults_of(procedure) == []
    check_procedure(procedure)


def test_the_bare_table_is_refused_and_its_states_are_named():
    with pytest.raises(DeadEnd) as refused:
        check_procedure(replace(PERMIT, workflow=TABLE))
    text = str(refused.value)
    assert text.startswith("许可：")
    assert "“待决定”只有科长能办理，科长缺席即停办" in text
    assert "“待决定”不能撤回" in text


@pytest.mark.parametrize(
    ("actions", "fault"),
    [
        (("recall_examined",), "“待决定”不能撤回"),
        (("recall_waiting",), "“补正”不能撤回"),
        (("grant", "refuse"), "到不了"),
    ],
)
def test_each_way_out_is_needed(actions, fault):
    assert any(fault in one for one in faults_of(without(PERMIT, *actions)))


def test_what_needs_more_than_a_role_is_no_way_out():
    rows = {"examine", "ask_back", "refuse"}
    found = faults_of(replace(PERMIT, uncertain=frozenset(rows)))
    assert any(fault.startswith("“待审查”") for fault in found)


def flows(roles):
    return st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c"]),
            st.sampled_from(["a", "b", "c", "end"]),
            st.frozensets(st.sampled_from(roles), min_size=1),
        ),
        min_size=1,
        max_size=8,
    )


@given(flows([EXAMINER, HEAD, "窗口"]), st.sampled_from([EXAMINER, HEAD, "窗口"]))
def test_where_the_proof_finds_nothing_work_gets_on_without_any_one_party(rows, absent):
    states = {"a": "甲", "b": "乙", "c": "丙", "end": "完"}
    moves = tuple(
        Transition(f"t{i}", f"第{i}", (source,), target, roles)
        for i, (source, target, roles) in enumerate(rows)
    )
    start = Transition("begin", "开始", (), "a", frozenset({HEAD}))
    procedure = replace(
        PERMIT,
        workflow=Workflow(states, (start, *moves)),
        waits_for={"a": HEAD, "b": HEAD, "c": HEAD},
        askings={},
        recalls=frozenset(t.action for t in moves),
        reassigns=frozenset(),
    )
    if faults_of(procedure):
        return
    for state in procedure.open_states:  # somebody else can always take it one step on
        assert any(t.roles - {absent} for t in moves if state in t.sources and t.target != state)

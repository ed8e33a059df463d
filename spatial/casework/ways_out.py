"""Whether work can get stuck: the proof that every state has more than one way on. Pure.

A party is whoever holds a role. A state is sound if, whichever single party is absent,
another one can move the matter on or give it to somebody else; if whoever sent it there can
take it back, it can be given to another, and a superior can act instead; and if an end can be
reached from it. The clock is a way on, but no party that could be asked, and an action that
needs more than a role (an open request, another matter) is none.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from spatial.workflow import Title, Transition, Workflow, english_of

TITLES = MappingProxyType(
    {
        "reason": Title("理由", "Reason"),
        "because": Title("代办理由", "Reason for acting instead"),
        "assignee": Title("承办人", "Assignee"),
        "note": Title("内容", "Content"),
        "field": Title("更正项", "Value"),
        "value": Title("更正为", "Correct to"),
    }
)


def faults_of(procedure: Any) -> list[str]:
    """What is wrong with a procedure, in words; nothing: it has no dead end."""
    flow: Workflow = procedure.workflow
    faults = []
    for state in procedure.open_states:
        faults += [f"“{flow.states[state]}”{fault}" for fault in _faults_in(procedure, state)]
    unreached = set(flow.states) - _reached(flow)
    faults += [f"“{flow.states[state]}”到不了" for state in flow.states if state in unreached]
    stuck = set(procedure.open_states) - _ending(flow, procedure.ended, _certain(procedure))
    return faults + [f"“{flow.states[state]}”到不了办结" for state in flow.states if state in stuck]


def _faults_in(procedure: Any, state: str) -> Iterable[str]:
    flow: Workflow = procedure.workflow
    here = [t for t in flow.leaving(state) if t.action in _certain(procedure)]
    on = [t for t in here if _moves(t, state) or t.action in procedure.reassigns]
    parties = {role for t in on for role in t.roles | t.superiors}
    if not parties:
        yield "没有任何人能办理"
    for party in sorted(parties):
        if not any((t.roles | t.superiors) - {party} for t in on):
            yield f"只有{party}能办理，{party}缺席即停办"
    is_first = state == procedure.first.target  # nobody has sent it there
    if not is_first and not any(t.action in procedure.recalls for t in here):
        yield "不能撤回"
    if not is_first and not any(t.action in procedure.reassigns | procedure.recalls for t in here):
        yield "不能改派"
    if not any(t.superiors or len(t.roles) > 1 for t in on):
        yield "没有上级可以代办"


def _certain(procedure: Any) -> frozenset[str]:
    """The actions that need nothing but the state and the role."""
    answers = {a for one in procedure.askings.values() for a in (one.ask, one.grant, one.refuse)}
    actions = {t.action for t in procedure.workflow.transitions}
    return frozenset(actions - answers - procedure.uncertain)


def _moves(transition: Transition, state: str) -> bool:
    return transition.lands_in(state) != state


def _reached(flow: Workflow) -> set[str]:
    reached = {t.target for t in flow.transitions if not t.sources}
    while more := {t.lands_in(s) for s in reached for t in flow.leaving(s)} - reached:
        reached |= more
    return reached


def _ending(flow: Workflow, ended: Collection[str], certain: Collection[str]) -> set[str]:
    """The states from which an end can be reached by what is certain."""
    ending = set(ended)
    while True:
        more = {
            s
            for s in flow.states
            for t in flow.leaving(s)
            if t.action in certain and t.lands_in(s) in ending
        } - ending
        if not more:
            return ending
        ending |= more


def with_ways_out(
    workflow: Workflow,
    *,
    senders: Mapping[str, tuple[str, frozenset[str]]],
    superiors: frozenset[str],
    everybody: frozenset[str],
    words: Mapping[str, str] = MappingProxyType({}),
) -> Workflow:
    """A table with recall, reassignment, remark and override added to each open state.

    ``senders`` names, by open state, the state to which whoever sent a matter on takes it
    back, and in which roles.
    """
    titles = {**TITLES, **words}
    open_states = tuple(senders)
    rows = [
        Transition(
            t.action, t.title, t.sources, t.target, t.roles, t.needs, t.words or titles,
            t.superiors or (superiors if t.sources else frozenset()),
        )
        for t in workflow.transitions
    ]  # fmt: skip
    rows += [
        Transition(
            f"recall_{state}", _recalled(workflow.states[state]), (state,), back, roles,
            ("reason",), titles, superiors,
        )
        for state, (back, roles) in senders.items()
        if back != state
    ]  # fmt: skip
    rows.append(
        Transition(
            "reassign", Title("改派", "Reassign"), open_states, "", superiors, ("reason",), titles
        )
    )
    remark = Title("备注", "Remark")
    rows.append(Transition("remark", remark, open_states, "", everybody, ("note",), titles))
    return Workflow(workflow.states, tuple(rows))


def _recalled(state: str) -> Title:
    return Title(f"撤回{state}", f"Take back from “{english_of(state)}”")

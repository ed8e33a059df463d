"""Transition tables: asked, refused, drawn."""

import pytest

from spatial.workflow import (
    MissingInput,
    RoleNotAllowed,
    Transition,
    UnknownAction,
    Workflow,
    WrongState,
)

CLERK, CHIEF = frozenset({"受理员"}), frozenset({"值班长"})
TABLE = Workflow(
    {"new": "待受理", "done": "已结案", "void": "已作废"},
    (
        Transition("report", "上报", (), "new", CLERK),
        Transition("note", "备注", ("new",), "", CLERK | CHIEF),
        Transition("close", "结案", ("new",), "done", CHIEF),
        Transition("void", "作废", ("new",), "void", CHIEF, ("reason",), {"reason": "理由"}),
    ),
)


def test_what_may_be_done_is_told_by_state_and_role():
    assert [t.action for t in TABLE.leaving("new")] == ["note", "close", "void"]
    assert [t.action for t in TABLE.leaving("new", ["受理员"])] == ["note"]
    assert list(TABLE.leaving("done")) == []


def test_an_action_is_checked():
    assert TABLE.check("close", "new", ["值班长"], {}).target == "done"
    assert TABLE.check("note", "new", ["值班长"], {}).lands_in("new") == "new"
    with pytest.raises(WrongState, match="“已结案”阶段不能结案"):
        TABLE.check("close", "done", ["值班长"], {})
    with pytest.raises(UnknownAction, match="没有"):
        TABLE.check("fly", "new", ["值班长"], {})
    with pytest.raises(RoleNotAllowed, match="值班长"):
        TABLE.check("close", "new", ["受理员"], {})
    with pytest.raises(MissingInput, match="理由") as told:
        TABLE.check("void", "new", ["值班长"], {"reason": ""})
    assert told.value.names == ("reason",)


def test_it_draws_itself():
    assert TABLE.diagram() == (
        "stateDiagram-v2\n"
        "    new : 待受理\n"
        "    done : 已结案\n"
        "    void : 已作废\n"
        "    [*] --> new : 上报（受理员）\n"
        "    new --> new : 备注（值班长、受理员）\n"
        "    new --> done : 结案（值班长）\n"
        "    new --> void : 作废（值班长）\n"
        "    done --> [*]\n"
        "    void --> [*]\n"
    )
    assert TABLE.ends == {"done", "void"}


def test_a_table_is_checked_when_it_is_made():
    twice = Transition("x", "x", ("new",), "new", CLERK)
    with pytest.raises(ValueError, match="twice"):
        Workflow({"new": "新"}, (twice, twice))
    with pytest.raises(ValueError, match="gone"):
        Workflow({"new": "新"}, (Transition("x", "x", ("new",), "gone", CLERK),))

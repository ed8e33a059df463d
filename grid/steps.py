"""The handling of a case as one table: seven steps, eleven states, who moves it, with what.

GB/T 30428.8's steps are 收集、立案、派遣、处置、反馈、核查、评价; states name where a case
waits. 核实 (before filing) and 核查 (after handling) stay apart, as the standard has them.
What an action does to the case stands in ``grid.actions``; docs/cases.md shows this table
drawn, and a test holds the two together.
"""

from types import MappingProxyType

from grid.roles import PUBLIC, SYSTEM, GridRole
from spatial.workflow import Transition, Workflow

R = GridRole
REPORTED, VERIFYING, FILING = "reported", "verifying", "filing"
DISPATCHING, HANDLING, SUSPENDED = "dispatching", "handling", "suspended"
FEEDBACK, CHECKING, CLOSING = "feedback", "checking", "closing"
CLOSED, VOID, MERGED = "closed", "void", "merged"

STATES = MappingProxyType(
    {
        REPORTED: "待受理",
        VERIFYING: "待核实",
        FILING: "待立案",
        DISPATCHING: "待派遣",
        HANDLING: "待处置",
        SUSPENDED: "挂账",
        FEEDBACK: "待反馈确认",
        CHECKING: "待核查",
        CLOSING: "待结案",
        CLOSED: "已结案",
        VOID: "已作废",
        MERGED: "已并案",
    }
)
# The standard's step in which each state lies.
STEPS = MappingProxyType(
    {
        REPORTED: "收集",
        VERIFYING: "收集",
        FILING: "立案",
        DISPATCHING: "派遣",
        HANDLING: "处置",
        SUSPENDED: "处置",
        FEEDBACK: "反馈",
        CHECKING: "核查",
        CLOSING: "核查",
        CLOSED: "评价",
        VOID: "评价",
        MERGED: "评价",
    }
)
# Whose queue a state is.
WAITS_FOR = MappingProxyType(
    {
        REPORTED: R.INTAKE,
        VERIFYING: R.INSPECTOR,
        FILING: R.CHIEF,
        DISPATCHING: R.DISPATCHER,
        HANDLING: R.HANDLER,
        SUSPENDED: R.DISPATCHER,
        FEEDBACK: R.INTAKE,
        CHECKING: R.INSPECTOR,
        CLOSING: R.CHIEF,
    }
)
ENDED = frozenset({CLOSED, VOID, MERGED})
OPEN = tuple(state for state in STATES if state not in ENDED)
WORDS = MappingProxyType(
    {
        "reason": "理由",
        "note": "处理情况",
        "photos": "照片",
        "condition": "立案条件",
        "department": "专业部门",
        "main": "主案件",
        "until": "恢复日期",
    }
)


def _t(
    action: str,
    title: str,
    sources: tuple[str, ...],
    target: str,
    *roles: str,
    needs: tuple[str, ...] = (),
) -> Transition:
    return Transition(action, title, sources, target, frozenset(roles), needs, WORDS)


WORKFLOW = Workflow(
    STATES,
    (
        _t("report", "上报", (), REPORTED, R.INSPECTOR, R.INTAKE, PUBLIC, SYSTEM),
        _t("ask_verify", "安排核实", (REPORTED,), VERIFYING, R.INTAKE),
        _t("accept", "受理", (REPORTED,), FILING, R.INTAKE),
        _t("reject", "不予受理", (REPORTED,), VOID, R.INTAKE, needs=("reason",)),
        _t("confirm", "核实属实", (VERIFYING,), FILING, R.INSPECTOR),
        _t("deny", "核实不属实", (VERIFYING,), REPORTED, R.INSPECTOR, needs=("reason",)),
        _t("file", "立案", (FILING,), DISPATCHING, R.CHIEF, needs=("condition",)),
        _t("return_intake", "退回受理", (FILING,), REPORTED, R.CHIEF, needs=("reason",)),
        _t("dispatch", "派遣", (DISPATCHING,), HANDLING, R.DISPATCHER, needs=("department",)),
        _t("return_filing", "退回立案", (DISPATCHING,), FILING, R.DISPATCHER, needs=("reason",)),
        _t("finish", "处置完毕", (HANDLING,), FEEDBACK, R.HANDLER, needs=("note",)),
        _t("return_dispatch", "回退", (HANDLING,), DISPATCHING, R.HANDLER, needs=("reason",)),
        _t("ask_extension", "申请延期", (HANDLING,), "", R.HANDLER, needs=("reason",)),
        _t("grant_extension", "准予延期", (HANDLING,), "", R.DISPATCHER),
        _t("refuse_extension", "不准延期", (HANDLING,), "", R.DISPATCHER, needs=("reason",)),
        _t("ask_suspension", "申请挂账", (HANDLING,), "", R.HANDLER, needs=("reason", "until")),
        _t("suspend", "准予挂账", (HANDLING,), SUSPENDED, R.DISPATCHER),
        _t("refuse_suspension", "不准挂账", (HANDLING,), "", R.DISPATCHER, needs=("reason",)),
        _t("resume", "恢复处置", (SUSPENDED,), HANDLING, R.DISPATCHER, SYSTEM),
        _t("send_check", "安排核查", (FEEDBACK,), CHECKING, R.INTAKE),
        _t("return_handling", "退回处置", (FEEDBACK,), HANDLING, R.INTAKE, needs=("reason",)),
        _t("pass_check", "核查通过", (CHECKING,), CLOSING, R.INSPECTOR),
        _t(
            "fail_check",
            "核查不通过",
            (CHECKING,),
            DISPATCHING,
            R.INSPECTOR,
            needs=("reason",),
        ),
        _t("close", "结案", (CLOSING,), CLOSED, R.CHIEF),
        _t("rework", "返工", (CLOSING,), DISPATCHING, R.CHIEF, needs=("reason",)),
        _t("void", "作废", (FILING, DISPATCHING), VOID, R.CHIEF, needs=("reason",)),
        _t("merge", "并案", (REPORTED, FILING), MERGED, R.INTAKE, R.CHIEF, needs=("main",)),
        _t(
            "appeal",
            "申诉",
            (HANDLING, FEEDBACK, CHECKING, CLOSING, CLOSED),
            "",
            R.HANDLER,
            needs=("reason",),
        ),
        _t(
            "grant_appeal",
            "申诉成立",
            (HANDLING, FEEDBACK, CHECKING, CLOSING, CLOSED),
            "",
            R.CHIEF,
        ),
        _t(
            "refuse_appeal",
            "申诉不成立",
            (HANDLING, FEEDBACK, CHECKING, CLOSING, CLOSED),
            "",
            R.CHIEF,
            needs=("reason",),
        ),
        _t("remark", "备注", OPEN, "", *R, needs=("note",)),
    ),
)

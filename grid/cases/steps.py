"""The handling of a case as one table: seven steps, eleven states, who moves it, with what.

GB/T 30428.8's steps are 收集、立案、派遣、处置、反馈、核查、评价; states name where a case
waits. 核实 (before filing) and 核查 (after handling) stay apart, as the standard has them.
What an action does to the case stands in ``grid.cases.actions``; docs/cases.md shows this table
drawn, and a test holds the two together.

No state waits for one party alone: whoever sent a case on can take it back (撤回, 收回) or
give it to another (改派), and a 值班长 may take nearly every step in the stead of whoever
should, saying why (代办).
"""

from types import MappingProxyType
from typing import Any

from grid.roles import PUBLIC, SYSTEM, GridRole
from spatial.workflow import Title, Transition, Workflow

R = GridRole
REPORTED, VERIFYING, FILING = "reported", "verifying", "filing"
DISPATCHING, HANDLING, SUSPENDED = "dispatching", "handling", "suspended"
FEEDBACK, CHECKING, CLOSING = "feedback", "checking", "closing"
CLOSED, VOID, MERGED = "closed", "void", "merged"

STATES = MappingProxyType(
    {
        REPORTED: Title("待受理", "To be accepted"),
        VERIFYING: Title("待核实", "To be verified"),
        FILING: Title("待立案", "To be filed"),
        DISPATCHING: Title("待派遣", "To be dispatched"),
        HANDLING: Title("待处置", "Being handled"),
        SUSPENDED: Title("挂账", "Suspended"),
        FEEDBACK: Title("待反馈确认", "Handled, to be confirmed"),
        CHECKING: Title("待核查", "To be checked"),
        CLOSING: Title("待结案", "To be closed"),
        CLOSED: Title("已结案", "Closed"),
        VOID: Title("已作废", "Voided"),
        MERGED: Title("已并案", "Merged"),
    }
)
# The standard's step in which each state lies.
STEPS = MappingProxyType(
    {
        REPORTED: Title("收集", "Collection"),
        VERIFYING: Title("收集", "Collection"),
        FILING: Title("立案", "Filing"),
        DISPATCHING: Title("派遣", "Dispatch"),
        HANDLING: Title("处置", "Handling"),
        SUSPENDED: Title("处置", "Handling"),
        FEEDBACK: Title("反馈", "Feedback"),
        CHECKING: Title("核查", "Check"),
        CLOSING: Title("核查", "Check"),
        CLOSED: Title("评价", "Evaluation"),
        VOID: Title("评价", "Evaluation"),
        MERGED: Title("评价", "Evaluation"),
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
IN_HAND, TASKS = (HANDLING, SUSPENDED), (VERIFYING, CHECKING)
# Until the centre has looked at a report, nothing that it says is shown to the public; one that
# was merged leads to its main case instead.
UNSEEN = (REPORTED, VERIFYING, VOID, MERGED)
SHOWABLE = tuple(state for state in STATES if state not in UNSEEN)
SENDERS, CLERKS = (R.DISPATCHER, R.CHIEF), (R.INTAKE, R.CHIEF)
LOOKERS = (R.INSPECTOR, R.INTAKE)
WORDS = MappingProxyType(
    {
        "reason": Title("理由", "Reason"),
        "note": Title("处理情况", "What was done"),
        "photos": Title("照片", "Photos"),
        "condition": Title("立案条件", "Condition of filing"),
        "department": Title("专业部门", "Department"),
        "main": Title("主案件", "Main case"),
        "until": Title("恢复日期", "Day of resumption"),
        "because": Title("代办理由", "Reason for acting instead"),
        "item": Title("要公开的内容", "What to publish"),
    }
)
# Who may act in the stead of whoever should.
SUPERIOR = frozenset({R.CHIEF})
# What gives a department the handling, and what takes it away again before it is done.
DISPATCHES = ("dispatch", "reassign")
RECALLS = ("recall", "reassign")
# What whoever sent a case on takes back, so that no state waits for one party alone.
RESULTS_RECALLED = ("recall_filing", "recall_filed", "recall_finish", "recall_result")
# What each of them takes back: it counts for nobody.
TAKEN_BACK_BY = MappingProxyType(
    dict(zip(("accept", "file", "finish", "pass_check"), RESULTS_RECALLED, strict=True))
)
# The same of an inspector's task.
TASKS_SENT = ("ask_verify", "send_check", "reassign_task")
TASKS_RECALLED = ("recall_verify", "recall_check", "reassign_task")
# What is done beside the handling: neither moves the case nor can be late.
ASIDE = frozenset({"remark", "publish", "withhold"})
PUBLISHING = ASIDE - {"remark"}
# What a department asks, by kind of ``CaseRequest``: the actions that ask, grant and refuse.
REQUESTS = MappingProxyType(
    {
        "extension": ("ask_extension", "grant_extension", "refuse_extension"),
        "suspension": ("ask_suspension", "suspend", "refuse_suspension"),
        "appeal": ("appeal", "grant_appeal", "refuse_appeal"),
    }
)
GRANTS = MappingProxyType({kind: grant for kind, (_, grant, _refuse) in REQUESTS.items()})
ANSWERS = MappingProxyType(
    {action: kind for kind, (_, *answers) in REQUESTS.items() for action in answers}
)
# The actions that photos come with, by ``CasePhoto.Moment``.
PHOTO_MOMENTS = MappingProxyType(
    {
        "report": "before",
        "confirm": "verified",
        "deny": "verified",
        "finish": "after",
        "pass_check": "checked",
        "fail_check": "checked",
    }
)

# The actions in English.
ENGLISH = MappingProxyType(
    {
        "report": "Report",
        "ask_verify": "Send for verification",
        "accept": "Accept",
        "reject": "Do not accept",
        "confirm": "Confirm as true",
        "deny": "Report as untrue",
        "file": "File",
        "return_intake": "Return to intake",
        "dispatch": "Dispatch",
        "return_filing": "Return to filing",
        "finish": "Handled",
        "return_dispatch": "Hand back",
        "recall": "Recall the dispatch",
        "reassign": "Pass to another department",
        "ask_extension": "Ask for an extension",
        "grant_extension": "Grant the extension",
        "refuse_extension": "Refuse the extension",
        "ask_suspension": "Ask for a suspension",
        "suspend": "Grant the suspension",
        "refuse_suspension": "Refuse the suspension",
        "resume": "Resume handling",
        "recall_verify": "Take back the verification task",
        "recall_check": "Take back the check task",
        "recall_filing": "Take back the acceptance",
        "recall_filed": "Take back the filing",
        "recall_finish": "Take back the result of handling",
        "recall_result": "Take back the result of the check",
        "reassign_task": "Give to another inspector",
        "send_check": "Send for a check",
        "return_handling": "Return to handling",
        "pass_check": "Check passed",
        "fail_check": "Check failed",
        "close": "Close",
        "rework": "Rework",
        "void": "Void",
        "merge": "Merge",
        "appeal": "Appeal",
        "grant_appeal": "Uphold the appeal",
        "refuse_appeal": "Dismiss the appeal",
        "remark": "Remark",
        "publish": "Publish",
        "withhold": "Withhold",
    }
)


def _t(
    action: str,
    title: str,
    sources: tuple[str, ...],
    target: str,
    *roles: str,
    needs: tuple[str, ...] = (),
    superiors: frozenset[str] = frozenset(),
) -> Transition:
    both = Title(title, ENGLISH[action])
    return Transition(action, both, sources, target, frozenset(roles), needs, WORDS, superiors)


def _d(*row: Any, needs: tuple[str, ...] = ()) -> Transition:
    """A row whose action a superior may take in another's stead (代办)."""
    return _t(*row, needs=needs, superiors=SUPERIOR)


WORKFLOW = Workflow(
    STATES,
    (
        _t("report", "上报", (), REPORTED, R.INSPECTOR, R.INTAKE, PUBLIC, SYSTEM),
        _d("ask_verify", "安排核实", (REPORTED,), VERIFYING, R.INTAKE),
        _d("accept", "受理", (REPORTED,), FILING, R.INTAKE),
        _d("reject", "不予受理", (REPORTED,), VOID, R.INTAKE, needs=("reason",)),
        _d("confirm", "核实属实", (VERIFYING,), FILING, R.INSPECTOR),
        _d("deny", "核实不属实", (VERIFYING,), REPORTED, R.INSPECTOR, needs=("reason",)),
        _t("file", "立案", (FILING,), DISPATCHING, R.CHIEF, needs=("condition",)),
        _t("return_intake", "退回受理", (FILING,), REPORTED, R.CHIEF, needs=("reason",)),
        _d("dispatch", "派遣", (DISPATCHING,), HANDLING, R.DISPATCHER, needs=("department",)),
        _d("return_filing", "退回立案", (DISPATCHING,), FILING, R.DISPATCHER, needs=("reason",)),
        _d("finish", "处置完毕", (HANDLING,), FEEDBACK, R.HANDLER, needs=("note",)),
        _t("return_dispatch", "回退", (HANDLING,), DISPATCHING, R.HANDLER, needs=("reason",)),
        _t("recall", "撤回派遣", IN_HAND, DISPATCHING, *SENDERS, needs=("reason",)),
        _t("reassign", "改派部门", IN_HAND, HANDLING, *SENDERS, needs=("department", "reason")),
        _t("ask_extension", "申请延期", (HANDLING,), "", R.HANDLER, needs=("reason",)),
        _d("grant_extension", "准予延期", (HANDLING,), "", R.DISPATCHER),
        _d("refuse_extension", "不准延期", (HANDLING,), "", R.DISPATCHER, needs=("reason",)),
        _t("ask_suspension", "申请挂账", (HANDLING,), "", R.HANDLER, needs=("reason", "until")),
        _d("suspend", "准予挂账", (HANDLING,), SUSPENDED, R.DISPATCHER),
        _d("refuse_suspension", "不准挂账", (HANDLING,), "", R.DISPATCHER, needs=("reason",)),
        _d("resume", "恢复处置", (SUSPENDED,), HANDLING, R.DISPATCHER, SYSTEM),
        _t("recall_verify", "收回核实", (VERIFYING,), REPORTED, *CLERKS, needs=("reason",)),
        _t("recall_check", "收回核查", (CHECKING,), FEEDBACK, *CLERKS, needs=("reason",)),
        _t("recall_filing", "撤回受理", (FILING,), REPORTED, *CLERKS, needs=("reason",)),
        _t("recall_filed", "撤回立案", (DISPATCHING,), FILING, R.CHIEF, needs=("reason",)),
        _d("recall_finish", "撤回处置结果", (FEEDBACK,), HANDLING, R.HANDLER, needs=("reason",)),
        _t("recall_result", "撤回核查结果", (CLOSING,), CHECKING, *LOOKERS, needs=("reason",)),
        _t("reassign_task", "改派监督员", TASKS, "", *CLERKS, needs=("reason",)),
        _d("send_check", "安排核查", (FEEDBACK,), CHECKING, R.INTAKE),
        _d("return_handling", "退回处置", (FEEDBACK,), HANDLING, R.INTAKE, needs=("reason",)),
        _d("pass_check", "核查通过", (CHECKING,), CLOSING, R.INSPECTOR),
        _d(
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
            tuple(STATES),
            "",
            R.HANDLER,
            needs=("reason",),
        ),
        _t(
            "grant_appeal",
            "申诉成立",
            tuple(STATES),
            "",
            R.CHIEF,
        ),
        _t(
            "refuse_appeal",
            "申诉不成立",
            tuple(STATES),
            "",
            R.CHIEF,
            needs=("reason",),
        ),
        _t("remark", "备注", OPEN, "", *R, needs=("note",)),
        _t("publish", "公开", SHOWABLE, "", *CLERKS, needs=("item",)),
        _t("withhold", "不公开", tuple(STATES), "", *CLERKS, needs=("item",)),
    ),
)

# What an inspector does with a phone: results, and taking back the result that was given.
PHONE_RECALL = "recall_result"
# What ends an inspector's task, on the phone as at the desk.
TASK_RESULTS = frozenset(
    t.action for state in TASKS for t in WORKFLOW.leaving(state, [R.INSPECTOR]) if t.target
)

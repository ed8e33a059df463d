"""A procedure of some 40 lines, as a profession would declare it: a table, limits, policies."""

from spatial.casework.procedures import Amendable, Policy, Procedure, RequestKind
from spatial.casework.ways_out import with_ways_out
from spatial.workflow import Transition, Workflow

CLERK, EXAMINER, HEAD = "窗口", "审查", "科长"
STATES = {
    "received": "待审查",
    "examined": "待决定",
    "waiting": "补正",
    "done": "已办结",
    "refused": "不予办理",
}


class Rules(Policy):
    applicant_roles = frozenset({"申请人"})
    seers = frozenset({CLERK, EXAMINER, HEAD})


def row(action, title, sources, target, *roles, needs=()):
    return Transition(action, title, sources, target, frozenset(roles), needs)


TABLE = Workflow(
    STATES,
    (
        row("apply", "申请", (), "received", "申请人", CLERK),
        row("examine", "审查通过", ("received",), "examined", EXAMINER, needs=("note",)),
        row("ask_back", "通知补正", ("received",), "waiting", EXAMINER, needs=("reason",)),
        row("supply", "补正", ("waiting",), "received", "申请人", CLERK, needs=("note",)),
        row("grant", "批准", ("examined",), "done", HEAD),
        row("refuse", "不批准", ("received", "examined"), "refused", HEAD, needs=("reason",)),
        row("ask_time", "申请延期", ("received",), "", EXAMINER, needs=("reason",)),
        row("give_time", "准予延期", ("received",), "", HEAD),
        row("deny_time", "不准延期", ("received",), "", HEAD, needs=("reason",)),
    ),
)  # fmt: skip

PERMIT = Procedure(
    "test-permit",
    "许可",
    with_ways_out(
        TABLE,
        senders={
            "received": ("received", frozenset({CLERK})),
            "examined": ("received", frozenset({EXAMINER})),
            "waiting": ("received", frozenset({EXAMINER})),
        },
        superiors=frozenset({HEAD}),
        everybody=frozenset({CLERK, EXAMINER, HEAD}),
    ),
    {"received": EXAMINER, "examined": HEAD, "waiting": "申请人"},
    policy=Rules(),
    askings={"time": RequestKind("延期", "ask_time", "give_time", "deny_time")},
    amendable={"area": Amendable("面积", frozenset({CLERK, HEAD}))},
    numbered="XK",
    recalls=frozenset({"recall_examined", "recall_waiting"}),
    reassigns=frozenset({"reassign"}),
    paused=frozenset({"waiting"}),
)

"""Warnings of geological hazards as a procedure: drafted, examined, signed, issued, over.

Each message is a matter of its own: a first warning, its updates, its end. Nobody but a person
issues one; the clock only ends what has run out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from spatial.calendars.queries import day_of
from spatial.casework.acts import Act, Effect
from spatial.casework.clocks import state_deadline
from spatial.casework.errors import InvalidInput
from spatial.casework.procedures import Procedure
from spatial.casework.roles import SYSTEM
from spatial.casework.ways_out import TITLES, with_ways_out
from spatial.hazard_warnings.issuing import issue
from spatial.hazard_warnings.policies import (
    CONTENT,
    WarningPolicy,
    check_signer,
    signers,
)
from spatial.hazard_warnings.roles import WarningRole
from spatial.hazard_warnings.rulebook import rules_on
from spatial.hazard_warnings.rules.contents import content_of
from spatial.hazard_warnings.settling import PROCEDURE, settle_warnings
from spatial.hazard_warnings.standing import renew_register
from spatial.hazards.roles import HazardRole
from spatial.workflow import Title, Transition, Workflow
from spatial.worktime import Deadline

OFFICER, REVIEWER, SIGNER = HazardRole.HAZARD, WarningRole.REVIEWER, WarningRole.SIGNER
ALL = frozenset({OFFICER, REVIEWER, SIGNER})
DESK = frozenset({OFFICER, REVIEWER})
ABOVE = frozenset({REVIEWER, SIGNER})
STATES = {
    "draft": Title("拟稿", "Draft"),
    "review": Title("待审核", "To be examined"),
    "signing": Title("待签发", "To be signed"),
    "signed": Title("已签发待发布", "Signed, to be issued"),
    "spoken": Title("已电话签发待发布", "Signed by telephone, to be issued"),
    "owed": Title("已发布待补签", "Issued, signature owed"),
    "issued": Title("已发布", "Issued"),
    "replaced": Title("已被更新", "Replaced"),
    "lifted": Title("已解除", "Lifted"),
    "expired": Title("已到期", "Expired"),
    "dropped": Title("不予发布", "Not issued"),
}
BEFORE_ISSUE = ("draft", "review", "signing", "signed", "spoken")
WORDS = {
    **TITLES,
    "signer": Title("签发人", "Signed by"),
    "spoken_at": Title("通话时间", "Time of the call"),
    "call": Title("录音编号", "Number of the recording"),
}


def _row(
    action: str,
    title: Title,
    sources: tuple[str, ...],
    target: str,
    roles: frozenset[str],
    *needs: str,
) -> Transition:
    return Transition(action, title, sources, target, roles, needs, WORDS)


_DESK_TABLE = Workflow(
    STATES,
    (
        _row("draft", Title("拟稿", "Draft"), (), "draft", DESK),
        _row("redraft", Title("修改", "Revise"), ("draft", "review"), "", DESK),
        _row("submit", Title("送审", "Submit"), ("draft",), "review", DESK),
        _row("approve", Title("审核通过", "Approve"), ("review",), "signing", ABOVE),
        _row(
            "sign_by_phone",
            Title("登记电话签发", "Enter a signature by telephone"),
            ("signing",),
            "spoken",
            DESK,
            "signer",
            "spoken_at",
            "call",
        ),
        _row("issue", Title("发布", "Issue"), ("signed",), "issued", ALL),
        _row(
            "issue_spoken",
            Title("发布（电话签发）", "Issue (signed by telephone)"),
            ("spoken",),
            "owed",
            ALL,
        ),
        _row(
            "amend_call",
            Title("更正电话签发记录", "Correct the record of the call"),
            ("owed",),
            "",
            DESK,
            "signer",
            "spoken_at",
            "call",
            "reason",
        ),
        _row(
            "send_back",
            Title("退回修改", "Send back"),
            ("review", "signing", "signed", "spoken"),
            "draft",
            ALL,
            "reason",
        ),
        _row("drop", Title("不予发布", "Do not issue"), BEFORE_ISSUE, "dropped", ALL, "reason"),
    ),
)
_TABLE = with_ways_out(
    _DESK_TABLE,
    senders={
        "draft": ("draft", DESK),
        "review": ("draft", DESK),
        "signing": ("review", ABOVE),
        "signed": ("signing", frozenset({SIGNER})),
        "spoken": ("signing", DESK),
        "owed": ("owed", DESK),
    },
    superiors=ABOVE,
    everybody=ALL,
    words=WORDS,
)
# Nobody signs in another's stead, and the ends are the clock's or another message's.
_UNSHARED = (
    _row("sign", Title("签发", "Sign"), ("signing",), "signed", frozenset({SIGNER})),
    _row("countersign", Title("补签", "Sign afterwards"), ("owed",), "issued", frozenset({SIGNER})),
    *(
        _row(action, title, ("issued",), target, frozenset({SYSTEM}))
        for action, title, target in (
            ("replace", Title("由更新代替", "Replaced by an update"), "replaced"),
            ("lift", Title("解除", "Lifted"), "lifted"),
            ("expire", Title("到期", "Expired"), "expired"),
        )
    ),
)


def _redrafted(act: Act) -> Effect:
    """The new text, and who wrote it."""
    content = act.given[CONTENT]
    drafters = dict.fromkeys([*act.matter.values.get("drafters", ()), act.actor.name])
    values = act.matter.values | content | {"drafters": list(drafters)}
    title = content["headline"][:200] or act.matter.title
    return Effect({"values": values, "title": title})


def _signed(act: Act) -> Effect:
    """The signature: of the signer, and of whoever stands in for one, neither a drafter."""
    check_signer(act.matter, act.actor.name)
    return _with_signature(act, {"by": act.actor.name, "at": act.at.isoformat()})


def _spoken(act: Act) -> Effect:
    """A signature by recorded telephone, to be followed by one in writing."""
    signer, spoken_at = str(act.given["signer"]), act.given["spoken_at"]
    check_signer(act.matter, signer)
    if signer == act.actor.name:
        raise InvalidInput("本人在场请直接签发，不登记电话签发", "signer")
    if signer not in signers(act.matter, act.at):
        raise InvalidInput("该账号没有签发职责", "signer")
    if not isinstance(spoken_at, datetime) or spoken_at > act.at:
        raise InvalidInput("通话时间不能晚于现在", "spoken_at")
    if act.matter.accepted_at.replace(second=0, microsecond=0) > spoken_at:
        raise InvalidInput("通话时间早于拟稿时间", "spoken_at")
    call = {
        "by": signer,
        "at": spoken_at.isoformat(),
        "channel": "电话",
        "call": str(act.given["call"]),
        "entered_by": act.actor.name,
    }
    return _with_signature(act, call)


def _call_amended(act: Act) -> Effect:
    """The record of the call as it should have been; the signature is owed by whom it names."""
    effect = _spoken(act)
    effect.values["assignee"] = act.given["signer"]
    return effect


def _with_signature(act: Act, signature: Mapping[str, Any]) -> Effect:
    details = {f"signature_{name}": value for name, value in signature.items()}
    return Effect({"values": act.matter.values | {"signature": dict(signature)}}, details)


def _unsigned(act: Act) -> Effect:
    """What goes back is signed by nobody."""
    values = {name: value for name, value in act.matter.values.items() if name != "signature"}
    return Effect({"values": values})


def _issued(act: Act) -> Effect:
    """The message is written, the register follows, and what it replaces is over."""
    content = content_of(act.matter.values)
    message = issue(content, act.matter.code, act.at)
    why = f"风险预警 {message.identifier}"
    renew_register(act.at, act.actor.name, why)
    settle_warnings(act.at)
    values = act.matter.values | {"identifier": message.identifier}
    owed = {"assignee": values["signature"]["by"]} if act.action == "issue_spoken" else {}
    return Effect({"values": values, "ends_at": content.expires} | owed)


def _countersigned(act: Act) -> Effect:
    """The signature in writing beside the call; whoever signs is no drafter."""
    check_signer(act.matter, act.actor.name)
    call = act.matter.values["signature"]
    written = {"written_by": act.actor.name, "written_at": act.at.isoformat()}
    return _with_signature(act, call | written)


def _clock(state: str, entered_at: datetime, values: Mapping[str, Any]) -> Deadline | None:
    """An owed signature is due so many hours after the call; else the limits of the rows hold."""
    signature = values["values"].get("signature") if state == "owed" else None
    if not signature:
        return state_deadline(GEO_WARNING, state, entered_at)
    hours = rules_on(day_of(entered_at)).signature_h
    return Deadline(datetime.fromisoformat(signature["at"]) + timedelta(hours=hours))


GEO_WARNING = Procedure(
    PROCEDURE,
    Title("地质灾害预警", "Geological warnings"),
    Workflow(STATES, (*_UNSHARED, *_TABLE.transitions)),
    {
        "draft": OFFICER,
        "review": REVIEWER,
        "signing": SIGNER,
        "signed": OFFICER,
        "spoken": OFFICER,
        "owed": SIGNER,
    },
    policy=WarningPolicy(),
    effects={
        "redraft": _redrafted,
        "sign": _signed,
        "sign_by_phone": _spoken,
        "amend_call": _call_amended,
        "issue": _issued,
        "issue_spoken": _issued,
        "countersign": _countersigned,
        "send_back": _unsigned,
        "recall_signed": _unsigned,
        "recall_spoken": _unsigned,
    },
    numbered="YJ",
    noun="预警",
    recalls=frozenset(
        {"recall_review", "recall_signing", "recall_signed", "recall_spoken", "amend_call"}
    ),
    reassigns=frozenset({"reassign"}),
    clock=_clock,
    max_of={"reason": 500, "note": 500, "because": 500, "call": 60},
)

"""What anybody may know of a case: where it stands, never who told it or who handled it.

Words and pictures come from people; each is shown only once somebody of the centre has
published it (``grid.cases.publishing``), words without the long numbers (telephone, identity card,
bank) that people write into them.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from grid.cases.steps import CHECKING, CLOSING, DISPATCHES, FEEDBACK, TAKEN_BACK_BY, UNSEEN
from grid.models import Case, CaseStep

# Seven digits or more, with the blanks, hyphens and dots people put between; the last may be
# an X. A day is none of these.
_DAY = r"(?!20\d\d[-/.]\d\d?[-/.]\d\d?(?!\d))"
_BETWEEN = r"[\s\-‐-―－−.．·/_()（）]{0,3}"
_NUMBER = re.compile(rf"(?<!\d){_DAY}\d(?:{_BETWEEN}\d){{6,}}[XxＸ]?")
_UNPRINTED = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
HIDDEN = "×××"


@dataclass(frozen=True)
class Milestone:
    """Something that the public is told: what, when, and a word on it."""

    title: str
    at: datetime
    words: str = ""


def is_shown(case: Case) -> bool:
    """Whether anything said or pictured can be shown: once the centre has looked at it."""
    return case.is_public and case.step not in UNSEEN


def discreet(text: str) -> str:
    """A text without long numbers.

    >>> discreet("联系 138 0013 8000，门前 3 个井盖")
    '联系 ×××，门前 3 个井盖'
    """
    return _NUMBER.sub(HIDDEN, _UNPRINTED.sub("", text))


def milestones(steps: list[CaseStep]) -> list[Milestone]:
    """What the public is told of the steps of a case, in order.

    Names, notes and what the centre settles within itself stay inside; why a report was not
    taken is told, since whoever reported it will ask: a clerk writes that for the public.
    """
    found = []
    for number, step in enumerate(steps):
        if _is_taken_back(step, steps[number + 1 :]):
            continue
        title, words = TOLD.get(step.action, ""), ""
        if step.action in ("reject", "void"):
            words = discreet(step.text)
        elif step.action in DISPATCHES:
            words = str(step.details.get("department", ""))
        if title:
            found.append(Milestone(title, step.at, words))
    return found


def _is_taken_back(step: CaseStep, later: list[CaseStep]) -> bool:
    """Whether a result was taken back before there was another."""
    recall = TAKEN_BACK_BY.get(step.action)
    after = (one.action for one in later if one.action in (step.action, recall))
    return recall is not None and next(after, "") == recall


TOLD = {
    "report": "上报",
    "accept": "受理",
    "ask_verify": "安排现场核实",
    "reject": "不予受理",
    "file": "立案",
    "dispatch": "派遣",
    "reassign": "改派部门",
    "suspend": "暂缓处置",
    "resume": "恢复处置",
    "finish": "处置完毕",
    "fail_check": "核查不通过，重新处置",
    "rework": "退回重新处置",
    "close": "结案",
    "void": "作废",
    "merge": "并入同一问题的案件",
}
# Where a case stands, in the five steps that the public is shown.
PROGRESS = ("上报", "受理", "立案", "处置", "结案")
_REACHED = {
    "reported": 0,
    "verifying": 0,
    "filing": 1,
    "dispatching": 2,
    "handling": 3,
    "suspended": 3,
    FEEDBACK: 3,
    CHECKING: 3,
    CLOSING: 3,
    "closed": 4,
}


def reached(case: Case) -> int | None:
    """Which of ``PROGRESS`` the case has reached; None if it left the way (void, merged)."""
    return _REACHED.get(case.step)

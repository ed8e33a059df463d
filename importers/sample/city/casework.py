"""What was done on each case of the sample city: steps between the states it was delivered in.

Deliveries hold a case in its states at a few moments; here it is told who did what in
between, most of it in time, some late, some returned, done again or appealed. Times never
pass the next delivered state, so that steps and versions agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from grid.roles import PUBLIC, SYSTEM
from grid.roles import GridRole as R
from importers.sample.city.noise import generator
from spatial.city import city
from spatial.worktime import TimeLimit

INSPECTORS, CLERKS = 12, 3
# How many minutes an action takes: usually, and when somebody is slow.
PACE = {
    "accept": ((2, 13), (20, 70)),
    "ask_verify": ((2, 12), (18, 50)),
    "confirm": ((8, 27), (35, 80)),
    "file": ((2, 13), (18, 45)),
    "dispatch": ((2, 13), (18, 60)),
    "send_check": ((3, 13), (18, 60)),
    "check": ((6, 27), (34, 90)),
    "close": ((4, 26), (35, 80)),
}
SLOW, LATE_HANDLING = 0.08, 0.14
VERIFIED, RETURNED, FAILED, EXTENDED, APPEALED = 0.25, 0.05, 0.06, 0.04, 0.3
GAP, ROOM_TO_REDO = timedelta(minutes=1), timedelta(hours=6)
MORNING, EVENING = time(7), time(20)


class Clocks(Protocol):
    """When the limits of the centre and of the handling end."""

    def step(self, state: str, entered_at: datetime) -> datetime | None:
        """Until when a case should leave a state of the centre's own."""

    def handling(self, started_at: datetime, limit: TimeLimit, times: int) -> datetime:
        """Until when a case should be handled; ``times`` limits long."""


@dataclass(frozen=True)
class Delivered:
    """A case as the deliveries tell it: its states with their moments, in order."""

    code: str
    source: str
    district_code: str
    department: str
    reported_at: datetime
    states: tuple[tuple[str, datetime], ...]
    condition: str
    limit: TimeLimit


@dataclass(frozen=True)
class Step:
    """One action, as it would have been recorded."""

    action: str
    before: str
    after: str
    at: datetime
    entered_at: datetime | None
    due_at: datetime | None
    who: str
    role: str
    department: str = ""
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Worked:
    """The steps of a case, and the values that they leave on it."""

    steps: list[Step]
    values: dict[str, Any]


def worked(case: Delivered, clocks: Clocks, seed: int) -> Worked:
    """What was done on a case; the same seed always tells the same."""
    return _Story(case, clocks, generator(seed, "casework", case.code)).told()


def person(role: str, number: int) -> str:
    """Somebody of the sample city: ``监督员07（示意）``."""
    return f"{role}{number:02d}（示意）"


class _Story:
    """One case as it goes on; every method takes one step further."""

    def __init__(self, case: Delivered, clocks: Clocks, random: np.random.Generator) -> None:
        self.case, self.clocks, self.random = case, clocks, random
        self.steps: list[Step] = []
        self.state, self.at = "", case.reported_at
        self.entered: datetime | None = None
        self.due: datetime | None = None
        self.values: dict[str, Any] = {
            "district_code": case.district_code,
            "condition": "",
            "reporter": "",
            "inspector": "",
            "returns": 0,
            "reworks": 0,
            "extensions": 0,
        }
        # An inspector walks one community, so the same one is at hand there each time.
        self.inspector = person(R.INSPECTOR, 1 + int(case.district_code[-3:] or 0) % INSPECTORS)

    def told(self) -> Worked:
        """All the steps, one delivered state after the other."""
        self._report()
        arrive = {
            "dispatching": self._to_dispatching,
            "handling": self._to_handling,
            "feedback": self._to_feedback,
            "closing": self._to_closing,
            "closed": self._to_closed,
        }
        for state, by in self.case.states[1:]:
            arrive[state](by)
        self.values |= {"entered_at": self.entered, "step_due_at": self.due}
        return Worked(self.steps, self.values)

    def _report(self) -> None:
        role = {"监督员上报": R.INSPECTOR, "公众举报": PUBLIC}.get(self.case.source, SYSTEM)
        who = {R.INSPECTOR: self.inspector, SYSTEM: f"{self.case.source}（示意）"}.get(role, role)
        self.values["reporter"] = who
        self._take("report", "reported", self.at, who, role)

    def _to_dispatching(self, by: datetime) -> None:
        clerk = person(R.INTAKE, 1 + int(self.random.integers(CLERKS)))
        if self.case.source != "监督员上报" or self._happens(VERIFIED):
            self.values["inspector"] = self.inspector
            sent = {"inspector": self.inspector}
            at = self._after("ask_verify", by)
            self._take("ask_verify", "verifying", at, clerk, R.INTAKE, details=sent)
            self._take("confirm", "filing", self._after("confirm", by), self.inspector, R.INSPECTOR)
        else:
            self._take("accept", "filing", self._after("accept", by), clerk, R.INTAKE)
        chief = person(R.CHIEF, 1 + int(self.random.integers(2)))
        details = {"condition": self.case.condition, "limit": str(self.case.limit)}
        self._take("file", "dispatching", self._after("file", by), chief, R.CHIEF, details=details)
        self.values |= {
            "condition": self.case.condition,
            "limit_amount": self.case.limit.amount,
            "limit_unit": str(self.case.limit.unit),
            "filed_at": self.at,
        }

    def _to_handling(self, by: datetime) -> None:
        self._dispatch(by)
        if self._happens(RETURNED):
            at = min(self.at + timedelta(minutes=20), by)
            self._by_department("return_dispatch", "dispatching", at, "不属本部门职责（示意）")
            self.values["returns"] = 1
            self._dispatch(by)

    def _dispatch(self, by: datetime) -> None:
        dispatcher = person(R.DISPATCHER, 1 + int(self.random.integers(CLERKS)))
        at = self._after("dispatch", by)
        due = self.clocks.handling(at, self.case.limit, 1)
        details = {"department": self.case.department, "due": due.isoformat()}
        self._take("dispatch", "handling", at, dispatcher, R.DISPATCHER, details=details, due=due)
        self.values |= {"dispatched_at": at, "due_at": due, "handled_at": None}

    def _to_feedback(self, by: datetime) -> None:
        room = min(self.due or by, by) - self.at
        if self._happens(EXTENDED) and room > timedelta(hours=1):
            self._extend(min(self.at + timedelta(minutes=30), by))
        self._finish(by)
        if self._happens(FAILED) and self.at + ROOM_TO_REDO < by:
            self._again(by)

    def _extend(self, at: datetime) -> None:
        self._by_department("ask_extension", "", at, "需采购配件（示意）")
        due = self.clocks.handling(self.values["dispatched_at"], self.case.limit, 2)
        who = person(R.DISPATCHER, 1)
        details = {"due": due.isoformat()}
        self._take("grant_extension", "", self.at + GAP, who, R.DISPATCHER, details=details)
        self.due = self.values["due_at"] = due
        self.values["extensions"] = 1

    def _finish(self, by: datetime) -> None:
        """Handled within a part of the limit, or, of the slow, after it."""
        room = (self.due or by) - self.at
        share = self.random.uniform(0.25, 0.95)
        if self._happens(LATE_HANDLING):
            share = self.random.uniform(1.1, 2.0)
        at = max(self.at + GAP, min(self._by_day(self.at + room * share), by))
        at = at.replace(microsecond=0)
        self._by_department("finish", "feedback", at, "已处置完毕（示意）")
        self.values["handled_at"] = at

    def _by_day(self, at: datetime) -> datetime:
        """The moment itself, or the next morning for one in the night."""
        local = at.astimezone(ZoneInfo(city().time_zone))
        if MORNING <= local.time() < EVENING:
            return at
        day = local.date() + timedelta(days=local.time() >= EVENING)
        start = datetime.combine(day, MORNING, local.tzinfo)
        return start + timedelta(minutes=float(self.random.uniform(5, 70)))

    def _again(self, by: datetime) -> None:
        """Checked, not found good, sent out and handled again."""
        self._send_check(by)
        details = {"department": self.case.department}
        at = self._after("check", by)
        self._take(
            "fail_check",
            "dispatching",
            at,
            self.inspector,
            R.INSPECTOR,
            text="现场仍有问题（示意）",
            details=details,
        )
        self.values["reworks"] = 1
        self._dispatch(by)
        self._finish(by)

    def _to_closing(self, by: datetime) -> None:
        was_late = self.values["handled_at"] > self.values["due_at"]
        if was_late and self._happens(APPEALED):
            self._by_department("appeal", "", self.at + GAP, "连续降雨无法施工（示意）")
            self._take("grant_appeal", "", self.at + GAP, person(R.CHIEF, 1), R.CHIEF)
            self.values["is_exempt"] = True
        self._send_check(by)
        self._take("pass_check", "closing", self._after("check", by), self.inspector, R.INSPECTOR)

    def _send_check(self, by: datetime) -> None:
        clerk = person(R.INTAKE, 1 + int(self.random.integers(CLERKS)))
        self.values["inspector"] = self.inspector
        sent = {"inspector": self.inspector}
        at = self._after("send_check", by)
        self._take("send_check", "checking", at, clerk, R.INTAKE, details=sent)

    def _to_closed(self, by: datetime) -> None:
        chief = person(R.CHIEF, 1 + int(self.random.integers(2)))
        self._take("close", "closed", self._after("close", by), chief, R.CHIEF)
        self.values["closed_at"] = self.at

    def _by_department(self, action: str, target: str, at: datetime, text: str) -> None:
        name = self.case.department
        details = {"department": name} if action == "return_dispatch" else {}
        who = f"{name.removesuffix('（示意）')}承办人（示意）"
        self._take(action, target, at, who, R.HANDLER, department=name, text=text, details=details)

    def _happens(self, chance: float) -> bool:
        return bool(self.random.random() < chance)

    def _after(self, action: str, by: datetime) -> datetime:
        """When an action is done that takes so long, at the latest at the state to come."""
        usual, slow = PACE[action]
        low, high = slow if self._happens(SLOW) else usual
        took = timedelta(minutes=float(self.random.uniform(low, high)))
        return max(self.at, min(self.at + took, by)).replace(microsecond=0)

    def _take(
        self,
        action: str,
        target: str,
        at: datetime,
        who: str,
        role: str,
        *,
        department: str = "",
        text: str = "",
        details: dict[str, Any] | None = None,
        due: datetime | None = None,
    ) -> None:
        after = target or self.state
        self.steps.append(
            Step(
                action,
                self.state,
                after,
                at,
                self.entered,
                self.due,
                who,
                str(role),
                department,
                text,
                details or {},
            )
        )
        if after != self.state:
            self.entered = at
            self.due = due or self.clocks.step(after, at)
        self.state, self.at = after, at


def in_order(found: list[Worked]) -> Iterator[tuple[int, Step]]:
    """(number of its case, step) of all steps in the order of their times."""
    numbered = [(n, i, step) for n, one in enumerate(found) for i, step in enumerate(one.steps)]
    for number, _index, step in sorted(numbered, key=lambda item: (item[2].at, item[0], item[1])):
        yield number, step

"""A month of casework step by step, of which every figure can be counted by hand.

One inspector, one clerk, two chiefs, two dispatchers, two departments. Handling takes one
working day; accepting, filing, dispatching and the feedback 15 minutes, verifying, checking
and closing 30. What comes too late, or is sent back, says so.
"""

from django.contrib.auth.models import Group, User

from grid.cases.actions import act, report
from grid.cases.actors import CLOCK, Actor, anybody
from grid.models import Case, Staff
from grid.roles import GridRole
from tests.factories import spot
from tests.grid.cases.test_actions import at
from tests.grid.people import (
    CHIEF,
    CLEANERS,
    DEPUTY,
    DISPATCHER,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    SECOND,
    STREETS,
    freeze_time,
    new_case,
    told,
)

FILED = {"condition": "1"}
TO_ROADS, TO_CLEANERS = {"department": STREETS}, {"department": HYGIENE}
TO_HIM, DONE, WHY = {"inspector": INSPECTOR.name}, {"note": "好了"}, {"reason": "不行"}
UNTIL = {"reason": "待料", "until": at("2026-03-04 10:15")}

# Case: day and time, who, what, with what.
STEPS: dict[str, tuple[tuple[str, Actor, str, dict], ...]] = {
    "slow": (
        ("02 09:10", INTAKE, "accept", {}),
        ("02 09:20", CHIEF, "file", FILED),
        ("02 10:00", DISPATCHER, "dispatch", TO_ROADS),  # late
        ("03 09:00", ROADS, "finish", DONE),
        ("03 09:30", INTAKE, "send_check", TO_HIM),  # late
        ("03 10:30", INSPECTOR, "pass_check", {}),  # late
        ("03 14:30", CHIEF, "close", {}),  # late
    ),
    "told": (
        ("02 09:30", INTAKE, "ask_verify", TO_HIM),  # late
        ("02 09:50", INSPECTOR, "confirm", {}),
        ("02 10:30", DEPUTY, "file", FILED),  # late
        ("02 10:40", SECOND, "dispatch", TO_ROADS),
        ("02 11:00", ROADS, "return_dispatch", WHY),
        ("02 11:10", SECOND, "dispatch", TO_CLEANERS),
        ("03 09:00", CLEANERS, "ask_extension", WHY),
        ("03 09:10", SECOND, "grant_extension", {}),
        ("04 10:00", CLEANERS, "finish", DONE),  # in time, as it was extended
        ("04 10:10", INTAKE, "send_check", TO_HIM),
        ("04 10:30", INSPECTOR, "pass_check", {}),
        ("04 10:50", DEPUTY, "close", {}),
    ),
    "paused": (
        ("02 09:05", INTAKE, "accept", {}),
        ("02 09:10", DEPUTY, "file", FILED),
        ("02 09:15", DISPATCHER, "dispatch", TO_ROADS),
        ("02 10:15", ROADS, "ask_suspension", UNTIL),
        ("02 10:15", DISPATCHER, "suspend", {}),
        ("04 10:15", CLOCK, "resume", {}),
        ("05 09:00", ROADS, "finish", DONE),  # in time, but sent back: none
        ("05 09:10", INTAKE, "return_handling", WHY),
        ("05 10:00", ROADS, "finish", DONE),  # late: the pause moved it to the 5th, 09:15
        ("05 10:05", INTAKE, "send_check", TO_HIM),
        ("05 10:30", INSPECTOR, "fail_check", WHY),
        ("05 11:00", DISPATCHER, "dispatch", TO_ROADS),  # late
        ("06 10:00", ROADS, "finish", DONE),
        ("06 10:05", INTAKE, "send_check", TO_HIM),
        ("06 10:20", INSPECTOR, "pass_check", {}),
        ("06 10:30", CHIEF, "close", {}),
    ),
    "undispatched": (
        ("03 09:05", INTAKE, "accept", {}),
        ("03 09:10", CHIEF, "file", FILED),
        ("03 09:12", SECOND, "return_filing", WHY),
        ("03 09:20", DEPUTY, "file", FILED),  # the second time: none
    ),
    "voided": (
        ("03 09:05", INTAKE, "accept", {}),
        ("03 09:10", DEPUTY, "file", FILED),
        ("03 09:15", CHIEF, "void", WHY),  # laid to the deputy
    ),
    "appealed": (
        ("04 09:05", INTAKE, "accept", {}),
        ("04 09:30", CHIEF, "file", FILED),  # late
        ("04 09:40", SECOND, "dispatch", TO_ROADS),
        ("06 09:00", ROADS, "finish", DONE),  # late, but for the appeal
        ("06 09:05", ROADS, "appeal", WHY),
        ("06 09:10", DEPUTY, "grant_appeal", {}),
        ("06 09:15", INTAKE, "send_check", TO_HIM),
        ("06 09:30", INSPECTOR, "fail_check", WHY),
        ("06 09:40", SECOND, "dispatch", TO_ROADS),  # never handled: late from the 9th on
    ),
    "unchecked by anybody": (
        ("05 09:05", INTAKE, "accept", {}),
        ("05 09:10", CHIEF, "file", FILED),
        ("05 09:15", DISPATCHER, "dispatch", TO_CLEANERS),
        ("05 15:00", CLEANERS, "finish", DONE),
        ("05 15:10", INTAKE, "send_check", {}),
    ),
    "unchecked by him": (
        ("05 09:05", INTAKE, "accept", {}),
        ("05 09:10", CHIEF, "file", FILED),
        ("05 09:15", DISPATCHER, "dispatch", TO_CLEANERS),
        ("05 15:00", CLEANERS, "finish", DONE),
        ("05 15:10", INTAKE, "send_check", TO_HIM),
    ),
    "unclosed": (
        ("05 09:05", INTAKE, "accept", {}),
        ("05 09:10", DEPUTY, "file", FILED),
        ("05 09:15", DISPATCHER, "dispatch", TO_CLEANERS),
        ("05 15:00", CLEANERS, "finish", DONE),
        ("05 15:10", INTAKE, "send_check", TO_HIM),
        ("05 15:20", INSPECTOR, "pass_check", {}),
    ),
    "unverified by him": (("09 09:10", INTAKE, "ask_verify", TO_HIM),),
    "unverified by anybody": (("09 09:30", INTAKE, "ask_verify", {}),),  # late
    "denied": (
        ("09 09:05", INTAKE, "ask_verify", TO_HIM),
        ("09 10:00", INSPECTOR, "deny", WHY),  # late
        ("09 10:05", INTAKE, "reject", WHY),
    ),
    "rejected": (("10 09:10", INTAKE, "reject", WHY),),
}
BY_PUBLIC = ("unverified by him", "unverified by anybody", "denied")


def live_march() -> dict[str, Case]:
    """Take every step of the month; the cases by their names, as they were reported."""
    user = User.objects.create_user(INSPECTOR.name)
    user.groups.add(Group.objects.get_or_create(name=GridRole.INSPECTOR.value)[0])
    Staff.objects.create(user=user, districts=["431382001"])
    cases = {}
    for number, (name, steps) in enumerate(STEPS.items()):
        row, column = divmod(number, 5)
        place = {"class_code": "0201", "point": spot(5 + 60 * column, 5 + 120 * row)}
        with freeze_time(at(f"2026-03-{steps[0][0][:2]} 09:00")):
            cases[name] = _reported(name, place)
        for when, who, action, given in steps:
            with freeze_time(at(f"2026-03-{when}")):
                act(who, cases[name].code, action, given)
    return cases


def _reported(name: str, place: dict) -> Case:
    if name == "told":
        return report(INTAKE, told(source="电话举报", **place))
    if name in BY_PUBLIC:
        return report(anybody(), told(source="公众举报", **place))
    return new_case(**place)

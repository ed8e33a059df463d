"""Evaluation from real steps: every figure equals a count made by hand."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group, User

from grid.cases.actions import act, report
from grid.cases.actors import anybody
from grid.evaluation.evaluation import (
    Period,
    evaluated,
    number_behind,
    rules_day,
    steps_behind,
    total,
)
from grid.models import Staff
from grid.roles import GridRole
from grid.rules.indicators import COUNTS, INDICATORS, Subject
from grid.rules.models import ScoreGrade
from tests.factories import spot
from tests.grid.cases.test_actions import at
from tests.grid.people import (
    CHIEF,
    DEPUTY,
    DISPATCHER,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    STRAIGHT,
    STREETS,
    freeze_time,
    make_inspector,
    new_case,
    told,
    walk,
)

pytestmark = pytest.mark.django_db
JANUARY = Period(at("2026-01-01 00:00"), at("2026-02-01 00:00"))
FEBRUARY = Period(JANUARY.end, JANUARY.end + timedelta(days=28))


@pytest.fixture
def january(ground):
    """Six cases of which everything is known.

    1 straight through in time. 2 handled late, checked badly, handled again. 3 handled
    late, its appeal granted. 4 never handled. 5 of the public, verified late and filed.
    6 returned by its department, then voided.
    """
    user = User.objects.create_user("王巡")
    user.groups.add(Group.objects.get_or_create(name=GridRole.INSPECTOR.value)[0])
    Staff.objects.create(user=user, districts=["431382001"])
    with freeze_time(at("2026-01-05 09:00")):
        first = new_case(class_code="0201")
        walk(first, "close")
        second = walk(new_case(class_code="0201", point=spot(50, 5)), "dispatch")
        third = walk(new_case(class_code="0201", point=spot(100, 5)), "dispatch")
        walk(new_case(class_code="0201", point=spot(150, 5)), "dispatch")
        fifth = report(anybody(), told(point=spot(250, 250), source="公众举报"))
        act(INTAKE, fifth.code, "ask_verify", {"inspector": "王巡"})
        sixth = walk(new_case(class_code="0201", point=spot(200, 5)), "dispatch")
        act(ROADS, sixth.code, "return_dispatch", {"reason": "不归我管"})
        act(CHIEF, sixth.code, "void", {"reason": "重复"})
    with freeze_time(at("2026-01-05 11:00")):
        act(INSPECTOR, fifth.code, "confirm")
        act(CHIEF, fifth.code, "file", {"condition": "1"})
    with freeze_time(at("2026-01-07 09:00")):
        for case in (second, third):
            act(ROADS, case.code, "finish", {"note": "好了"})
        act(ROADS, third.code, "appeal", {"reason": "暴雨"})
        act(CHIEF, third.code, "grant_appeal")
        act(INTAKE, second.code, "send_check")
        act(INSPECTOR, second.code, "fail_check", {"reason": "没好"})
        act(DISPATCHER, second.code, "dispatch", {"department": STREETS})
        act(ROADS, second.code, "finish", {"note": "又好了"})


def row_of(subject, key, period=JANUARY):
    return next(row for row in evaluated(subject, period) if row.key == key)


def figures(subject, key, *names):
    counts = row_of(subject, key).counts
    return {name: counts[name] for name in names}


def test_the_department(january):
    assert figures(
        Subject.DEPARTMENT,
        STREETS,
        "assigned",
        "dispatched",
        "handled",
        "handled_in_time",
        "handled_late",
        "handle_late",
        "returned",
        "reworked",
        "exempt",
        "closed",
        "voided",
    ) == {
        "assigned": 5,
        "dispatched": 6,
        "handled": 4,
        "handled_in_time": 2,
        "handled_late": 1,
        "handle_late": 1,
        "returned": 1,
        "reworked": 1,
        "exempt": 1,
        "closed": 1,
        "voided": 1,
    }
    row = row_of(Subject.DEPARTMENT, STREETS)
    assert INDICATORS["handle_in_time_rate"].parts(row.counts) == (2, 4)
    assert INDICATORS["handle_rate"].parts(row.counts) == (4, 5)
    assert INDICATORS["rework_rate"].parts(row.counts) == (1, 4)
    assert INDICATORS["close_rate"].parts(row.counts) == (1, 2)
    assert row.score.points == 10 * 1.0 + 30 * 1 / 2 + 30 * 2 / 4 + 30 * (1 - 1 / 4)
    assert row.grade.letter == "C"


def test_the_inspector(january):
    assert figures(
        Subject.INSPECTOR,
        "王巡",
        "reported",
        "valid_reported",
        "verified",
        "verified_in_time",
        "checked",
        "checked_in_time",
        "missed",
        "filed_in_area",
    ) == {
        "reported": 5,
        "valid_reported": 5,
        "verified": 1,
        "verified_in_time": 0,
        "checked": 2,
        "checked_in_time": 2,
        "missed": 1,
        "filed_in_area": 6,
    }
    row = row_of(Subject.INSPECTOR, "王巡")
    assert row.score.points == round(40 + 20 * (1 - 1 / 6) + 0 + 20, 1)


def test_the_people_of_the_centre(january):
    assert figures(
        Subject.INTAKE, "李受", "accepted", "sent_verify", "sent_verify_in_time", "sent_check"
    ) == {"accepted": 6, "sent_verify": 1, "sent_verify_in_time": 1, "sent_check": 2}
    assert figures(Subject.CHIEF, "赵值", "filed", "filed_in_time", "voided", "closed") == {
        "filed": 6,
        "filed_in_time": 6,
        "voided": 1,
        "closed": 1,
    }
    assert figures(Subject.DISPATCHER, "钱派", "dispatched", "returned") == {
        "dispatched": 6,
        "returned": 1,
    }
    row = row_of(Subject.DISPATCHER, "钱派")
    assert INDICATORS["dispatch_accuracy"].parts(row.counts)[0] == 5


def test_the_street_and_its_cells(january):
    street = row_of(Subject.STREET, "431382001").counts
    assert (street["reported"], street["public_reported"], street["filed"]) == (5, 1, 6)
    cells = evaluated(Subject.CELL, JANUARY)
    assert sum(row.counts["filed"] for row in cells) <= 6


def test_the_list_behind_a_figure_is_as_long_as_the_figure(january):
    for subject in Subject:
        rows = evaluated(subject, JANUARY)
        summed = total(subject, JANUARY, rows)
        for name in COUNTS:
            for key, number in [*((row.key, row.counts[name]) for row in rows), ("", summed[name])]:
                told = (subject, key, name)
                assert number_behind(subject, JANUARY, name, key) == number, told
                assert len(steps_behind(subject, JANUARY, name, key)) == number, told


def test_a_list_comes_in_pages(january):
    asked = (Subject.DEPARTMENT, JANUARY, "dispatched", STREETS)
    pages = [steps_behind(*asked, start=start, most=4) for start in (0, 4, 8)]
    assert [len(page) for page in pages] == [4, 2, 0]
    assert [*pages[0], *pages[1]] == steps_behind(*asked)


def test_a_month_that_is_over_keeps_its_figures(january):
    late = steps_behind(Subject.DEPARTMENT, JANUARY, "handle_late", STREETS)
    before = row_of(Subject.DEPARTMENT, STREETS).counts
    with freeze_time(at("2026-02-03 09:00")):
        act(CHIEF, late[0]["code"], "remark", {"note": "催办"})
    with freeze_time(at("2026-02-04 09:00")):
        act(ROADS, late[0]["code"], "finish", {"note": "终于"})
    assert row_of(Subject.DEPARTMENT, STREETS).counts == before
    assert steps_behind(Subject.DEPARTMENT, JANUARY, "handle_late", STREETS) == late
    february = row_of(Subject.DEPARTMENT, STREETS, FEBRUARY).counts
    assert (february["handled_late"], february["handle_late"]) == (1, 0)
    first_days = Period(JANUARY.start, at("2026-01-06 18:00"))  # before two came late
    assert row_of(Subject.DEPARTMENT, STREETS, first_days).counts["handle_late"] == 2


def test_what_is_not_due_yet_is_not_late(january):
    with freeze_time(at("2026-01-05 12:00")):
        assert row_of(Subject.DEPARTMENT, STREETS).counts["handle_late"] == 0


def test_a_wait_is_laid_to_the_department_of_then(january):
    case = steps_behind(Subject.DEPARTMENT, JANUARY, "handle_late", STREETS)[0]["code"]
    with freeze_time(at("2026-02-03 09:00")):
        act(ROADS, case, "return_dispatch", {"reason": "不归我管"})
        act(DISPATCHER, case, "dispatch", {"department": HYGIENE})
    assert row_of(Subject.DEPARTMENT, STREETS).counts["handle_late"] == 1
    assert [row.key for row in evaluated(Subject.DEPARTMENT, JANUARY)] == [STREETS]


def test_an_appeal_granted_later_takes_the_wait_out(january):
    case = steps_behind(Subject.DEPARTMENT, JANUARY, "handle_late", STREETS)[0]["code"]
    with freeze_time(at("2026-02-03 09:00")):
        act(ROADS, case, "appeal", {"reason": "停电"})
        act(CHIEF, case, "grant_appeal")
    assert row_of(Subject.DEPARTMENT, STREETS).counts["handle_late"] == 0
    assert row_of(Subject.DEPARTMENT, STREETS, FEBRUARY).counts["exempt"] == 1


def test_an_appeal_exempts_its_own_round_alone(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-01-07 09:00")):
        act(ROADS, case.code, "appeal", {"reason": "暴雨"})
        act(CHIEF, case.code, "grant_appeal")
    names = ("handled_in_time", "handled_late", "handle_late", "exempt")
    assert figures(Subject.DEPARTMENT, STREETS, *names) == dict(
        zip(names, (0, 0, 0, 1), strict=True)
    )
    with freeze_time(at("2026-01-07 10:00")):  # late, but granted before it was handled
        walk_on(case, "finish", "send_check")
        act(INSPECTOR, case.code, "fail_check", {"reason": "没好"})
        act(DISPATCHER, case.code, "dispatch", {"department": STREETS})
    with freeze_time(at("2026-01-09 10:00")):  # late again, which nobody appealed against
        walk_on(case, "finish")
    assert figures(Subject.DEPARTMENT, STREETS, *names) == dict(
        zip(names, (0, 1, 0, 1), strict=True)
    )


def walk_on(case, *actions):
    """The straight way's own steps of that name."""
    for actor, action, given in STRAIGHT:
        if action in actions:
            act(actor, case.code, action, given)


def test_a_case_is_filed_once(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(report(anybody(), told(source="公众举报")), "file")
        act(DISPATCHER, case.code, "return_filing", {"reason": "条件不对"})
    with freeze_time(at("2026-01-05 15:00")):  # late, but not the filing that counts
        act(DEPUTY, case.code, "file", {"condition": "1"})
    street = row_of(Subject.STREET, "431382001").counts
    assert (street["filed"], street["filed_in_time"], street["public_filed"]) == (1, 1, 1)
    assert [row.key for row in evaluated(Subject.CHIEF, JANUARY)] == ["赵值"]


def test_what_is_voided_is_laid_to_the_chief_who_filed(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(), "file")
        act(DEPUTY, case.code, "void", {"reason": "重复"})
    assert figures(Subject.CHIEF, "赵值", "filed", "voided") == {"filed": 1, "voided": 1}
    assert [row.key for row in evaluated(Subject.CHIEF, JANUARY)] == ["赵值"]


def test_a_handling_sent_back_is_none_unless_the_period_was_over(ground):
    with freeze_time(at("2026-01-30 17:00")):
        case = walk(new_case(), "finish")
    with freeze_time(at("2026-02-02 09:00")):
        act(INTAKE, case.code, "return_handling", {"reason": "照片不清"})
    assert row_of(Subject.DEPARTMENT, STREETS).counts["handled"] == 1
    both = Period(JANUARY.start, FEBRUARY.end)
    assert row_of(Subject.DEPARTMENT, STREETS, both).counts["handled"] == 0
    with freeze_time(at("2026-02-02 10:00")):
        walk_on(case, "finish", "send_check")
        act(INSPECTOR, case.code, "fail_check", {"reason": "没好"})
        act(DISPATCHER, case.code, "dispatch", {"department": STREETS})
        walk_on(case, "finish")
    counts = row_of(Subject.DEPARTMENT, STREETS, both).counts
    assert (counts["handled"], counts["handled_in_time"], counts["assigned"]) == (2, 2, 1)


def test_the_rules_are_those_of_the_periods_last_day(january):
    ScoreGrade.objects.filter(letter="A").update(valid_to=FEBRUARY.start.date())
    ScoreGrade.objects.create(letter="S", least=0, colour="#b7832f", valid_from="2026-02-01")
    ScoreGrade.objects.exclude(letter__in="AS").delete()
    ScoreGrade.objects.filter(letter="A").update(least=0)
    assert rules_day(JANUARY) == date(2026, 1, 31)
    assert row_of(Subject.DEPARTMENT, STREETS).grade.letter == "A"
    with freeze_time(at("2026-01-20 12:00")):
        assert rules_day(JANUARY) == date(2026, 1, 20)


def test_an_inspector_who_does_not_go_is_late(ground):
    make_inspector("王巡")
    with freeze_time(at("2026-01-05 09:00")):
        case = report(anybody(), told(point=spot(250, 250)))
        act(INTAKE, case.code, "ask_verify", {"inspector": "王巡"})
    counts = row_of(Subject.INSPECTOR, "王巡").counts
    assert (counts["verified"], counts["verify_late"]) == (0, 1)
    with freeze_time(at("2026-02-05 09:00")):
        act(INSPECTOR, case.code, "confirm")
    assert row_of(Subject.INSPECTOR, "王巡").counts["verify_late"] == 1
    assert row_of(Subject.INSPECTOR, "王巡", FEBRUARY).counts["verify_late"] == 0


def test_what_the_public_tells_the_centre_is_of_the_public(ground):
    with freeze_time(at("2026-01-05 09:00")):
        walk(report(INTAKE, told(source="电话举报")), "file")
        walk(report(INTAKE, told(source="视频监控", point=spot(50, 50))), "file")
        report(anybody(), told(source="", point=spot(90, 90)))
    counts = row_of(Subject.STREET, "431382001").counts
    assert (counts["public_reported"], counts["public_filed"], counts["filed"]) == (2, 1, 2)
    assert INDICATORS["public_rate"].parts(counts) == (1, 2)


def test_what_an_inspector_reported_before_is_not_missed(january):
    with freeze_time(at("2026-01-12 09:00")):
        walk(new_case(point=spot(10, 300)), "file")
    with freeze_time(at("2026-01-12 15:00")):  # the same class, 20 m off, six hours later
        walk(report(anybody(), told(point=spot(30, 300))), "file")
    counts = row_of(Subject.INSPECTOR, "王巡").counts
    assert (counts["missed"], counts["filed_in_area"]) == (1, 8)
    with freeze_time(at("2026-01-14 09:00")):  # two days later it is another matter
        walk(report(anybody(), told(point=spot(20, 300))), "file")
    assert row_of(Subject.INSPECTOR, "王巡").counts["missed"] == 2


def test_what_lies_in_two_areas_counts_once_in_the_total(january):
    user = User.objects.create_user("陈巡")
    user.groups.add(Group.objects.get(name=GridRole.INSPECTOR.value))
    Staff.objects.create(user=user, districts=["431382001001", "431382002"])
    rows = evaluated(Subject.INSPECTOR, JANUARY)
    assert [row.counts["filed_in_area"] for row in rows] == [6, 6]
    assert total(Subject.INSPECTOR, JANUARY, rows)["filed_in_area"] == 6


def test_another_period_has_other_figures(january):
    assert evaluated(Subject.DEPARTMENT, FEBRUARY) == []
    day = Period(at("2026-01-07 00:00"), at("2026-01-08 00:00"))
    assert row_of(Subject.DEPARTMENT, STREETS, day).counts["handled"] == 3
    assert [row.key for row in evaluated(Subject.DEPARTMENT, day)] == [STREETS]

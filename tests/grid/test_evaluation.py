"""Evaluation from real steps: every figure equals a count made by hand."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from grid.actions import act, report
from grid.actors import anybody
from grid.evaluation import Period, evaluated, steps_behind
from grid.models import Staff
from grid.scoring import COUNTS, INDICATORS, Subject
from tests.factories import spot
from tests.grid.people import (
    CHIEF,
    DISPATCHER,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    STREETS,
    freeze_time,
    new_case,
    told,
    walk,
)
from tests.grid.test_actions import at

pytestmark = pytest.mark.django_db
JANUARY = Period(at("2026-01-01 00:00"), at("2026-02-01 00:00"))


@pytest.fixture
def january(ground):
    """Six cases of which everything is known.

    1 straight through in time. 2 handled late, checked badly, handled again. 3 handled
    late, its appeal granted. 4 never handled. 5 of the public, verified late and filed.
    6 returned by its department, then voided.
    """
    user = User.objects.create_user("王巡")
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
    points = 10 * 1.0 + 30 * 1 / 2 + 30 * 2 / 4 + 30 * (1 - 1 / 4)
    assert row.score.points == pytest.approx(points)
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
    assert row.score.points == pytest.approx(40 + 20 * (1 - 1 / 6) + 0 + 20)


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
        for row in evaluated(subject, JANUARY):
            for name in COUNTS:
                behind = steps_behind(subject, JANUARY, name, row.key)
                assert len(behind) == row.counts[name], (subject, row.key, name)


def test_another_period_has_other_figures(january):
    february = Period(JANUARY.end, JANUARY.end + timedelta(days=28))
    assert evaluated(Subject.DEPARTMENT, february) == []
    day = Period(at("2026-01-07 00:00"), at("2026-01-08 00:00"))
    assert row_of(Subject.DEPARTMENT, STREETS, day).counts["handled"] == 3
    assert evaluated(Subject.DEPARTMENT, day, only=HYGIENE) == []

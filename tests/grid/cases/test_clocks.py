"""Clocks that rest on a guess, and what becomes of them when the calendar changes."""

from datetime import date, datetime
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from grid.cases import clocks
from grid.cases.actions import act
from grid.cases.clock_tasks import often_duties
from grid.models import Case, CaseStep
from spatial.calendars import actions
from spatial.calendars.actions import load_days
from spatial.calendars.models import SpecialDay, WorkingHours
from spatial.worktime import TimeLimit, TimeUnit
from tests.grid.people import (
    DISPATCHER,
    INTAKE,
    ROADS,
    freeze_time,
    new_case,
    walk,
)

pytestmark = pytest.mark.django_db
SUMMER = "08:00-12:00 14:30-17:30"


def at(text: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(f"{text}:00+08:00")


def now_of(case: Case) -> Case:
    return Case.objects.current().get(code=case.code)


def hours_from(day: str, **more) -> WorkingHours:
    values = {"slots": SUMMER, "weekdays": [1, 2, 3, 4, 5], "day_rule": "hours"}
    row = WorkingHours.objects.create(valid_from=date.fromisoformat(day), **(values | more))
    actions.announce(row.valid_from)
    return row


@pytest.fixture
def year_2027(tmp_path):
    path = tmp_path / "2027.csv"
    path.write_text("day,kind,name\n2027-01-01,holiday,元旦\n", encoding="utf-8")
    return path


def test_when_the_calendar_arrives_provisional_clocks_are_set_anew(ground, year_2027):
    with freeze_time(at("2026-12-31 16:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    assert case.due_is_provisional
    assert case.step_is_provisional
    assert case.due_at == at("2027-01-01 16:00")
    assert CaseStep.objects.get(case_code=case.code, action="dispatch").details["is_provisional"]
    with freeze_time(at("2026-12-31 17:00")):
        load_days(year_2027, "国办通知")
    case = now_of(case)
    assert (case.due_at, case.due_is_provisional) == (at("2027-01-04 16:00"), False)
    assert (case.step_due_at, case.step_is_provisional) == (case.due_at, False)
    assert clocks.recompute(date(2027, 1, 1)) == 0


def test_a_step_of_the_centre_that_runs_into_an_unknown_year_is_marked_and_set_anew(
    ground, year_2027
):
    with freeze_time(at("2026-12-31 17:50")):
        case = new_case()
    assert (case.step_due_at, case.step_is_provisional) == (at("2027-01-01 08:05"), True)
    with freeze_time(at("2026-12-31 17:55")):
        load_days(year_2027, "国办通知")
    case = now_of(case)
    assert (case.step_due_at, case.step_is_provisional) == (at("2027-01-04 08:05"), False)
    with freeze_time(at("2026-12-31 17:56")):
        assert not act(INTAKE, case.code, "reject", {"reason": "重复"}).step_is_provisional


def test_both_clocks_of_one_case_are_set_anew(ground, year_2027):
    with freeze_time(at("2026-12-31 15:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-12-31 17:50")):
        case = act(ROADS, case.code, "finish", {"note": "好了"})
    assert case.step_due_at.year == 2027
    assert case.step_is_provisional
    with freeze_time(at("2026-12-31 17:55")):
        load_days(year_2027, "国办通知")
    case = now_of(case)
    assert case.due_at == at("2027-01-01 15:00")  # handled before it: stays as it was
    assert (case.step_due_at.date(), case.step_is_provisional) == (date(2027, 1, 4), False)


def test_one_day_of_a_year_leaves_the_rest_a_guess(ground):
    with freeze_time(at("2026-12-31 16:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
        SpecialDay.objects.create(day=date(2027, 1, 1), is_workday=False)
        actions.announce(date(2027, 1, 1))
    case = now_of(case)
    assert (case.due_at, case.due_is_provisional) == (at("2027-01-04 16:00"), True)


def test_a_day_that_changes_moves_what_is_still_to_come(ground):
    with freeze_time(at("2026-01-05 09:00")):
        gone = new_case()
        running = walk(new_case(), "dispatch")
    assert running.due_at == at("2026-01-12 09:00")
    with freeze_time(at("2026-01-06 09:00")):
        SpecialDay.objects.create(day=date(2026, 1, 5), is_workday=False)
        SpecialDay.objects.create(day=date(2026, 1, 8), is_workday=False, name="停工")
        actions.announce(date(2026, 1, 5))
    assert now_of(gone).step_due_at == gone.step_due_at  # it was over
    assert now_of(running).due_at == at("2026-01-13 18:00")


def test_hours_are_those_of_the_days_that_pass(ground):
    with freeze_time(at("2026-06-05 09:00")):
        case = walk(new_case(), "dispatch")  # five working days: forty hours
        assert case.due_at == at("2026-06-12 09:00")
        hours_from("2026-06-08")
        case = now_of(case)
    # Seven hours were left of Friday, then seven a day.
    assert case.due_at == at("2026-06-12 15:30") == case.step_due_at


def test_a_working_day_is_what_it_was_at_the_filing(ground):
    with freeze_time(at("2026-01-05 09:00")):
        filed = walk(new_case(class_code="0201"), "file")
    hours_from("2026-01-06", slots="08:00-12:00 14:00-18:00", day_rule="end-of-day")
    with freeze_time(at("2026-01-06 09:00")):
        old = act(DISPATCHER, filed.code, "dispatch", {"department": ROADS.department})
        new = walk(new_case(class_code="0201"), "dispatch")
    assert old.due_at == at("2026-01-07 09:00")
    assert new.due_at == at("2026-01-07 18:00")


def test_a_deadline_asks_the_database_once(ground, django_assert_num_queries):
    start, limit = at("2026-01-05 09:00"), TimeLimit(5, TimeUnit.WORK_DAY)
    clocks.handling_deadline(start, limit, 0)
    with django_assert_num_queries(1):
        clocks.handling_deadline(start, limit, 0, filed_at=start)
    with django_assert_num_queries(2):
        clocks.step_deadline("reported", start)


@pytest.fixture
def suspended(ground) -> Case:
    """A case whose suspension is over."""
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(), "dispatch")
        act(ROADS, case.code, "ask_suspension", {"reason": "待料", "until": at("2026-01-06 09:00")})
        return act(DISPATCHER, case.code, "suspend")


def test_a_suspended_case_is_taken_up_by_the_command(suspended, capsys):
    call_command("run_clocks")
    assert "恢复 1 件" in capsys.readouterr().out
    assert now_of(suspended).step == "handling"


def test_the_command_goes_on_and_outlives_a_database_that_is_away(suspended, capsys):
    with (
        patch("grid.management.commands.run_clocks.connections"),  # of the test's transaction
        patch("grid.management.commands.run_clocks.threading.Thread") as beside,
        patch("time.sleep", side_effect=[None, None, None, KeyboardInterrupt]) as slept,
        patch(
            "grid.management.commands.run_clocks.forget_old_tracks",
            side_effect=[
                OperationalError("gone"),
                OperationalError("gone"),
                0,
                OperationalError("x"),
            ],
        ),
        pytest.raises(KeyboardInterrupt),
    ):
        call_command("run_clocks", every=60)
    assert [call.args[0] for call in slept.call_args_list] == [1, 2, 60, 1]
    assert beside.call_args.kwargs["args"][1] <= 5  # what is done often goes on beside it
    assert beside.return_value.start.call_count == len(often_duties()) > 1  # each by itself
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"数据库没有应答，{s} 秒后再试：{why}" for s, why in ((1, "gone"), (2, "gone"), (1, "x"))
    ]
    assert now_of(suspended).step == "handling"
    with pytest.raises(CommandError, match="正数"):
        call_command("run_clocks", every=0)


def test_once_without_a_database_is_one_line(monkeypatch):
    def gone():
        raise OperationalError("connection refused\n\tIs it running?")

    monkeypatch.setattr("grid.management.commands.run_clocks.resume_elapsed", gone)
    with pytest.raises(CommandError, match="数据库没有应答：connection refused$"):
        call_command("run_clocks")

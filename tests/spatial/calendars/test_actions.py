"""The calendar: seeded, replaced year by year, refused where it does not fit."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from spatial.calendars import actions
from spatial.calendars.models import CalendarYear, SpecialDay, WorkingHours
from spatial.calendars.queries import calendar
from spatial.city import city
from spatial.worktime import DayRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "days.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_it_is_seeded_and_says_which_years_are_known():
    found = calendar()
    assert {2004, 2026} <= found.published
    assert 2027 not in found.published
    assert found.is_workday(date(2026, 2, 14))
    assert not found.is_workday(date(2026, 2, 17))


def test_a_year_is_replaced_whole_and_everybody_is_told(table):
    told = []
    actions.changed.connect(on := lambda since, **_: told.append(since))
    path = table("day,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,workday,元旦\n")
    call_command("load_calendar", str(path), source="国办通知")
    assert told == [date(2027, 1, 1)]
    assert CalendarYear.objects.get(year=2027).source == "国办通知"
    assert not calendar().is_workday(date(2027, 1, 1))
    assert calendar().is_workday(date(2027, 1, 3))
    actions.load_days(table("day,kind,name\n2027-01-01,holiday,元旦\n"), "更正")
    assert SpecialDay.objects.filter(day__year=2027).count() == 1
    assert not calendar().is_workday(date(2027, 1, 3))
    actions.changed.disconnect(on)


def test_a_day_by_itself_publishes_no_year():
    SpecialDay.objects.create(day=date(2027, 1, 1), is_workday=False)
    actions.announce(date(2027, 1, 1))
    assert not calendar().is_workday(date(2027, 1, 1))
    assert 2027 not in calendar().published


def test_the_first_hours_are_those_of_the_profile():
    (row,) = WorkingHours.objects.all()
    assert (row.slots, row.weekdays, row.day_rule) == (
        "08:00-12:00 14:00-18:00",
        [1, 2, 3, 4, 5],
        "hours",
    )
    assert calendar().hours_on(date(2004, 1, 1)) == row.hours()
    actions.seed()
    assert WorkingHours.objects.count() == 1


def test_what_a_working_day_is_at_first_is_the_citys(monkeypatch):
    late = replace(city(), day_rule="end-of-day")
    monkeypatch.setattr(actions, "city", lambda: late)
    WorkingHours.objects.all().delete()
    actions.seed()
    assert calendar().hours_on(date(2026, 1, 1)).day_rule is DayRule.END_OF_DAY


def test_the_calendar_is_read_once_until_it_changes(django_assert_num_queries):
    calendar()
    with django_assert_num_queries(1):
        calendar()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        "day,kind\n",
        "day,kind\n2027-13-01,holiday\n",
        "day,kind\n2027-01-01,maybe\n",
    ]
    + ["day,kind\n2027-01-01,holiday\n2027-01-01,workday\n"],
)
def test_a_table_that_does_not_fit_changes_nothing(table, text):
    before = SpecialDay.objects.count()
    with pytest.raises(CommandError):
        call_command("load_calendar", str(table(text)))
    assert SpecialDay.objects.count() == before


def test_an_empty_calendar_is_filled_a_full_one_left_alone():
    SpecialDay.objects.filter(day__year__lt=2026).delete()
    actions.seed()
    assert not SpecialDay.objects.filter(day__year=2010).exists()
    SpecialDay.objects.all().delete()
    actions.seed()
    assert SpecialDay.objects.filter(day__year=2010).exists()

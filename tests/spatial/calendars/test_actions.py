"""The calendar: seeded, replaced year by year, refused where it does not fit."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from spatial.calendars import actions
from spatial.calendars.models import SpecialDay
from spatial.calendars.queries import calendar

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
    actions.published.connect(on := lambda years, **_: told.append(years))
    path = table("day,kind,name\n2027-01-01,holiday,元旦\n2027-01-03,workday,元旦\n")
    call_command("load_calendar", str(path), source="国办通知")
    assert told == [frozenset({2027})]
    assert not calendar().is_workday(date(2027, 1, 1))
    assert calendar().is_workday(date(2027, 1, 3))
    actions.load_days(table("day,kind,name\n2027-01-01,holiday,元旦\n"), "更正")
    assert SpecialDay.objects.filter(day__year=2027).count() == 1
    assert not calendar().is_workday(date(2027, 1, 3))
    actions.published.disconnect(on)


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

"""The calendar in the administrator pages: days, years, hours of work."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from spatial.calendars.models import CalendarYear, SpecialDay, WorkingHours
from spatial.calendars.queries import calendar

pytestmark = pytest.mark.django_db
HOURS, YEARS, DAYS = (
    f"/admin/calendars/{name}/" for name in ("workinghours", "calendaryear", "specialday")
)


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def hours(**more):
    tomorrow = timezone.localdate() + timedelta(days=1)
    values = {
        "valid_from": f"{tomorrow}",
        "slots": "08:00-12:00 14:30-17:30",
        "weekdays": ["1", "2", "3", "4", "5"],
        "day_rule": "hours",
        "source": "市政府办通知",
    }
    return values | more


def test_a_day_of_the_calendar_is_kept_by_hand(root):
    form = {"day": "2027-01-01", "name": "元旦", "source": "通知"}
    assert root.post("/admin/calendars/specialday/add/", form).status_code == 302
    assert not calendar().is_workday(date(2027, 1, 1))
    assert (
        root.post("/admin/calendars/specialday/2027-01-01/delete/", {"post": "yes"}).status_code
        == 302
    )
    assert not SpecialDay.objects.filter(day__year=2027).exists()
    assert calendar().is_workday(date(2027, 1, 1))


def test_a_year_is_published_by_itself_once_its_days_are_there(root):
    answer = root.post(YEARS + "add/", {"year": "2027", "source": "国办通知"})
    assert "还没有录入节假日" in answer.text
    form = {"day": "2027-01-01", "name": "元旦", "source": "通知"}
    assert root.post(DAYS + "add/", form).status_code == 302
    assert 2027 not in calendar().published
    assert root.post(YEARS + "add/", {"year": "2027", "source": "国办通知"}).status_code == 302
    assert 2027 in calendar().published
    assert CalendarYear.objects.get(year=2027).published_on == timezone.localdate()
    assert root.post(YEARS + "2027/delete/", {"post": "yes"}).status_code == 403


def test_every_page_opens(root):
    for address in (HOURS, YEARS, DAYS):
        assert root.get(address).status_code == 200, address
        assert root.get(address + "add/").status_code == 200, address
    first = WorkingHours.objects.get()
    assert root.get(f"{HOURS}{first.pk}/change/").status_code == 200


def test_hours_are_added_for_days_to_come_and_dropped_before_they_hold(root):
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert root.post(HOURS + "add/", hours()).status_code == 302
    made = WorkingHours.objects.get(valid_from=tomorrow)
    assert calendar().hours_on(tomorrow) == made.hours()
    assert root.post(f"{HOURS}{made.pk}/delete/", {"post": "yes"}).status_code == 302
    assert calendar().hours_on(tomorrow) == WorkingHours.objects.get().hours()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"slots": "8点到12点"}, "应形如 08:00-12:00"),
        ({"slots": "14:00-18:00 08:00-12:00"}, "先后"),
        ({"weekdays": []}, "这个字段是必填项"),
        ({"valid_from": "2026-01-01"}, "生效日期不能早于今天"),
        ({"valid_from": f"{date.today()}"}, "生效日期应在今天以后"),  # noqa: DTZ011
    ],
)
def test_hours_that_cannot_be_are_told(root, more, words):
    answer = root.post(HOURS + "add/", hours(**more))
    assert answer.status_code == 200
    assert words in answer.text
    assert WorkingHours.objects.count() == 1


def test_hours_that_hold_are_only_ended(root):
    first = WorkingHours.objects.get()
    ends = timezone.localdate() + timedelta(days=9)
    form = hours(slots="09:00-10:00", valid_to=f"{ends}")
    assert root.post(f"{HOURS}{first.pk}/change/", form).status_code == 302
    first.refresh_from_db()
    assert (first.slots, first.valid_to) == ("08:00-12:00 14:00-18:00", ends)
    assert root.post(f"{HOURS}{first.pk}/delete/", {"post": "yes"}).status_code == 403
    assert calendar().hours_on(ends).slots == first.hours().slots  # nothing follows: they go on

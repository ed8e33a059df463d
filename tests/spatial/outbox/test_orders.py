"""Ordering: to whom, by what, when; once; to nobody, to ten thousand."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from spatial.calendars.actions import announce
from spatial.calendars.models import SpecialDay
from spatial.outbox.actions import choose_topics, forget_before, mark_read, order_notice, resend
from spatial.outbox.errors import NoticeRefused, TopicTwice, UnknownTopic
from spatial.outbox.escalating import escalate_due
from spatial.outbox.models import Notice, NoticeDelivery, QuietHours
from spatial.outbox.queries import inbox_of, unread_of
from spatial.outbox.rules import Channel, DeliveryState
from spatial.outbox.topics import Topic, declare_topic
from spatial.parties.models import Shift
from tests.spatial.outbox.clocks import local
from tests.spatial.parties.people import HOUR, member, person, post

pytestmark = pytest.mark.django_db


def order(*recipients, topic="tasks", at="2026-01-07 10:00", **more):
    given = {"about": ("case", "C1"), "template": "t", "values": {"n": 1}, "at": local(at)}
    pk = order_notice(topic=topic, recipients=recipients, **given | more)
    return Notice.objects.get(pk=pk)


def sent(notice) -> dict[tuple[str, str], str]:
    rows = notice.deliveries.values_list("recipient", "channel", "due_at")
    return {
        (name, channel): f"{at.astimezone(local('2026-01-01').tzinfo):%d %H:%M}"
        for name, channel, at in rows
    }


def test_by_what_it_goes_and_when():
    wang, _li = person("王"), person("李")
    assert sent(order("王", "李", "王")) == {
        (name, channel): "07 10:00" for name in ("王", "李") for channel in ("inbox", "email")
    }
    choose_topics(wang, {("tasks", Channel.INBOX): False, ("tasks", Channel.SMS): True})
    night = order("王", at="2026-01-07 23:00")
    assert sent(night) == {("王", "email"): "08 07:00", ("王", "sms"): "08 07:00"}
    assert night.deliveries.get(channel="sms").state == DeliveryState.QUEUED
    urgent = order("王", at="2026-01-07 23:00", urgent=True)  # in-site whatever was chosen
    assert sent(urgent) == {("王", c): "07 23:00" for c in ("inbox", "email", "sms")}
    choose_topics(wang, {("alarms", Channel.INBOX): False})
    assert ("王", "inbox") in sent(order("王", topic="alarms"))
    later = order("李", not_before=local("2026-01-09 23:00"))
    assert sent(later) == {("李", "inbox"): "09 23:00", ("李", "email"): "10 07:00"}
    assert unread_of("李", local("2026-01-07 11:00")).number == 1


def test_quiet_hours_are_dated():
    QuietHours.objects.create(starts="09:00", ends="17:00", valid_from="2026-01-08", source="节前")
    person("王")
    assert sent(order("王"))["王", "email"] == "07 10:00"
    assert sent(order("王", at="2026-01-08 10:00"))["王", "email"] == "08 17:00"
    with pytest.raises(IntegrityError), transaction.atomic():
        QuietHours.objects.create(starts="09:00", ends="09:00", valid_from="2027-01-08")


def test_what_is_ordered_twice_is_ordered_once():
    person("王")
    first, again = order("王", dedupe="C1 sent"), order("王", dedupe="C1 sent")
    assert first == again
    assert NoticeDelivery.objects.filter(channel="inbox").count() == 1
    assert order("王") != order("王")


def test_it_stands_and_falls_with_the_act():
    person("王")
    with transaction.atomic():
        order("王", dedupe="x")
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert order("王", dedupe="x").number == 1


def test_nobody_is_written_down():
    person("孙", is_active=False)
    assert (order().number, order().unreached) == (0, [])
    notice = order("孙", "无")
    assert (notice.number, set(notice.unreached)) == (0, {"孙", "无"})
    assert not notice.deliveries.exists()


@pytest.mark.parametrize("values", [{"x": {}}, {"x": [[]]}, {"x": object()}, {"x": "字" * 9_000}])
def test_values_are_plain_and_short(values):
    with pytest.raises(NoticeRefused):
        order("王", values=values)


@pytest.mark.parametrize("more", [{"about": ("case", "x" * 101)}, {"dedupe": "a\0b"}])
def test_a_subject_fits_its_column(more):
    with pytest.raises(NoticeRefused):
        order("王", **more)


def test_names_of_every_length_and_script():
    long = "长" * 150
    for name in (long, "x", "Ünï"):
        person(name)
    notice = order(long, "x", "Ünï", "名" * 200, "a\0b")
    assert notice.number == 3
    assert set(notice.unreached) == {"名" * 150, "ab"}


def test_topics_are_declared_once():
    with pytest.raises(UnknownTopic):
        order("王", topic="none")
    declare_topic(Topic("tasks", "任务", frozenset({Channel.INBOX, Channel.EMAIL})))
    with pytest.raises(TopicTwice):
        declare_topic(Topic("tasks", "别的"))


def test_ten_thousand_take_as_many_queries_as_one():
    names = [f"u{n}" for n in range(10_000)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO auth_user (username, password, is_active, is_superuser, is_staff,"
            " first_name, last_name, email, date_joined)"
            " SELECT unnest(%s), '!', true, false, false, '', '', '', now()",
            [names],
        )
    with CaptureQueriesContext(connection) as one:
        order(*names[:1])
    with CaptureQueriesContext(connection) as all_:
        notice = order(*names)
    assert len(all_) == len(one)
    assert notice.deliveries.count() == 20_000
    assert mark_read("u7", None, local("2026-01-08 10:00")) == 1


def test_reading_one_and_all():
    person("王")
    first, *_others = (order("王").deliveries.get(channel="inbox") for _ in range(3))
    now = local("2026-01-07 11:00")
    assert mark_read("李", [first.pk], now) == 0
    assert mark_read("王", [first.pk], now) == 1
    assert (unread_of("王", now).number, inbox_of("王", now).count()) == (2, 3)
    assert inbox_of("王", now, "tasks", unread_only=True).count() == 2
    assert inbox_of("王", now, "alarms").count() == 0
    assert mark_read("王", None, now) == 2
    assert unread_of("王", now).number == 0


def test_old_ones_go_but_for_what_is_under_way():
    person("王")
    read, queued = order("王", topic="up"), order("王")
    assert forget_before(local("2027-01-01")) == 1
    assert list(Notice.objects.all()) == [queued]
    assert read != queued
    NoticeDelivery.objects.update(state=DeliveryState.FAILED, attempts=7)
    keys = NoticeDelivery.objects.values_list("pk", flat=True)
    assert resend(keys, local("2026-01-08 10:00")) == 2
    assert set(NoticeDelivery.objects.values_list("state", "attempts")) == {("queued", 0)}


# ---- escalation -----------------------------------------------------------------


@pytest.fixture
def office():
    """王 below 李 below 赵."""
    top = post("T0")
    head = post("T1", superior=top)
    for name, place in (("王", post("T2", superior=head)), ("李", head), ("赵", top)):
        member(person(name), None, place)


def told() -> list[tuple[str, int]]:
    rows = NoticeDelivery.objects.filter(channel="inbox").order_by("id")
    return list(rows.values_list("recipient", "notice__level"))


def test_unread_over_a_weekend_goes_up_by_the_working_calendar(office):
    notice = order("王", topic="up", at="2026-01-09 17:30")  # a Friday, half an hour before the end
    assert notice.escalate_at == local("2026-01-12 08:30")
    assert escalate_due(local("2026-01-12 08:29")) == 0
    assert escalate_due(local("2026-01-12 08:30")) == 1
    assert escalate_due(local("2026-01-12 08:31")) == 0
    assert told() == [("王", 0), ("李", 1)]
    assert escalate_due(local("2026-01-12 09:30")) == 1  # 李 has not read it either
    assert escalate_due(local("2026-01-12 10:30")) == 1  # above 赵 there is nobody:
    assert told() == [("王", 0), ("李", 1), ("赵", 2)]
    assert Notice.objects.first().number == 0  # which is written down
    assert escalate_due(local("2026-01-12 18:00")) == 0  # and ends


def test_what_was_read_in_time_goes_nowhere(office):
    order("王", topic="up", at="2026-01-09 17:30")
    mark_read("王", None, local("2026-01-09 17:40"))
    assert escalate_due(local("2026-01-12 09:00")) == 0
    assert told() == [("王", 0)]


def test_it_goes_to_who_is_on_duty_even_from_nobody(office):
    place = post("DUTY")
    start = local("2026-01-12 08:00")
    Shift.objects.create(post=place, user=person("班"), starts_at=start, ends_at=start + 4 * HOUR)
    order("无", topic="duty", at="2026-01-09 17:30")
    order(topic="duty", at="2026-01-09 17:30")
    assert escalate_due(local("2026-01-12 08:30")) == 2
    assert told() == [("班", 1), ("班", 1)]


def test_a_day_that_becomes_a_holiday_moves_what_is_to_come(office):
    notice = order("王", topic="up", at="2026-01-09 17:30")
    SpecialDay.objects.update_or_create(day="2026-01-12", defaults={"is_workday": False})
    announce(local("2026-01-12").date())
    notice.refresh_from_db()
    assert notice.escalate_at == local("2026-01-13 08:30")

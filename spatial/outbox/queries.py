"""Reads of the outbox: what is unread, what failed, when quiet hours end, who was not reached."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, QuerySet

from spatial.city import city
from spatial.outbox.models import IN_INBOX, UNREAD, Notice, NoticeDelivery, QuietHours
from spatial.outbox.rules import DeliveryState, quiet_until

MOST_COUNTED = 100
COUNT = """
SELECT count(*), coalesce(max(id), 0), coalesce(max(id) FILTER (WHERE urgent), 0) FROM (
    SELECT id, urgent FROM outbox_noticedelivery
    WHERE recipient = %s AND channel = 'inbox' AND state = 'delivered' AND due_at <= %s
    ORDER BY id DESC LIMIT %s
) unread
"""


@dataclass(frozen=True)
class Unread:
    """How many are unread (100 stands for more), the last of them, the last urgent one; 0 is none."""

    number: int
    last: int
    last_urgent: int


def unread_of(username: str, at: datetime) -> Unread:
    """What somebody has not read, in one query over an index of unread ones alone."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [username, at, MOST_COUNTED])
        return Unread(*cursor.fetchone())


def inbox_of(
    username: str, at: datetime, topic: str = "", *, unread_only: bool = False
) -> QuerySet[NoticeDelivery]:
    """Somebody's notices in the inbox, newest first."""
    found = NoticeDelivery.objects.filter(
        UNREAD if unread_only else IN_INBOX, recipient=username, due_at__lte=at
    )
    if topic:
        found = found.filter(notice__topic=topic)
    return found.select_related("notice").order_by("-id")


def topics_in_inbox(username: str, at: datetime) -> list[str]:
    """The topics of somebody's notices."""
    found = inbox_of(username, at).order_by("notice__topic").values_list("notice__topic", flat=True)
    return list(found.distinct())


def quiet_end(at: datetime) -> datetime | None:
    """When the city's quiet hours end that a moment lies in; None where it lies in none."""
    rules = [row.rule() for row in QuietHours.objects.all()]
    return quiet_until(at, rules, ZoneInfo(city().time_zone))


def unreached_by(notice: Notice) -> tuple[str, ...]:
    """For whom a notice was and who has not read it, nor had it by another channel without an inbox."""
    people = notice.deliveries.values("recipient").annotate(
        inboxes=Count("id", filter=IN_INBOX),
        reads=Count("id", filter=Q(state=DeliveryState.READ)),
        deliveries=Count("id", filter=Q(state=DeliveryState.DELIVERED)),
    )
    lacking = people.filter(Q(reads=0) & (Q(inboxes__gt=0) | Q(deliveries=0)))
    names = lacking.order_by("recipient").values_list("recipient", flat=True)
    return (*names, *notice.unreached)

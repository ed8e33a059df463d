"""The writes of the outbox: orders, within the act that they tell of; reading; sending again."""

import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.db.models import Q

from spatial.calendars.queries import calendar
from spatial.outbox.errors import NoticeRefused
from spatial.outbox.models import (
    UNREAD,
    Notice,
    NoticeContact,
    NoticeDelivery,
    QuietHours,
    TopicChoice,
)
from spatial.outbox.queries import quiet_end
from spatial.outbox.rules import STEPS, Channel, DeliveryState
from spatial.outbox.topics import Topic, topic_named
from spatial.texts import storable
from spatial.worktime import deadline

log = logging.getLogger(__name__)

MOST_BYTES = 8_000  # of values
MOST_NAME = 150  # characters of an account
PLAIN = (str, int, float, bool, type(None))
FIRST_QUIET = {"valid_from": date(2000, 1, 1), "starts": time(22), "ends": time(7)}

# One statement, however many it is for: by each channel that a person wants, or may not turn off.
ADDRESSED = """
INSERT INTO outbox_noticedelivery (notice_id, recipient, channel, state, urgent, due_at,
    attempts, error, delivered_at)
SELECT %(notice)s, u.username, c.channel,
    CASE WHEN c.channel = 'inbox' THEN 'delivered' ELSE 'queued' END, %(urgent)s,
    CASE WHEN c.channel = 'inbox' THEN %(inbox_at)s ELSE %(send_at)s END,
    0, '', CASE WHEN c.channel = 'inbox' THEN %(inbox_at)s END
FROM auth_user u
CROSS JOIN unnest(%(channels)s::text[], %(defaults)s::bool[]) AS c (channel, is_default)
LEFT JOIN outbox_topicchoice w
    ON w.user_id = u.id AND w.topic = %(topic)s AND w.channel = c.channel
WHERE u.is_active AND u.username = ANY(%(names)s)
    AND (coalesce(w.is_wanted, c.is_default) OR (c.channel = 'inbox' AND %(urgent)s))
ORDER BY u.username, c.channel
"""


def order_notice(
    *,
    topic: str,
    about: tuple[str, str],
    recipients: Sequence[str],
    template: str,
    values: Mapping[str, Any],
    urgent: bool = False,
    dedupe: str = "",
    at: datetime,
    not_before: datetime | None = None,
) -> int:
    """Have some people told of something; returns the order's number.

    It stands or falls with the transaction of the caller. ``about`` is the kind and the code of
    its subject; ``values`` are plain (texts, numbers, lists of them), hold nothing sealed, and
    fill in the template ``notices/{template}.txt``. What has an order of the same ``dedupe`` is
    not ordered again. Nobody to tell, or nobody with an account, is no fault of the act: it is
    written down, and shown to the administrator.

    Raises:
        UnknownTopic: nobody has declared it.
        NoticeRefused: values that are not plain; they, the subject or ``dedupe`` too long.
    """
    _check_lengths(about_kind=about[0], about_code=about[1], template=template, dedupe=dedupe)
    order = Notice(
        topic=topic,
        about_kind=about[0],
        about_code=about[1],
        template=template,
        values=_checked(values),
        urgent=urgent or not topic_named(topic).may_wait,
        at=at,
        not_before=not_before,
        dedupe=dedupe or None,
    )
    return place_order(order, recipients)


@transaction.atomic
def place_order(order: Notice, recipients: Collection[str]) -> int:
    """Write an order and its deliveries, unless one of its ``dedupe`` stands; returns its number."""
    topic = topic_named(order.topic)
    if order.dedupe is not None:
        _one_at_a_time(order.dedupe)
        if standing := Notice.objects.filter(dedupe=order.dedupe).first():
            return standing.pk
    names = sorted({storable(name, MOST_NAME) for name in recipients})
    active = User.objects.filter(username__in=names, is_active=True)
    known = set(active.values_list("username", flat=True))
    order.number = len(known)
    order.unreached = [name for name in names if name not in known]
    order.escalate_at = escalation_of(order, topic)
    order.save()
    if not known:
        log.warning("notice %d (%s) has nobody to go to", order.pk, order.topic)
    else:
        _address(order, topic, sorted(known))
    return order.pk


def escalation_of(order: Notice, topic: Topic) -> datetime | None:
    """When an order is escalated, by the working calendar; None where it is not."""
    if topic.escalation is None:
        return None
    start = max(order.at, order.not_before or order.at)
    return deadline(start, topic.escalation.after, calendar()).at


def mark_read(username: str, keys: Iterable[int] | None, at: datetime) -> int:
    """Somebody has read some of their notices, or (None) all; returns how many."""
    found = NoticeDelivery.objects.filter(UNREAD, recipient=username, due_at__lte=at)
    if keys is not None:
        found = found.filter(pk__in=list(keys))
    return found.update(state=STEPS["read"][1], read_at=at)


def resend(keys: Iterable[int], at: datetime) -> int:
    """Try again what was given up, with a full count of attempts; returns how many."""
    sources, target = STEPS["resend"]
    failed = NoticeDelivery.objects.filter(pk__in=list(keys), state__in=sources)
    return failed.update(state=target, due_at=at, attempts=0)


@transaction.atomic
def choose_topics(user: User, wanted: Mapping[tuple[str, Channel], bool]) -> None:
    """What somebody wants to hear of, by topic and channel; what is as declared has no row."""
    TopicChoice.objects.filter(user=user).delete()
    rows = [
        TopicChoice(user=user, topic=topic, channel=channel, is_wanted=is_wanted)
        for (topic, channel), is_wanted in wanted.items()
        if is_wanted != (channel in topic_named(topic).channels)
    ]
    TopicChoice.objects.bulk_create(rows)


def set_contact(user: User, language: str, webhook: str) -> None:
    """In which language somebody reads notices, and where their webhook is."""
    values = {"language": language, "webhook": webhook}
    NoticeContact.objects.update_or_create(user=user, defaults=values)


def forget_before(moment: datetime) -> int:
    """Remove notices older than a moment that have nothing on its way; returns how many."""
    under_way = Q(deliveries__state__in=(DeliveryState.QUEUED, DeliveryState.CLAIMED))
    old = Notice.objects.filter(at__lt=moment).exclude(under_way)
    pks = list(old.order_by("pk").values_list("pk", flat=True)[:1_000])
    Notice.objects.filter(pk__in=pks).delete()
    return len(pks)


def seed(using: str = "default", **_: Any) -> None:
    """The first quiet hours, once there is a table for them."""
    tables = connections[using].introspection.table_names()
    if QuietHours._meta.db_table in tables and not QuietHours.objects.using(using).exists():
        QuietHours.objects.using(using).create(**FIRST_QUIET, source="初始值")


def _address(order: Notice, topic: Topic, names: list[str]) -> None:
    inbox_at = max(order.at, order.not_before or order.at)
    send_at = inbox_at if order.urgent else quiet_end(inbox_at) or inbox_at
    given: dict[str, Any] = {
        "notice": order.pk,
        "topic": topic.id,
        "names": names,
        "urgent": order.urgent,
        "inbox_at": inbox_at,
        "send_at": send_at,
        "channels": [channel.value for channel in Channel],
        "defaults": [channel in topic.channels for channel in Channel],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSED, given)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they are kept.

    Raises:
        NoticeRefused: one is not plain, or all are too long.
    """
    for name, value in values.items():
        parts = value if isinstance(value, list | tuple) else [value]
        if not all(isinstance(part, PLAIN) for part in parts):
            raise NoticeRefused(f"消息内容 {name} 应为文字或数字 / {name} should be plain")
    if len(json.dumps(dict(values)).encode()) > MOST_BYTES:
        raise NoticeRefused("消息内容过长 / the values are too long")
    return dict(values)


def _check_lengths(**texts: str) -> None:
    """Let the texts of an order pass.

    Raises:
        NoticeRefused: one has more characters than its column.
    """
    for name, text in texts.items():
        most: int = getattr(Notice._meta.get_field(name), "max_length", 0)
        if len(text) > most or "\0" in text:
            raise NoticeRefused(
                f"消息的 {name} 过长或含有空字符 / {name} is too long, or holds NUL"
            )


def _one_at_a_time(dedupe: str) -> None:
    """Whoever orders the same at this moment waits until this transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"notice {dedupe}"]
        )

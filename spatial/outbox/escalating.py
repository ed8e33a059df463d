"""What stays unread goes on: to the superiors, or to who is on duty, by the working calendar."""

from datetime import datetime
from typing import Any

from django.db import transaction

from spatial.outbox.actions import escalation_of, place_order
from spatial.outbox.models import Notice
from spatial.outbox.queries import unreached_by
from spatial.outbox.rules import MOST_LEVELS
from spatial.outbox.topics import SUPERIOR, Escalation, all_topics, topic_named
from spatial.parties.queries import deputies_of, on_duty, superiors_of

BATCH = 50


def escalate_due(now: datetime) -> int:
    """Escalate what is due and unread; returns how many orders went on."""
    due = Notice.objects.filter(escalate_at__lte=now, escalated_at__isnull=True)
    return sum(_escalate(pk, now) for pk in due.order_by("pk").values_list("pk", flat=True)[:BATCH])


def reschedule(**_: Any) -> None:
    """Set the escalations that are to come anew: the calendar has changed (its signal)."""
    known = {topic.id: topic for topic in all_topics()}
    open_ones = Notice.objects.filter(escalate_at__isnull=False, escalated_at__isnull=True)
    for notice in open_ones.filter(topic__in=known):
        escalate_at = escalation_of(notice, known[notice.topic])
        if escalate_at != notice.escalate_at:
            Notice.objects.filter(pk=notice.pk).update(escalate_at=escalate_at)


@transaction.atomic
def _escalate(pk: int, now: datetime) -> bool:
    held = Notice.objects.select_for_update(skip_locked=True, of=("self",))
    notice = held.filter(pk=pk, escalated_at__isnull=True).first()
    if notice is None:
        return False
    Notice.objects.filter(pk=pk).update(escalated_at=now)
    escalation = _escalation(notice)
    unread = unreached_by(notice)
    if escalation is None or notice.level >= MOST_LEVELS or not (unread or not notice.number):
        return False
    had = set(notice.deliveries.values_list("recipient", flat=True))
    following = [name for name in _next(escalation, unread, now) if name not in had]
    order = Notice(
        topic=notice.topic,
        about_kind=notice.about_kind,
        about_code=notice.about_code,
        template=notice.template,
        values=notice.values,
        urgent=notice.urgent,
        at=now,
        dedupe=f"escalation of {pk}",
        escalates=notice,
        level=notice.level + 1,
    )
    place_order(order, following)
    return True


def _escalation(notice: Notice) -> Escalation | None:
    known = {topic.id for topic in all_topics()}
    return topic_named(notice.topic).escalation if notice.topic in known else None


def _next(escalation: Escalation, unread: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """Whom it goes to, with those who stand in for them."""
    is_up = escalation.to == SUPERIOR
    found = superiors_of(unread, now) if is_up else on_duty(escalation.to, now)
    deputies = (deputy for name in found for deputy in deputies_of(name, now))
    return tuple(dict.fromkeys((*found, *deputies)))

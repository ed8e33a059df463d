"""Sending what is due: claimed for a while, handed to its channel with a key, marked.

Whoever claims has it for ``LEASE``; when it dies, another takes it up after that. A message may so
be handed to its channel twice, but under one key, by which the channel knows it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import Error, connection
from django.db.models import F, QuerySet
from django.utils import timezone

from spatial.outbox.errors import NotDelivered
from spatial.outbox.models import NoticeDelivery
from spatial.outbox.rules import BACKOFF, LEASE, STEPS, Channel, DeliveryState, wait_after

log = logging.getLogger(__name__)

BATCH = 20
CLAIM = """
UPDATE outbox_noticedelivery SET state = 'claimed', lease_until = %(until)s
WHERE id IN (
    SELECT id FROM outbox_noticedelivery
    WHERE (state = 'queued' AND due_at <= %(now)s) OR (state = 'claimed' AND lease_until <= %(now)s)
    ORDER BY urgent DESC, due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


@dataclass(frozen=True)
class Message:
    """What a channel is handed."""

    key: UUID
    channel: Channel
    recipient: str
    topic: str
    about: tuple[str, str]
    template: str
    values: Mapping[str, Any]
    urgent: bool
    at: datetime
    level: int


Send = Callable[[Message], None]  # raises NotDelivered


def deliver_due(send: Send, *, within: timedelta = timedelta(seconds=45)) -> int:
    """Send what is due, urgent first, for about so long; returns how many were delivered."""
    ends, delivered = timezone.now() + within, 0
    while timezone.now() < ends:
        claimed = claim(timezone.now())
        delivered += sum(_deliver(one, send) for one in claimed)
        if not claimed:
            break
    return delivered


def claim(now: datetime, most: int = BATCH) -> list[NoticeDelivery]:
    """Have some deliveries for oneself until their lease runs out; committed at once."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, "most": most})
        keys = [row[0] for row in cursor.fetchall()]
    found = NoticeDelivery.objects.filter(pk__in=keys).select_related("notice")
    return list(found.order_by("-urgent", "due_at", "id"))


def _deliver(mine: NoticeDelivery, send: Send) -> bool:
    if not _begin(mine):
        return False  # the batch took too long: it is another's by now
    if mine.attempts > len(BACKOFF) + 1:  # whoever had it died each time
        return _settle(mine, "give up", error="发送进程屡次中断")
    try:
        send(_message(mine))
    except NotDelivered as refusal:
        return _put_off(mine, str(refusal), is_final=refusal.is_final)
    except Error:
        raise
    except Exception as fault:
        log.exception("delivery %s", mine.pk)
        return _put_off(mine, type(fault).__name__, is_final=False)
    _settle(mine, "deliver", delivered_at=timezone.now(), error="")
    return True


def _begin(mine: NoticeDelivery) -> bool:
    """Count the attempt and take the lease anew, before anything leaves; False: it is lost."""
    until = timezone.now() + LEASE
    begun = _held(mine).update(attempts=F("attempts") + 1, lease_until=until)
    mine.attempts, mine.lease_until = mine.attempts + 1, until
    return bool(begun)


def _put_off(mine: NoticeDelivery, why: str, *, is_final: bool) -> bool:
    wait = None if is_final else wait_after(mine.attempts)
    if wait is None:
        return _settle(mine, "give up", error=why[:300])
    due_at = timezone.now() + wait
    return _settle(mine, "put off", error=why[:300], due_at=due_at)


def _settle(mine: NoticeDelivery, step: str, **values: Any) -> bool:
    """Take a step of the table, if the lease is still one's own; returns False."""
    _held(mine).update(state=STEPS[step][1], lease_until=None, **values)
    return False


def _held(mine: NoticeDelivery) -> QuerySet[NoticeDelivery]:
    """The row, while the lease is one's own."""
    return NoticeDelivery.objects.filter(
        pk=mine.pk, state=DeliveryState.CLAIMED, lease_until=mine.lease_until
    )


def _message(mine: NoticeDelivery) -> Message:
    notice = mine.notice
    return Message(
        key=mine.key,
        channel=Channel(mine.channel),
        recipient=mine.recipient,
        topic=notice.topic,
        about=(notice.about_kind, notice.about_code),
        template=notice.template,
        values=notice.values,
        urgent=notice.urgent,
        at=notice.at,
        level=notice.level,
    )

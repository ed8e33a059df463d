"""Webhooks: a consumer is told that collections have changed, and where to read what.

A message carries counts and the address of the feed, never data: what may be seen is
decided where it is read. It is sent at least once: it stays due until it has been received,
whatever becomes of the worker. What is told twice leads to the same place of the feed, and
carries the same id.
"""

import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from layers.access.access import Caller
from layers.declarations.registry import layer_named
from layers.errors import LayersError
from layers.models import ApiKey, Consumer, Subscription
from layers.reading.feed_tokens import token_at
from layers.reading.shares import Share, share_by_id
from layers.reading.timestamps import iso
from layers.sharing.keys import caller_of_consumer
from layers.webhooks.addresses import target_of
from spatial.versions.models import RevisionChange
from spatial.versions.queries import revision_named

MOST_SUBSCRIPTIONS = 10
FORGOTTEN = timedelta(days=1)  # a job that was lost is made again after so long
BACKOFF_S = (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 43_200, 43_200)  # two days in all


class TooManySubscriptions(LayersError, ValueError):
    """The consumer has as many subscriptions as it may."""


def subscribe(consumer: Consumer, shares: Iterable[Share], address: str) -> Subscription:
    """Have a consumer told of changes from now on.

    Raises:
        AddressRefused: nothing is sent there.
        TooManySubscriptions: it has enough.
    """
    target_of(address)
    if Subscription.objects.filter(consumer=consumer).count() >= MOST_SUBSCRIPTIONS:
        raise TooManySubscriptions(f"每个系统最多 {MOST_SUBSCRIPTIONS} 项订阅")
    told = {share.layer.id: revision_named(share.register) for share in shares}
    return Subscription.objects.create(
        consumer=consumer,
        address=address,
        layers=list(told),
        told=told,
        nonce=secrets.token_urlsafe(24),
    )


def secret_of(subscription: Subscription) -> str:
    """The secret that signs its messages: made of the site's own, kept nowhere."""
    made = salted_hmac("layers.webhooks", subscription.nonce, algorithm="sha256")
    return made.hexdigest()


def queue_messages(register: str) -> None:
    """Queue a message to every subscription to a layer of the register, if none is queued."""
    for subscription in Subscription.objects.filter(_idle(), is_active=True):
        layers = (layer_named(name) for name in subscription.layers)
        if any(layer and layer.register == register for layer in layers):
            queue(subscription.pk)


def queue(pk: int) -> None:
    """Queue a message to a subscription, unless one is under way.

    It is under way until it has been received: what changes meanwhile is told after it.
    """
    from layers.webhooks.jobs import deliver

    with transaction.atomic():  # none is due without its place in the queue
        idle = Subscription.objects.filter(_idle(), pk=pk, is_active=True)
        if idle.update(due_at=timezone.now()):
            deliver.enqueue(pk)


def news_for(subscription: Subscription) -> tuple[bytes, dict[str, int]] | None:
    """The message about what is new to a subscription, and the revisions it tells; or None."""
    caller = _caller(subscription.consumer)
    told = dict(subscription.told)
    parts = []
    for name in subscription.layers:
        share = share_by_id(caller, name) if caller else None
        part = _part(share, told.get(name, 0)) if share else None
        if part:
            parts.append(part)
            told[name] = part["revision"]
    if not parts:
        return None
    message = {
        "id": _id_of(subscription, told),
        "subscription": subscription.pk,
        "at": iso(timezone.now()),
        "collections": parts,
    }
    return json.dumps(message, ensure_ascii=False).encode(), told


def wait_after(failures: int) -> timedelta | None:
    """How long to wait after so many failures in a row; None: give up."""
    if failures > len(BACKOFF_S):
        return None
    return timedelta(seconds=BACKOFF_S[failures - 1])


def _id_of(subscription: Subscription, told: dict[str, int]) -> str:
    """The same for the same news: whoever has received it knows it again."""
    news = json.dumps([subscription.pk, subscription.told, told], sort_keys=True)
    return blake2b(news.encode(), digest_size=16).hexdigest()


def _idle() -> Q:
    return Q(due_at=None) | Q(due_at__lt=timezone.now() - FORGOTTEN)


def _caller(consumer: Consumer) -> Caller | None:
    """The consumer as a caller, while it has a key that works."""
    keys = ApiKey.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()), consumer=consumer, revoked_at=None
    )
    return caller_of_consumer(consumer) if keys.exists() else None


def _part(share: Share, since: int) -> dict[str, Any] | None:
    marks = RevisionChange.objects.filter(register=share.register, number__gt=since)
    changes = marks.values("change").distinct().count()
    if not changes:
        return None
    token = token_at(share, since)
    return {
        "collection": share.layer.id,
        "revision": revision_named(share.register),
        "changes": changes,
        "feed": f"{settings.SITE_URL}/ogc/collections/{share.layer.id}/feed?since={token}",
    }

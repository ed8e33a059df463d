"""Messages to subscribers, as jobs: sent, tried again ever later, given up in the end."""

import logging

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from layers.jobs.leases import LATE, repeatable, unfinished
from layers.models import Subscription
from layers.webhooks.addresses import AddressRefused, target_of
from layers.webhooks.sending import DeliveryFailed, post
from layers.webhooks.webhooks import news_for, queue, secret_of, wait_after

LOST = "后台任务中断，没有送达"

log = logging.getLogger(__name__)


@task()
@repeatable
def deliver(subscription_id: int) -> str:
    """Tell a subscription what is new to it; returns what came of it.

    The message stays due until it has been received. What changes while it is sent finds
    it due and queues nothing, so that is looked for afterwards.
    """
    mine = Subscription.objects.filter(pk=subscription_id, is_active=True)
    subscription = mine.select_related("consumer").first()
    if subscription is None:
        return "ended"
    news = news_for(subscription)
    if news is None:
        mine.update(due_at=None)
    else:
        body, told = news
        try:
            post(target_of(subscription.address), body, secret_of(subscription))
        except (AddressRefused, DeliveryFailed) as error:
            return _put_off(subscription, str(error))
        mine.update(told=told, failures=0, last_error="", last_sent_at=timezone.now(), due_at=None)
    _look_again(subscription.pk)
    return "told" if news else "nothing new"


def take_up_lost() -> int:
    """Try later what is due and has no job, which ended in a fault; returns how many."""
    due = list(Subscription.objects.filter(is_active=True, due_at__lt=timezone.now() - LATE))
    queued = {given["args"][0] for given in unfinished(deliver.module_path)} if due else set()
    lost = [subscription for subscription in due if subscription.pk not in queued]
    for subscription in lost:
        _put_off(subscription, LOST)
    return len(lost)


def _look_again(pk: int) -> None:
    """Queue another message if there is news already."""
    still = Subscription.objects.select_related("consumer").filter(pk=pk, is_active=True).first()
    if still and news_for(still):
        queue(pk)


def _put_off(subscription: Subscription, why: str) -> str:
    """Try again later, or never more; nothing if another job has been at it meanwhile."""
    failures = subscription.failures + 1
    wait = wait_after(failures)
    due_at = timezone.now() + wait if wait else None
    with transaction.atomic():
        same = Subscription.objects.filter(pk=subscription.pk, due_at=subscription.due_at)
        changed = same.update(
            failures=failures, last_error=why[:200], is_active=wait is not None, due_at=due_at
        )
        if changed and due_at:
            deliver.using(run_after=due_at).enqueue(subscription.pk)
    if due_at is None:
        log.warning("subscription %d is given up: %s", subscription.pk, why)
        return "given up"
    return "put off"

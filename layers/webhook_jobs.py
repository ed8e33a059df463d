"""Messages to subscribers, as jobs: sent, tried again ever later, given up in the end."""

import logging

from django.utils import timezone
from django_tasks import task

from layers.models import Subscription
from layers.webhook_addresses import BadAddress, target_of
from layers.webhook_sending import NotDelivered, post
from layers.webhooks import news_for, secret_of, wait_after

log = logging.getLogger(__name__)


@task()
def deliver(subscription_id: int) -> str:
    """Tell a subscription what is new to it; returns what came of it."""
    mine = Subscription.objects.filter(pk=subscription_id, is_active=True)
    if not mine.update(due_at=None):  # what changes from here on is another job's
        return "ended"
    subscription = mine.select_related("consumer").get()
    news = news_for(subscription)
    if news is None:
        return "nothing new"
    body, told = news
    try:
        post(target_of(subscription.address), body, secret_of(subscription))
    except (BadAddress, NotDelivered) as error:
        return _put_off(subscription, str(error))
    mine.update(told=told, failures=0, last_error="", last_sent_at=timezone.now())
    return "told"


def _put_off(subscription: Subscription, why: str) -> str:
    """Try again later, or never more."""
    failures = subscription.failures + 1
    wait = wait_after(failures)
    due_at = timezone.now() + wait if wait else None
    Subscription.objects.filter(pk=subscription.pk).update(
        failures=failures, last_error=why[:200], is_active=wait is not None, due_at=due_at
    )
    if due_at is None:
        log.warning("subscription %d is given up: %s", subscription.pk, why)
        return "given up"
    deliver.using(run_after=due_at).enqueue(subscription.pk)
    return "put off"

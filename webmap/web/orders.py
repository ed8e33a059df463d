"""Files that a worker makes for somebody: who ordered them, how many at once, when to give one up.

An order is a row with ``asked_by``, ``owner``, ``state``, ``message``, ``created_at`` and
``finished_at``; its states are those of ``State``.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access.access import ANONYMOUS, Caller
from layers.jobs.leases import LATE, unfinished
from layers.reading.revisions import refresh_revisions
from layers.sharing import callers
from webmap.web.errors import TooOften

STUCK_AFTER = timedelta(hours=1)
PENDING = ("queued", "running")


@dataclass(frozen=True)
class Asker:
    """Who orders: a user, or the session token of somebody who has not signed in."""

    user: User | None
    token: str

    def condition(self) -> Q:
        """The orders that belong to the asker."""
        return Q(asked_by=self.user) if self.user else Q(asked_by=None, owner=self.token)


@dataclass(frozen=True)
class OrderBounds:
    """How many orders are taken: unfinished and within an hour of one asker, unfinished in all."""

    pending: int
    hourly: int
    in_all: int

    def check(self, orders: QuerySet, asker: Asker) -> None:
        """Raises TooOften: one of them is reached."""
        mine, pending = orders.filter(asker.condition()), orders.filter(state__in=PENDING)
        if (pending & mine).count() >= self.pending:
            raise TooOften(_("还有文件没有做完，请稍候再试。"))
        since = timezone.now() - timedelta(hours=1)
        if mine.filter(created_at__gt=since).count() >= self.hourly:
            raise TooOften(_("一小时内生成文件次数过多，请稍后再试。"))
        if pending.count() >= self.in_all:
            raise TooOften(_("系统正忙，请稍后再试。"))


def give_up(orders: QuerySet, task: Any) -> None:
    """Those that have taken too long, and those whose job is no more, have failed."""
    now = timezone.now()
    pending, failed = orders.filter(state__in=PENDING), {"state": "failed", "finished_at": now}
    pending.filter(created_at__lt=now - STUCK_AFTER).update(
        **failed, message="后台任务没有按时完成。"
    )
    keys = set(pending.filter(created_at__lt=now - LATE).values_list("pk", flat=True))
    lost = keys - {UUID(given["args"][0]) for given in unfinished(task.module_path)}
    pending.filter(pk__in=lost).update(**failed, message="后台任务中断，请重新生成。")


def caller_of_user(user: User | None) -> Caller:
    """The caller behind a job: the user with today's roles, or nobody."""
    refresh_revisions()
    return callers.caller_of_user(user) if user else ANONYMOUS

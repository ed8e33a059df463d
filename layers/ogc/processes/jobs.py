"""Executions that a worker makes: asked for, looked at, fetched, dismissed, removed in time."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from layers.access.access import ANONYMOUS, Caller
from layers.jobs.leases import LATE, repeatable, unfinished
from layers.models import ApiKey, ProcessJob
from layers.ogc.common.errors import InvalidInputs, ServerBusy, TooManyUnderWay
from layers.ogc.processes.declared import Asking, JobDismissed
from layers.ogc.processes.listed import process_named
from layers.reading.reading import QueryTimeout, ValueOutOfRange
from layers.reading.revisions import refresh_revisions
from layers.reading.shares import share_by_id
from layers.sharing.keys import caller_of_consumer
from layers.sharing.metering import flush

BUDGET_MS = 300_000
STUCK_AFTER = timedelta(hours=1)
PENDING_PER_CALLER, HOURLY_PER_CALLER, PENDING_IN_ALL = 4, 120, 60
State = ProcessJob.State
PENDING = (State.ACCEPTED, State.RUNNING)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobOutcome:
    """The result of a job, or why there is none."""

    result: dict[str, Any] | None = None
    fault: str = ""


def submit_job(
    caller: Caller, address: str, process_id: str, inputs: Mapping[str, Any], form: str
) -> ProcessJob:
    """Queue an execution whose inputs have been read before.

    Raises:
        TooManyUnderWay, ServerBusy: the bounds on unfinished and hourly jobs are reached.
    """
    remove_expired()
    own = {"owner": owner_of(caller), "asked_from": _origin(caller, address)}
    # Dismissed ones count within their hour, or dismissing would be the way around the bound.
    mine, pending = ProcessJob.objects.filter(**own), ProcessJob.objects.filter(state__in=PENDING)
    hour_ago = timezone.now() - timedelta(hours=1)
    if pending.count() >= PENDING_IN_ALL:
        raise ServerBusy(_("系统正忙，请稍后再试"))
    if (mine & pending).count() >= PENDING_PER_CALLER:
        raise TooManyUnderWay(
            _("最多同时有 %(pending_per_caller)s 个任务未完成；请等待或取消")
            % {"pending_per_caller": PENDING_PER_CALLER}
        )
    if mine.filter(created_at__gt=hour_ago).count() >= HOURLY_PER_CALLER:
        raise TooManyUnderWay(
            _("一小时内最多 %(hourly_per_caller)s 个任务")
            % {"hourly_per_caller": HOURLY_PER_CALLER}
        )
    with transaction.atomic():  # no job without its place in the queue
        job = ProcessJob.objects.create(
            process=process_id, inputs=inputs, form=form, key=caller.key, **own
        )
        perform.enqueue(str(job.pk))
    return job


def owner_of(caller: Caller) -> str:
    """Whose jobs these are: a person's, a system's, or nobody's."""
    if caller.is_anonymous:
        return ""
    return f"{'system' if caller.key else 'person'}:{caller.name}"


def jobs_of(caller: Caller) -> QuerySet[ProcessJob]:
    """The caller's jobs; nobody's are never listed."""
    return ProcessJob.objects.none() if caller.is_anonymous else _kept(owner=owner_of(caller))


def job_of(caller: Caller, job_id: str) -> ProcessJob | None:
    """One job, to its owner; one of nobody's to whoever knows its name, which is random."""
    owners = Q(owner="") | Q(owner=owner_of(caller))
    return _kept(pk=job_id).filter(owners).first()


def dismiss(job: ProcessJob) -> None:
    """End a job and remove what it holds; a worker that is at it stops at its next reading."""
    ProcessJob.objects.filter(pk=job.pk).update(
        state=State.DISMISSED,
        inputs={},
        result=None,
        used={},
        message="",
        finished_at=timezone.now(),
    )


def may_still_have(caller: Caller, job: ProcessJob) -> bool:
    """Whether every layer that the result was made of is shared with the caller as it was."""
    shares = {name: share_by_id(caller, name) for name in job.used}
    return all(share and share.key == job.used[name] for name, share in shares.items())


def remove_expired() -> None:
    """Remove jobs past their time, dismissed ones after an hour; give up on stuck or lost ones."""
    now = timezone.now()
    ProcessJob.objects.filter(created_at__lt=now - timedelta(days=settings.JOB_DAYS)).delete()
    dismissed = ProcessJob.objects.filter(state=State.DISMISSED)
    dismissed.filter(created_at__lt=now - timedelta(hours=1)).delete()
    ProcessJob.objects.filter(state__in=PENDING, created_at__lt=now - STUCK_AFTER).update(
        state=State.FAILED, message=_("后台任务没有按时完成"), finished_at=now
    )
    waiting = ProcessJob.objects.filter(state__in=PENDING, created_at__lt=now - LATE)
    keys = set(waiting.values_list("pk", flat=True))
    lost = keys - {UUID(given["args"][0]) for given in unfinished(perform.module_path)}
    ProcessJob.objects.filter(pk__in=lost, state__in=PENDING).update(
        state=State.FAILED, message=_("后台任务中断，没有结果；请重新提交"), finished_at=now
    )


@task()
@repeatable
def perform(job_id: str) -> None:
    """The job of a worker; a failure is told to the asker, not raised.

    One that runs already has lost the worker that was at it.
    """
    mine = ProcessJob.objects.filter(pk=job_id)
    begun = timezone.now()
    if not mine.filter(state__in=PENDING).update(state=State.RUNNING, started_at=begun):
        return
    job = mine.first()
    if job is None:
        return
    running = mine.filter(state=State.RUNNING)
    asking = Asking(_caller_behind(job), BUDGET_MS, running.exists)
    outcome = _outcome(job, asking)
    running.update(
        state=State.FAILED if outcome.result is None else State.SUCCESSFUL,
        message=outcome.fault,
        result=outcome.result,
        used=asking.used,
        finished_at=timezone.now(),
    )
    flush()


def _kept(**conditions: Any) -> QuerySet[ProcessJob]:
    """Jobs that still exist for the outside: not dismissed, and not past their time."""
    since = timezone.now() - timedelta(days=settings.JOB_DAYS)
    found = ProcessJob.objects.filter(created_at__gte=since, **conditions)
    return found.exclude(state=State.DISMISSED)


def _origin(caller: Caller, address: str) -> str:
    """What tells nobodies apart when their jobs are counted; the address itself is not kept."""
    if not caller.is_anonymous:
        return ""
    key = settings.SECRET_KEY.encode()[:64]
    return blake2b(address.encode(), key=key, digest_size=16).hexdigest()


def _outcome(job: ProcessJob, asking: Asking) -> JobOutcome:
    process = process_named(job.process)
    began = time.monotonic()
    try:
        if process is None:
            return JobOutcome(fault=_("该处理已不再提供"))
        question = process.reads(asking.caller, job.inputs)
        return JobOutcome(process.answers(asking, question))
    except InvalidInputs as error:
        return JobOutcome(fault=str(error))
    except JobDismissed:
        return JobOutcome()  # nobody reads it
    except QueryTimeout:
        spent = time.monotonic() - began
        return JobOutcome(
            fault=_("计算没有在时限内完成（%(spent)s 秒）；请缩小范围") % {"spent": f"{spent:.0f}"}
        )
    except ValueOutOfRange:
        return JobOutcome(fault=_("输入中有超出可计算范围的值"))
    except DatabaseError:
        log.exception("process job %s", job.pk)
        return JobOutcome(fault=_("数据读取失败，已记录，请联系管理员"))


def _caller_behind(job: ProcessJob) -> Caller:
    """Who asked, with the rights of now and not of then."""
    refresh_revisions()
    kind, _, name = job.owner.partition(":")
    if kind == "system":
        key = ApiKey.objects.filter(pk=job.key, revoked_at=None).select_related("consumer").first()
        is_valid = key and not (key.expires_at and key.expires_at <= timezone.now())
        return caller_of_consumer(key.consumer, key.pk) if key and is_valid else ANONYMOUS
    user = get_user_model().objects.filter(username=name, is_active=True).first() if name else None
    if user is None:
        return ANONYMOUS
    roles = frozenset(user.groups.values_list("name", flat=True))
    return Caller(user.get_username(), roles, user.is_superuser)

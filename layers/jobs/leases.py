"""Jobs that stand up again: a worker holds a lock for the job it is at, and it goes with it.

The queue writes a job down as running and knows no more of it; of a worker that was killed
it would say so for ever. So a worker holds one of PostgreSQL's advisory locks for as long
as it is at a job, in a session that does nothing else. A job that runs and whose lock is
free has lost its worker: it is queued again if it may be done twice, and else has failed.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.backend import TaskResult
from django_tasks_db.models import DBTaskResult

from layers.errors import LayersError

MOST_ATTEMPTS = 3
GRACE = timedelta(seconds=15)  # between a worker's claim and its lock
LATE = timedelta(minutes=2)  # what waits for so long without any job has lost its job
KEPT = timedelta(days=14)
AGAIN = timedelta(minutes=10)  # after a failure of what is owed whatever happens
UNFINISHED = (TaskResultStatus.READY, TaskResultStatus.RUNNING)

log = logging.getLogger(__name__)
Job = TypeVar("Job", bound=Callable[..., Any])
_held: dict[UUID, BaseDatabaseWrapper] = {}


class WorkerLost(LayersError, RuntimeError):
    """The worker ended in the middle of a job."""


def repeatable(job: Job) -> Job:
    """Mark a job that may be done again when its worker was lost, for it does no harm."""
    job.is_repeatable = True  # type: ignore[attr-defined]
    return job


def take_lease(task_result: Any, **_: Any) -> None:
    """A worker begins a job: hold its lock until it has ended, one way or the other."""
    if not isinstance(task_result, TaskResult):
        return  # run at once, without a queue
    session = connections.create_connection("default")
    _held[task_result.db_result.pk] = session
    with session.cursor() as cursor:
        cursor.execute("SET idle_session_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_key(task_result.db_result.pk)])


def let_go(task_result: Any, **_: Any) -> None:
    """A worker has ended a job, and written down what came of it."""
    if not isinstance(task_result, TaskResult):
        return
    if session := _held.pop(task_result.db_result.pk, None):
        session.close()


def take_up() -> int:
    """Queue jobs again that have lost their worker, or end them; returns how many."""
    running = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - GRACE)
    return sum(_take_up(pk) for pk in running.values_list("pk", flat=True))


def unfinished(path: str) -> list[dict[str, Any]]:
    """The arguments of jobs that wait or are at work; ``path`` begins the names of the tasks.

    Who compares them with rows of their own reads those rows first: then a job that ends
    in between has already written into its row.
    """
    rows = DBTaskResult.objects.filter(status__in=UNFINISHED, task_path__startswith=path)
    return list(rows.values_list("args_kwargs", flat=True))


def is_to_be_repeated(path: str) -> bool:
    """Whether the last job of a task to end has failed, and that a while ago."""
    ended = DBTaskResult.objects.finished().filter(task_path=path, finished_at__isnull=False)
    last = ended.order_by("-finished_at").first()
    if last is None or last.status != TaskResultStatus.FAILED:
        return False
    return bool(last.finished_at < timezone.now() - AGAIN)


def forget_finished() -> int:
    """Remove what the queue remembers of jobs long finished; returns how many."""
    return DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEPT).delete()[0]


def _take_up(pk: UUID) -> bool:
    with transaction.atomic():
        held = DBTaskResult.objects.select_for_update(skip_locked=True)
        job = held.filter(pk=pk, status=TaskResultStatus.RUNNING).first()
        if job is None or not _is_free(pk):
            return False
        if len(job.worker_ids) < MOST_ATTEMPTS and _is_repeatable(job):
            job.status = TaskResultStatus.READY
            job.save(update_fields=["status"])
        else:
            job.set_failed(WorkerLost(f"{len(job.worker_ids)} attempts"))
    log.warning("job %s (%s) has lost its worker: %s", pk, job.task_path, job.status)
    return True


def _is_repeatable(job: DBTaskResult) -> bool:
    try:
        return getattr(job.task.func, "is_repeatable", False)
    except ImportError:  # of an older version of the program
        return False


def _is_free(pk: UUID) -> bool:
    """Whether nobody holds the lock; in one statement, so that a pooler may be between."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN pg_try_advisory_lock(%(key)s)"
            " THEN pg_advisory_unlock(%(key)s) ELSE false END",
            {"key": _key(pk)},
        )
        return cursor.fetchone()[0]


def _key(pk: UUID) -> int:
    return int.from_bytes(pk.bytes[:8], signed=True)

"""What became of runs that nobody works on any more: killed, cut off, or out of disk."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from importers import locks, originals
from importers.models import ImportRun
from importers.staging import Stage
from layers.job_leases import take_up, unfinished

LOST = "处理中断（进程被终止或与数据库断开）。登记簿没有变动，可用留存的原文件重新提交。"
UNSTAGED = "数据库曾异常重启，待审核内容已丢失。登记簿没有变动，请重新试运行。"

NOT: dict[str, str] = {
    ImportRun.State.DRY: "提交中断，登记簿没有变动，可以重新提交。",
    ImportRun.State.COMMITTED: "撤销中断，登记簿没有变动，可以再次撤销。",
}
QUEUED = "排队中"
ANNOUNCING = timedelta(hours=1)  # the files of a delivery are put in place in it
REVIEW_DAYS = 30
UNFINISHED = (
    ImportRun.State.DRY,
    ImportRun.State.REFUSED,
    ImportRun.State.DISCARDED,
    ImportRun.State.INTERRUPTED,
)


def settle_abandoned() -> list[ImportRun]:
    """Say of every run that was left in the middle what is true; returns those settled.

    A commit and the run's own word for it are one transaction, so a run that still
    stands as running has written nothing.
    """
    take_up()
    settled = []
    for run in ImportRun.objects.filter(state=ImportRun.State.RUNNING):
        if not locks.is_alive(run.pk):
            settled += _settle(run, LOST)
    for run in ImportRun.objects.filter(state=ImportRun.State.DRY, options__has_key="staged"):
        if not _is_staged(run):
            settled += _settle(run, UNSTAGED)
    for run in _unasked(ImportRun.objects.filter(state=ImportRun.State.WAITING)):
        if run.started_at < timezone.now() - ANNOUNCING:
            settled += _settle(run, LOST)
    _settle_asked()
    return settled


def _settle_asked() -> None:
    """Of a commit or an undo that was asked for and that no job is at: it has not happened."""
    dry = ImportRun.objects.filter(state=ImportRun.State.DRY).exclude(stage="")
    committed = ImportRun.objects.filter(state=ImportRun.State.COMMITTED, stage=QUEUED)
    begun = list(dry.exclude(stage=QUEUED))
    for run in (*begun, *_unasked(dry.filter(stage=QUEUED)), *_unasked(committed)):
        if not locks.is_alive(run.pk):
            same = ImportRun.objects.filter(pk=run.pk, state=run.state, stage=run.stage)
            same.update(stage="", message=NOT[run.state])


def _unasked(runs: QuerySet[ImportRun]) -> list[ImportRun]:
    """Those that no job waits for or is at."""
    found = list(runs)
    if not found:
        return []
    asked: set[Any] = set()
    for given in unfinished("importers.jobs."):
        first = given["args"][0] if given["args"] else None
        asked.add(first if isinstance(first, int) else given["kwargs"].get("run_id"))
    return [run for run in found if run.pk not in asked]


def _settle(run: ImportRun, message: str) -> list[ImportRun]:
    with transaction.atomic(), connection.cursor() as cursor:
        fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
        if fresh.state != run.state:
            return []
        Stage(run.pk).drop(cursor)
        fresh.state, fresh.message = ImportRun.State.INTERRUPTED, message
        fresh.finished_at = timezone.now()
        fresh.save(update_fields=["state", "message", "finished_at"])
    return [fresh]


def _is_staged(run: ImportRun) -> bool:
    """Whether the stage still holds what it held; a crash of the server empties it."""
    stage = Stage(run.pk)
    with connection.cursor() as cursor:
        if not stage.exists(cursor):
            return False
        cursor.execute(f"SELECT count(*) FROM {stage.table}")
        return cursor.fetchone()[0] == run.options["staged"]


def give_up(run: ImportRun) -> None:
    """Drop what a run staged, and its files, unless an upload may be tried again."""
    with connection.cursor() as cursor:
        Stage(run.pk).drop(cursor)
    if not run.options.get("uploaded"):
        originals.discard(run)


def expire() -> int:
    """Drop stages and files of reviews that nobody finished; returns how many runs."""
    before = timezone.now() - timedelta(days=REVIEW_DAYS)
    over = ImportRun.objects.filter(
        started_at__lt=before, state__in=UNFINISHED, options__expired__isnull=True
    )
    for run in over:
        with transaction.atomic(), connection.cursor() as cursor:
            Stage(run.pk).drop(cursor)
            if run.state == ImportRun.State.DRY:
                run.state, run.message = ImportRun.State.DISCARDED, f"{REVIEW_DAYS} 天无人审核"
            run.options["expired"] = True
            run.save(update_fields=["state", "message", "options"])
        originals.discard(run)
    return len(over)

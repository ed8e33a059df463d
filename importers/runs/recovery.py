"""What became of runs that nobody works on any more: killed, cut off, or out of disk."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from importers.models import ImportRun
from importers.runs import originals
from importers.staging import locks
from importers.staging.forgetting import forget_unused_values
from importers.staging.staging import Stage
from layers.jobs.leases import take_up, unfinished

LOST = "处理中断（进程被终止或与数据库断开）。登记簿没有变动，可用留存的原文件重新提交。"
UNSTAGED = "数据库曾异常重启，待审核内容已丢失。登记簿没有变动，请重新试运行。"

NOT: dict[str, str] = {
    ImportRun.State.DRY: "提交中断，登记簿没有变动，可以重新提交。",
    ImportRun.State.COMMITTED: "撤销中断，登记簿没有变动，可以重新撤销。",
}
QUEUED, COMMITTING = "排队中", "核对采纳的内容"
ANNOUNCING = timedelta(hours=1)  # the files of a delivery are put in place in it
# What a dry run was last at: left standing after its end, it says nothing of a commit.
TRYING = ("打开", "读取", "比较", "检查", "核对")
REVIEW_DAYS = 30
RESTING = (ImportRun.State.DRY, ImportRun.State.COMMITTED)
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
        settled += settle_running(run)
    for run in ImportRun.objects.filter(state=ImportRun.State.DRY, options__has_key="staged"):
        if not _is_staged(run):
            settled += _settle(run, UNSTAGED)
    for run in ImportRun.objects.filter(state=ImportRun.State.WAITING):
        settled += settle_waiting(run)
    for run in ImportRun.objects.filter(state__in=RESTING).exclude(stage=""):
        settle_resting(run)
    return settled


def settle(run: ImportRun) -> None:
    """Say of this one run what is true, where nobody works on it any more."""
    take_up()
    if run.state == ImportRun.State.RUNNING:
        settle_running(run)
    elif run.state == ImportRun.State.WAITING:
        settle_waiting(run)
    elif run.stage and run.state in RESTING:
        settle_resting(run)


def settle_running(run: ImportRun) -> list[ImportRun]:
    """Say of a running run that nobody works on that it was cut off."""
    return [] if locks.is_alive(run.pk) else _settle(run, LOST)


def settle_waiting(run: ImportRun) -> list[ImportRun]:
    """Say of a delivery that has waited long, and that no job takes up, that it was cut off."""
    if run.started_at > timezone.now() - ANNOUNCING or _is_asked_for(run):
        return []
    return _settle(run, LOST)


def settle_resting(run: ImportRun) -> None:
    """A run that has ended is at no stage, unless somebody decides on it just now or soon."""
    if locks.is_alive(run.pk) or (run.stage == QUEUED and _is_asked_for(run)):
        return
    said = {"stage": ""}
    if run.stage not in TRYING:
        said["message"] = NOT[run.state]
    ImportRun.objects.filter(pk=run.pk, state=run.state, stage=run.stage).update(**said)


def _is_asked_for(run: ImportRun) -> bool:
    """Whether a job waits for the run or is at it."""
    for given in unfinished("importers.runs.jobs."):
        first = given["args"][0] if given["args"] else None
        if run.pk == (first if isinstance(first, int) else given["kwargs"].get("run_id")):
            return True
    return False


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
    if over:
        forget_unused_values()
    return len(over)

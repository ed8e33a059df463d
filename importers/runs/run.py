"""A run: files through the phases into the stage, compared, checked, and on request committed.

Staging, commit and the run's own record are one transaction, so a run is taken in whole
or not at all. A dry run leaves its stage standing, for the review.
"""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from importers.checks.notices import notice_of
from importers.errors import WAL_MISSING, WITHOUT_WAL, DeliveryRefused
from importers.models import ImportRun
from importers.reading.delivery import Delivery, Reading
from importers.reading.registers import layer_for, register_of
from importers.runs import commit as committing
from importers.runs import originals, recovery
from importers.runs.finding_records import record_issues
from importers.runs.outcome import RunOutcome, Terms, options_of
from importers.runs.progress import Progress, Silence
from importers.runs.trial import Trial
from importers.staging import locks
from importers.staging.component_cells import assign_cells
from importers.staging.difference import StagedDifference
from importers.staging.staging import Stage
from importers.values.columns import Register
from importers.values.issues import IssueLog
from layers.declarations.declarations import Layer
from spatial.sealed.errors import SealingError
from spatial.versions.actions import undo as undo_change
from spatial.versions.edits import VersionConflict
from spatial.versions.queries import conflicts_in

CUT_OFF = "与数据库的连接中断"
DISK_FULL = "53100"
RECONNECTS, RECONNECT_S = 8, 1.0  # a server that restarts after a crash is back in seconds


def start(
    paths: Sequence[Path],
    layer_id: str,
    reading: Reading | None = None,
    terms: Terms | None = None,
    *,
    commit: bool = False,
    progress: Progress | None = None,
    run: ImportRun | None = None,
) -> RunOutcome:
    """Take files in as one delivery of one layer; a dry run unless ``commit``.

    ``run`` is a waiting run that was announced before, else a new one is begun.

    Raises:
        DeliveryRefused: the delivery cannot be taken in; nothing was written to any register.
    """
    progress = progress or Silence()
    reading, terms = reading or Reading(), terms or Terms()
    with contextlib.ExitStack() as held:
        held.callback(progress.close)
        if run:
            held.enter_context(locks.alive(run.pk))
            run.state = ImportRun.State.RUNNING
            run.save(update_fields=["state"])
        try:
            layer = layer_for(layer_id)
            register = register_of(layer)
            came = originals.described(originals.with_companions(list(paths)))
            with Delivery(list(paths), register, reading) as delivery:
                begun = _begin(run, layer, delivery, terms, came)
                if not run:
                    held.enter_context(locks.alive(begun.pk))
                return _carry_out(begun, layer, register, delivery, terms, commit, progress)
        except BaseException as error:
            if run and run.state == ImportRun.State.RUNNING:
                _end_unopened(run, error)
            raise


def _end_unopened(run: ImportRun, error: BaseException) -> None:
    """A file that could not even be opened is this run's answer."""
    refused = isinstance(error, DeliveryRefused)
    if isinstance(error, DeliveryRefused) and error.columns:
        run.options["columns_found"] = list(error.columns)
    with contextlib.suppress(AnyDatabaseError):
        _end(run, ImportRun.State.REFUSED, str(error) if refused else "处理出错，没有写入")
    if isinstance(error, DeliveryRefused):
        error.run_id = run.pk


def _carry_out(
    run: ImportRun,
    layer: Layer,
    register: Register,
    delivery: Delivery,
    terms: Terms,
    commit: bool,
    progress: Progress,
) -> RunOutcome:
    progress.total = max(delivery.features, 0)
    kept = _keep(run, delivery, terms)
    try:
        return _take_in(run, layer, register, delivery, terms, commit, progress)
    except (DeliveryRefused, VersionConflict, SealingError) as error:
        _fail(run, str(error), kept)
        refused = DeliveryRefused(str(error))
        refused.run_id = run.pk
        raise refused from error
    except AnyDatabaseError as error:
        raise _settled(run, error, kept) from error
    except BaseException:
        with contextlib.suppress(AnyDatabaseError):
            _fail(run, "中断，没有写入", kept)
        raise


def undo(run_id: int, who: str, why: str = "") -> ImportRun:
    """Undo a committed run.

    Raises:
        DeliveryRefused: there is no such run, it was not committed, was undone before, or later
            changes stand on it.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    if not run:
        raise DeliveryRefused(f"没有入库批次 {run_id}")
    if run.state == ImportRun.State.UNDONE:
        raise DeliveryRefused(f"入库批次 {run_id} 已经撤销过")
    if run.state != ImportRun.State.COMMITTED or not run.change:
        raise DeliveryRefused(f"入库批次 {run_id} 没有入库（{run.get_state_display()}），无可撤销")
    try:
        with transaction.atomic():
            assign_cells(layer_for(run.layer))
            reverse = undo_change(run.change, who=who, why=why or f"撤销入库批次 {run_id}")
            run.undo_change = reverse
            _end(run, ImportRun.State.UNDONE)
    except VersionConflict as error:
        raise DeliveryRefused(str(error)) from error
    return run


def _begin(
    waiting: ImportRun | None,
    layer: Layer,
    delivery: Delivery,
    terms: Terms,
    came: list[dict[str, Any]],
) -> ImportRun:
    sources = {opened.source.name for opened in delivery.opened if opened.source}
    run = waiting or ImportRun(layer=layer.id, who=terms.who)
    run.state = ImportRun.State.RUNNING
    run.files = came
    run.source = (terms.source or ",".join(sorted(sources)))[:100]
    run.crs = ",".join(sorted({o.placement.words() for o in delivery.opened if o.placement}))[:100]
    run.options = {**run.options, **options_of(delivery.reading, terms)}
    run.options["headers"] = dict(delivery.opened[0].headers)
    run.options["columns_found"] = list(delivery.opened[0].table.fields)
    if ignored := delivery.ignored:
        run.options["ignored"] = ignored
    run.save()
    return run


def _keep(run: ImportRun, delivery: Delivery, terms: Terms) -> bool:
    if not terms.keep:
        return False
    paths = originals.with_companions(delivery.paths)
    run.options["kept"] = originals.store_originals(run, paths)
    return run.options["kept"] and not run.options.get("uploaded")


def _take_in(
    run: ImportRun,
    layer: Layer,
    register: Register,
    delivery: Delivery,
    terms: Terms,
    commit: bool,
    progress: Progress,
) -> RunOutcome:
    log = IssueLog()
    log.add(delivery.notes())
    with transaction.atomic():
        if commit:
            committing.take_turn(layer, progress)
        outcome = RunOutcome(run, StagedDifference(), log)
        with connection.cursor() as cursor:
            trial = Trial(cursor, run, layer, register, delivery, terms, log, progress)
            outcome.difference = trial.stage_all(review=not commit)
        outcome.ignored = delivery.ignored
        outcome.notice = notice_of(layer)
        _judge(outcome, terms, commit)
        if commit and not outcome.refusal:
            progress.step("写入")
            committing.write(
                run,
                layer,
                who=terms.who,
                why=terms.why,
                document=terms.document or "、".join(o.table.name for o in delivery.opened),
                at=terms.at,
                ancestry=terms.ancestry,
            )
        elif outcome.refusal:
            recovery.give_up(run)
        else:
            progress.step("核对")
            _foresee_conflicts(outcome, layer, terms)
        _conclude(outcome)
    return outcome


def _judge(outcome: RunOutcome, terms: Terms, commit: bool) -> None:
    """Whether the delivery as a whole may be written."""
    found = outcome.difference
    accepted = found.added + found.changed + found.unchanged
    repairs = outcome.run.options["staged"] - found.added - found.changed - found.ended
    if not accepted and not terms.ended and not (repairs and not commit):
        outcome.refusal = (
            f"全部 {found.rejected} 条都被拒收，没有写入任何内容"
            if found.rejected
            else "文件内没有任何要素"
        )
    elif found.ends_suspiciously_many and not terms.allow_ending and terms.ended is None:
        line = (
            f"将终止 {found.ended} 条（{found.lone} 条没有替换），"
            f"超过该范围现有 {found.standing} 条的三分之一；"
            "确实消失请加 --allow-ending，文件只是一部分请加 --partial"
        )
        if commit:
            outcome.refusal = line
        else:
            outcome.caution = f"提交时会被拒绝：{line}"
            outcome.run.options["ends_many"] = True
    if WAL_MISSING in {issue.code for issue in outcome.log.kept} and not terms.without_wal:
        line = f"{WITHOUT_WAL}；确认没有或不需要请加 --without-wal"
        outcome.run.options["wal_missing"] = True
        if commit:
            outcome.refusal = outcome.refusal or line
        else:
            outcome.caution = outcome.caution or f"提交时会被拒绝：{line}"


def _foresee_conflicts(outcome: RunOutcome, layer: Layer, terms: Terms) -> None:
    stage, table = Stage(outcome.run.pk), f'"{layer.model._meta.db_table}"'
    problems = conflicts_in(table, f"{stage.accepted} AS s", {}, terms.at or timezone.now())
    if problems:
        outcome.caution = outcome.caution or str(VersionConflict(problems))


def _conclude(outcome: RunOutcome) -> None:
    """The run's row and its findings, in the transaction of what they speak of."""
    run = outcome.run
    run.state = ImportRun.State.COMMITTED if run.change_id else ImportRun.State.DRY
    if outcome.refusal:
        run.state = ImportRun.State.REFUSED
    run.counts = vars(outcome.difference)
    _end(run, run.state, outcome.refusal or outcome.caution)
    record_issues(run, outcome.log)


def _fail(run: ImportRun, message: str, kept: bool) -> None:
    run.change = None
    if kept:
        originals.discard(run)
    _end(run, ImportRun.State.REFUSED, message)


def _settled(run: ImportRun, error: AnyDatabaseError, kept: bool) -> DeliveryRefused:
    """What is true after the database failed us: ask it again, in a new session."""
    code = getattr(error.__cause__, "pgcode", "")
    if code == DISK_FULL:
        _fail(run, "数据库磁盘已满，没有写入任何内容", kept)
        refused = DeliveryRefused("数据库磁盘已满，没有写入任何内容", "请清理或扩充磁盘后重新提交")
    elif isinstance(error, OperationalError | InterfaceError):
        connection.close()
        refused = DeliveryRefused(f"{CUT_OFF}，结果以批次 {run.pk} 的状态为准", "请稍后查看该批次")
        if fresh := _found_again(run):
            if fresh.state == ImportRun.State.COMMITTED:
                refused = DeliveryRefused(
                    f"{CUT_OFF}，但已写入：批次 {run.pk}，变更 {fresh.change_id}"
                )
            elif fresh.state == ImportRun.State.RUNNING:
                _fail(fresh, f"{CUT_OFF}，没有写入任何内容", kept)
                refused = DeliveryRefused(f"{CUT_OFF}，没有写入任何内容", "请重新提交")
    else:
        _fail(run, f"数据库出错，没有写入：{str(error).splitlines()[0]}", kept)
        raise error
    refused.run_id = run.pk
    return refused


def _found_again(run: ImportRun) -> ImportRun | None:
    """The run as the database holds it, once it answers again; None if it does not."""
    for _ in range(RECONNECTS):
        with contextlib.suppress(AnyDatabaseError):
            return ImportRun.objects.get(pk=run.pk)
        connection.close()
        time.sleep(RECONNECT_S)
    return None


def _end(run: ImportRun, state: str, message: str = "") -> None:
    run.state, run.message, run.finished_at = state, message[:1000], timezone.now()
    run.stage = ""
    run.save()

"""What a person does with a dry run: choose, accept a proposal, commit, give up.

The stage of the run is the one place where the choice stands, so that a page reloaded,
a second reviewer or a restart find it as it was left.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from django.db import Error, connection, transaction
from django.utils import timezone

from importers.checks.catalogue import rules_for
from importers.checks.run_checks import check_stage
from importers.checks.shapes import check_shapes
from importers.errors import WITHOUT_WAL, DeliveryRefused
from importers.models import ImportIssue, ImportRun
from importers.reading.registers import layer_for, register_of
from importers.runs import commit, originals, recovery
from importers.runs.progress import Progress, Silence
from importers.staging import locks
from importers.staging.component_cells import check_cells
from importers.staging.difference import ends_many, mark_changed
from importers.staging.ending import Grounds
from importers.staging.forgetting import forget_unused_values
from importers.staging.staging import Stage, expect_many
from importers.values.batch import Batch
from importers.values.issues import Severity
from spatial.versions.edits import VersionConflict
from spatial.versions.queries import attribute_fields, conflicts_in, revision_of

ACTIONS = ("open", "replace", "end")


def choose(
    run_id: int,
    accepted: bool,
    *,
    actions: Sequence[str] = ACTIONS,
    codes: Sequence[str] | None = None,
) -> int:
    """Take rows of a reviewed run in or leave them out; returns how many that concerns.

    What a row replaces ends with it, and stays where it is left out.

    Raises:
        DeliveryRefused: the run is not under review.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        run = _under_review(run_id)
        stage, grounds = Stage(run.pk), _grounds(cursor, run)
        where, params = "s.action = ANY(%s)", [list(actions)]
        if codes is not None:
            where, params = f"{where} AND s.code = ANY(%s)", [*params, list(codes)]
        cursor.execute(
            f"UPDATE {stage.table} s SET accepted = %s WHERE {where} AND s.accepted <> %s",
            [accepted, *params, accepted],
        )
        changed = cursor.rowcount
        if accepted and changed:
            grounds.end_replaced(where, params)
        kept = grounds.keep_unreplaced()
        return changed - kept if accepted and tuple(actions) == ("end",) else changed


def accept_proposal(issue_id: int, who: str) -> ImportIssue:
    """Take the proposed geometry for a row instead of the surveyed one; both are kept.

    Raises:
        DeliveryRefused: no such proposal, its row brings no change, or the rules are against it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        issue, stage, at = _proposal(issue_id)
        if issue.accepted_at:
            return issue
        cursor.execute(
            f"SELECT geom::bytea FROM {stage.table} WHERE (file_number, row_number) = (%s, %s)", at
        )
        row = cursor.fetchone()
        if not row:
            raise DeliveryRefused("这一行没有变化，或因其他错误被拒收，建议图形用不上")
        issue.original = bytes(row[0]).hex()
        cursor.execute(
            f"UPDATE {stage.table} SET geom = %s, accepted = true,"
            " action = CASE action WHEN 'repair' THEN 'open' ELSE action END"
            " WHERE (file_number, row_number) = (%s, %s)",
            [issue.proposal.hexewkb.decode(), *at],  # type: ignore[union-attr]
        )
        _compare_again(cursor, issue.run, stage)
        _check_repaired(cursor, issue, stage, at)
        issue.accepted_by, issue.accepted_at = who[:150], timezone.now()
        issue.save(update_fields=["original", "accepted_by", "accepted_at"])
    return issue


def withdraw_proposal(issue_id: int) -> ImportIssue:
    """Put the surveyed geometry back. A row in error is left out again.

    Raises:
        DeliveryRefused: no such proposal.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        issue, stage, at = _proposal(issue_id)
        if not issue.accepted_at or not issue.original:
            return issue
        is_error = issue.severity == "error"
        cursor.execute(
            f"UPDATE {stage.table} SET geom = %s, accepted = %s,"
            " action = CASE WHEN %s THEN 'repair' ELSE action END"
            " WHERE (file_number, row_number) = (%s, %s)",
            [issue.original.hexewkb.decode(), not is_error, is_error, *at],
        )
        issue.original, issue.accepted_by, issue.accepted_at = None, "", None
        issue.save(update_fields=["original", "accepted_by", "accepted_at"])
    return issue


def commit_run(
    run_id: int,
    who: str,
    *,
    why: str = "",
    document: str = "",
    at: datetime | None = None,
    allow_ending: bool = False,
    without_wal: bool = False,
    progress: Progress | None = None,
) -> ImportRun:
    """Commit what was accepted of a reviewed run.

    Killed on the way, the run is still under review and nothing is written.

    Raises:
        DeliveryRefused: not under review, nothing accepted, too much would end, the part that
            was chosen breaks a rule that the whole did not, or the register has moved on
            since; in the last case the run must be tried again.
    """
    progress = progress or Silence()
    try:
        with locks.alive(run_id), transaction.atomic():
            run = _under_review(run_id)
            layer = layer_for(run.layer)
            commit.take_turn(layer, progress)
            progress.step(recovery.COMMITTING)
            check_cells(run, layer)
            _check_choice(run, allow_ending, without_wal)
            _check_part(run)
            if revision_of(layer.model) != run.options.get("revision"):
                _check_still_fits(run, layer.model, at)
            progress.step("写入")
            commit.write(
                run,
                layer,
                who=who,
                why=why,
                document=document or "、".join(run.options.get("tables", [])),
                at=at or _stated_moment(run),
            )
            run.finished_at = timezone.now()
            run.message = run.stage = ""
            run.save(update_fields=["finished_at", "message", "stage"])
    except VersionConflict as error:
        raise DeliveryRefused(f"登记簿在试运行之后有了变动：{error}", "请重新试运行") from error
    except Error as error:
        raise DeliveryRefused(
            f"数据库出错，没有写入：{str(error).splitlines()[0]}",
            f"批次 {run_id} 仍待审核，可以重试",
        ) from error
    finally:
        progress.close()
    return run


def discard(run_id: int, who: str) -> ImportRun:
    """Give a reviewed run up: its stage and files go, its record and findings stay.

    Raises:
        DeliveryRefused: it is not under review.
    """
    with transaction.atomic():
        run = _under_review(run_id)
        run.state, run.message = ImportRun.State.DISCARDED, f"{who} 放弃"
        run.finished_at = timezone.now()
        run.save(update_fields=["state", "message", "finished_at"])
        recovery.give_up(run)
        originals.discard(run)
    forget_unused_values()
    return run


def counted(run: ImportRun) -> dict[str, dict[str, int]]:
    """Per action, how many rows are staged and how many of them accepted."""
    found = {action: {"staged": 0, "accepted": 0} for action in (*ACTIONS, "repair")}
    with connection.cursor() as cursor:
        stage = Stage(run.pk)
        if not stage.exists(cursor):
            return found
        cursor.execute(
            f"SELECT action, count(*), count(*) FILTER (WHERE accepted) FROM {stage.table}"
            " GROUP BY action"
        )
        for action, staged, accepted in cursor.fetchall():
            found[action] = {"staged": staged, "accepted": accepted}
    return found


def _under_review(run_id: int) -> ImportRun:
    locks.lock_review(run_id)
    run = ImportRun.objects.filter(pk=run_id).first()
    if not run:
        raise DeliveryRefused(f"没有入库批次 {run_id}")
    if run.state != ImportRun.State.DRY:
        raise DeliveryRefused(f"入库批次 {run_id} 不在审核中（{run.get_state_display()}）")
    with connection.cursor() as cursor:
        if not Stage(run.pk).exists(cursor):
            raise DeliveryRefused(f"入库批次 {run_id} 的待审核内容已不在", "请重新试运行")
    return run


def _proposal(issue_id: int) -> tuple[ImportIssue, Stage, tuple[int, int]]:
    issue = ImportIssue.objects.filter(pk=issue_id, proposal__isnull=False).first()
    if not issue:
        raise DeliveryRefused("没有这条建议")
    run = _under_review(issue.run_id)
    tables = run.options.get("tables", [])
    if issue.file not in tables:
        raise DeliveryRefused("找不到这条建议所在的文件")
    return issue, Stage(run.pk), (tables.index(issue.file), issue.row)


def _compare_again(cursor: Any, run: ImportRun, stage: Stage) -> None:
    """A repaired row of a feature that stands replaces it."""
    model = layer_for(run.layer).model
    said = set(run.options.get("carried", []))
    unsaid = [str(f.column) for f in attribute_fields(model) if str(f.column) not in said]
    mark_changed(cursor, stage, f'"{model._meta.db_table}"', unsaid)


def _grounds(cursor: Any, run: ImportRun) -> Grounds:
    layer = layer_for(run.layer)
    if run.options.get("staged", 0) >= commit.MANY:
        expect_many(cursor)
    table = f'"{layer.model._meta.db_table}"'
    return Grounds(cursor, Stage(run.pk), table, register_of(layer))


def _check_choice(run: ImportRun, allow_ending: bool, without_wal: bool) -> None:
    with connection.cursor() as cursor:
        grounds = _grounds(cursor, run)
        grounds.keep_unreplaced()  # another choice may have come between
        lone = grounds.count_lone()
    chosen = counted(run)
    if not any(chosen[action]["accepted"] for action in ACTIONS):
        raise DeliveryRefused("没有采纳任何一条，没有可入库的内容")
    if run.options.get("wal_missing") and not (without_wal or run.options.get("without_wal")):
        raise DeliveryRefused(
            WITHOUT_WAL, "确认没有或不需要，请勾选“没有缺少 -wal 文件”（--without-wal）"
        )
    standing, ending = run.counts.get("standing", 0), chosen["end"]["accepted"]
    is_many = run.options.get("ends_many") and ends_many(ending, lone, standing)
    if is_many and not allow_ending:
        raise DeliveryRefused(
            f"将终止 {ending} 条，超过该范围现有 {standing} 条的三分之一",
            "确实消失请勾选“允许大量终止”，否则请不采纳终止",
        )


def _check_repaired(cursor: Any, issue: ImportIssue, stage: Stage, at: tuple[int, int]) -> None:
    """A repaired row is held to the same rules as any other."""
    run = issue.run
    shape = shapely.from_wkb(bytes(issue.proposal.wkb))  # type: ignore[union-attr]
    batch = Batch(issue.file, np.array([issue.row]), {}, np.array([shape], object))
    check_shapes(batch, rules_for(run.layer, geometry=layer_for(run.layer).geometry))
    wrong = [found.message for found in batch.issues if found.severity is Severity.ERROR]
    checked = check_stage(cursor, stage.table, run.layer, run.options["tables"])
    if at in checked.errors:  # a pair is told of at one of its rows
        wrong += [
            f"第 {row[1]} 行{found.message}"
            for found, row, other in zip(checked.issues, checked.rows, checked.others, strict=True)
            if at in (row, other) and found.severity is Severity.ERROR
        ]
    if wrong:
        raise DeliveryRefused(f"建议图形不能采纳：{'；'.join(wrong[:3])}", "请由测绘单位改正后重交")


def _check_part(run: ImportRun) -> None:
    """What stands beside a part of a delivery is not what stood beside the whole."""
    chosen = counted(run)
    if all(chosen[action]["accepted"] == chosen[action]["staged"] for action in ACTIONS):
        return
    with connection.cursor() as cursor:
        checked = check_stage(cursor, Stage(run.pk).table, run.layer, run.options["tables"])
    if checked.errors:
        errors = [found.message for found in checked.issues if found.severity is Severity.ERROR]
        raise DeliveryRefused(
            f"只采纳这一部分会有 {len(checked.errors)} 条出错，如：{errors[0]}",
            "请把相关的几条一并采纳，或都不采纳",
        )


def _check_still_fits(run: ImportRun, model: Any, at: datetime | None) -> None:
    stage, moment = Stage(run.pk), at or _stated_moment(run) or timezone.now()
    if problems := conflicts_in(f'"{model._meta.db_table}"', f"{stage.accepted} AS s", {}, moment):
        raise VersionConflict(problems)


def _stated_moment(run: ImportRun) -> datetime | None:
    stated = run.options.get("at")
    return datetime.fromisoformat(stated) if stated else None

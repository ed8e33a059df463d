"""A run: files through the phases into staging, compared, and on request committed.

Everything happens in one transaction, so a run is taken in whole or not at all; the
run itself and its findings are on record either way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from importers import originals
from importers.bulk import indexes_afterwards
from importers.delivery import Delivery, Reading
from importers.difference import Difference, compare, reject_duplicates, reject_incomplete
from importers.errors import Refused
from importers.issues import IssueLog
from importers.models import ImportRun
from importers.phases.columns import Register
from importers.progress import Progress, Silence
from importers.records import record_issues
from importers.registers import layer_for, register_of
from importers.staging import STAGE, copy_rows, create_stage, expect_many
from layers.declarations import Layer
from spatial.versions.actions import apply_table, record_ancestry, record_change
from spatial.versions.actions import undo as undo_change
from spatial.versions.edits import Conflict
from spatial.versions.models import Change
from spatial.versions.queries import conflicts_in

FIRST_LOAD = 20_000  # from here on an empty register gets its indexes afterwards
MANY = 5_000  # from here on the planner is told what to expect


@dataclass(frozen=True)
class Terms:
    """Under which terms a delivery is taken in.

    ``ended`` names the codes that cease; None means: find out, unless ``partial``.
    ``ancestry`` is (parent code, child code). ``source`` marks the run, for resuming.
    Without ``keep`` the files are hashed only: they can be made again.
    """

    who: str = "import"
    why: str = ""
    document: str = ""
    at: datetime | None = None
    partial: bool = False
    allow_ending: bool = False
    ended: Sequence[str] | None = None
    ancestry: Sequence[tuple[str, str]] = ()
    source: str = ""
    keep: bool = True


@dataclass
class Outcome:
    """What came of a run. ``refusal`` says why nothing was, or would be, written."""

    run: ImportRun
    difference: Difference
    log: IssueLog
    ignored: dict[str, list[str]] = field(default_factory=dict)
    refusal: str = ""
    caution: str = ""


def start(
    paths: Sequence[Path],
    layer_id: str,
    reading: Reading | None = None,
    terms: Terms | None = None,
    *,
    commit: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Take files in as one delivery of one layer; a dry run unless ``commit``.

    Raises:
        Refused: the delivery cannot be taken in; nothing was written to any register.
    """
    progress = progress or Silence()
    try:
        return _start(
            list(paths), layer_id, reading or Reading(), terms or Terms(), commit, progress
        )
    finally:
        progress.close()


def _start(
    paths: list[Path],
    layer_id: str,
    reading: Reading,
    terms: Terms,
    commit: bool,
    progress: Progress,
) -> Outcome:
    layer = layer_for(layer_id)
    register = register_of(layer)
    with Delivery(paths, register, reading) as delivery:
        run = _begin(paths, layer, delivery, terms)
        progress.total = delivery.features
        try:
            outcome = _take_in(run, layer, register, delivery, terms, commit, progress)
        except (Refused, Conflict) as error:
            _end(run, ImportRun.State.REFUSED, str(error))
            refused = Refused(str(error))
            refused.run_id = run.pk
            raise refused from error
        except BaseException:
            _end(run, ImportRun.State.REFUSED, "中断")
            raise
    state = ImportRun.State.COMMITTED if run.change_id else ImportRun.State.DRY
    if outcome.refusal:
        state = ImportRun.State.REFUSED
    run.counts = vars(outcome.difference)
    _end(run, state, outcome.refusal)
    record_issues(run, outcome.log)
    return outcome


def undo(run_id: int, who: str, why: str = "") -> ImportRun:
    """Undo a committed run.

    Raises:
        Refused: there is no such run, it was not committed, was undone before, or later
            changes stand on it.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    if not run:
        raise Refused(f"没有入库批次 {run_id}")
    if run.state == ImportRun.State.UNDONE:
        raise Refused(f"入库批次 {run_id} 已经撤销过")
    if run.state != ImportRun.State.COMMITTED or not run.change:
        raise Refused(f"入库批次 {run_id} 没有入库（{run.get_state_display()}），无可撤销")
    try:
        with transaction.atomic():
            reverse = undo_change(run.change, who=who, why=why or f"撤销入库批次 {run_id}")
            run.undo_change = reverse
            _end(run, ImportRun.State.UNDONE)
    except Conflict as error:
        raise Refused(str(error)) from error
    return run


def _begin(paths: Sequence[Path], layer: Layer, delivery: Delivery, terms: Terms) -> ImportRun:
    sources = {opened.source.name for opened in delivery.opened if opened.source}
    return ImportRun.objects.create(
        layer=layer.id,
        files=originals.described(originals.with_companions(list(paths))),
        source=terms.source or ",".join(sorted(sources)),
        crs=",".join(sorted({f"EPSG:{o.epsg}" for o in delivery.opened if o.epsg})),
        options=_options(delivery.reading, terms),
        who=terms.who,
    )


def _options(reading: Reading, terms: Terms) -> dict[str, Any]:
    given: Mapping[str, Any] = {**vars(reading), **vars(terms)}
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in given.items() if v}
    for own in ("source", "keep"):
        plain.pop(own, None)
    for many in ("ended", "ancestry"):
        if many in plain:
            plain[many] = len(plain[many])
    return plain


def _take_in(
    run: ImportRun,
    layer: Layer,
    register: Register,
    delivery: Delivery,
    terms: Terms,
    commit: bool,
    progress: Progress,
) -> Outcome:
    log = IssueLog()
    log.add(delivery.notes())
    with transaction.atomic(), connection.cursor() as cursor:
        difference = _stage(cursor, layer, register, delivery, terms, log, progress)
        outcome = Outcome(run, difference, log)
        outcome.ignored = {o.table.name: o.ignored for o in delivery.opened if o.ignored}
        _judge(outcome, delivery, terms, commit)
        if not commit:
            progress.step("核对")
            problems = conflicts_in(
                f'"{layer.model._meta.db_table}"', f"{STAGE} AS s", [], terms.at or timezone.now()
            )
            if problems:
                outcome.caution = outcome.caution or str(Conflict(problems))
        elif not outcome.refusal:
            progress.step("写入")
            _commit(run, layer, delivery, terms)
    return outcome


def _stage(
    cursor: Any,
    layer: Layer,
    register: Register,
    delivery: Delivery,
    terms: Terms,
    log: IssueLog,
    progress: Progress,
) -> Difference:
    files = [opened.table.name for opened in delivery.opened]
    create_stage(cursor, layer.model)
    rejected = 0
    progress.step("读取")
    for encoded in delivery.batches():
        copy_rows(cursor, encoded)
        log.add(encoded.batch.issues)
        rejected += int(encoded.batch.rejected.sum())
        progress.advance(len(encoded.batch))
    if delivery.features >= MANY:
        expect_many(cursor)
    progress.step("比较")
    ended = None if terms.ended is None else list(terms.ended)
    twice = reject_duplicates(cursor, files, bool(register.kinds))
    difference = compare(cursor, layer.model, delivery.carried, ended, whole=not terms.partial)
    incomplete = reject_incomplete(cursor, register, delivery.carried, files)
    log.add(twice)
    log.add(incomplete)
    difference.added -= len(incomplete)
    difference.rejected = rejected + len(twice) + len(incomplete)
    return difference


def _judge(outcome: Outcome, delivery: Delivery, terms: Terms, commit: bool) -> None:
    """Whether the delivery as a whole may be written."""
    found = outcome.difference
    accepted = found.added + found.changed + found.unchanged
    if not accepted and not terms.ended:
        outcome.refusal = (
            f"全部 {found.rejected} 条都被拒收，没有写入任何内容"
            if found.rejected
            else "文件内没有任何要素"
        )
    elif found.ends_suspiciously_many and not terms.allow_ending and terms.ended is None:
        line = (
            f"将终止 {found.ended} 条，超过该范围现有 {found.standing} 条的三分之一；"
            "确实消失请加 --allow-ending，文件只是一部分请加 --partial"
        )
        if commit:
            outcome.refusal = line
        else:
            outcome.caution = f"提交时会被拒绝：{line}"


def _commit(run: ImportRun, layer: Layer, delivery: Delivery, terms: Terms) -> None:
    names = "、".join(opened.table.name for opened in delivery.opened)
    kept = terms.keep and originals.keep(run.pk, originals.with_companions(delivery.paths))
    try:
        change = record_change(
            who=terms.who,
            why=(terms.why or f"数据入库：{layer.title}")[:500],
            at=terms.at,
            document=(terms.document or names)[:300],
            origin=run.origin,
        )
        counts = _apply(change, layer, many=delivery.features >= FIRST_LOAD)
        _record_ancestry(change, layer, terms.ancestry)
        if sum(counts.values()) >= MANY:
            with connection.cursor() as cursor:
                cursor.execute(f'ANALYZE "{layer.model._meta.db_table}"')
        run.change, run.options["kept"] = change, kept
        run.state = ImportRun.State.COMMITTED
        run.save(update_fields=["change", "options", "state"])
    except BaseException:
        originals.discard(run.pk)
        run.change = None
        raise


def _apply(change: Change, layer: Layer, many: bool) -> dict[str, int]:
    if not many:
        return apply_table(change, layer.model, STAGE)
    with connection.cursor() as cursor, indexes_afterwards(cursor, layer.model):
        return apply_table(change, layer.model, STAGE)


def _record_ancestry(change: Change, layer: Layer, links: Sequence[tuple[str, str]]) -> None:
    """Record descent with the area that parent and child share."""
    if not links:
        return
    table = f'"{layer.model._meta.db_table}"'
    area = "coalesce(ST_Area(ST_Intersection(p.geom, c.geom)), 0)" if layer.geometry else "0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.parent, l.child, {area} FROM unnest(%s::text[], %s::text[]) AS l(parent, child)"
            f" LEFT JOIN {table} p ON p.code = l.parent AND p.closed_by_id = %s"
            f" LEFT JOIN {table} c ON c.code = l.child AND c.opened_by_id = %s",
            [[p for p, _ in links], [c for _, c in links], change.pk, change.pk],
        )
        found = cursor.fetchall()
    record_ancestry(change, layer.model._meta.label_lower, found)


def _end(run: ImportRun, state: str, message: str = "") -> None:
    run.state, run.message, run.finished_at = state, message[:1000], timezone.now()
    run.save()

"""From the stage into the register: one Change, one transaction, one commit at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from importers.models import ImportRun
from importers.runs.progress import Progress
from importers.runs.raster_copies import file_away
from importers.staging import locks
from importers.staging.bulk import indexes_afterwards
from importers.staging.component_cells import assign_cells, reassign_components
from importers.staging.staging import Stage, expect_many
from layers.declarations.declarations import Layer
from spatial.versions.actions import apply_table, record_ancestry, record_change
from spatial.versions.models import Change
from spatial.versions.queries import revision_of
from spatial.versions.upkeep import analyze

FIRST_LOAD = 20_000  # from here on an empty register gets its indexes afterwards
MANY = 5_000  # from here on the planner is told what to expect


def take_turn(layer: Layer, progress: Progress) -> None:
    """Wait until no other delivery is being committed to this register."""
    if not locks.is_register_free(layer.model._meta.label_lower):
        progress.step("等待同一登记簿的另一批次")
        locks.wait_for_register(layer.model._meta.label_lower)
    assign_cells(layer)


def write(
    run: ImportRun,
    layer: Layer,
    *,
    who: str,
    why: str,
    document: str,
    at: datetime | None = None,
    ancestry: Sequence[tuple[str, str]] = (),
) -> Change:
    """Carry out what the run's stage has accepted; the run's row says so in the same breath.

    In the caller's transaction: after a crash either both are there or neither is.

    Raises:
        VersionConflict: the register has moved on since the stage was compared.
    """
    stage = Stage(run.pk)
    file_away(run, layer)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {stage.table} WHERE accepted")
        rows = cursor.fetchone()[0]
        if rows >= MANY:
            expect_many(cursor)
    change = record_change(
        who=who,
        why=(why or f"数据入库：{layer.title}")[:500],
        at=at,
        document=document[:300],
        origin=run.origin,
    )
    counts = _apply(change, layer, stage, rows)
    _record_ancestry(change, layer, ancestry)
    reassign_components(change, layer)
    with connection.cursor() as cursor:
        if sum(counts.values()) >= MANY:
            analyze(cursor, layer.model._meta.db_table)
        stage.drop(cursor)
    run.change, run.state = change, ImportRun.State.COMMITTED
    run.options["written"] = counts
    run.options["revision"] = revision_of(layer.model)
    run.save(update_fields=["change", "state", "options"])
    return change


def _apply(change: Change, layer: Layer, stage: Stage, rows: int) -> dict[str, int]:
    if rows < FIRST_LOAD:
        return apply_table(change, layer.model, stage.accepted)
    with connection.cursor() as cursor, indexes_afterwards(cursor, layer.model):
        return apply_table(change, layer.model, stage.accepted)


def _record_ancestry(change: Change, layer: Layer, links: Sequence[tuple[str, str]]) -> None:
    """Record descent with the area that parent and child share."""
    if not links:
        return
    table = f'"{layer.model._meta.db_table}"'
    area = "coalesce(ST_Area(ST_Intersection(p.geom, c.geom)), 0)" if layer.geometry else "0"
    found: list[tuple[Any, ...]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.parent, l.child, {area} FROM unnest(%s::text[], %s::text[]) AS l(parent, child)"
            f" LEFT JOIN {table} p ON p.code = l.parent AND p.closed_by_id = %s"
            f" LEFT JOIN {table} c ON c.code = l.child AND c.opened_by_id = %s",
            [[p for p, _ in links], [c for _, c in links], change.pk, change.pk],
        )
        found = cursor.fetchall()
    record_ancestry(change, layer.model._meta.label_lower, found)

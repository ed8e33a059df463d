"""The only writes of any register: ``apply`` and ``undo``, one transaction each.

Both end in the same set-based statements over a *source*, a relation with the
columns ``action, code, expected`` and the register's attributes. A handful of edits
comes as a JSON parameter, an import as its staging table: bulk equals one by one.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from spatial.errors import SpatialError
from spatial.versions.edits import Action, Edit, OnlyBySteps, VersionConflict
from spatial.versions.guards import registers
from spatial.versions.keeping import Difference, events_of, keep, written
from spatial.versions.models import (
    Ancestry,
    Change,
    Revision,
    RevisionChange,
    VersionedFeature,
)
from spatial.versions.queries import attribute_fields, conflicts_in, later_changes
from spatial.versions.signals import revised
from spatial.versions.touched import record_touched

Counts = dict[str, int]


def record_change(
    *, who: str, why: str, at: datetime | None = None, document: str = "", origin: str = ""
) -> Change:
    """Begin a change; its effects follow by ``apply`` in the caller's transaction.

    Raises:
        VersionConflict: ``at`` lies in the future: open versions are today's, by law.
    """
    now = timezone.now()
    if at and at > now:
        raise VersionConflict([("", f"生效时间 {at:%Y-%m-%d %H:%M} 晚于现在")])
    return Change.objects.create(at=at or now, who=who, why=why, document=document, origin=origin)


def follow_up(change: Change) -> Change:
    """Begin a change, dated now, of what another one entails; undoing that one undoes both.

    For effects on features that have been changed since the other's own moment.
    """
    return Change.objects.create(
        at=timezone.now(),
        who=change.who,
        why=change.why,
        document=change.document,
        origin=_following(change),
    )


def apply(change: Change, model: type[VersionedFeature], edits: Iterable[Edit]) -> Counts:
    """Carry out edits of one register as part of a change; all of them or none.

    Returns how many were opened, replaced and ended.

    Raises:
        VersionConflict: an edit does not fit what stands; nothing is written.
    """
    rows = [_row(model, edit) for edit in edits]
    columns = ", ".join(f'"{f.column}" {f.db_type(connection)}' for f in attribute_fields(model))
    source = (
        f"jsonb_to_recordset(%s::jsonb) AS s(action text, code text, expected bigint, {columns})"
    )
    return _apply_source(change, model, source, [json.dumps(rows, cls=DjangoJSONEncoder)])


def apply_table(change: Change, model: type[VersionedFeature], table: str) -> Counts:
    """Carry out the edits that stand in a staging table: one statement for any number.

    ``table`` is a quoted SQL name with the columns action, code, expected and the
    register's attributes.

    Raises:
        VersionConflict: as ``apply``.
    """
    return _apply_source(change, model, f"{table} AS s", [])


def undo(change: Change, *, who: str, why: str) -> Change:
    """Reverse a change by a new one that takes effect at the same moment.

    Afterwards every ``as_of`` reads as if the change had not been; both stay on record.

    Raises:
        VersionConflict: already undone, later changes stand on it (they are named), or it took a
            step of casework, which is on record.
    """
    with transaction.atomic():
        Change.objects.select_for_update().get(pk=change.pk)
        if Change.objects.filter(reverses=change).exists():
            raise VersionConflict([("", f"变更 {change.pk} 已经撤销过")])
        reverse = Change.objects.create(
            at=change.at, who=who, why=why, reverses=change, origin=change.origin
        )
        for model in registers():
            _undo_register(change, reverse, model)
        _undo_ancestry(change, reverse)
        followers = Change.objects.filter(origin=_following(change), reversed_by=None)
        for follower in followers.order_by("-pk"):
            # It follows the undo, so that undoing that brings both back.
            back = undo(follower, who=who, why=why)
            Change.objects.filter(pk=back.pk).update(origin=_following(reverse))
    return reverse


def _following(change: Change) -> str:
    return f"change/{change.pk}"


def record_ancestry(change: Change, register: str, links: Sequence[tuple[str, str, float]]) -> None:
    """Record (parent code, child code, shared area in m²) links of a change."""
    Ancestry.objects.bulk_create(
        Ancestry(
            register=register,
            parent_code=parent,
            child_code=child,
            shared_area_m2=area,
            opened_by=change,
        )
        for parent, child, area in links
    )


def _row(model: type[VersionedFeature], edit: Edit) -> dict[str, Any]:
    row: dict[str, Any] = {"action": edit.action, "code": edit.code, "expected": edit.expected}
    if edit.action == Action.END:
        return row
    fields = attribute_fields(model)
    unknown = set(edit.values) - {field.name for field in fields}
    if unknown:
        raise VersionConflict([(edit.code, f"没有字段 {'、'.join(sorted(unknown))}")])
    for field in fields:
        value = edit.values.get(field.name, field.get_default())
        row[str(field.column)] = (
            value.hexewkb.decode() if isinstance(value, GEOSGeometry) else value
        )
    return row


def _apply_source(
    change: Change, model: type[VersionedFeature], source: str, params: list
) -> Counts:
    table = f'"{model._meta.db_table}"'
    columns = ", ".join(f'"{field.column}"' for field in attribute_fields(model))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT action, count(*) FROM {source} GROUP BY action", params)
        counts = {Action(action): number for action, number in cursor.fetchall()}
        try:
            with transaction.atomic():
                found = _close(cursor, model, source, params, change)
                closed = counts.get(Action.REPLACE, 0) + counts.get(Action.END, 0)
                if found.number("ended") != closed:
                    raise _ClosedTooFew
                found.include(_open(cursor, model, columns, source, params, change))
        except (IntegrityError, _ClosedTooFew) as error:
            problems = conflicts_in(table, source, params, change.at)
            raise VersionConflict(problems or [("", _first_line(error))]) from error
        number = _count(
            change,
            model,
            f"SELECT s.geom FROM {source} WHERE s.action <> 'end'"
            f" UNION ALL SELECT geom FROM {table} WHERE closed_by_id = %s",
            [*params, change.pk],
        )
        keep(model, number, found, at=change.at)
    return {action.value: counts.get(action, 0) for action in Action}


class _ClosedTooFew(SpatialError):
    """Fewer versions were closed than the edits asked for."""


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0] or "另一项变更刚刚改动了同一要素，请刷新后重试"


def _close(
    cursor: Any, model: type[VersionedFeature], source: str, params: list, change: Change
) -> Difference:
    statement = (
        f'UPDATE "{model._meta.db_table}" v'
        " SET valid = tstzrange(lower(v.valid), %s), closed_by_id = %s"
        f" FROM {source} WHERE v.code = s.code AND upper_inf(v.valid) AND s.action <> 'open'"
        " AND (s.expected IS NULL OR s.expected = v.id) AND lower(v.valid) <= %s"
    )
    given = [change.at, change.pk, *params, change.at]
    return written(cursor, model, statement, given, change.at, ends=True)


def _open(
    cursor: Any,
    model: type[VersionedFeature],
    columns: str,
    source: str,
    params: list,
    change: Change,
) -> Difference:
    statement = (
        f'INSERT INTO "{model._meta.db_table}" AS v (code, valid, opened_by_id, {columns})'
        f" SELECT s.code, tstzrange(%s, NULL), %s, {columns} FROM {source}"
        " WHERE s.action <> 'end'"
    )
    return written(cursor, model, statement, [change.at, change.pk, *params], change.at)


def count_revision(register: str) -> int:
    """Count one more revision under this name; every cache over it ends. Returns the number.

    The row stays locked until the transaction ends, so revisions of one name follow each
    other in the order of their commits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{Revision._meta.db_table}" AS r (register, number) VALUES (%s, 1)'
            " ON CONFLICT (register) DO UPDATE SET number = r.number + 1 RETURNING number",
            [register],
        )
        return cursor.fetchone()[0]


def _count(
    change: Change, model: type[VersionedFeature], touched: str, params: Sequence[Any]
) -> int:
    """One more revision of a register, which change made it, and where it touched the register.

    ``touched`` is a SELECT of the geometries, and ``params`` its parameters. Returns the
    number of the revision.
    """
    register = model._meta.label_lower
    number = count_revision(register)
    RevisionChange.objects.create(register=register, number=number, change=change)
    record_touched(model, number, touched, params)
    revised.send(model, register=register)
    return number


def _undo_register(change: Change, reverse: Change, model: type[VersionedFeature]) -> None:
    """Void what stands since the change, and open again what the change put an end to."""
    table = f'"{model._meta.db_table}"'
    columns = ", ".join(f'"{field.column}"' for field in attribute_fields(model))
    names: dict[str, Any] = {"x": change.pk, "reverse": reverse.pk, "at": change.at}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.versions_undo")
        cursor.execute(
            "CREATE TEMP TABLE versions_undo ON COMMIT DROP AS SELECT DISTINCT code"
            f" FROM {table} WHERE %(x)s IN (opened_by_id, closed_by_id, voided_by_id)",
            names,
        )
        if not cursor.rowcount:
            return
        if model.by_steps:
            raise OnlyBySteps(str(model._meta.verbose_name))
        if later := later_changes(model, change, "versions_undo"):
            raise VersionConflict([(code, f"此后又有变更 {pk}，须先撤销它") for code, pk in later])
        before = events_of(cursor, model, "JOIN versions_undo USING (code)")
        cursor.execute(
            f"UPDATE {table} v SET valid = 'empty', voided_by_id = %(reverse)s"
            " FROM versions_undo u WHERE u.code = v.code AND lower(v.valid) >= %(at)s",
            names,
        )
        cursor.execute(  # only a redo meets a version that spans the moment
            f"UPDATE {table} v SET valid = tstzrange(lower(v.valid), %(at)s),"
            " closed_by_id = %(reverse)s FROM versions_undo u"
            " WHERE u.code = v.code AND v.valid @> %(at)s::timestamptz",
            names,
        )
        cursor.execute(
            f"INSERT INTO {table} (code, valid, opened_by_id, {columns})"
            f" SELECT code, tstzrange(%(at)s, NULL), %(reverse)s, {columns} FROM {table}"
            " WHERE closed_by_id = %(x)s AND opened_by_id <> %(x)s"
            " OR voided_by_id = %(x)s AND closed_by_id IS NULL",
            names,
        )
        found = events_of(cursor, model, "JOIN versions_undo USING (code)")
    found.include(before, sign=-1)
    number = _count(
        reverse,
        model,
        f"SELECT v.geom FROM {table} v JOIN versions_undo u USING (code)"
        " WHERE %s IN (v.opened_by_id, v.closed_by_id, v.voided_by_id)",
        [reverse.pk],
    )
    keep(model, number, found)


def _undo_ancestry(change: Change, reverse: Change) -> None:
    """Close the links a change recorded; a redo records those that its undo had closed."""
    closed = list(Ancestry.objects.filter(closed_by=change))
    Ancestry.objects.filter(opened_by=change, closed_by=None).update(closed_by=reverse)
    for link in closed:
        link.pk, link.opened_by, link.closed_by = None, reverse, None
    Ancestry.objects.bulk_create(closed)

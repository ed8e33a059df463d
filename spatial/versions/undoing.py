"""The parts of an undo: what stands since a change is voided, what it ended is opened again."""

from typing import Any

from django.db import connection

from spatial.versions.audiences import Audience, audiences_of, same_sql, span_columns, valid_sql
from spatial.versions.districts import knows_districts
from spatial.versions.edits import OnlyBySteps, VersionConflict
from spatial.versions.keeping import events_of, keep
from spatial.versions.models import Ancestry, Change, VersionedFeature
from spatial.versions.queries import DISTRICTS, attribute_fields, later_changes
from spatial.versions.reasons import check_reason
from spatial.versions.revisions import count_change


def undo_register(change: Change, reverse: Change, model: type[VersionedFeature]) -> None:
    """Void what stands since the change, and open again what the change put an end to."""
    table = f'"{model._meta.db_table}"'
    audiences = audiences_of(model)
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
        cursor.execute("ANALYZE pg_temp.versions_undo")  # else many codes are taken for few
        if model.by_steps:
            raise OnlyBySteps(str(model._meta.verbose_name))
        if later := later_changes(model, change, "versions_undo"):
            raise VersionConflict([(code, f"此后又有变更 {pk}，须先撤销它") for code, pk in later])
        check_reason(cursor, reverse, model, "versions_undo", {})
        before = events_of(cursor, model, "JOIN versions_undo USING (code)")
        for audience in audiences:
            _note_seen(cursor, table, audience, names)
        voided = "".join(f", {audience}_valid = NULL" for audience in audiences)
        cursor.execute(
            f"UPDATE {table} v SET valid = 'empty', voided_by_id = %(reverse)s{voided}"
            " FROM versions_undo u WHERE u.code = v.code AND lower(v.valid) >= %(at)s",
            names,
        )
        cursor.execute(  # only a redo meets a version that spans the moment
            f"UPDATE {table} v SET valid = tstzrange(lower(v.valid), %(at)s),"
            " closed_by_id = %(reverse)s FROM versions_undo u"
            " WHERE u.code = v.code AND v.valid @> %(at)s::timestamptz",
            names,
        )
        _open_again(cursor, model, names)
        for audience, columns in audiences.items():
            _join_before(cursor, table, audience, same_sql(columns, "v", "n"), names)
        found = events_of(cursor, model, "JOIN versions_undo USING (code)")
    found.include(before, sign=-1)
    touched = " UNION ALL ".join(  # an OR over three indexes is planned badly
        f"SELECT geom FROM {table} WHERE {how}_by_id = %(change)s"
        for how in ("opened", "closed", "voided")
    )
    number = count_change(reverse, model, touched, "versions_undo AS s", {"change": reverse.pk})
    keep(model, number, found)


def _note_seen(cursor: Any, table: str, audience: Audience, names: dict[str, Any]) -> None:
    """Note, by code, since when an audience has seen what stood just before the moment, and
    what it sees now: the version that stands, since when, and the version it takes it for.
    """
    before, now = valid_sql(audience, "b."), valid_sql(audience, "c.")
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.versions_seen_{audience}")
    cursor.execute(
        f"CREATE TEMP TABLE versions_seen_{audience} ON COMMIT DROP AS"
        f" SELECT u.code, lower({before}) AS start, c.id AS standing, lower({now}) AS since,"
        f" coalesce(c.{audience}_first, c.id) AS first FROM versions_undo u"
        f" LEFT JOIN {table} b ON b.code = u.code AND lower({before}) < %(at)s"
        f" AND (upper_inf({before}) OR upper({before}) >= %(at)s)"
        f" LEFT JOIN {table} c ON c.code = u.code AND upper_inf(c.valid)",
        names,
    )
    cursor.execute(f"ANALYZE pg_temp.versions_seen_{audience}")


def _open_again(cursor: Any, model: type[VersionedFeature], names: dict[str, Any]) -> None:
    """Open what the change had ended; to an audience it goes on where it looks the same.

    An audience is shown nothing if it sees the same, and since the same moment, as before.
    """
    table = f'"{model._meta.db_table}"'
    own = [f'"{field.column}"' for field in attribute_fields(model)]
    if knows_districts(model):
        own.append(DISTRICTS)  # kept as of today's districts
    columns, values, seen = own, [f"v.{name}" for name in own], ""
    for audience, names_seen in audiences_of(model).items():
        noted, stood, before = (f"{letter}_{audience}" for letter in "nsb")
        goes_on = f"{before}.id IS NOT NULL AND {same_sql(names_seen, before, 'v')}"
        start = f"CASE WHEN {goes_on} THEN {noted}.start END"
        columns = [*columns, span_columns(audience)]
        values += [
            f"CASE WHEN {start} IS NOT NULL THEN tstzrange({start}, NULL) END",
            f"CASE WHEN {stood}.id IS NOT NULL AND {same_sql(names_seen, stood, 'v')}"
            f" AND {noted}.since = coalesce({start}, %(at)s) THEN {noted}.first END",
        ]
        seen += (
            f" LEFT JOIN versions_seen_{audience} {noted} ON {noted}.code = v.code"
            f" LEFT JOIN {table} {stood} ON {stood}.id = {noted}.standing"
            f" LEFT JOIN {table} {before} ON {before}.code = v.code"
            f" AND upper({before}.valid) = %(at)s"
        )
    cursor.execute(
        f"INSERT INTO {table} (code, valid, opened_by_id, {', '.join(columns)})"
        f" SELECT v.code, tstzrange(%(at)s, NULL), %(reverse)s, {', '.join(values)}"
        f" FROM {table} v{seen} WHERE v.closed_by_id = %(x)s AND v.opened_by_id <> %(x)s"
        " OR v.voided_by_id = %(x)s AND v.closed_by_id IS NULL",
        names,
    )


def _join_before(
    cursor: Any, table: str, audience: Audience, same: str, names: dict[str, Any]
) -> None:
    """Have the version before the moment end an audience's span, or be carried on by the new one."""
    span = (
        "CASE WHEN k.start < lower(v.valid) THEN tstzrange(k.start, %(at)s) END,"
        f" n.id IS NOT NULL AND {same}"
    )
    cursor.execute(
        f"UPDATE {table} w SET {audience}_valid = f.span, {audience}_carried = f.carried"
        f" FROM (SELECT v.id, {span} FROM versions_seen_{audience} k JOIN {table} v"
        f" ON v.code = k.code AND upper(v.valid) = %(at)s LEFT JOIN {table} n"
        " ON n.code = k.code AND n.opened_by_id = %(reverse)s) AS f(id, span, carried)"
        f" WHERE w.id = f.id AND (w.{audience}_valid, w.{audience}_carried)"
        " IS DISTINCT FROM (f.span, f.carried)",
        names,
    )
    cursor.execute(  # one that began and ended at the moment no longer bears the span
        f"UPDATE {table} v SET {audience}_valid = NULL FROM versions_seen_{audience} k"
        f" WHERE k.code = v.code AND isempty(v.valid) AND upper(v.{audience}_valid) = %(at)s",
        names,
    )


def undo_ancestry(change: Change, reverse: Change) -> None:
    """Close the links a change recorded; a redo records those that its undo had closed."""
    closed = list(Ancestry.objects.filter(closed_by=change))
    Ancestry.objects.filter(opened_by=change, closed_by=None).update(closed_by=reverse)
    for link in closed:
        link.pk, link.opened_by, link.closed_by = None, reverse, None
    Ancestry.objects.bulk_create(closed)

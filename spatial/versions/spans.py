"""Renews what registers keep for their audiences, when what an audience sees has changed.

By what definition it is kept stands as a comment on the audience's column. A register without
one is of an earlier release, or a field has been published or reserved since: its history is
gone through once, some thousands of things in a transaction, while the city works on.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction

from spatial.city import city
from spatial.versions.audiences import Audience, audiences_of, counted_as, same_sql, valid_sql
from spatial.versions.guards import registers
from spatial.versions.models import ChangeDay, Revision, RevisionChange, VersionedFeature

EACH = 20_000  # things in a transaction
WHOLE = "null"  # the definition of who sees the whole row


def renew_spans(using: str = "default") -> list[str]:
    """Renew every register of which another definition is kept; returns their names."""
    renewed: list[str] = []
    present = set(connections[using].introspection.table_names())
    for model in registers():
        if model._meta.db_table not in present:
            continue
        register = model._meta.label_lower
        for audience in Audience:
            if _renew(model, audience, using):
                renewed.append(counted_as(register, audience))
        if not ChangeDay.objects.using(using).filter(register=register).exists():
            _renew_days(model, None, using)
    return renewed


def _renew(model: type[VersionedFeature], audience: Audience, using: str) -> bool:
    columns = audiences_of(model).get(audience)
    definition, table = json.dumps(columns), f'"{model._meta.db_table}"'
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT col_description(attrelid, attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attname = %s",
            [table, f"{audience}_valid"],
        )
        kept = cursor.fetchone()
        if kept is None or (kept[0] or WHOLE) == definition:  # no column: of an earlier release
            return False
        if columns is not None:
            _keep_statistics(cursor, model, audience)
        for codes in _codes(cursor, table):
            with transaction.atomic(using):
                cursor.execute(_span_sql(table, audience, columns), {"codes": codes})
        if columns is not None:
            _begin_counting(cursor, model, audience)
            _renew_days(model, audience, using)
        cursor.execute(f"COMMENT ON COLUMN {table}.{audience}_valid IS %s", [definition])
    return True


def _codes(cursor: Any, table: str) -> Iterator[list[str]]:
    """The codes that have several versions, in portions."""
    cursor.execute(f"SELECT code FROM {table} GROUP BY code HAVING count(*) > 1")
    codes = [code for (code,) in cursor.fetchall()]
    yield from (codes[start : start + EACH] for start in range(0, len(codes), EACH))


def _span_sql(table: str, audience: Audience, columns: tuple[str, ...] | None) -> str:
    """Write the spans of the codes ``%(codes)s`` anew; None: who sees everything has none."""
    same = "false" if columns is None else same_sql(columns, "p", "v")
    return (
        "WITH joined AS (SELECT v.id, v.code, v.valid, p.id IS NULL AS begins"
        f" FROM {table} v LEFT JOIN {table} p ON p.code = v.code"
        f" AND upper(p.valid) = lower(v.valid) AND {same}"
        " WHERE v.code = ANY(%(codes)s) AND NOT isempty(v.valid)),"
        " spans AS (SELECT *, count(*) FILTER (WHERE begins)"
        " OVER (PARTITION BY code ORDER BY lower(valid)) AS n FROM joined),"
        " ranged AS (SELECT id, first_value(lower(valid)) OVER s AS start,"
        " first_value(id) OVER s AS first, lead(id) OVER s IS NOT NULL AS carried FROM spans"
        " WINDOW s AS (PARTITION BY code, n ORDER BY lower(valid))),"
        " fresh AS (SELECT v.id, r.carried AND r.id IS NOT NULL AS carried,"
        " CASE WHEN r.start < lower(v.valid) THEN tstzrange(r.start, upper(v.valid)) END AS span,"
        f" nullif(r.first, v.id) AS first FROM {table} v LEFT JOIN ranged r USING (id)"
        " WHERE v.code = ANY(%(codes)s))"
        f" UPDATE {table} v SET {audience}_carried = coalesce(f.carried, false),"
        f" {audience}_valid = f.span, {audience}_first = f.first FROM fresh f WHERE f.id = v.id"
        f" AND (v.{audience}_carried, v.{audience}_valid, v.{audience}_first)"
        " IS DISTINCT FROM (coalesce(f.carried, false), f.span, f.first)"
    )


def _keep_statistics(cursor: Any, model: type[VersionedFeature], audience: Audience) -> None:
    """Without them the planner takes the versions of a past moment for few, and sorts them all."""
    table = model._meta.db_table
    cursor.execute(
        f'CREATE STATISTICS IF NOT EXISTS "{table}_{audience}_valid"'
        f' ON ({valid_sql(audience)}) FROM "{table}"'
    )


def _begin_counting(cursor: Any, model: type[VersionedFeature], audience: Audience) -> None:
    """Count on from the register's own number; what was counted so far stands for the audience.

    Changes that showed it nothing are among them: they have no entries in its feed.
    """
    register = model._meta.label_lower
    names = {"register": register, "name": counted_as(register, audience)}
    marks, revisions = (f'"{m._meta.db_table}"' for m in (RevisionChange, Revision))
    cursor.execute(
        f"INSERT INTO {marks} (register, number, change_id) SELECT %(name)s, number, change_id"
        f" FROM {marks} WHERE register = %(register)s AND NOT EXISTS"
        f" (SELECT FROM {revisions} WHERE register = %(name)s)",
        names,
    )
    cursor.execute(
        f"INSERT INTO {revisions} (register, number) SELECT %(name)s, number FROM {revisions}"
        " WHERE register = %(register)s ON CONFLICT DO NOTHING",
        names,
    )


def _renew_days(model: type[VersionedFeature], audience: Audience | None, using: str) -> None:
    """Note anew the days on which changes took effect that an audience was shown."""
    table, days = f'"{model._meta.db_table}"', f'"{ChangeDay._meta.db_table}"'
    name = counted_as(model._meta.label_lower, audience)
    shown = {"opened": f"{audience}_first IS NULL", "closed": f"NOT {audience}_carried"}
    changes = " UNION ".join(
        f"SELECT DISTINCT {how}_by_id AS id FROM {table}"
        f" WHERE {shown.get(how, 'true') if audience else 'true'}"
        for how in ("opened", "closed", "voided")
    )
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(f"DELETE FROM {days} WHERE register = %s", [name])
        cursor.execute(
            f"INSERT INTO {days} (register, day) SELECT DISTINCT %s, (c.at AT TIME ZONE %s)::date"
            f" FROM ({changes}) AS shown JOIN versions_change c USING (id)",
            [name, city().time_zone],
        )

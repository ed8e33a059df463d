"""Which tables are audited, and the triggers that see to it, made after each migrate."""

import json
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction

from spatial.audit import functions
from spatial.audit.canonical import PINNED, PINS, digest_sql
from spatial.audit.models import AuditEvent
from spatial.versions.append_only import AppendOnly, append_only_models
from spatial.versions.logins import SITE, has_site
from spatial.versions.upkeep import allow_site

EVENTS = AuditEvent._meta.db_table


def audited_models() -> list[type[AppendOnly]]:
    """Every model of whose rows the audit holds a digest, in a stable order."""
    return [model for model in append_only_models() if model.audited]


def fixed_columns(model: type[AppendOnly]) -> list[str]:
    """The columns of a row that never change."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    return [column for column in columns if column not in model.set_once]


def install_audit(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """Make the functions, the triggers and the partitions; harmless when repeated.

    Rows that stood before a table was audited get their events at once.
    """
    present = set(connections[using].introspection.table_names())
    if EVENTS not in present:  # after a way back to zero
        return
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(functions.FUNCTIONS)
        for function in functions.CALLED:
            allow_site(cursor, function)
        if has_site(cursor):
            cursor.execute(f"GRANT SELECT ON audit_waiting TO {SITE}")
        _install_events(cursor)
        cursor.execute("SELECT audit_make_partitions()")
        cursor.execute("SELECT audit_close('audit_auditevent_other')")
    for model in audited_models():
        if model._meta.db_table in present:
            with transaction.atomic(using), connections[using].cursor() as cursor:
                _install_rows(cursor, model)


def _install_events(cursor: Any) -> None:
    columns = [str(field.column) for field in AuditEvent._meta.concrete_fields]
    shape, _is_first = _shape(cursor, EVENTS, columns)
    sql = functions.EVENTS.format(pins=PINS, shape=shape, digest=digest_sql(columns, "e"))
    _execute_once(cursor, "audit_wait", EVENTS, sql)
    # A trigger fires for anybody; on a table of their own nobody may put it, and seal what they like.
    cursor.execute("REVOKE ALL ON FUNCTION audit_wait() FROM PUBLIC")


def _install_rows(cursor: Any, model: type[AppendOnly]) -> None:
    table, columns = model._meta.db_table, fixed_columns(model)
    shape, is_first = _shape(cursor, table, columns)
    sql = functions.ROWS.format(
        name=f"audit_{table}", table=table, pins=PINS, insert=_insert(model, "fresh", shape)
    )
    _execute_once(cursor, "audit_rows", table, sql)
    if is_first:  # under the lock that the trigger took
        for name, value in PINNED.items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        cursor.execute(_insert(model, f'"{table}"', shape))


def _insert(model: type[AppendOnly], rows: str, shape: int) -> str:
    """The statement that writes the events of rows."""
    how, table = model.audited, model._meta.db_table
    assert how is not None  # noqa: S101  (audited_models)
    pairs = ", ".join(f"'{name}', r.\"{name}\"" for name in how.details)
    return functions.INSERT.format(
        kind=f'r."{how.kind_column}"' if how.kind_column else f"'{how.kind}'",
        who=f'r."{how.who}"' if how.who else "''",
        address=f"coalesce(host(r.\"{how.address}\"), '')"
        if how.address
        else "coalesce(request.origin->>'address', '')",
        subject=f'r."{how.subject}"' if how.subject else f"'{table}'",
        code=f'r."{how.code}"::text',
        details=f"jsonb_build_object({pairs})" if pairs else "'{}'::jsonb",
        table=table,
        key=model._meta.pk.column,
        shape=shape,
        digest=digest_sql(fixed_columns(model), "r"),
        rows=rows,
    )


def _shape(cursor: Any, table: str, columns: Sequence[str]) -> tuple[int, bool]:
    """The number of these columns of a table, and whether the table had none before."""
    cursor.execute(
        'SELECT id, columns FROM audit_auditshape WHERE "table" = %s ORDER BY id DESC LIMIT 1',
        [table],
    )
    row = cursor.fetchone()
    if row and json.loads(row[1] if isinstance(row[1], str) else json.dumps(row[1])) == columns:
        return int(row[0]), False
    cursor.execute(
        'INSERT INTO audit_auditshape ("table", columns) VALUES (%s, %s::jsonb) RETURNING id',
        [table, json.dumps(columns)],
    )
    return int(cursor.fetchone()[0]), row is None


def _execute_once(cursor: Any, trigger: str, table: str, sql: str) -> None:
    """Make a function and its trigger, unless they are as they should be: no lock is taken."""
    cursor.execute(
        "SELECT obj_description(oid, 'pg_trigger') FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND tgname = %s",
        [f'"{table}"', trigger],
    )
    row = cursor.fetchone()
    if row and row[0] == sql:
        return
    cursor.execute(sql)
    cursor.execute(f'COMMENT ON TRIGGER {trigger} ON "{table}" IS %s', [sql])

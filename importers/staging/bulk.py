"""The first load of a register: indexes are built after the rows, at a third of the cost.

Only for a table without a single row, where nobody can miss them, and inside the
import's transaction: a load that fails leaves the indexes as they were. The guards
(triggers, primary key, references) stay in force throughout.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, transaction

from spatial.versions.models import VersionedFeature


@contextmanager
def indexes_afterwards(cursor: Any, model: type[VersionedFeature]) -> Iterator[None]:
    """Put the indexes of an empty register aside while the body fills it.

    If others are using the register just now, everything stays as it is.
    """
    table = f'"{model._meta.db_table}"'
    definitions = _set_aside(cursor, table) if _is_empty(cursor, table) else []
    yield
    if definitions:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no DDL while references are unchecked
    for definition in definitions:
        cursor.execute(definition)


def _is_empty(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {table})")
    return cursor.fetchone()[0]


def _set_aside(cursor: Any, table: str) -> list[str]:
    try:
        with transaction.atomic():
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT")
    except DatabaseError:
        return []
    if not _is_empty(cursor, table):
        return []
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisprimary"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = indexrelid)",
        [table],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]

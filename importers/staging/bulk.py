"""The first load of a register: indexes are built after the rows, at a third of the cost.

Only for a table without a single row, where nobody can miss them, and inside the
import's transaction: a load that fails leaves the indexes as they were. The guards
(triggers, primary key, references) stay in force throughout.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, transaction

from spatial.versions.models import VersionedFeature
from spatial.versions.upkeep import put_indexes_back, set_indexes_aside


@contextmanager
def indexes_afterwards(cursor: Any, model: type[VersionedFeature]) -> Iterator[None]:
    """Put the indexes of an empty register aside while the body fills it.

    If others are using the register just now, everything stays as it is.
    """
    table = model._meta.db_table
    number = _set_aside(cursor, table) if _is_empty(cursor, table) else 0
    yield
    if number:
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        put_indexes_back(cursor, table)


def _is_empty(cursor: Any, table: str) -> bool:
    cursor.execute(f'SELECT NOT EXISTS (SELECT FROM "{table}")')
    return cursor.fetchone()[0]


def _set_aside(cursor: Any, table: str) -> int:
    try:
        with transaction.atomic():
            return set_indexes_aside(cursor, table)
    except OperationalError:  # others use it
        return 0

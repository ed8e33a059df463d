"""The door through which everything outside reads: one role per share, one time limit.

Each thread keeps a connection of its own as a login without rights, and every query
becomes the share's role for its own duration, in the same message: no further round
trip, nothing left behind on the connection, so it works through a transaction pooler
too. What a mistake above lets through, the database refuses.

Inside a transaction of Django's (a write that answers with what it wrote; tests) the
query runs there, so that it reads what was written; the role is the same.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DataError
from django.db.utils import OperationalError as DjangoOperationalError
from psycopg2 import extensions
from psycopg2.errors import QueryCanceled

from layers.shares import Share

TIMEOUT_MS = 8_000
BACK = "SET LOCAL ROLE NONE; SET LOCAL statement_timeout = DEFAULT; SET LOCAL enable_bitmapscan = DEFAULT"
STREAM_ROWS = 2_000
MOST_PREPARED = 200  # per connection
NO_BITMAPS = "SET LOCAL enable_bitmapscan = off; "
OPTIONS = "-c max_parallel_workers_per_gather=0 -c jit=off -c timezone=UTC"

_kept = threading.local()


class TooSlow(RuntimeError):
    """A query was stopped at its time limit."""


class Unfit(ValueError):
    """A value that the database cannot hold or compute with."""


def read(
    share: Share | None,
    sql: str,
    params: Sequence[Any] = (),
    *,
    timeout_ms: int = TIMEOUT_MS,
    as_bytes: bool = False,
    spatial: bool = False,
    prepared: bool = False,
) -> list[tuple]:
    """The rows of a query, read as the share's role; None reads as the bare login.

    ``sql`` is one statement. With ``as_bytes`` every text comes as UTF-8, without the
    detour over ``str``. ``spatial``: what narrows the query is a place. The planner
    takes a third of all versions for current ones, whatever the statistics say, and so
    would combine the index of places with that of all current codes: 10 ms for nothing.
    ``prepared``: the same text comes again and again, and its plan does not depend on
    the values; planning it once saves a third of a small query.

    Raises:
        TooSlow: the statement took longer than ``timeout_ms``.
        Unfit: a value in it is beyond what the database computes with.
    """
    prefix = _prefix(share, timeout_ms) + (NO_BITMAPS if spatial else "")
    text = prefix + sql
    if connection.in_atomic_block:
        return _read_inside(text, params, as_bytes)
    try:
        if prepared and settings.PREPARED_STATEMENTS:
            return _read_once(prefix + _executed(sql, len(params)), params, as_bytes)
        return _read_once(text, params, as_bytes)
    except psycopg2.NotSupportedError:  # what was prepared reads a view that has changed
        _kept.line.close()
        return _read_once(text, params, as_bytes)
    except QueryCanceled as error:
        raise TooSlow from error
    except psycopg2.DataError as error:
        raise Unfit from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError):
        if not _drop_if_broken():
            raise
        return _read_once(text, params, as_bytes)  # the server was restarted, or the line cut


@contextmanager
def stream(share: Share, sql: str, params: Sequence[Any] = ()) -> Iterator[Iterator[tuple]]:
    """The rows of a query one by one, from a cursor in the database: memory stays bounded.

    All rows are of one moment (one transaction), on a connection of their own.
    """
    if connection.in_atomic_block:
        yield iter(read(share, sql, params, timeout_ms=0))
        return
    line = _connect()
    try:
        line.autocommit = False
        with line.cursor() as cursor:
            cursor.execute(_prefix(share, 0) + "SELECT 1")
        with line.cursor(name="stream") as rows:
            rows.itersize = STREAM_ROWS
            rows.execute(sql, params)
            yield iter(rows)
    finally:
        line.close()


def _prefix(share: Share | None, timeout_ms: int) -> str:
    limit = f"SET LOCAL statement_timeout = {timeout_ms:d}; "
    if share is None:
        return limit
    cut = ",".join(share.districts)
    if not all(part.isdigit() for part in share.districts):
        raise ValueError("a district is named by digits")
    districts = f"SET LOCAL tujing.districts = '{cut}'; " if cut else ""
    return f'{limit}{districts}SET LOCAL ROLE "{share.role}"; '


def _read_inside(text: str, params: Sequence[Any], as_bytes: bool) -> list[tuple]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if as_bytes:
                extensions.register_type(extensions.BYTES, cursor.cursor)
            cursor.execute(text, params)
            rows = cursor.fetchall()
            cursor.execute(BACK)
            return rows
    except DataError as error:
        raise Unfit from error
    except DjangoOperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from error
        raise


def _read_once(text: str, params: Sequence[Any], as_bytes: bool) -> list[tuple]:
    with _line().cursor() as cursor:
        if as_bytes:
            extensions.register_type(extensions.BYTES, cursor)
        cursor.execute(text, params or None)
        return cursor.fetchall()


def _executed(sql: str, number: int) -> str:
    """The call of the statement that stands prepared on this thread's connection."""
    line = _line()
    name = _kept.names.get(sql)
    if name is None:
        if len(_kept.names) >= MOST_PREPARED:
            _kept.names.clear()
            with line.cursor() as cursor:
                cursor.execute("DEALLOCATE ALL")
        name = f"s{len(_kept.names)}"
        numbers = [f"${n}" for n in range(1, number + 1)]
        with line.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {sql % tuple(numbers)}")
        _kept.names[sql] = name
    return f"EXECUTE {name}" + (f"({', '.join(['%s'] * number)})" if number else "")


def _line() -> Any:
    line = getattr(_kept, "line", None)
    if line is None or line.closed:
        line = _kept.line = _connect()
        _kept.names = {}
    return line


def _connect() -> Any:
    given, main = settings.OUTSIDE_DATABASE, connection.settings_dict
    same = given["HOST"] == main["HOST"]  # a test database has a name of its own
    line = psycopg2.connect(
        dbname=main["NAME"] if same else given["NAME"],
        user=given["USER"],
        password=given["PASSWORD"] or None,
        host=given["HOST"] or None,
        port=given["PORT"] or None,
        options=OPTIONS,
        application_name="tujing outside",
        connect_timeout=5,
    )
    line.autocommit = True
    return line


def _drop_if_broken() -> bool:
    """Whether the thread's connection was lost; then the next query makes a new one."""
    line = getattr(_kept, "line", None)
    if line is None or not line.closed:
        return line is None
    _kept.line = None
    return True

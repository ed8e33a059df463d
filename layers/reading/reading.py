"""The door through which everything outside reads: one role per share, one time limit.

Each thread keeps a connection of its own as a login without rights, and every query
becomes the share's role for its own duration, in the same message: no further round
trip, nothing left behind on the connection, so it works through a transaction pooler
too. What a mistake above lets through, the database refuses.

Inside a transaction of Django's (a write that answers with what it wrote; tests) the
query runs there, so that it reads what was written; the role is the same. What pages show
an office (``layers.reading.offices``) is always read on the site's own connection.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DataError, InternalError, ProgrammingError
from django.db.utils import OperationalError as DjangoOperationalError
from django.utils.translation import gettext as _
from psycopg2 import extensions
from psycopg2.errors import InsufficientPrivilege, InvalidParameterValue, QueryCanceled

from layers.errors import LayersError
from layers.reading.connections import PRIMARY, connect, drop, has_line, line_to
from layers.reading.shares import Share

TIMEOUT_MS = 8_000
FIRST_ROWS, STREAM_ROWS = 100, 2_000  # of a stream, fetched at once
STREAM_BYTES = 1_000_000
WHOLE = "SET LOCAL cursor_tuple_fraction = 1; "  # every row is wanted, not the first ones soon
NO_BITMAPS = "SET LOCAL enable_bitmapscan = off; "
BY_TEXT = "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan; "
BACK = (
    "SET LOCAL ROLE NONE; SET LOCAL statement_timeout = DEFAULT;"
    " SET LOCAL enable_bitmapscan = DEFAULT"
)
BACK_FROM_TEXT = "; SET LOCAL enable_seqscan = DEFAULT; SET LOCAL plan_cache_mode = DEFAULT"

_routes: list[Callable[[Share], int]] = []


class QueryTimeout(LayersError, RuntimeError):
    """A query was stopped at its time limit."""

    def __init__(self) -> None:
        super().__init__(_("没有在限定时间内查完，请缩小范围或稍后再试"))


class RoleMissing(LayersError, RuntimeError):
    """The database role of a share is not there, or the login may not become it.

    Roles are the cluster's, so a database that was moved to another has none;
    ``manage.py publish_layers`` makes them.
    """

    def __init__(self, share: Share) -> None:
        said = _("数据库中没有可用的角色 %(role)s，读不到图层 %(layer)s；请管理员运行 %(command)s")
        names = {"role": share.role, "layer": share.layer.id, "command": "manage.py publish_layers"}
        super().__init__(said % names)


class ValueOutOfRange(LayersError, ValueError):
    """A value that the database cannot hold or compute with."""


def read(
    share: Share | None,
    sql: str,
    params: Sequence[Any] = (),
    *,
    timeout_ms: int = TIMEOUT_MS,
    as_bytes: bool = False,
    spatial: bool = False,
    by_text: bool = False,
    prepared: bool = False,
) -> list[tuple]:
    """The rows of a query, read as the share's role; None reads as the bare login.

    ``sql`` is one statement. With ``as_bytes`` every text comes as UTF-8, without the
    detour over ``str``. ``spatial``: what narrows the query is a place. The planner
    takes a third of all versions for current ones, whatever the statistics say, and so
    would combine the index of places with that of all current codes: 10 ms for nothing.
    ``by_text``: its texts stand in indexes, whatever the values are, so one plan serves all.
    ``prepared``: the same text comes again and again, and its plan does not depend on
    the values; planning it once saves a third of a small query.

    Raises:
        QueryTimeout: the statement took longer than ``timeout_ms``.
        ValueOutOfRange: a value in it is beyond what the database computes with.
        RoleMissing: nothing can be read for the share, whoever asks.
    """
    prefix = _prefix(share, timeout_ms)
    prefix += (NO_BITMAPS if spatial else "") + (BY_TEXT if by_text else "")
    if connection.in_atomic_block or (share and share.is_inside):
        return _read_inside(share, prefix + sql, params, as_bytes)
    ask = _Asked(prefix, sql, params, as_bytes, prepared and settings.PREPARED_STATEMENTS)
    server = _routes[0](share) if share and _routes else PRIMARY
    is_new = server == PRIMARY and not has_line(server)
    try:
        return ask.of(server)
    except QueryCanceled as error:
        raise QueryTimeout from error
    except InsufficientPrivilege as error:
        _check_role(share, error)
        raise
    except (psycopg2.DataError, psycopg2.InternalError) as error:  # the latter is GEOS's
        _check_role(share, error)
        raise ValueOutOfRange from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.NotSupportedError):
        # The server was restarted, the line was cut, a replica took a change of the rows
        # being read, or a prepared statement reads a view that has changed. Where there
        # was no line and none could be had, asking again would only wait as long again.
        drop(server)
        if is_new:
            raise
        return ask.of(PRIMARY)


def route_by(choose: Callable[[Share], int]) -> None:
    """Have reads of a share answered by the server that this names."""
    _routes[:] = [choose]


class _Asked:
    """One query, to be asked of one server or another."""

    def __init__(
        self, prefix: str, sql: str, params: Sequence[Any], as_bytes: bool, prepared: bool
    ) -> None:
        self.prefix, self.sql, self.params = prefix, sql, params
        self.as_bytes, self.prepared = as_bytes, prepared

    def of(self, server: int) -> list[tuple]:
        """Its rows."""
        line = line_to(server)
        sql = line.call_of(self.sql, len(self.params)) if self.prepared else self.sql
        with line.connection.cursor() as cursor:
            if self.as_bytes:
                extensions.register_type(extensions.BYTES, cursor)
            cursor.execute(self.prefix + sql, self.params or None)
            return cursor.fetchall()


@contextmanager
def stream(
    share: Share,
    sql: str,
    params: Sequence[Any] = (),
    *,
    as_bytes: bool = False,
    begun: Callable[[Callable[[], None]], None] | None = None,
) -> Iterator[Iterator[tuple]]:
    """The rows of a query one by one, from a cursor in the database: memory stays bounded.

    All rows are of one moment, on a connection of their own, and without time limit;
    ``begun`` is told what stops the query, to be called from another thread.

    Raises:
        QueryTimeout: it was stopped.
        ValueOutOfRange: a value in it is beyond what the database computes with.
    """
    if connection.in_atomic_block:
        yield iter(read(share, sql, params, timeout_ms=0, as_bytes=as_bytes))
        return
    line = connect(_routes[0](share) if _routes else PRIMARY)
    try:
        line.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        if begun:
            begun(line.cancel)
        with line.cursor() as cursor:
            _become(cursor, share)
        with line.cursor(name="stream") as rows:
            if as_bytes:
                extensions.register_type(extensions.BYTES, rows)
            yield _streamed(rows, sql, params)
    finally:
        line.close()


def _check_role(share: Share | None, error: Exception) -> None:
    """Tell a role that is missing from a value that does not fit: both are faults of SET.

    Raises:
        RoleMissing: the error is about the share's role itself.
    """
    cause = error.__cause__ or error
    if not share or not isinstance(cause, InvalidParameterValue | InsufficientPrivilege):
        return
    if share.role in (cause.diag.message_primary or ""):
        raise RoleMissing(share) from error


def _become(cursor: Any, share: Share) -> None:
    try:
        cursor.execute(_prefix(share, 0) + WHOLE + "SELECT 1")
    except psycopg2.Error as error:
        _check_role(share, error)
        raise


def _streamed(rows: Any, sql: str, params: Sequence[Any]) -> Iterator[tuple]:
    """Rows in portions of about equal size, be a row a point or a district's border."""
    number = FIRST_ROWS
    try:
        rows.execute(sql, params or None)
        while portion := rows.fetchmany(number):
            yield from portion
            size = sum(len(v) for row in portion for v in row if isinstance(v, bytes | str))
            fitting = len(portion) * STREAM_BYTES // max(size, 1)
            number = max(1, min(fitting, number * 4, STREAM_ROWS))
    except QueryCanceled as error:
        raise QueryTimeout from error
    except (psycopg2.DataError, psycopg2.InternalError) as error:  # the latter is GEOS's
        raise ValueOutOfRange from error


def _prefix(share: Share | None, timeout_ms: int) -> str:
    limit = f"SET LOCAL statement_timeout = {timeout_ms:d}; "
    if share is None:
        return limit
    cut = ",".join(share.districts)
    if not all(part.isdigit() for part in share.districts):
        raise ValueError("a district is named by digits")
    districts = f"SET LOCAL tujing.districts = '{cut}'; " if cut else ""
    return f'{limit}{districts}SET LOCAL ROLE "{share.role}"; '


def _read_inside(
    share: Share | None, text: str, params: Sequence[Any], as_bytes: bool
) -> list[tuple]:
    """Read on the site's connection; outside a transaction, the message is one by itself."""
    is_within = connection.in_atomic_block
    try:
        with transaction.atomic() if is_within else nullcontext(), connection.cursor() as cursor:
            if as_bytes:
                extensions.register_type(extensions.BYTES, cursor.cursor)
            cursor.execute(text, params)
            rows = cursor.fetchall()
            if is_within:
                cursor.execute(BACK + (BACK_FROM_TEXT if BY_TEXT in text else ""))
            return rows
    except ProgrammingError as error:
        _check_role(share, error)
        raise
    except (DataError, InternalError) as error:
        _check_role(share, error)
        raise ValueOutOfRange from error
    except DjangoOperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise QueryTimeout from error
        raise

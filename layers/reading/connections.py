"""The connections of outside reads: one per thread and server, as a login without rights."""

import threading
from collections.abc import Mapping
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

PRIMARY = -1  # replicas are numbered from 0
MOST_PREPARED = 200
PATIENCE_S = 3
OPTIONS = "-c max_parallel_workers_per_gather=0 -c jit=off -c timezone=UTC"

_kept = threading.local()


class Connection:
    """One connection and the names of the statements prepared on it."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.connection = connect(server)
        self.names: dict[str, str] = {}

    def call_of(self, sql: str, number: int) -> str:
        """The call of a statement with so many parameters; prepared at its first use."""
        name = self.names.get(sql) or self._prepare(sql, number)
        return f"EXECUTE {name}" + (f"({', '.join(['%s'] * number)})" if number else "")

    def _prepare(self, sql: str, number: int) -> str:
        with self.connection.cursor() as cursor:
            if len(self.names) >= MOST_PREPARED:
                self.names.clear()
                cursor.execute("DEALLOCATE ALL")
            name = self.names[sql] = f"s{len(self.names)}"
            numbers = tuple(f"${n}" for n in range(1, number + 1))
            cursor.execute(f"PREPARE {name} AS {sql % numbers}")
        return name


def line_to(server: int) -> Connection:
    """This thread's line to a server; a new one if it was lost."""
    lines: dict[int, Connection] = _kept.__dict__.setdefault("lines", {})
    line = lines.get(server)
    if line is None or line.connection.closed:
        line = lines[server] = Connection(server)
    return line


def has_line(server: int) -> bool:
    """Whether this thread has a line to a server that was not yet seen to be lost."""
    line = _kept.__dict__.get("lines", {}).get(server)
    return line is not None and not line.connection.closed


def drop(server: int) -> None:
    """Close this thread's line to a server."""
    line = _kept.__dict__.get("lines", {}).pop(server, None)
    if line:
        line.connection.close()


def connect(server: int) -> Any:
    """A new connection to a server, each statement a transaction of its own."""
    given = settings.OUTSIDE_DATABASE if server == PRIMARY else settings.REPLICA_DATABASES[server]
    line = psycopg2.connect(
        dbname=_primary_name(given) if server == PRIMARY else given["NAME"],
        user=given["USER"],
        password=given["PASSWORD"] or None,
        host=given["HOST"] or None,
        port=given["PORT"] or None,
        application_name="tujing outside",
        connect_timeout=PATIENCE_S,
        **settings.KEEP_ALIVE,
        **({"options": OPTIONS} if settings.PREPARED_STATEMENTS else {}),
    )
    line.autocommit = True
    return line


def _primary_name(given: Mapping[str, Any]) -> str:
    """The database: the main login's where it is the same server, as a test renames that."""
    main = connection.settings_dict
    same = (given["HOST"], given["PORT"]) == (main["HOST"], main["PORT"])
    return str(main["NAME"] if same else given["NAME"])

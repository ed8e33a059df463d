"""Databases made, filled, migrated and compared from outside, each by its own name."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.running.databases import connect, logins, url

DUMPS = Path(__file__).resolve().parents[1] / "data" / "upgrades"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
LONG_S = 600
# Of extensions, which belong to the superuser who made them.
COMMENTS = re.compile(rb"^COMMENT ON EXTENSION .*$", re.MULTILINE)
# A database that was restored says a list of texts in other words than one that made it.
LISTED = re.compile(r"\(ARRAY\[([^\]]*)\]\)::text\[\]")
# What has no part in a schema: a session's settings, and random keys of a dump.
SKIPPED = re.compile(r"^(--|\\(un)?restrict|SET |SELECT pg_catalog|$)")


def program(name: str) -> str:
    """A client program of the server's own version."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    own = Path(f"/usr/lib/postgresql/{major}/bin/{name}")
    return str(own) if own.exists() else name


def environment(name: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url(name),
        "PGPASSWORD": logins()[1]["PASSWORD"],
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


def run(name: str, *command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment(name),
        capture_output=True,
        text=True,
        timeout=LONG_S,
    )


def python(name: str, *arguments: str) -> str:
    """Run Python on a database; returns what it printed."""
    done = run(name, sys.executable, *arguments)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def sql(name: str, *statements: str) -> list[tuple]:
    """Execute statements, each at once; returns the rows of the last."""
    server = connect(name)
    try:
        return [server.ask(statement) for statement in statements][-1]
    finally:
        server.close()


@contextmanager
def database(title: str, template: str = "") -> Iterator[str]:
    """An empty database with the extensions, or a copy; dropped in the end."""
    name = f"test_upgrade_{title}_{os.getpid()}"
    copied = f" TEMPLATE {template}" if template else ""
    sql(
        "postgres",
        f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
        f"CREATE DATABASE {name}{copied}",
    )
    try:
        sql(name, *(f"CREATE EXTENSION IF NOT EXISTS {each}" for each in EXTENSIONS))
        yield name
    finally:
        sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def restore(name: str, dump: Path) -> None:
    """Fill a database from a plain dump that is compressed."""
    done = subprocess.run(
        [program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url(name, logins()[1])],
        input=COMMENTS.sub(b"", gzip.decompress(dump.read_bytes())),
        env=environment(name),
        capture_output=True,
        timeout=LONG_S,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def schema(name: str) -> list[str]:
    """Everything that stands in a database but its rows: tables, guards, views, rights."""
    command = [program("pg_dump"), "--schema-only", "--no-owner", "-n", "public", "-n", "published"]
    done = run(name, *command, url(name, logins()[1]))
    assert done.returncode == 0, done.stderr[-2000:]
    return [LISTED.sub(_cast, line) for line in done.stdout.splitlines() if not SKIPPED.match(line)]


def _cast(found: re.Match) -> str:
    return "ARRAY[" + ", ".join(f"({each})::text" for each in found[1].split(", ")) + "]"


def rows(name: str) -> dict[str, list[str]]:
    """What a migrate puts into tables, without the numbers and times that differ each time."""
    told = {}
    tables = sql(name, "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        if table not in ("spatial_ref_sys", "django_migrations", "auth_permission"):
            columns = "to_jsonb(t) - 'id' - 'published_on'"
            told[table] = [
                str(row) for (row,) in sql(name, f'SELECT {columns} FROM "{table}" t ORDER BY 1')
            ]
    return told

"""Whoever only looks changes nothing: no GET of any address of the site writes to the database."""

import re
from collections.abc import Iterable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from grid.cases.steps import SUSPENDED
from grid.models import Case
from tests.webmap.site.addresses import QUERIES, address, routes

WRITES = re.compile(
    r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE|MERGE|CREATE|ALTER|DROP|COPY)\b"
    r"|\b(INSERT INTO|DELETE FROM|UPDATE \S+ (\w+ )?SET|nextval)\b",
    re.IGNORECASE,
)
# Tables that looking may write to, and why.
MAY_WRITE = {
    "django_session": "signing in and out, and how long a session lasts",
}


def written(statements: Iterable[str]) -> list[str]:
    """The statements that write, except to tables that looking may write to."""
    return [
        sql
        for sql in statements
        if WRITES.search(sql) and not any(f'"{table}"' in sql for table in MAY_WRITE)
    ]


def look(client, url: str, query: dict | None = None) -> tuple[int, list[str]]:
    """GET an address to the end of its answer: the status, and what was written."""
    seen: list[str] = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(url, query or {})
        if answer.streaming:
            b"".join(answer.streaming_content)
    return answer.status_code, written(seen)


@pytest.mark.slow(reason="every address of the site")
@pytest.mark.parametrize("is_admin", [False, pytest.param(True, marks=pytest.mark.long)])
def test_no_get_writes(site, is_admin):
    faults, broken, shown, only_written = [], [], 0, 0
    wanted = [route for route in set(routes()) if route.startswith("admin") is is_admin]
    for route in sorted(wanted):
        if route.startswith(("accounts/logout", "admin/logout")):  # and is signed out
            continue
        url = address(route, site.parts)
        status, wrote = look(site.client, url, QUERIES.get(route))
        faults += [f"{url}: {sql[:200]}" for sql in wrote]
        broken += [url for _ in [1] if status >= 500]
        shown += status < 400
        only_written += status == 405
    assert faults == []
    assert broken == []
    assert shown > (len(wanted) - only_written) / 2  # of the others nothing stands there


@pytest.mark.parametrize(
    "name", ["/", "/report/", "/here", "/ogc/collections", "/grid/", "/exports"]
)
def test_nobody_known_writes_by_looking(site, client, name):
    client.logout()
    query = QUERIES.get(name.strip("/"))
    assert look(client, name, query)[1] == []


def test_writing_is_seen():
    statements = (
        'INSERT INTO "t" VALUES (1)',
        'WITH x AS (DELETE FROM "t" RETURNING 1) SELECT 1',
        'UPDATE "t" SET a = 1',
        'WITH x AS (UPDATE "t" v SET a = 1 RETURNING 1) SELECT * FROM x',
    )
    assert len(written(statements)) == 4
    innocent = ('SELECT "update", "delete" FROM "t"', 'INSERT INTO "django_session" VALUES (1)')
    assert written(innocent) == []


def test_a_suspension_that_has_elapsed_waits_for_the_clock(site):
    later = timezone.now() + timedelta(days=3)
    standing = Case.objects.current().filter(step=SUSPENDED)
    assert standing.count() == 1
    with patch("django.utils.timezone.now", return_value=later):
        assert site.client.get("/grid/list").status_code == 200
        assert standing.count() == 1
        call_command("run_clocks")
    assert standing.count() == 0

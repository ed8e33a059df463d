"""While the database is away everything is answered 503, in words that its reader can read."""

import contextlib
import logging
import time

import psycopg2
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from psycopg2 import errors

from layers.ogc.server import fast_path
from layers.reading.reading import read
from spatial import outages
from spatial.outages import is_away
from webmap.web import outage

REFUSED = 'connection to server on socket "/x/.s.PGSQL.5432" failed: Connection refused'
STARTING = "FATAL:  the database system is starting up"
FULL = "FATAL:  sorry, too many clients already"
HERE = "/here?lon=111.80&lat=27.75"
SILENT = 'connection to server at "10.0.0.1", port 5432 failed: timeout expired'


@pytest.fixture
def away(monkeypatch):
    """Any attempt to reach the database fails; returns how, to be set, and how often."""
    how = {"said": REFUSED, "asked": 0}

    def fail(*_, **__):
        how["asked"] += 1
        raise psycopg2.OperationalError(how["said"])

    def fail_as_django(*_, **__):
        how["asked"] += 1
        raise OperationalError(how["said"]) from psycopg2.OperationalError(how["said"])

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", fail_as_django)
    monkeypatch.setattr("layers.reading.connections.connect", fail)
    monkeypatch.setattr(connections["default"], "connection", None)
    monkeypatch.setattr(outages._Silence, "until", 0.0)
    monkeypatch.setattr(outage, "_may_log", outages.Seldom(10))
    return how


@pytest.fixture
def visitor():
    """One with a session, which lies in the database."""
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "a" * 32
    return client


@pytest.mark.parametrize("said", [REFUSED, STARTING, FULL])
@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/", {}, "text/html"),
        ("/grid/", {"Accept": "text/html"}, "text/html"),
        ("/admin/", {"Accept": "text/html"}, "text/html"),
        ("/accounts/login/", {"Accept": "text/html"}, "text/html"),
        (HERE, {"X-Requested-With": "fragment"}, "text/html"),
        ("/grid/list", {"X-Requested-With": "fetch"}, "text/plain"),
        ("/ogc/collections/buildings/items", {}, "application/problem+json"),
        ("/ogc/collections", {"Accept": "text/html"}, "application/problem+json"),
        ("/inspector/api/me", {}, "application/problem+json"),
        ("/imports/", {"Accept": "application/json"}, "application/problem+json"),
        ("/open311/v2/requests.json", {}, "application/json"),
        ("/open311/v2/requests.xml", {}, "text/xml"),
        ("/report/", {"Accept": "text/html"}, "text/html"),
    ],
)
def test_away_is_told_in_the_readers_form(away, visitor, said, path, headers, kind):
    away["said"] = said
    answer = visitor.get(path, headers=headers)
    if answer.status_code == 200:  # a page that asks the database for nothing may come
        assert not away["asked"]
        return
    assert answer.status_code == 503
    assert answer["Content-Type"].startswith(kind)
    assert answer["Retry-After"] == "5"
    assert answer["Cache-Control"] == "no-store"
    text = answer.json() if "json" in kind else answer.content.decode()
    assert "数据库暂时没有应答" in str(text) or "一分钟以内" in str(text)
    assert said not in str(text)


def test_a_problem_document_suits_every_program(away, visitor):
    told = visitor.get("/ogc/collections/buildings/items").json()
    assert (told["status"], told["code"]) == (503, "DatabaseAway")
    assert told["description"]
    assert visitor.post("/inspector/api/report").json()["error"].startswith("数据库")


def test_the_fragment_and_the_other_language(away, visitor):
    visitor.cookies["django_language"] = "en"
    page = visitor.get("/", headers={"Accept": "text/html"}).content.decode()
    assert "The database is not answering just now" in page
    fragment = visitor.get(HERE, headers={"X-Requested-With": "fragment"})
    assert "<html" not in fragment.content.decode()


def test_health_says_what_is_away(away, visitor):
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.content) == (503, b"unavailable: database\n")


def test_a_session_that_cannot_be_kept(visitor, monkeypatch):
    """It fails after the view, where no view's error is caught any more."""

    def gone(*_, **__):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(SessionStore, "load", lambda _: {"seen": 1})
    monkeypatch.setattr(SessionStore, "save", gone)
    monkeypatch.setattr("django.conf.settings.SESSION_SAVE_EVERY_REQUEST", True)
    answer = visitor.get("/i18n/setlang/")
    assert answer.status_code == 503
    assert "数据库暂时没有应答" in answer.content.decode()


def test_the_log_stays_short(away, visitor, caplog):
    caplog.set_level(logging.INFO)
    for _ in range(20):
        visitor.get("/grid/")
        visitor.get("/ogc/collections/buildings/items")
    (line,) = caplog.records
    assert line.levelno == logging.ERROR
    assert not line.exc_info
    assert REFUSED in line.getMessage()


def test_only_the_first_waits_for_a_server_that_is_silent(away, visitor):
    away["said"] = SILENT
    assert visitor.get("/grid/").status_code == 503
    asked = away["asked"]
    assert visitor.get("/grid/").status_code == 503
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/ogc/collections/buildings/items",
        "HTTP_HOST": "testserver",
    }
    assert fast_path.answer(environ) is None
    assert away["asked"] == asked
    outages._Silence.until = time.monotonic()
    visitor.get("/grid/")
    assert away["asked"] > asked


def test_a_read_without_a_line_is_not_tried_twice(away, visitor):
    from layers.reading.connections import PRIMARY, drop

    drop(PRIMARY)
    assert visitor.get("/ogc/collections/buildings/items").status_code == 503
    assert away["asked"] <= 2


def test_a_line_lost_in_the_midst_of_a_request(client, db, monkeypatch):
    def cut(*_):
        line = psycopg2.connect(connection.connection.dsn)
        cursor = line.cursor()
        with contextlib.suppress(psycopg2.Error):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        with connection.wrap_database_errors:
            cursor.execute("SELECT 1")

    monkeypatch.setattr("webmap.map.here._section", cut)
    answer = client.get(HERE)
    assert answer.status_code == 503
    assert "数据库暂时没有应答" in answer.content.decode()


def test_a_query_at_its_limit_is_no_outage(client, db, monkeypatch):
    def slow(*_):
        read(None, "SELECT pg_sleep(1)", timeout_ms=10)

    monkeypatch.setattr("webmap.map.here._section", slow)
    assert client.get(HERE).status_code == 200


def caused(kind, by):
    error = kind("x")
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (OperationalError(STARTING), True),
        (InterfaceError("connection already closed"), True),
        (caused(OperationalError, errors.AdminShutdown()), True),
        (caused(OperationalError, errors.CrashShutdown()), True),
        (caused(OperationalError, errors.TooManyConnections()), True),
        (caused(DatabaseError, psycopg2.DatabaseError("no message from the libpq")), True),
        (psycopg2.InterfaceError("cursor already closed"), True),
        (caused(OperationalError, errors.QueryCanceled()), False),
        (caused(OperationalError, errors.DeadlockDetected()), False),
        (caused(OperationalError, errors.DiskFull()), False),
        (caused(IntegrityError, errors.UniqueViolation()), False),
        (DatabaseError("Save with update_fields did not affect any rows."), False),
        (ValueError("x"), False),
        (None, False),
    ],
)
def test_what_counts_as_away(error, away):
    assert is_away(error) is away

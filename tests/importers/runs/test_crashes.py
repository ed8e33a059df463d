"""Killed, cut off, out of disk: the register is as before or as after, and the run says which."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, connections

from importers.errors import DeliveryRefused
from importers.models import ImportRun
from importers.runs import recovery
from importers.runs.review import commit_run
from importers.runs.run import start
from spatial.parcels.models import Parcel
from spatial.versions.logins import as_owner
from spatial.versions.models import Change
from tests.importers.files import gpkg, plots
from tests.running.databases import url

pytestmark = pytest.mark.django_db(transaction=True)
WAIT_S = 30


@contextmanager
def before_each_insert(statement):
    """While open, every insert into the parcels first does this in the database."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION hindrance() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {statement}; RETURN NULL; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER hindrance AFTER INSERT ON parcels_parcel"
            " FOR EACH STATEMENT EXECUTE FUNCTION hindrance()"
        )
    try:
        yield
    finally:
        connection.close()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION hindrance CASCADE")


def command(*arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url(connection.settings_dict["NAME"])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_inserting():
    with connection.cursor() as cursor:
        for _ in range(WAIT_S * 20):
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event = 'PgSleep' AND pid <> pg_backend_pid()"
            )
            if row := cursor.fetchone():
                return row[0]
            time.sleep(0.05)
    raise AssertionError("nobody came to write")


@pytest.fixture(autouse=True)
def var(tmp_path, settings):
    settings.VAR = tmp_path / "var"


def stages():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'imports'")
        return cursor.fetchone()[0]


@pytest.mark.slow(reason="a process that is killed")
def test_a_killed_import_has_written_nothing_and_says_so(tmp_path):
    path = gpkg(tmp_path, plots(50))
    with before_each_insert("PERFORM pg_sleep(30)"):
        process = command("import_survey", path, "--layer", "parcels", "--commit")
        pid = wait_until_inserting()
        run = ImportRun.objects.get()
        assert recovery.settle_abandoned() == []  # it is alive
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with connection.cursor() as cursor:
            # Waits until it has ended: its advisory lock and its table with it.
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    assert [r.pk for r in recovery.settle_abandoned()] == [run.pk]
    run.refresh_from_db()
    assert (run.state, run.change) == ("interrupted", None)
    assert "登记簿没有变动" in run.message
    assert not Parcel.objects.exists()
    assert not Change.objects.exists()
    assert stages() == 0
    assert start([path], "parcels", commit=True).run.state == "committed"


def test_a_lost_connection_leaves_nothing(tmp_path):
    path = gpkg(tmp_path, plots(50))
    cut = before_each_insert("PERFORM pg_terminate_backend(pg_backend_pid())")
    with cut, pytest.raises(DeliveryRefused, match="连接中断，没有写入"):
        start([path], "parcels", commit=True)
    run = ImportRun.objects.get()
    assert (run.state, run.change) == ("refused", None)
    assert not Parcel.objects.exists()
    assert stages() == 0


def test_a_full_disk_leaves_nothing(tmp_path):
    path = gpkg(tmp_path, plots(50))
    full = before_each_insert("RAISE EXCEPTION 'no space' USING ERRCODE = '53100'")
    with full, pytest.raises(DeliveryRefused, match="磁盘已满"):
        start([path], "parcels", commit=True)
    assert ImportRun.objects.get().state == "refused"
    assert not Parcel.objects.exists()


@pytest.mark.parametrize(
    "hindrance, word",
    [
        ("PERFORM pg_terminate_backend(pg_backend_pid())", "仍待审核"),
        ("RAISE EXCEPTION 'no space' USING ERRCODE = '53100'", "仍待审核"),
    ],
)
def test_a_reviewed_run_that_fails_is_still_under_review(tmp_path, hindrance, word):
    run = start([gpkg(tmp_path, plots(50))], "parcels").run
    with before_each_insert(hindrance), pytest.raises(DeliveryRefused, match=word):
        commit_run(run.pk, "甲")
    run.refresh_from_db()
    assert run.state == "dry"
    assert not Parcel.objects.exists()
    assert commit_run(run.pk, "甲").state == "committed"
    assert Parcel.objects.count() == 50


@pytest.mark.long
def test_two_deliveries_at_once_take_turns(tmp_path):
    first = gpkg(tmp_path, plots(50), "first")
    second = gpkg(tmp_path, plots(50, land_use="0701"), "second")
    with before_each_insert("PERFORM pg_sleep(2)"):
        one = command("import_survey", first, "--layer", "parcels", "--commit")
        wait_until_inserting()
        two = command("import_survey", second, "--layer", "parcels", "--commit")
        outputs = [p.communicate(timeout=WAIT_S)[0] for p in (one, two)]
    assert "新增 added: 50" in outputs[0]
    assert "变更 changed: 50" in outputs[1]
    assert set(Parcel.objects.current().values_list("land_use", flat=True)) == {"0701"}
    assert Parcel.objects.count() == 100


def test_two_reviews_of_the_same_area_the_second_is_told(tmp_path):
    one = start([gpkg(tmp_path, plots(5), "first")], "parcels").run
    two = start([gpkg(tmp_path, plots(5, land_use="0701"), "second")], "parcels").run
    commit_run(one.pk, "甲")
    with pytest.raises(DeliveryRefused, match="登记簿在试运行之后有了变动"):
        commit_run(two.pk, "乙")
    assert set(Parcel.objects.values_list("land_use", flat=True)) == {""}


@pytest.fixture(autouse=True)
def clean_after():
    yield
    for each in connections.all():
        each.close()

"""A database that this release cannot go on with is refused by name."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg2.errors import LockNotAvailable

from spatial.versions.logins import as_owner
from tests.running.databases import connect, owner_rows
from webmap.startup.history import history_fault

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = MigrationRecorder.Migration.objects


def fault():
    with as_owner():
        return history_fault(connection)


def forget(**steps):
    with as_owner():
        STEPS.filter(**steps).delete()


def refused(capsys):
    with pytest.raises(SystemExit) as stop:
        call_command("check_database")
    assert stop.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("✗ ")
    assert said.count("\n") == 1
    return said


def test_a_whole_history_is_fine():
    assert fault() == ""


def test_a_step_of_a_newer_release_is_named(capsys):
    with as_owner():
        STEPS.create(app="grid", name="0099_of_tomorrow")
    said = refused(capsys)
    assert "本版本没有的迁移 grid.0099_of_tomorrow" in said
    assert "has run grid.0099_of_tomorrow, of a newer release" in said


def test_steps_of_an_app_that_is_not_installed_are_none_of_ours():
    with as_owner():
        STEPS.create(app="plugin", name="0001_initial")
    assert fault() == ""


def test_a_step_without_the_one_it_needs_is_named(capsys):
    """As a copy of single tables leaves it: the grid's rows are there, the calendar's are not."""
    forget(app="calendars")
    said = refused(capsys)
    assert "执行过 grid.0001_squashed_0019_publications" in said
    assert "没有执行它所依据的 calendars." in said
    assert "restore a backup" in said


def test_single_steps_may_end_before_the_squashed_one():
    """An upgrade that stopped half-way goes on: nothing to refuse."""
    forget(app="webmap", name__gte="0003")
    forget(app="webmap", name__contains="squashed")
    assert fault() == ""


def half_built(index):
    """As a build leaves it that somebody else's transaction held up for too long."""
    own = connect(connection.settings_dict["NAME"])
    ((definition, table),) = own.ask(
        "SELECT pg_get_indexdef(indexrelid), indrelid::regclass::text FROM pg_index"
        " WHERE indexrelid = %s::regclass",
        index,
    )
    own.ask(f'DROP INDEX "{index}"; SET lock_timeout = 50')
    writer = connect(connection.settings_dict["NAME"])
    writer.ask(f"BEGIN; LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
    with pytest.raises(LockNotAvailable):
        own.ask(definition.replace("INDEX", "INDEX CONCURRENTLY", 1))
    writer.close()
    own.close()


@pytest.mark.parametrize(
    ("index", "step"),
    [
        ("case_step_late", "grid.0014_late_steps"),
        ("text_units", "layers.0013_search_texts"),
        ("tiles_parcels_300", "layers.0005_tile_indexes"),
    ],
)
def test_an_index_that_was_left_half_built_is_named_with_its_step(index, step, capsys):
    half_built(index)
    said = refused(capsys)
    assert f"索引 {index}（迁移 {step}）只建了一半" in said
    assert f'REINDEX INDEX CONCURRENTLY "{index}"' in said
    app, name = step.split(".")
    forget(app=app, name__gte=name)
    forget(app=app, name__contains="squashed")
    if app == "grid":
        forget(app="parties")  # which goes on from it
    assert f'DROP INDEX CONCURRENTLY "{index}"' in refused(capsys)


def test_an_index_of_no_step_and_remains_of_a_reindex(capsys):
    owner_rows("CREATE INDEX citys_own ON grid_case (code)")
    owner_rows("CREATE INDEX case_open_ccnew ON grid_case (code)")
    half_built("case_open_ccnew")
    assert fault() == ""
    half_built("citys_own")
    assert "索引 citys_own只建了一半" in refused(capsys)

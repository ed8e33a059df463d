"""Copies for tests: named after checkout and worker, made anew once one has committed."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from spatial.base.models import Road
from tests.running import databases
from tests.running.databases import Server, checkout, connect, fingerprint, template


@pytest.fixture
def server(db):
    """A login of this test's own."""
    found = connect()
    yield found
    found.close()


def test_the_name_knows_the_checkout_and_the_worker(server: Server) -> None:
    own = connection.settings_dict["NAME"]
    assert own.startswith(f"test_{checkout()}_{databases.WORKER}")
    other = connect()
    beside = {server.own_name(), other.own_name()}  # of two runs beside this one
    other.close()
    assert len(beside | {own}) == 3
    assert all(name.startswith(f"test_{checkout()}_{databases.WORKER}") for name in beside)


def test_another_folder_has_other_names(monkeypatch, tmp_path) -> None:
    here = checkout()
    monkeypatch.setattr(databases, "ROOT", tmp_path)
    assert checkout() != here


@pytest.mark.parametrize("path", ["grid/migrations/0099_new.py", "data/rules.csv", "tests/town.py"])
def test_what_shapes_a_database_changes_its_template(monkeypatch, tmp_path, path) -> None:
    monkeypatch.setattr(databases, "ROOT", tmp_path)
    empty = fingerprint()
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text("a")
    first = fingerprint()
    (tmp_path / path).write_text("b")
    assert len({empty, first, fingerprint()}) == 3


def test_a_template_is_made_once(server: Server, monkeypatch) -> None:
    found = template(server, older=True)
    monkeypatch.setattr(databases, "_make", None)
    monkeypatch.setattr(databases, "fingerprint", lambda: found.rpartition("_")[2])
    assert template(server) == found
    assert template(server, anew=True) == found  # the worker of this test has it


def test_a_template_in_use_is_not_free_for_others(server: Server) -> None:
    assert not server.is_free(template(server, older=True))
    assert server.is_free("template_of_nobody")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_who_commits_leaves_nothing_to_the_next(turn: int) -> None:
    assert not Group.objects.filter(name="left behind").exists()
    Group.objects.create(name="left behind")


def test_who_asks_for_the_town_has_it_and_nobody_else(town) -> None:
    assert connection.settings_dict["NAME"].endswith("town")
    assert Road.objects.current().get().name == "人民路"


def test_nobody_else_has_the_town(db) -> None:
    assert not Road.objects.exists()

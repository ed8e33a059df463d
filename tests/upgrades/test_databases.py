"""Databases of every age come to one schema: from nothing, half-way, two releases old."""

import gzip
import json

import pytest

from tests.upgrades.databases import DUMPS, database, python, restore, rows, schema, sql
from tests.upgrades.steps import OURS, SingleSteps, plan_of

pytestmark = [pytest.mark.long, pytest.mark.django_db]
RELEASES = ("first", "v0.2.0")
# A step after which the ways of the apps have parted: behind it ``layers`` is at its end,
# ``parcels`` at its first, ``grid`` between.
PARTINGS = [
    ("grid", "0012_scores"),
    ("layers", "0002_search_indexes"),
    ("layers", "0008_dismissed_jobs"),
]


MIGRATE = ["migrate", "--noinput", "-v", "0"]
PLAN = ["showmigrations", "--plan"]
CHECK = ["check_database"]


def carry_out(name, *commands):
    """Execute commands on a database; returns the lines that they print."""
    return python(name, "-m", "tests.upgrades.steps", json.dumps(commands)).splitlines()


def pending(lines):
    return [line for line in lines if line.startswith("[ ]")]


@pytest.fixture(scope="module")
def fresh(django_db_setup, django_db_blocker):
    """A database made by this release: its schema, and what a migrate puts into it."""
    with django_db_blocker.unblock(), database("fresh") as name:
        carry_out(name, MIGRATE)
        yield schema(name), rows(name)


def test_single_steps_and_squashed_ones_build_the_same(fresh):
    wanted, filled = fresh
    assert sum(line.startswith("CREATE TRIGGER") for line in wanted) > 80
    with database("single") as name:
        assert pending(carry_out(name, ["begin", "single", -1], MIGRATE, PLAN)) == []
        assert schema(name) == wanted
        assert rows(name) == filled


@pytest.mark.parametrize("last", PARTINGS, ids=".".join)
def test_single_steps_that_stopped_go_on(fresh, last):
    number = plan_of(SingleSteps(None)).index(last) + 1
    with database("stopped") as name:
        begun = carry_out(name, ["begin", "single", number], PLAN, CHECK)
        assert len(pending(begun)) > 0
        assert begun[-1].startswith("✓")
        assert pending(carry_out(name, MIGRATE, PLAN)) == []
        assert (schema(name), rows(name)) == fresh


@pytest.mark.parametrize("number", [5, 24, 29])
def test_squashed_steps_that_stopped_go_on(fresh, number):
    with database("begun") as name:
        begun = carry_out(name, ["begin", "squashed", number], PLAN, CHECK)
        assert len(pending(begun)) > 0
        assert begun[-1].startswith("✓")
        assert pending(carry_out(name, MIGRATE, PLAN)) == []
        assert (schema(name), rows(name)) == fresh


def test_all_can_be_taken_back(fresh):
    with database("back") as name:
        back = [["migrate", app, "zero", "-v", "0"] for app in reversed(OURS)]
        carry_out(name, MIGRATE, *back)
        left = [table for (table,) in sql(name, TABLES) if table.split("_")[0] in OURS]
        assert left == []
        carry_out(name, MIGRATE)
        assert schema(name) == fresh[0]


@pytest.mark.parametrize("release", RELEASES)
def test_a_database_of_an_older_release_is_brought_up(fresh, release):
    with database("older") as name:
        restore(name, DUMPS / f"{release}.sql.gz")
        before = sql(name, COUNTS)
        said = carry_out(name, CHECK, MIGRATE, ["check"], PLAN)
        assert said[0].startswith("✓")
        assert pending(said) == []
        assert schema(name) == fresh[0]
        assert sql(name, COUNTS) == before
        seen = json.loads(python(name, "-m", "tests.upgrades.reading").splitlines()[-1])
        assert {layer for layer, (status, _) in seen["layers"].items() if status != 200} == set()
        empty = {layer for layer, (_, features) in seen["layers"].items() if not features}
        assert empty == {"terrain-sheets"}  # the sample city has none
        assert len(seen["layers"]) > 15
        assert seen["pages"] == {"/": 200, "/ogc/": 200, "/healthz": 200}


def test_the_dumps_are_small():
    for release in RELEASES:
        packed = (DUMPS / f"{release}.sql.gz").read_bytes()
        assert len(packed) < 1_000_000
        assert b"OWNER TO" not in gzip.decompress(packed)


TABLES = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'"
COUNTS = """
SELECT (SELECT count(*) FROM versions_change), (SELECT count(*) FROM parcels_parcel),
       (SELECT count(*) FROM housing_right), (SELECT count(*) FROM grid_case),
       (SELECT count(*) FROM importers_importrun), (SELECT count(*) FROM auth_user)
"""

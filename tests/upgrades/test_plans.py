"""Wherever a migrate stopped, the next one finds a way to the end; both ways say the same."""

from functools import cache
from unittest.mock import patch

import pytest
from django.db import connection, migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.serializer import serializer_factory

from tests.upgrades.steps import OURS, SingleSteps, plan_of
from webmap.startup.history import steps_without_parent

SINCE = {"casework"}  # apps that began after the steps were put together


@cache
def single():
    return SingleSteps(None)


@cache
def whole():
    return MigrationLoader(None)


@cache
def steps():
    return plan_of(single())


def squashed():
    return [m for key, m in whole().disk_migrations.items() if key[0] in OURS and m.replaces]


class Read(MigrationLoader):
    """The files are read once."""

    def load_disk(self):
        self.disk_migrations = dict(whole().disk_migrations)
        self.migrated_apps, self.unmigrated_apps = whole().migrated_apps, whole().unmigrated_apps


def what_remains(applied):
    """What the next migrate would run after the given steps, in its order."""
    recorded = {key: single().disk_migrations[key] for key in applied}
    with patch.object(MigrationRecorder, "applied_migrations", lambda _: dict(recorded)):
        loader = Read(connection)
        loader.check_consistent_history(connection)
        assert list(steps_without_parent(loader)) == []
        executor = MigrationExecutor.__new__(MigrationExecutor)
        executor.connection, executor.loader = connection, loader
        plan = executor.migration_plan(loader.graph.leaf_nodes())
    assert not any(backwards for _, backwards in plan)
    return [migration for migration, _ in plan]


def check_rest(applied):
    done = set(applied)
    for migration in what_remains(applied):
        own = set(map(tuple, migration.replaces)) & set(steps()) or {
            (migration.app_label, migration.name)
        }
        assert not own & done, f"{migration} again"
        done |= own
    assert done >= set(steps())


@pytest.mark.django_db
def test_a_migrate_of_single_steps_may_have_stopped_anywhere():
    for number in range(len(steps()) + 1):
        check_rest(steps()[:number])


@pytest.mark.django_db
@pytest.mark.parametrize("app", OURS)
def test_a_single_app_may_have_been_migrated_to_any_of_its_steps(app):
    own = [key for key in single().graph.nodes if key[0] == app]
    for key in own:
        check_rest(single().graph.forwards_plan(key))


def test_every_step_of_ours_is_replaced_once():
    replaced = [tuple(key) for migration in squashed() for key in migration.replaces]
    assert len(set(replaced)) == len(replaced)
    assert {app for app, _ in replaced} == set(OURS) - SINCE
    later = {key for key in steps() if key[0] in OURS} - set(replaced)
    for app in set(OURS) - SINCE:
        before = max(name for label, name in replaced if label == app)
        assert all(name > before for label, name in later if label == app)


def described(state):
    return {
        key: (
            [(name, serializer_factory(f).serialize()[0]) for name, f in model.fields.items()],
            {k: _plain(v) for k, v in model.options.items() if v != []},
        )
        for key, model in state.models.items()
    }


def _plain(value):
    if isinstance(value, list):
        return sorted(str(each.deconstruct()) for each in value if hasattr(each, "deconstruct"))
    return value


def test_both_ways_end_in_the_same_models():
    before, after = described(single().project_state()), described(whole().project_state())
    assert before.keys() == after.keys()
    for key, model in before.items():
        assert after[key] == model, key


def statements(plan):
    """Indexes and extensions that no model declares."""
    return sorted(
        str(operation.sql).replace("CONCURRENTLY IF NOT EXISTS ", "")
        for migration in plan
        for operation in migration.operations
        if isinstance(operation, migrations.RunSQL) and str(operation.sql).startswith("CREATE")
    )


def test_both_ways_build_the_same_indexes_by_hand():
    replaced = [tuple(key) for migration in squashed() for key in migration.replaces]
    before = statements(single().disk_migrations[key] for key in replaced)
    assert statements(squashed()) == before
    assert len(before) == 12

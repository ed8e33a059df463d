"""``python -m tests.upgrades.steps COMMANDS``: management commands, and ``begin``, in one process.

``["begin", KIND, NUMBER]`` begins a migrate and stops after so many steps (-1: none is left).
KIND ``single`` takes the single steps, as before they were squashed. No signal follows, as
none does when a migrate is ended half-way. Prints what the commands print.
"""

import json
import sys

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from spatial.versions.logins import as_owner

OURS = (
    *("versions", "calendars", "base", "parcels", "housing", "pipes", "hazards", "planning"),
    *("casework", "grid", "layers", "importers", "webmap"),
)
Key = tuple[str, str]


class SingleSteps(MigrationLoader):
    """The migrations without those that replace others."""

    def load_disk(self) -> None:
        super().load_disk()
        squashed = {
            key: self.disk_migrations.pop(key)
            for key, migration in list(self.disk_migrations.items())
            if key[0] in OURS and migration.replaces
        }
        for migration in self.disk_migrations.values():
            # What came later names the squashed one: it follows the last step of it.
            migration.dependencies = [
                tuple(squashed[key].replaces[-1]) if key in squashed else key
                for key in migration.dependencies
            ]


def plan_of(loader: MigrationLoader) -> list[Key]:
    """The steps in the order in which ``migrate`` takes them."""
    plan: list[Key] = []
    for target in loader.graph.leaf_nodes():
        plan += [key for key in loader.graph.forwards_plan(target) if key not in plan]
    return plan


def begin(kind: str, number: int) -> None:
    executor = MigrationExecutor(connection)
    if kind == "single":
        executor.loader = SingleSteps(connection)
    targets = executor.loader.graph.leaf_nodes()
    plan = executor.migration_plan(targets)
    executor.migrate(targets, plan[:number] if number >= 0 else plan)


def carry_out(commands: list[list]) -> None:
    for name, *arguments in commands:
        if name == "check_database":  # by both logins
            call_command(name, *arguments)
            continue
        with as_owner():
            if name == "begin":
                begin(*arguments)
            else:
                call_command(name, *arguments)


if __name__ == "__main__":
    django.setup()
    carry_out(json.loads(sys.argv[1]))

"""Whether this release can go on with the migrations that a database has behind it."""

from collections.abc import Iterator

from django.apps import apps
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

# Those that a session builds at this moment will be valid; REINDEX leaves its own remains.
INVALID = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND n.nspname = 'public' AND c.relname !~ '_cc(new|old)[0-9]*$'
  AND c.oid NOT IN (SELECT index_relid FROM pg_stat_progress_create_index)
ORDER BY 1
"""


def history_fault(connection: BaseDatabaseWrapper) -> str:
    """What keeps this release from going on, by name, and what to do; '' if nothing does."""
    loader = MigrationLoader(connection)
    faults = (*_unknown(loader), *steps_without_parent(loader), *_unfinished(loader, connection))
    return next(iter(faults), "")


def _unknown(loader: MigrationLoader) -> Iterator[str]:
    installed = {config.label for config in apps.get_app_configs()}
    for app, name in sorted(loader.applied_migrations):
        if app in installed and (app, name) not in loader.disk_migrations:
            yield (
                f"数据库执行过本版本没有的迁移 {app}.{name}，它出自更新的版本"
                " → 请用那一版本或更新的程序，或从备份恢复"
                f" / the database has run {app}.{name}, of a newer release:"
                " run that release or a newer one, or restore a backup"
            )


def steps_without_parent(loader: MigrationLoader) -> Iterator[str]:
    """A line for each step that has run though one that it needs has not."""
    applied = loader.applied_migrations
    for key in sorted(set(applied) & set(loader.graph.nodes)):
        for parent in sorted(loader.graph.node_map[key].parents):
            if parent.key not in applied:
                child, missing = ".".join(key), ".".join(parent.key)
                yield (
                    f"迁移记录前后不一：执行过 {child}，却没有执行它所依据的 {missing}"
                    " → 请从备份恢复"
                    f" / the migrations do not fit: {child} has run, {missing}, which it needs,"
                    " has not: restore a backup"
                )


def _unfinished(loader: MigrationLoader, connection: BaseDatabaseWrapper) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(INVALID)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        key = _builder(loader, name)
        is_recorded = key is None or key in loader.applied_migrations
        cure = f'{"REINDEX" if is_recorded else "DROP"} INDEX CONCURRENTLY "{name}"'
        where = f"（迁移 {'.'.join(key)}）" if key else ""
        of = f" of migration {'.'.join(key)}" if key else ""
        yield (
            f"索引 {name}{where}只建了一半 → 请在数据库中执行 {cure}，再运行 script/setup"
            f" / the index {name}{of} was left half built: execute {cure}, then run script/setup"
        )


def _builder(loader: MigrationLoader, index: str) -> tuple[str, str] | None:
    """The step that builds an index while the site goes on; it may stop half-way."""
    for key, migration in sorted(loader.disk_migrations.items()):
        if not migration.atomic and _builds(migration, index):
            return key
    return None


def _builds(migration: Migration, index: str) -> bool:
    for operation in migration.operations:
        if isinstance(operation, migrations.RunSQL) and f'"{index}"' in str(operation.sql):
            return True
        if isinstance(operation, migrations.AddIndex) and operation.index.name == index:
            return True
    return False

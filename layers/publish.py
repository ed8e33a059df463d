"""The SQL views behind the published layers: what is not in a view does not leave.

A view per layer in the schema ``published`` shows the declared fields, the geometry
and the valid time, and nothing else. They follow the declarations: made anew after a
migrate and by ``manage.py publish_layers``.
"""

from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction

from layers.access import Sharing
from layers.declarations import Layer
from layers.registry import all_layers

SCHEMA = "published"


def view_sql(layer: Layer) -> str:
    """The definition of a layer's view: code, declared fields, geom, valid."""
    columns = ["code", *(str(layer.column(f.name).column) for f in layer.fields)]
    if layer.geometry:
        columns.append("geom")
    listed = ", ".join(f'"{column}"' for column in (*columns, "valid"))
    return f'SELECT {listed} FROM public."{layer.model._meta.db_table}"'


def sync_views(using: str = "default") -> list[str]:
    """Bring the views in line with the declarations; returns the layers that changed.

    A view that is as declared is left alone, so a start on a full, busy database
    takes no lock.
    """
    declared = {
        layer.id: view_sql(layer) for layer in all_layers() if layer.sharing is not Sharing.WITHHELD
    }
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        cursor.execute(
            "SELECT relname, obj_description(oid) FROM pg_class"
            " WHERE relkind = 'v' AND relnamespace = %s::regnamespace",
            [SCHEMA],
        )
        present = dict(cursor.fetchall())
        for name in present.keys() - declared.keys():
            cursor.execute(f'DROP VIEW {SCHEMA}."{name}"')
        stale = [name for name, sql in declared.items() if present.get(name) != sql]
        for name in stale:
            cursor.execute(f'DROP VIEW IF EXISTS {SCHEMA}."{name}"')
            cursor.execute(f'CREATE VIEW {SCHEMA}."{name}" AS {declared[name]}')
            cursor.execute(f'COMMENT ON VIEW {SCHEMA}."{name}" IS %s', [declared[name]])
    return stale


def drop_views_for(plan: list, using: str, **_: Any) -> None:
    """Before migrations that will run: views would forbid changing their columns."""
    if plan:
        with connections[using].cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def make_views(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """After a migrate: the views again."""
    registers = {layer.model._meta.db_table for layer in all_layers()}
    if registers <= set(connections[using].introspection.table_names()):
        sync_views(using)

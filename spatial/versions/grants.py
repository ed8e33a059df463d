"""What the site's login may do in each table, made after each migrate from the models.

Rows are read, added, edited and deleted; versions are added and closed; what is append-only is
added to. Nothing is granted by default privileges: a table that this has not seen stays shut.
"""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models import AutoField, Model

from spatial.versions.append_only import AppendOnly, RecordedAt
from spatial.versions.guards import CLOSING
from spatial.versions.logins import SITE, has_site
from spatial.versions.models import VersionedFeature

Right = tuple[str, str]  # a privilege, and the column that it is for or ""
HISTORY = "django_migrations"
RIGHTS = """
SELECT a.privilege_type, '' FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = %(table)s::regclass AND a.grantee = %(site)s::regrole
UNION ALL
SELECT a.privilege_type, t.attname FROM pg_attribute t, aclexplode(t.attacl) a
WHERE t.attrelid = %(table)s::regclass AND a.grantee = %(site)s::regrole
"""


def rights_of(model: type[Model]) -> set[Right]:
    """What the site may do in the table of a model."""
    rights = {("SELECT", ""), ("INSERT", "")}
    if issubclass(model, VersionedFeature):
        columns = {str(field.column) for field in model._meta.concrete_fields}
        return rights | {("UPDATE", column) for column in CLOSING & columns}
    if issubclass(model, AppendOnly):
        if model.by_owner:
            return {("SELECT", "")}
        rights = {("SELECT", "")} | {("INSERT", column) for column in _columns(model)}
        rights |= {("UPDATE", column) for column in model.set_once}
        return rights | ({("DELETE", "")} if model.expires else set())
    return rights | {("UPDATE", ""), ("DELETE", "")}


def _columns(model: type[Model]) -> list[str]:
    """The columns that a row is added with: its number and its time are the database's to give."""
    fields = model._meta.concrete_fields
    return [str(f.column) for f in fields if not isinstance(f, (AutoField, RecordedAt))]


def grant_to_site(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """Give the site its rights in the tables of the app just migrated, and take what is too much.

    Nothing is done where the city has one login for both, nor where all is as it should be.
    """
    present = set(connections[using].introspection.table_names())
    tables = {
        model._meta.db_table: rights_of(model)
        for model in sender.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table in present
    }
    if sender.label == "versions" and HISTORY in present:
        tables[HISTORY] = {("SELECT", "")}
    with connections[using].cursor() as cursor:
        if has_site(cursor):
            for table, rights in tables.items():
                _grant(cursor, f'"{table}"', rights)


def _grant(cursor: Any, table: str, wanted: set[Right]) -> None:
    cursor.execute(RIGHTS, {"table": table, "site": SITE})
    standing = set(cursor.fetchall())
    for right in sorted(standing - wanted):
        cursor.execute(f"REVOKE {_clause(right)} ON {table} FROM {SITE}")
    for right in sorted(wanted - standing):
        cursor.execute(f"GRANT {_clause(right)} ON {table} TO {SITE}")
    cursor.execute(
        "SELECT s.oid::regclass::text FROM pg_class s JOIN pg_depend d ON d.objid = s.oid"
        " WHERE d.refobjid = %s::regclass AND d.deptype IN ('a', 'i')"
        " AND CASE s.relkind WHEN 'S' THEN NOT has_sequence_privilege(%s, s.oid, 'USAGE') END",
        [table, SITE],
    )
    for (sequence,) in cursor.fetchall():
        cursor.execute(f"GRANT USAGE ON SEQUENCE {sequence} TO {SITE}")


def _clause(right: Right) -> str:
    privilege, column = right
    return f'{privilege} ("{column}")' if column else privilege

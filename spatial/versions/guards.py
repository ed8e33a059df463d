"""The laws that the database itself enforces on every register.

- Two versions of one thing never share a moment (a statement trigger over the
  transition table; writers of the same codes take turns, so two transactions cannot
  slip past each other).
- A version is never deleted, and never edited except to close or void it: it keeps its start,
  only ever gets shorter, with the change that closed or voided it, which is named once.
- The changes that a version names exist.
- What is append-only (``append_only``), changes among it, is only ever added to.

Triggers, because an exclusion constraint on a text code cost six times the load
itself (see docs/adr/0001-time-model.md).
"""

from collections.abc import Collection
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models import Model

from spatial.versions.append_only import FUNCTION, AppendOnly, append_only_models, append_only_sql
from spatial.versions.models import VersionedFeature
from spatial.versions.queries import DISTRICTS, SPANS
from spatial.versions.upkeep import install_upkeep

CLOSING = {"valid", "closed_by_id", "voided_by_id", DISTRICTS, *SPANS}

FUNCTIONS = """
CREATE OR REPLACE FUNCTION versions_check_overlap() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $body$  -- no temporary table stands for another
DECLARE clash text;
BEGIN
    SELECT min(named.id)::text INTO clash
    FROM (SELECT DISTINCT unnest(ARRAY[opened_by_id, closed_by_id, voided_by_id]) AS id
          FROM fresh) AS named
    LEFT JOIN versions_change c USING (id) WHERE named.id IS NOT NULL AND c.id IS NULL;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'there is no change %', clash USING ERRCODE = '23503';
    END IF;
    PERFORM pg_advisory_xact_lock(TG_RELID::int, bucket)
    FROM (SELECT DISTINCT hashtext(code) & 255 AS bucket FROM fresh ORDER BY 1) AS buckets;
    -- An aggregate, not LIMIT 1: the planner would hope for an early match, which a
    -- good change never has, and loop over all pairs.
    EXECUTE format(
        'SELECT min(f.code) FROM fresh f JOIN %I.%I o ON o.code = f.code
         WHERE o.id <> f.id AND o.valid && f.valid', TG_TABLE_SCHEMA, TG_TABLE_NAME)
    INTO clash;
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'two versions of % share a moment', clash USING ERRCODE = '23P01';
    END IF;
    RETURN NULL;
END $body$;

CREATE OR REPLACE FUNCTION versions_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'a version is never deleted or edited (%)', TG_TABLE_NAME
        USING ERRCODE = '23514', HINT = 'close it through versions.apply';
END $body$;
"""

# Of a release that kept changes from being deleted and from nothing else.
EARLIER = "DROP TRIGGER IF EXISTS versions_no_delete ON versions_change"

TRIGGERS = """
CREATE OR REPLACE TRIGGER versions_overlap_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION versions_check_overlap();
CREATE OR REPLACE TRIGGER versions_overlap_update AFTER UPDATE ON {table}
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION versions_check_overlap();
CREATE OR REPLACE TRIGGER versions_no_delete BEFORE DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION versions_refuse();
CREATE OR REPLACE TRIGGER versions_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION versions_refuse();
CREATE OR REPLACE TRIGGER versions_only_shorter BEFORE UPDATE OF valid, closed_by_id, voided_by_id ON {table}
    FOR EACH ROW WHEN (NOT isempty(NEW.valid)
            AND (NOT NEW.valid <@ OLD.valid OR lower(NEW.valid) <> lower(OLD.valid))
        OR NEW.closed_by_id IS DISTINCT FROM OLD.closed_by_id AND OLD.closed_by_id IS NOT NULL
        OR NEW.voided_by_id IS DISTINCT FROM OLD.voided_by_id AND OLD.voided_by_id IS NOT NULL
        OR (NEW.valid = OLD.valid) <> (NEW.closed_by_id IS NOT DISTINCT FROM OLD.closed_by_id
            AND NEW.voided_by_id IS NOT DISTINCT FROM OLD.voided_by_id))
    EXECUTE FUNCTION versions_refuse();
CREATE OR REPLACE TRIGGER versions_no_edit BEFORE UPDATE OF {columns} ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION versions_refuse();
"""


def registers() -> list[type[VersionedFeature]]:
    """Every concrete register model, in a stable order."""
    models = [m for m in apps.get_models() if issubclass(m, VersionedFeature)]
    return sorted(models, key=lambda model: model._meta.label_lower)


def guard_sql(model: type[Model], present: Collection[str]) -> str:
    """The triggers of one register; all present columns but the closing ones are frozen."""
    meta = model._meta
    known = {str(field.column) for field in meta.concrete_fields}
    columns = sorted((known & set(present)) - set(CLOSING))
    quoted = ", ".join(f'"{column}"' for column in columns)
    return TRIGGERS.format(table=f'"{meta.db_table}"', columns=quoted)


def install_guards(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """Put the triggers on the tables of the app just migrated; harmless when repeated.

    Nothing is touched while the triggers are as they should be, so that a migrate on
    a full database takes no lock.
    """
    if connections[using].vendor != "postgresql":
        return
    present = set(connections[using].introspection.table_names())
    if "versions_change" not in present:  # after a way back to zero
        return
    kept: list[type[VersionedFeature] | type[AppendOnly]] = [*registers(), *append_only_models()]
    with connections[using].cursor() as cursor:
        if sender.label == "versions":
            cursor.execute(FUNCTIONS + FUNCTION)
            cursor.execute(EARLIER)
            install_upkeep(cursor)
        for model in kept:
            if model._meta.app_label == sender.label and model._meta.db_table in present:
                _install(cursor, model)


def _install(cursor: Any, model: type[VersionedFeature] | type[AppendOnly]) -> None:
    """The triggers of a table; the SQL that made them is kept as the comment of one."""
    table = f'"{model._meta.db_table}"'
    # A migrate back leaves a table that lacks what the model of today has.
    cursor.execute(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    present = {name for (name,) in cursor.fetchall()}
    if issubclass(model, AppendOnly):
        trigger, sql = "append_only_edit", append_only_sql(model, present)
    else:
        trigger, sql = "versions_no_edit", guard_sql(model, present)
    cursor.execute(
        "SELECT obj_description(oid, 'pg_trigger') FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND tgname = %s",
        [table, trigger],
    )
    row = cursor.fetchone()
    if row and row[0] == sql:
        return
    cursor.execute(sql)
    cursor.execute(f"COMMENT ON TRIGGER {trigger} ON {table} IS %s", [sql])

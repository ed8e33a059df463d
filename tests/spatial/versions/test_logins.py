"""The site's login: what is append-only it adds to, and it becomes nobody else."""

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import AutoField

from spatial.parcels.models import Parcel
from spatial.versions.actions import record_ancestry
from spatial.versions.append_only import RecordedAt, append_only_models
from spatial.versions.grants import grant_to_site
from spatial.versions.guards import registers
from spatial.versions.logins import OWNER, SITE, OwnerNeeded, as_owner
from spatial.versions.models import Ancestry, Change
from spatial.versions.upkeep import analyze, put_indexes_back, set_indexes_aside
from tests.factories import change, moment, open_feature
from tests.running.databases import owner_rows
from tests.running.logins import refusal, rows, three_logins

pytestmark = [pytest.mark.django_db, three_logins]
AGAINST_TABLE = (
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "DROP TABLE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} OWNER TO tujing_site",
    "ALTER TABLE {table} ADD COLUMN more int",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
)
AGAINST_LOGINS = (
    "SET ROLE tujing_owner",
    "SET ROLE tujing_reader",
    "SET SESSION AUTHORIZATION tujing_owner",
    "GRANT tujing_owner TO tujing_site",
    "GRANT pg_write_all_data TO tujing_site",
    "ALTER ROLE tujing_site SUPERUSER",
    "ALTER ROLE tujing_site CREATEROLE",
    "ALTER ROLE tujing_reader INHERIT",
    "CREATE ROLE mine",
    "CREATE SCHEMA mine",
    "CREATE TABLE public.mine (id int)",
    "CREATE VIEW published.mine AS SELECT 1",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION layers_make_share(text, text[]) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    "CREATE EXTENSION dblink",
    "SET session_replication_role = replica",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "DELETE FROM django_migrations",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tujing_owner GRANT ALL ON TABLES TO tujing_site",
)


def test_the_suite_works_as_the_site() -> None:
    ((user, is_super, may_make, inherits),) = rows(
        "SELECT rolname, rolsuper, rolcreaterole OR rolcreatedb, rolinherit FROM pg_roles"
        " WHERE rolname = session_user"
    )
    assert (user, is_super, may_make, inherits) == (SITE, False, False, False)
    assert rows("SELECT FROM pg_class WHERE pg_get_userbyid(relowner) = %s", SITE) == []
    others = rows(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        " WHERE m.member = %s::regrole AND r.rolname !~ '^tujing_[a-z0-9_]+_[0-9a-f]{8}$'",
        SITE,
    )
    assert others == []


@pytest.mark.parametrize(
    "model", [*append_only_models(), *registers()], ids=lambda model: model._meta.db_table
)
def test_what_is_kept_is_neither_edited_nor_taken_away(model) -> None:
    table = model._meta.db_table
    statements = list(AGAINST_TABLE)
    if getattr(model, "expires", False):
        statements.remove("DELETE FROM {table}")
    if model in append_only_models():
        statements += [f"UPDATE {{table}} SET \"{f.column}\" = NULL" for f in model._meta.concrete_fields if f.column not in model.set_once]  # fmt: skip
    for statement in statements:
        said = refusal(statement.format(table=table))
        assert "permission denied" in said or "must be owner" in said, statement
    refusal(f"GRANT ALL ON {table} TO tujing_reader")  # a warning, and no effect
    assert rows("SELECT has_table_privilege('tujing_reader', %s, 'SELECT, INSERT')", table) == [
        (False,)
    ]


def test_numbers_and_times_of_rows_are_the_databases() -> None:
    for model in append_only_models():
        fields = model._meta.concrete_fields
        assert not [f for f in fields if getattr(f, "auto_now_add", False)], model
        for field in fields:
            if isinstance(field, (AutoField, RecordedAt)):
                sql = f'INSERT INTO "{model._meta.db_table}" ("{field.column}") VALUES (DEFAULT)'
                assert "permission denied" in refusal(sql), sql
    made = change(moment(2020))
    assert rows("SELECT recorded_at, statement_timestamp() - recorded_at < '1 min' FROM versions_change") == [(made.recorded_at, True)]  # fmt: skip
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Change.objects.create(at=moment(2020), recorded_at=moment(2020), who="li", why="x")


@pytest.mark.parametrize("sql", AGAINST_LOGINS)
def test_the_site_becomes_nobody_else_and_makes_nothing(sql: str) -> None:
    assert "permission denied" in (said := refusal(sql)) or "must be" in said or "must have" in said


def test_the_owner_is_refused_by_the_guards(owner) -> None:
    open_feature()
    for model in append_only_models():
        table = model._meta.db_table
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            connection.cursor().execute(f'UPDATE "{table}" SET id = id')
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(f'TRUNCATE "{table}" CASCADE')


def test_what_is_set_once_is_set_once(owner) -> None:
    opened, closed, later = (change(moment(year)) for year in (2020, 2021, 2022))
    record_ancestry(opened, "parcels.parcel", [("A", "B", 1.0)])
    assert Ancestry.objects.update(closed_by=closed) == 1
    assert Ancestry.objects.update(closed_by=closed) == 1  # nothing changes
    with pytest.raises(IntegrityError), transaction.atomic():
        Ancestry.objects.update(closed_by=later)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ancestry.objects.update(closed_by=None)


def test_what_was_granted_by_hand_is_taken_back(owner) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON versions_change TO {SITE}")
        cursor.execute(f"REVOKE SELECT ON versions_ancestry FROM {SITE}")
        grant_to_site(apps.get_app_config("versions"))
        cursor.execute(
            "SELECT has_table_privilege(%(site)s, 'versions_change', 'UPDATE, DELETE, TRUNCATE'),"
            " has_table_privilege(%(site)s, 'versions_ancestry', 'SELECT'),"
            " has_column_privilege(%(site)s, 'versions_ancestry', 'closed_by_id', 'UPDATE'),"
            " has_column_privilege(%(site)s, 'versions_ancestry', 'parent_code', 'UPDATE')",
            {"site": SITE},
        )
        assert cursor.fetchone() == (False, True, True, False)


def test_no_other_table_is_left_without_its_rights() -> None:
    missing = rows(
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' AND NOT relispartition AND NOT has_table_privilege(oid, 'SELECT')"
    )
    assert missing == []


def test_no_function_of_the_owner_reads_by_the_callers_search_path() -> None:
    """The site may make operators and tables of its own, which would be found before ours."""
    loose = rows(
        "SELECT proname FROM pg_proc p JOIN pg_roles r ON r.oid = proowner WHERE rolname = %s"
        " AND NOT EXISTS (SELECT FROM unnest(proconfig) s WHERE s ~ '^search_path=pg_catalog.*pg_temp$')"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        " ORDER BY 1",
        OWNER,
    )
    # The two that refuse read nothing; the other one is of SQL that is put in its place, and names
    # the schema of all that it uses.
    assert loose == [("append_only_refuse",), ("search_text",), ("versions_refuse",)]
    ((body,),) = rows("SELECT prosrc FROM pg_proc WHERE proname = 'search_text'")
    body = re.sub(r"'[^']*'", "", body)
    assert set(re.findall(r"([\w.]*?)\w+\(", body)) <= {"pg_catalog.", ""}
    assert not re.search(r"(?<![\w.])(?!OPERATOR)\w+\(", body)
    assert "||" not in body.replace("OPERATOR(pg_catalog.||)", "")


def test_functions_of_the_owner_take_only_the_owners_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE mine (id int) ON COMMIT DROP")
        analyze(cursor, Parcel._meta.db_table)
    for name in ("mine", "pg_authid", "spatial_ref_sys", "published.parcels"):
        for function in ("versions_analyze", "versions_set_indexes_aside"):
            assert "no table of the owner" in refusal(f"SELECT {function}('{name}')")
    assert "invalid name" in refusal("SELECT versions_analyze('parcels_parcel; DROP TABLE x')")


def test_indexes_come_back_and_never_from_the_caller() -> None:
    listed = "SELECT indexdef FROM pg_indexes WHERE tablename = 'parcels_parcel' ORDER BY 1"
    before = rows(listed)
    with transaction.atomic(), connection.cursor() as cursor:
        assert set_indexes_aside(cursor, "parcels_parcel") > 0
        assert len(rows(listed)) < len(before)
        for sql in (
            "INSERT INTO versions_aside (definition) VALUES ('DROP TABLE auth_user')",
            "UPDATE versions_aside SET definition = 'DROP TABLE auth_user'",
            "DELETE FROM versions_aside",
            "DROP TABLE versions_aside",
            "ALTER TABLE versions_aside DISABLE TRIGGER ALL",
        ):
            assert "permission denied" in (said := refusal(sql)) or "must be owner" in said
        put_indexes_back(cursor, "parcels_parcel")
    assert rows(listed) == before
    cursor = connection.cursor()
    cursor.execute("CREATE TEMP TABLE versions_aside (id int, definition text) ON COMMIT DROP")
    cursor.execute("INSERT INTO versions_aside VALUES (1, 'DROP TABLE auth_user')")
    cursor.execute("SELECT versions_put_indexes_back()")
    assert rows("SELECT count(*) FROM pg_class WHERE relname = 'auth_user'") == [(1,)]


def _put_aside_and_commit(meanwhile: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        set_indexes_aside(cursor, "parcels_parcel")
        cursor.execute(meanwhile)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "meanwhile",
    [
        "SELECT 1",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "DISCARD TEMP",
        "SAVEPOINT s; SELECT versions_put_indexes_back(); ROLLBACK TO SAVEPOINT s",
        "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED",
    ],
)
def test_no_transaction_ends_with_indexes_still_aside(meanwhile: str) -> None:
    listed = "SELECT indexdef FROM pg_indexes WHERE tablename = 'parcels_parcel' ORDER BY 1"
    before = rows(listed)
    with pytest.raises(IntegrityError, match="still aside"):
        _put_aside_and_commit(meanwhile)
    assert rows(listed) == before


def test_a_deferred_trigger_of_the_callers_does_not_run_as_the_owner() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        set_indexes_aside(cursor, "parcels_parcel")
        cursor.execute(
            "CREATE TEMP TABLE trap (who text); CREATE TEMP TABLE caught (who text);"
            "CREATE FUNCTION pg_temp.spring() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO pg_temp.caught VALUES (current_user); RETURN NULL; END';"
            "CREATE CONSTRAINT TRIGGER spring AFTER INSERT ON trap DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.spring();"
            "INSERT INTO trap VALUES ('x'); GRANT ALL ON trap, caught TO PUBLIC;"
            "SELECT versions_put_indexes_back(); SET CONSTRAINTS ALL IMMEDIATE"
        )
        cursor.execute("SELECT who FROM caught")
        assert cursor.fetchall() == [(SITE,)]


def test_commands_of_the_owner_refuse_the_sites_transaction() -> None:
    with pytest.raises(OwnerNeeded), as_owner():
        pass


@pytest.mark.django_db(transaction=True)
def test_commands_of_the_owner_work_as_the_owner_and_the_site_goes_on() -> None:
    with as_owner():
        assert rows("SELECT current_user") == [(OWNER,)]
    assert rows("SELECT current_user") == [(SITE,)]
    call_command("publish_layers", verbosity=0)
    call_command("migrate", verbosity=0)
    assert rows("SELECT current_user") == [(SITE,)]


def test_the_owner_is_who_owns_the_tables() -> None:
    found = owner_rows(
        "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class"
        " WHERE relnamespace IN ('public'::regnamespace, 'published'::regnamespace)"
        " AND relkind IN ('r', 'v', 'S') AND NOT EXISTS (SELECT FROM pg_depend d"
        " WHERE d.objid = pg_class.oid AND d.deptype = 'e')"
    )
    assert found == [(OWNER,)]
    assert Change in append_only_models()

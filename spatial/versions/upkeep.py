"""What the site does to whole tables: functions of the owner's, which check what is named.

They count the rows of a register for the planner, tidy its indexes of texts, and put its indexes aside while the first
load fills it. The site may call them; their search path is pinned, and the definitions of
indexes never come from the caller. No transaction is committed in which they are still aside.
"""

from typing import Any

from spatial.versions.logins import SITE, has_site

FUNCTIONS = """
-- Rows of versions_aside are seen by the transaction alone that put the indexes there.
CREATE OR REPLACE FUNCTION versions_check_back() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    IF EXISTS (SELECT FROM public.versions_aside WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'indexes are still aside: %', NEW.definition USING ERRCODE = '23514';
    END IF;
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION versions_check_back() FROM PUBLIC;

CREATE OR REPLACE FUNCTION versions_check_table(name regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = name AND c.relkind = 'r'
        AND c.relnamespace = 'public'::regnamespace
        AND pg_get_userbyid(c.relowner) = current_user) THEN
        RAISE EXCEPTION '% is no table of the owner', name USING ERRCODE = '42501';
    END IF;
END $body$;

CREATE OR REPLACE FUNCTION versions_analyze(name regclass) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    PERFORM versions_check_table(name);
    EXECUTE format('ANALYZE %s', name);
END $body$;

-- What indexes of texts have put off: every search reads it through. Returns the pages.
CREATE OR REPLACE FUNCTION versions_tidy_indexes(name regclass) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE one record; pages bigint := 0;
BEGIN
    PERFORM versions_check_table(name);
    FOR one IN SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am a ON a.oid = c.relam WHERE i.indrelid = name AND a.amname = 'gin'
        AND i.indisvalid
    LOOP
        pages := pages + gin_clean_pending_list(one.indexrelid);
    END LOOP;
    RETURN pages;
END $body$;

-- Of an empty table that nobody uses just now; returns how many are put aside.
CREATE OR REPLACE FUNCTION versions_set_indexes_aside(name regclass) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE is_empty boolean; one record; number int := 0;
BEGIN
    PERFORM versions_check_table(name);
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE NOWAIT', name);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', name) INTO is_empty;
    IF NOT is_empty THEN
        RETURN 0;
    END IF;
    FOR one IN
        SELECT i.indexrelid::regclass AS index, pg_get_indexdef(i.indexrelid) AS definition
        FROM pg_index i WHERE i.indrelid = name AND NOT i.indisprimary
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    LOOP
        number := number + 1;
        INSERT INTO public.versions_aside (definition) VALUES (one.definition);
        EXECUTE format('DROP INDEX %s', one.index);
    END LOOP;
    RETURN number;
END $body$;

CREATE OR REPLACE FUNCTION versions_put_indexes_back() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE one record;
BEGIN
    -- Not here SET CONSTRAINTS: deferred triggers of the caller's would run as the owner.
    FOR one IN SELECT definition FROM public.versions_aside ORDER BY id LOOP
        EXECUTE one.definition;
    END LOOP;
    DELETE FROM public.versions_aside;
END $body$;
"""
DEFERRABLE = """
SELECT string_agg(c.connamespace::regnamespace || '.' || quote_ident(c.conname), ', ')
FROM pg_constraint c WHERE c.condeferrable AND %s::regclass IN (c.conrelid, c.confrelid)
"""
CHECK_BACK = """
DO $do$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'versions_aside'::regclass
        AND tgname = 'versions_check_back') THEN
        CREATE CONSTRAINT TRIGGER versions_check_back AFTER INSERT ON versions_aside
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION versions_check_back();
    END IF;
END $do$;
"""
CALLED = (
    "versions_analyze(regclass)",
    "versions_tidy_indexes(regclass)",
    "versions_set_indexes_aside(regclass)",
    "versions_put_indexes_back()",
)


def install_upkeep(cursor: Any) -> None:
    """Make the functions, after a migrate."""
    cursor.execute(FUNCTIONS)
    cursor.execute("SELECT to_regclass('public.versions_aside') IS NOT NULL")
    if cursor.fetchone()[0]:  # not yet in the midst of an upgrade
        cursor.execute(CHECK_BACK)
        if has_site(cursor):
            cursor.execute(f"GRANT SELECT ON versions_aside TO {SITE}")
    for function in CALLED:
        allow_site(cursor, function)


def allow_site(cursor: Any, function: str) -> None:
    """Let the site alone call a function of the owner's."""
    cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    if has_site(cursor):
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {SITE}")


def analyze(cursor: Any, table: str) -> None:
    """Have the planner know how many rows a register has now."""
    cursor.execute("SELECT versions_analyze(%s)", [f'"{table}"'])


def tidy_indexes(cursor: Any, table: str) -> None:
    """Have the indexes of texts take in what their writers have put off."""
    cursor.execute("SELECT versions_tidy_indexes(%s)", [f'"{table}"'])


def set_indexes_aside(cursor: Any, table: str) -> int:
    """Put the indexes of an empty table aside until ``put_indexes_back``; how many.

    Raises:
        DatabaseError: somebody uses the table just now.
    """
    cursor.execute("SELECT versions_set_indexes_aside(%s)", [f'"{table}"'])
    return int(cursor.fetchone()[0])


def put_indexes_back(cursor: Any, table: str) -> None:
    """Build the indexes of a table that were put aside in this transaction."""
    cursor.execute(DEFERRABLE, [f'"{table}"'])
    (names,) = cursor.fetchone()
    if names:  # no DDL while references are unchecked
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
    cursor.execute("SELECT versions_put_indexes_back()")

-- The three logins of a city's database (docs/adr/0010-logins.md), safe to repeat:
--   tujing_owner   owns what stands in the database, migrates, makes the roles of shares
--   tujing_site    pages, worker, clocks: reads and writes rows as far as it was granted
--   tujing_reader  becomes the role of a share and reads as that; nothing else
-- script/database runs it in a private cluster. On a server of the city's own an administrator
-- runs it once, in the city's database, and gives the three their passwords:
--   psql -d city -f script/logins.sql; then ALTER ROLE … PASSWORD '…' for each.
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL lock_timeout = '10s';
SET LOCAL client_min_messages = warning;

DO $do$
DECLARE login text;
BEGIN
    FOREACH login IN ARRAY ARRAY['tujing_owner', 'tujing_site', 'tujing_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I', login);
        END IF;
    END LOOP;
    -- Who is no superuser hands over only what it could take itself.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT tujing_owner TO %I', current_user);
    END IF;
END $do$;
ALTER ROLE tujing_owner LOGIN INHERIT CREATEROLE;
ALTER ROLE tujing_site LOGIN NOINHERIT NOCREATEROLE NOCREATEDB;
ALTER ROLE tujing_reader LOGIN NOINHERIT NOCREATEROLE NOCREATEDB;
-- A parallel worker starts with a cold PROJ, which costs a map tile more than it saves.
ALTER ROLE tujing_site SET max_parallel_workers_per_gather = 0;
GRANT tujing_site TO tujing_owner;  -- whose stages of imports it puts back after a restore

-- What an earlier release made as one login is handed over; what is an extension's stays.
DO $do$
DECLARE command text;
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO tujing_owner', current_database());
    FOR command IN
        SELECT format('ALTER SCHEMA %I OWNER TO tujing_owner', nspname) FROM pg_namespace
        WHERE nspname IN ('published', 'imports') AND nspowner <> 'tujing_owner'::regrole
        UNION ALL
        SELECT format('ALTER %s %s OWNER TO tujing_owner',
            CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
        FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
        AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'published', 'imports'))
        AND relowner NOT IN ('tujing_owner'::regrole, 'tujing_site'::regrole)
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
            AND d.objid = c.oid AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO tujing_owner', p.oid::regprocedure)
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND proowner <> 'tujing_owner'::regrole
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
            AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE command;
    END LOOP;
END $do$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Reference systems of the city's own are restored with a backup.
DO $do$ BEGIN
    GRANT SELECT, INSERT, UPDATE, DELETE ON spatial_ref_sys TO tujing_owner;
EXCEPTION WHEN insufficient_privilege THEN NULL; END $do$;
COMMIT;

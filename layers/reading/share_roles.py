"""The database roles of shares: made by a function of the owner's, which the site calls by name.

A role's name holds the digest of its view and columns, and the function computes it itself: the
site can make a role that reads certain columns of a published view, and can give no role more
than its name says. What belongs to a layer (``Companion``) comes from the view
``published.companions``, which follows the declarations.
"""

from typing import Any

from layers.reading.offices import OFFICE
from layers.reading.shares import LOGIN, STATE, Share
from spatial.versions.logins import SITE
from spatial.versions.upkeep import allow_site

LOGIN_SETTINGS = ("jit=off", "max_parallel_workers_per_gather=0", "TimeZone=UTC")
FUNCTION = f"""
CREATE OR REPLACE FUNCTION layers_make_share(view_name text, view_columns text[]) RETURNS text
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    relation regclass := to_regclass(format('published.%I', view_name));
    layer text := split_part(view_name, '@', 1);
    digest text := encode(sha256(convert_to(format('published."%s" %s', view_name,
        array_to_string(view_columns, ' ')), 'UTF8')), 'hex');
    role_name text := format('tujing_%s_%s', replace(layer, '-', '_'), left(digest, 8));
    one record;
BEGIN
    IF relation IS NULL OR role_name !~ '^tujing_[a-z][a-z0-9_]*_[0-9a-f]{{8}}$'
        OR length(role_name) > 63 OR cardinality(view_columns) = 0
        OR NOT view_columns <@ ARRAY(SELECT attname::text FROM pg_attribute
            WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped)
    THEN
        RAISE EXCEPTION 'no published view % has these columns', view_name USING ERRCODE = '42501';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{LOGIN}') THEN
        RAISE EXCEPTION '角色 {LOGIN} 缺失 / the role {LOGIN} is missing'
            USING ERRCODE = '42704', HINT = 'manage.py publish_layers';
    END IF;
    -- Another database of the cluster may be making the same role at this very moment.
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN NULL; END;
    FOR one IN
        SELECT relation AS target, view_columns || ARRAY{list(STATE)} AS columns
        UNION ALL SELECT 'published.revisions'::regclass, ARRAY['register', 'number']
        UNION ALL SELECT format('published.%I', c.view)::regclass, c.columns
            FROM published.companions c WHERE c.layer = split_part(view_name, '@', 1)
    LOOP
        IF NOT (SELECT bool_and(has_column_privilege(role_name, one.target, name, 'SELECT'))
            FROM unnest(one.columns) AS name) THEN
            EXECUTE format('GRANT SELECT (%s) ON %s TO %I', (SELECT string_agg(quote_ident(name), ', ')
                FROM unnest(one.columns) AS name), one.target, role_name);
        END IF;
    END LOOP;
    IF NOT has_schema_privilege(role_name, 'published', 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA published TO %I', role_name);
    END IF;
    -- The site reads as a share inside its own transactions; a share can nothing but read.
    -- A share of an office is the site's alone, or that of the one login for all.
    FOR one IN
        SELECT r.rolname FROM pg_roles r WHERE (r.rolname = '{SITE}'
            OR (view_name NOT LIKE '%{OFFICE}' AND r.rolname = '{LOGIN}')
            OR (view_name LIKE '%{OFFICE}' AND r.rolname = current_user
                AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SITE}')))
        AND NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid
            AND m.roleid = (SELECT oid FROM pg_roles WHERE rolname = role_name))
    LOOP
        BEGIN
            EXECUTE format('GRANT %I TO %I', role_name, one.rolname);
        EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN NULL; END;
    END LOOP;
    RETURN role_name;
END $body$;
"""


def install_function(cursor: Any) -> None:
    """Make the function that makes the roles: as the owner, before the views are synced."""
    cursor.execute(FUNCTION)
    allow_site(cursor, "layers_make_share(text, text[])")


def make_role(cursor: Any, share: Share) -> None:
    """Make the role of a share with its rights, if they are not there."""
    view = share.view.partition(".")[2].strip('"')
    cursor.execute("SELECT layers_make_share(%s, %s)", [view, list(share.columns)])


def make_login(cursor: Any) -> None:
    """Make the login of outside requests, if it is not there: as the owner."""
    cursor.execute("SELECT coalesce(rolconfig, '{}') FROM pg_roles WHERE rolname = %s", [LOGIN])
    row = cursor.fetchone()
    if not row:
        _quietly(cursor, f"CREATE ROLE {LOGIN} LOGIN NOINHERIT")
    # What a pooler does not pass on with a connection stands with the login itself.
    if not set(LOGIN_SETTINGS) <= set(row[0] if row else ()):
        for setting in LOGIN_SETTINGS:
            name, value = setting.split("=")
            _quietly(cursor, f"ALTER ROLE {LOGIN} SET {name} = '{value}'")


def _quietly(cursor: Any, statement: str) -> None:
    """Run what another database of the cluster may be doing at this very moment."""
    cursor.execute(
        f"DO $do$ BEGIN {statement}; EXCEPTION"
        " WHEN duplicate_object OR unique_violation OR internal_error THEN NULL; END $do$"
    )

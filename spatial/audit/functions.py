"""Functions of the owner's that write the audit: the site calls them, and cannot pass them."""

from spatial.audit.canonical import PINS, link_sql

# Years ahead nobody needs partitions; what falls beyond them goes to the default one.
MONTHS_AHEAD = 3
SEALED = "id, sealed_at, event_id, event_at, event_shape_id, event_hash, source, source_id, shape_id, digest"

FUNCTIONS = f"""
-- A partition by its own name is as closed as the whole table.
CREATE OR REPLACE FUNCTION audit_close(name regclass) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE act text;
BEGIN
    FOREACH act IN ARRAY ARRAY['update', 'delete', 'truncate'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER append_only_%s BEFORE %s ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse()', act, upper(act), name);
    END LOOP;
END $body$;

-- The months from this one on. One whose events stand in the default partition already, or
-- that would have to wait for a lock, is left for another time; no write fails for it.
CREATE OR REPLACE FUNCTION audit_make_partitions() RETURNS int LANGUAGE plpgsql
SECURITY DEFINER {PINS} SET lock_timeout = '2s' AS $body$
DECLARE month timestamptz; name text; made int := 0;
BEGIN
    FOR ahead IN 0..{MONTHS_AHEAD} LOOP
        month := date_trunc('month', now()) + make_interval(months => ahead);
        name := format('audit_auditevent_%s', to_char(month, 'YYYYMM'));
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
        BEGIN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.audit_auditevent'
                ' FOR VALUES FROM (%L) TO (%L)', name, month, month + interval '1 month');
            PERFORM public.audit_close(name::regclass);
            made := made + 1;
        EXCEPTION WHEN check_violation OR lock_not_available OR duplicate_table THEN NULL;
        END;
    END LOOP;
    RETURN made;
END $body$;

-- One sealer at a time, whoever calls: the events that are committed, in the order of their
-- ids, linked to the last seal. All of it is one transaction.
CREATE OR REPLACE FUNCTION audit_seal(most int) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER {PINS} AS $body$
DECLARE prev text; first bigint; s record; made int := 0;
BEGIN
    -- A row that only the owner can lock: an advisory lock could be held by anybody.
    PERFORM FROM audit_auditshape WHERE id = (SELECT min(id) FROM audit_auditshape)
        FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    SELECT id, hash INTO first, prev FROM audit_auditseal ORDER BY id DESC LIMIT 1;
    first := coalesce(first, 0);
    FOR s IN SELECT first + row_number() OVER (ORDER BY event_id) AS id,
            clock_timestamp() AS sealed_at, w.*
        FROM audit_waiting w ORDER BY event_id LIMIT most
    LOOP
        prev := {link_sql("prev", "s")};
        INSERT INTO audit_auditseal ({SEALED}, hash) VALUES
            (s.id, s.sealed_at, s.event_id, s.event_at, s.event_shape_id, s.event_hash,
             s.source, s.source_id, s.shape_id, s.digest, prev);
        made := made + 1;
    END LOOP;
    DELETE FROM audit_waiting w USING audit_auditseal a
    WHERE a.id > first AND a.event_id = w.event_id;
    RETURN made;
END $body$;
"""
CALLED = ("audit_make_partitions()", "audit_seal(int)")

# The trigger of the table of events: what waits holds the hash of the event as it was written.
EVENTS = """
CREATE OR REPLACE FUNCTION audit_wait() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER {pins} AS $body$
BEGIN
    INSERT INTO audit_waiting
    SELECT e.id, e.recorded_at, {shape}, {digest}, e.source, e.source_id, e.shape_id, e.digest
    FROM fresh e;
    RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER audit_wait AFTER INSERT ON audit_auditevent
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION audit_wait();
"""

INSERT = """
INSERT INTO audit_auditevent (kind, who, on_behalf, address, request_id, subject, code, details,
    source, source_id, shape_id, digest)
SELECT {kind}, {who}, coalesce(request.origin->>'on_behalf', ''), {address},
    coalesce(request.origin->>'request_id', ''), {subject}, left({code}, 200), {details},
    '{table}', r."{key}"::text, {shape}, {digest}
FROM {rows} r, (SELECT coalesce(nullif(current_setting('tujing.origin', true), ''), '{{}}')::jsonb
    AS origin) AS request
"""

# The trigger of an audited table: one event per row, written with it or not at all.
ROWS = """
CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql {pins} AS $body$
BEGIN
    {insert};
    RETURN NULL;
END $body$;
CREATE OR REPLACE TRIGGER audit_rows AFTER INSERT ON "{table}"
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION "{name}"();
"""

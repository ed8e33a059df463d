-- Keeps of a sample city what an upgrade has to carry: a few rows of every register, each
-- change, and all of the small tables. As the owner, in a copy: guards are set aside.
SET session_replication_role = replica;
DO $$
DECLARE register record;
BEGIN
    FOR register IN
        SELECT c.table_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
          AND c.column_name = 'opened_by_id' AND c.table_name NOT IN ('versions_ancestry', 'grid_case')
    LOOP
        -- The first, the last, and some that have ended.
        EXECUTE format(
            'DELETE FROM %1$I WHERE id NOT IN (
                 (SELECT id FROM %1$I ORDER BY id LIMIT 8)
                 UNION (SELECT id FROM %1$I ORDER BY id DESC LIMIT 4)
                 UNION (SELECT id FROM %1$I WHERE closed_by_id IS NOT NULL ORDER BY id LIMIT 4))',
            register.table_name);
    END LOOP;
END $$;
DELETE FROM versions_ancestry
WHERE child_code NOT IN (SELECT code FROM parcels_parcel)
  AND parent_code NOT IN (SELECT code FROM parcels_parcel);
DO $$
BEGIN
    IF to_regclass('hazards_rainreading') IS NOT NULL THEN
        DELETE FROM hazards_rainreading WHERE id > (SELECT min(id) + 20 FROM hazards_rainreading);
        DELETE FROM grid_patrolpoint WHERE id > (SELECT min(id) + 20 FROM grid_patrolpoint);
    END IF;
END $$;

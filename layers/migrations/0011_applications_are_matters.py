"""Applications for data become matters of the engine of office work, with their steps.

The way back makes the rows of the table anew from the matters, and takes these away.
"""

from django.db import migrations

from spatial.city import city

CHANGE = """
INSERT INTO versions_change (at, recorded_at, who, why, document, origin)
SELECT now(), now(), '系统', '数据申请转为业务事项', '', ''
WHERE EXISTS (SELECT FROM layers_application)
RETURNING id
"""

# Numbered by the city's day on which each was made.
MATTERS = """
CREATE TEMPORARY TABLE moved_application ON COMMIT DROP AS
SELECT a.*, c.name, g.until AS granted_until, g.withdrawn_at, g.withdrawn_by,
       (a.asked_at AT TIME ZONE %(zone)s)::date AS day,
       row_number() OVER (
           PARTITION BY (a.asked_at AT TIME ZONE %(zone)s)::date ORDER BY a.id) AS number,
       CASE WHEN a.state = 'asked' THEN 'applied'
            WHEN a.state = 'granted' AND g.withdrawn_at IS NOT NULL THEN 'withdrawn'
            ELSE a.state END AS step,
       ''::varchar AS code
FROM layers_application a
JOIN layers_consumer c ON c.id = a.consumer_id
LEFT JOIN layers_layergrant g ON g.id = a.grant_id;

UPDATE moved_application SET code =
    'SQ' || %(adcode)s || to_char(day, 'YYYYMMDD') || lpad(number::text, 4, '0');

INSERT INTO casework_mattercounter (procedure, day, number)
SELECT 'data-application', day, max(number) FROM moved_application GROUP BY day
ON CONFLICT (procedure, day) DO UPDATE SET number = excluded.number;

INSERT INTO casework_matter (
    code, schematic, valid, opened_by_id, public_carried, shared_carried, step, entered_at,
    step_is_provisional, procedure, title, values, department, assignee, applicant, parent_code,
    accepted_at, due_is_provisional, ends_at, closed_at)
SELECT code, false, tstzrange(change.at, NULL), change.id, false, false, step,
       coalesce(withdrawn_at, decided_at, asked_at), false, 'data-application',
       name || '：' || layer,
       jsonb_build_object(
           'consumer', consumer_id, 'layer', layer, 'fields', fields, 'districts', districts,
           'purpose', purpose, 'legal_basis', legal_basis,
           'until', to_char(m.until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
           'decided_by', decided_by,
           'decided_at', to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
           'answer', answer, 'grant', grant_id),
       '', '', asked_by, '', asked_at, false, granted_until,
       CASE WHEN step <> 'applied' THEN coalesce(withdrawn_at, decided_at) END
FROM moved_application m, versions_change change WHERE change.id = %(change)s;

INSERT INTO casework_matterstep (
    action, state_before, state_after, at, channel, entered_at, who, role, department, text,
    details, matter_code, change_id)
SELECT action, before, after, at, '', entered_at, who, role, '', text, '{}', code, %(change)s
FROM (
    SELECT 1 AS nth, 'apply' AS action, '' AS before, 'applied' AS after, asked_at AS at,
           NULL::timestamptz AS entered_at, asked_by AS who, '申请单位' AS role, '' AS text, code
    FROM moved_application
    UNION ALL
    SELECT 2, CASE state WHEN 'granted' THEN 'grant' WHEN 'refused' THEN 'refuse' ELSE 'take_back' END,
           'applied', state, coalesce(decided_at, asked_at), asked_at,
           coalesce(nullif(decided_by, ''), asked_by),
           CASE state WHEN 'taken_back' THEN '申请单位' ELSE '数据责任单位' END, answer, code
    FROM moved_application WHERE state <> 'asked'
    UNION ALL
    SELECT 3, 'withdraw', 'granted', 'withdrawn', withdrawn_at, decided_at, withdrawn_by,
           '数据责任单位', '收回', code
    FROM moved_application WHERE step = 'withdrawn'
) AS steps ORDER BY code, nth;
"""

APPLICATIONS = """
INSERT INTO layers_application (
    consumer_id, layer, fields, districts, purpose, legal_basis, until, asked_by, asked_at, state,
    decided_by, decided_at, answer, grant_id)
SELECT (values->>'consumer')::bigint, values->>'layer', values->'fields', values->'districts',
       values->>'purpose', values->>'legal_basis', (values->>'until')::timestamptz, applicant,
       accepted_at,
       CASE WHEN step IN ('applied', 'examined') THEN 'asked'
            WHEN step IN ('granted', 'expired', 'withdrawn') THEN 'granted' ELSE step END,
       coalesce(values->>'decided_by', ''),
       coalesce((values->>'decided_at')::timestamptz, closed_at),
       coalesce(values->>'answer', ''), (values->>'grant')::bigint
FROM casework_matter WHERE procedure = 'data-application' AND upper_inf(valid)
ORDER BY accepted_at, code
"""

# The guards refuse what is otherwise never done; the owner of the tables puts them aside.
TABLES = {
    "casework_matterstep": "matter_code IN (SELECT code FROM casework_matter WHERE procedure = 'data-application')",
    "casework_mattersubject": "matter_code IN (SELECT code FROM casework_matter WHERE procedure = 'data-application')",
    "casework_matterrequest": "matter_code IN (SELECT code FROM casework_matter WHERE procedure = 'data-application')",
    "casework_amendment": "procedure = 'data-application'",
    "casework_mattercounter": "procedure = 'data-application'",
    "casework_matter": "procedure = 'data-application'",
}


def to_matters(apps, schema_editor):
    """Make a matter of each application, and a step of each thing that was done."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(CHANGE)
        if row := cursor.fetchone():
            known = {"zone": city().time_zone, "adcode": city().adcode, "change": row[0]}
            cursor.execute(MATTERS, known)


def to_applications(apps, schema_editor):
    """Make an application of each matter; the matters go."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(APPLICATIONS)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while checks wait
        for table, which in TABLES.items():
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            cursor.execute(f'DELETE FROM "{table}" WHERE {which}')
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0010_recorded_at"),
        ("casework", "0001_initial"),
        ("versions", "0008_indexes_aside"),
    ]

    operations = [
        migrations.RunPython(to_matters, to_applications),
        migrations.DeleteModel(name="Application"),
    ]

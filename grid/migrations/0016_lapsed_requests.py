"""Requests of a handling that is over are answered; until now they stayed open for ever.

Takes the rows of open requests only. Reversed it does nothing: what lapsed was over.
"""

from django.db import migrations

LAPSE = """
UPDATE grid_caserequest r
SET granted = false, answered_by = '系统', answered_at = now(),
    answer = '案件已离开处置环节，申请自动失效'
FROM grid_case c
WHERE r.granted IS NULL AND r.kind IN ('extension', 'suspension')
  AND c.code = r.case_code AND upper_inf(c.valid)
  AND (c.step NOT IN ('handling', 'suspended') OR r.asked_at < c.dispatched_at)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0015_component_units'),
    ]

    operations = [migrations.RunSQL(LAPSE, migrations.RunSQL.noop)]

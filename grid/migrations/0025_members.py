"""Who belongs to a department is a membership with its days, of ``spatial.parties``."""

from django.db import migrations

THERE = """
INSERT INTO parties_member (user_id, department_id, valid_from, source)
SELECT s.user_id, s.department_id, (u.date_joined AT TIME ZONE 'UTC')::date, '城管人员'
FROM grid_staff s JOIN auth_user u ON u.id = s.user_id WHERE s.department_id IS NOT NULL
"""
BACK = """
UPDATE grid_staff s SET department_id = m.department_id FROM (
    SELECT DISTINCT ON (user_id) user_id, department_id FROM parties_member
    WHERE department_id IS NOT NULL AND (valid_to IS NULL OR valid_to > CURRENT_DATE)
    ORDER BY user_id, valid_from DESC, id DESC
) m WHERE m.user_id = s.user_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('grid', '0024_departments_leave'),
        ('parties', '0002_parties'),
    ]

    operations = [
        migrations.RunSQL(THERE, BACK),
        migrations.RunSQL(
            # What the rows before have pending, the table is not altered over.
            'SET CONSTRAINTS ALL IMMEDIATE',
            'SET CONSTRAINTS ALL IMMEDIATE',
        ),
        migrations.RemoveField(model_name='staff', name='department'),
    ]

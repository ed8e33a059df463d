"""A step's deadline, too, may rest on a year without calendar."""

from django.db import migrations, models

from spatial.city import city

# The guard names its columns and would keep one from going; it is back after the migrate.
UNGUARD = 'DROP TRIGGER IF EXISTS versions_no_edit ON "grid_case"'
# Those that wait across a year without calendar; what the clock does not need is unmarked
# when the calendar arrives.
MARK = f"""
UPDATE grid_case SET step_is_provisional = true
WHERE upper_inf(valid) AND step NOT IN ('closed', 'void', 'merged')
  AND extract(year FROM step_due_at AT TIME ZONE '{city().time_zone}')
      NOT IN (SELECT year FROM calendars_calendaryear)
  AND step_due_at > now() - interval '1 year'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0002_hours_and_years"),
        ("grid", "0014_late_steps"),
    ]

    operations = [
        migrations.RunSQL(UNGUARD, UNGUARD),
        # Found among the open cases, which have an index.
        migrations.RemoveIndex(model_name="case", name="case_provisional"),
        migrations.AddField(
            model_name="case",
            name="step_is_provisional",
            field=models.BooleanField(default=False, verbose_name="本阶段时限为暂定"),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]

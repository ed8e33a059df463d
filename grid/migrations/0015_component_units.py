"""Whose a component is and who keeps it in order, beside the department in charge."""

from django.db import migrations, models

# The guard names its columns: taking them away again would take it away too, unseen. It is
# back after the migrate.
UNGUARD = 'DROP TRIGGER IF EXISTS versions_no_edit ON "grid_component"'


class Migration(migrations.Migration):
    dependencies = [("grid", "0014_late_steps")]

    operations = [
        migrations.AddField(
            model_name="component",
            name="owner",
            field=models.CharField(blank=True, max_length=100, verbose_name="权属单位"),
        ),
        migrations.AddField(
            model_name="component",
            name="maintainer",
            field=models.CharField(blank=True, max_length=100, verbose_name="养护单位"),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, UNGUARD),
    ]

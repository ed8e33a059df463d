"""Steps that came late, found by the deadline that they missed; built while cases go on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('grid', '0013_responsibility'),
        ('versions', '0003_touched'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='casestep',
            index=models.Index(condition=models.Q(('at__gt', models.F('due_at'))), fields=['due_at'], name='case_step_late'),
        ),
    ]

"""Which cases a department has had, found by the steps that gave them; built while cases go on."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.fields.json import KeyTransform


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('grid', '0026_sealed'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='casestep',
            index=models.Index(KeyTransform('department', 'details'), condition=models.Q(('action__in', ('dispatch', 'reassign'))), name='case_step_department'),
        ),
    ]

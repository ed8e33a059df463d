"""Steps that came late, found by the deadline that they missed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0013_responsibility'),
        ('versions', '0003_touched'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='casestep',
            index=models.Index(condition=models.Q(('at__gt', models.F('due_at'))), fields=['due_at'], name='case_step_late'),
        ),
    ]

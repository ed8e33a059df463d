"""Departments stand in ``spatial.parties``; their tables stay where they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0023_true_times'),
        ('parties', '0001_departments'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='routing',
                    name='department',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.department', to_field='code'),
                ),
                migrations.AlterField(
                    model_name='staff',
                    name='department',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.department', to_field='code'),
                ),
                migrations.DeleteModel(name='DepartmentName'),
                migrations.DeleteModel(name='Department'),
            ],
        ),
    ]

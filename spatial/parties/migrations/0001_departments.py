"""Departments move here from city management as they are: tables, rows, rights and records stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('grid', '0023_true_times'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            # Permissions and the log of administrators know a model by its content type.
            database_operations=[
                migrations.RunSQL(
                    "UPDATE django_content_type SET app_label = 'parties'"
                    " WHERE app_label = 'grid' AND model IN ('department', 'departmentname')",
                    "UPDATE django_content_type SET app_label = 'grid'"
                    " WHERE app_label = 'parties' AND model IN ('department', 'departmentname')",
                ),
            ],
            state_operations=[
                migrations.CreateModel(
                    name='Department',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField(verbose_name='生效日期')),
                        ('valid_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                        ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                        ('code', models.CharField(max_length=20, unique=True, verbose_name='编号')),
                        ('name', models.CharField(max_length=100, verbose_name='名称')),
                    ],
                    options={
                        'verbose_name': '专业部门',
                        'verbose_name_plural': '专业部门',
                        'db_table': 'grid_department',
                        'ordering': ['code'],
                        'abstract': False,
                        'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='department_days')],
                    },
                ),
                migrations.CreateModel(
                    name='DepartmentName',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField(verbose_name='生效日期')),
                        ('valid_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                        ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                        ('name', models.CharField(max_length=100, verbose_name='名称')),
                        ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_names', to='parties.department', to_field='code', verbose_name='专业部门')),
                    ],
                    options={
                        'verbose_name': '专业部门更名',
                        'verbose_name_plural': '专业部门更名',
                        'db_table': 'grid_departmentname',
                        'ordering': ['department', 'valid_from'],
                        'abstract': False,
                        'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='departmentname_days'), models.UniqueConstraint(fields=('department', 'valid_from'), name='departmentname_once')],
                    },
                ),
            ],
        ),
    ]

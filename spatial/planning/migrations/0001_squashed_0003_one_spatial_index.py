"""All of 0001 to 0003 in one step, for a new database.

A database that has begun the steps goes on with them. Dependencies bear the names of single
steps, so that both ways hold.
"""

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import spatial.versions.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('planning', '0001_initial'),
        ('planning', '0002_set_based_references'),
        ('planning', '0003_one_spatial_index'),
    ]

    initial = True

    dependencies = [
        ('versions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Constraint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('kind', models.CharField(max_length=20, verbose_name='类型')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='名称')),
                ('authority', models.CharField(blank=True, max_length=100, verbose_name='主管部门')),
                ('basis', models.CharField(blank=True, max_length=200, verbose_name='划定依据')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '规划约束',
                'verbose_name_plural': '规划约束',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='planning_constraint_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='planning_constraint_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='planning_constraint_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='planning_constraint_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='planning_constraint_start')],
            },
        ),
        migrations.CreateModel(
            name='PlanZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('plan_name', models.CharField(blank=True, max_length=100, verbose_name='规划名称')),
                ('scheme', models.CharField(max_length=40, verbose_name='分类标准')),
                ('land_use', models.CharField(max_length=10, verbose_name='用地编码')),
                ('max_floor_area_ratio', models.FloatField(null=True, verbose_name='容积率上限')),
                ('max_density_pct', models.FloatField(null=True, verbose_name='建筑密度上限（%）')),
                ('min_green_pct', models.FloatField(null=True, verbose_name='绿地率下限（%）')),
                ('max_height_m', models.FloatField(null=True, verbose_name='建筑限高（米）')),
                ('approved_on', models.DateField(null=True, verbose_name='批复日期')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '规划用地',
                'verbose_name_plural': '规划用地',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='planning_planzone_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='planning_planzone_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='planning_planzone_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='planning_planzone_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='planning_planzone_start')],
            },
        ),
    ]

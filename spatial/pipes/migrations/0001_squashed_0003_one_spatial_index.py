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
        ('pipes', '0001_initial'),
        ('pipes', '0002_set_based_references'),
        ('pipes', '0003_one_spatial_index'),
    ]

    initial = True

    dependencies = [
        ('versions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PipeLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('network', models.CharField(max_length=4, verbose_name='管线类别')),
                ('start_code', models.CharField(max_length=40, verbose_name='起点编号')),
                ('end_code', models.CharField(max_length=40, verbose_name='终点编号')),
                ('material', models.CharField(blank=True, max_length=20, verbose_name='材质')),
                ('section', models.CharField(blank=True, max_length=20, verbose_name='管径或断面（毫米）')),
                ('start_depth_m', models.FloatField(null=True, verbose_name='起点埋深（米）')),
                ('end_depth_m', models.FloatField(null=True, verbose_name='终点埋深（米）')),
                ('start_level_m', models.FloatField(null=True, verbose_name='起点管线高程（米）')),
                ('end_level_m', models.FloatField(null=True, verbose_name='终点管线高程（米）')),
                ('laying', models.CharField(blank=True, max_length=20, verbose_name='埋设方式')),
                ('laid_year', models.PositiveSmallIntegerField(null=True, verbose_name='建设年份')),
                ('owner', models.CharField(blank=True, max_length=100, verbose_name='权属单位')),
                ('road_name', models.CharField(blank=True, max_length=60, verbose_name='所在道路')),
                ('state', models.CharField(default='在用', max_length=10, verbose_name='使用状态')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('LineString', 'MultiLineString'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '管线',
                'verbose_name_plural': '管线',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='pipes_pipeline_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='pipes_pipeline_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='pipes_pipeline_voided'), models.Index(fields=['start_code'], name='pipeline_start'), models.Index(fields=['end_code'], name='pipeline_end')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='pipes_pipeline_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='pipes_pipeline_start')],
            },
        ),
        migrations.CreateModel(
            name='PipePoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('network', models.CharField(max_length=4, verbose_name='管线类别')),
                ('feature', models.CharField(blank=True, max_length=30, verbose_name='特征')),
                ('fitting', models.CharField(blank=True, max_length=30, verbose_name='附属物')),
                ('ground_level_m', models.FloatField(null=True, verbose_name='地面高程（米）')),
                ('bottom_depth_m', models.FloatField(null=True, verbose_name='井底深（米）')),
                ('road_name', models.CharField(blank=True, max_length=60, verbose_name='所在道路')),
                ('state', models.CharField(default='在用', max_length=10, verbose_name='使用状态')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Point',), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '管点',
                'verbose_name_plural': '管点',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='pipes_pipepoint_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='pipes_pipepoint_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='pipes_pipepoint_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='pipes_pipepoint_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='pipes_pipepoint_start')],
            },
        ),
    ]

"""All of 0001 to 0004 in one step, for a new database.

A database that has begun the steps goes on with them. Dependencies bear the names of single
steps, so that both ways hold.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import spatial.versions.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('hazards', '0001_initial'),
        ('hazards', '0002_set_based_references'),
        ('hazards', '0003_one_spatial_index'),
        ('hazards', '0004_rain_readings'),
    ]

    initial = True

    dependencies = [
        ('versions', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL('CREATE EXTENSION IF NOT EXISTS btree_gist', migrations.RunSQL.noop),
        migrations.CreateModel(
            name='HazardSite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('name', models.CharField(max_length=100, verbose_name='名称')),
                ('kind', models.CharField(max_length=20, verbose_name='灾种')),
                ('scale', models.CharField(blank=True, max_length=10, verbose_name='规模')),
                ('threat', models.CharField(blank=True, max_length=10, verbose_name='险情等级')),
                ('threatened_households', models.PositiveIntegerField(null=True, verbose_name='威胁户数')),
                ('threatened_people', models.PositiveIntegerField(null=True, verbose_name='威胁人数')),
                ('occurred_on', models.DateField(null=True, verbose_name='发生日期')),
                ('position_accuracy', models.CharField(blank=True, max_length=20, verbose_name='位置精度')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='资料来源')),
                ('monitor', models.CharField(blank=True, max_length=60, verbose_name='监测人')),
                ('monitor_phone', models.CharField(blank=True, max_length=30, verbose_name='监测人电话')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Point',), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '地灾隐患点',
                'verbose_name_plural': '地灾隐患点',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='hazards_hazardsite_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='hazards_hazardsite_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='hazards_hazardsite_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='hazards_hazardsite_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='hazards_hazardsite_start')],
            },
        ),
        migrations.CreateModel(
            name='HazardWarning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('title', models.CharField(max_length=100, verbose_name='标题')),
                ('level', models.CharField(max_length=4, verbose_name='等级')),
                ('text', models.TextField(blank=True, verbose_name='内容')),
                ('status', models.CharField(default='Actual', max_length=20, verbose_name='状态')),
                ('effective', models.DateTimeField(null=True, verbose_name='起始')),
                ('expires', models.DateTimeField(null=True, verbose_name='截止')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '风险预警',
                'verbose_name_plural': '风险预警',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='hazards_hazardwarning_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='hazards_hazardwarning_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='hazards_hazardwarning_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='hazards_hazardwarning_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='hazards_hazardwarning_start')],
            },
        ),
        migrations.CreateModel(
            name='RainStation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(blank=True, max_length=30, verbose_name='类型')),
                ('elevation_m', models.FloatField(null=True, verbose_name='高程（米）')),
                ('operator', models.CharField(blank=True, max_length=100, verbose_name='管理单位')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Point',), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '雨量站',
                'verbose_name_plural': '雨量站',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='hazards_rainstation_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='hazards_rainstation_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='hazards_rainstation_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='hazards_rainstation_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='hazards_rainstation_start')],
            },
        ),
        migrations.CreateModel(
            name='RainReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('station', models.CharField(max_length=50, verbose_name='站码')),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name='时段')),
                ('mm', models.FloatField(verbose_name='雨量（毫米）')),
                ('received_at', models.DateTimeField(auto_now_add=True, verbose_name='收到时间')),
            ],
            options={
                'verbose_name': '雨量读数',
                'verbose_name_plural': '雨量读数',
                'indexes': [models.Index(models.F('station'), models.Func(models.F('during'), function='upper'), name='rain_station_end')],
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('station', '='), ('during', '&&')], name='rain_no_overlap'), models.CheckConstraint(condition=models.Q(('mm__gte', 0), ('mm__lte', 2000)), name='rain_mm_possible'), models.CheckConstraint(condition=models.Q(('during__endswith__isnull', False), ('during__isempty', False), ('during__startswith__isnull', False)), name='rain_during_bounded')],
            },
        ),
    ]

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
        ('housing', '0001_initial'),
        ('housing', '0002_set_based_references'),
        ('housing', '0003_one_spatial_index'),
    ]

    initial = True

    dependencies = [
        ('versions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Right',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('unit_code', models.CharField(max_length=40, verbose_name='不动产单元编码')),
                ('kind', models.CharField(max_length=20, verbose_name='权利类型')),
                ('holder', models.CharField(blank=True, max_length=200, verbose_name='权利人')),
                ('certificate', models.CharField(blank=True, max_length=60, verbose_name='证书（证明）号')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '权利与限制',
                'verbose_name_plural': '权利与限制',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='housing_right_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='housing_right_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='housing_right_voided'), models.Index(fields=['unit_code'], name='right_unit')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='housing_right_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='housing_right_start')],
            },
        ),
        migrations.CreateModel(
            name='Storey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('building_code', models.CharField(max_length=40, verbose_name='建筑编码')),
                ('number', models.SmallIntegerField(verbose_name='实际层')),
                ('label', models.CharField(blank=True, max_length=20, verbose_name='名义层')),
                ('floor_area_m2', models.FloatField(null=True, verbose_name='建筑面积（平方米）')),
                ('height_m', models.FloatField(null=True, verbose_name='层高（米）')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '楼层',
                'verbose_name_plural': '楼层',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='housing_storey_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='housing_storey_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='housing_storey_voided'), models.Index(fields=['building_code'], name='storey_building')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='housing_storey_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='housing_storey_start')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('building_code', models.CharField(max_length=40, verbose_name='建筑编码')),
                ('entrance', models.CharField(blank=True, max_length=10, verbose_name='单元')),
                ('floor_from', models.SmallIntegerField(verbose_name='起始层')),
                ('floor_to', models.SmallIntegerField(verbose_name='终止层')),
                ('room', models.CharField(max_length=20, verbose_name='房号')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='同层次序')),
                ('usage', models.CharField(blank=True, max_length=40, verbose_name='用途')),
                ('layout', models.CharField(blank=True, max_length=40, verbose_name='户型')),
                ('floor_area_m2', models.FloatField(null=True, verbose_name='建筑面积（平方米）')),
                ('inner_area_m2', models.FloatField(null=True, verbose_name='套内面积（平方米）')),
                ('shared_area_m2', models.FloatField(null=True, verbose_name='分摊面积（平方米）')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='坐落')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), null=True, verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '户',
                'verbose_name_plural': '户',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='housing_unit_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='housing_unit_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='housing_unit_voided'), models.Index(fields=['building_code'], name='unit_building')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='housing_unit_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='housing_unit_start')],
            },
        ),
    ]

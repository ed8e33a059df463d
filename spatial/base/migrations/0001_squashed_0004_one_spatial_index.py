"""All of 0001 to 0004 in one step, for a new database.

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
        ('base', '0001_initial'),
        ('base', '0002_set_based_references'),
        ('base', '0003_terrain_sheets'),
        ('base', '0004_one_spatial_index'),
    ]

    initial = True

    dependencies = [
        ('versions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('full_address', models.CharField(max_length=200, verbose_name='标准地址')),
                ('road_name', models.CharField(blank=True, max_length=60, verbose_name='路名')),
                ('house_number', models.CharField(blank=True, max_length=30, verbose_name='门牌号')),
                ('building_code', models.CharField(blank=True, max_length=40, verbose_name='建筑编码')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Point',), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '地址',
                'verbose_name_plural': '地址',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='base_address_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='base_address_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='base_address_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='base_address_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='base_address_start')],
            },
        ),
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('level', models.CharField(choices=[('county', '县级'), ('town', '乡级'), ('village', '村级')], max_length=10, verbose_name='级别')),
                ('parent_code', models.CharField(blank=True, max_length=12, verbose_name='上级编码')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), null=True, verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '行政区划',
                'verbose_name_plural': '行政区划',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='base_district_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='base_district_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='base_district_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='base_district_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='base_district_start')],
            },
        ),
        migrations.CreateModel(
            name='LandCover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('scheme', models.CharField(max_length=40, verbose_name='分类标准')),
                ('class_code', models.CharField(max_length=10, verbose_name='地类编码')),
                ('area_m2', models.FloatField(null=True, verbose_name='面积（平方米）')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '地表覆盖',
                'verbose_name_plural': '地表覆盖',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='base_landcover_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='base_landcover_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='base_landcover_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='base_landcover_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='base_landcover_start')],
            },
        ),
        migrations.CreateModel(
            name='Road',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('trunk', '快速路'), ('primary', '主干路'), ('secondary', '次干路'), ('local', '支路'), ('rural', '农村道路')], max_length=10, verbose_name='等级')),
                ('width_m', models.FloatField(null=True, verbose_name='宽度（米）')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('LineString', 'MultiLineString'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '道路',
                'verbose_name_plural': '道路',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='base_road_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='base_road_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='base_road_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='base_road_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='base_road_start')],
            },
        ),
        migrations.CreateModel(
            name='Water',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('name', models.CharField(blank=True, max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('river', '河流'), ('reservoir', '水库'), ('pond', '坑塘'), ('canal', '沟渠')], max_length=10, verbose_name='类型')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '水系',
                'verbose_name_plural': '水系',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='base_water_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='base_water_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='base_water_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='base_water_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='base_water_start')],
            },
        ),
        migrations.CreateModel(
            name='TerrainSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='名称')),
                ('cell_m', models.FloatField(verbose_name='格网间距（米）')),
                ('columns', models.PositiveIntegerField(verbose_name='列数')),
                ('rows', models.PositiveIntegerField(verbose_name='行数')),
                ('minimum_m', models.FloatField(null=True, verbose_name='最低高程（米）')),
                ('maximum_m', models.FloatField(null=True, verbose_name='最高高程（米）')),
                ('vertical_datum', models.CharField(blank=True, max_length=40, verbose_name='高程基准')),
                ('surveyed_on', models.DateField(null=True, verbose_name='测制日期')),
                ('file', models.CharField(max_length=64, verbose_name='文件')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '高程数据',
                'verbose_name_plural': '高程数据',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='base_terrainsheet_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='base_terrainsheet_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='base_terrainsheet_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='base_terrainsheet_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='base_terrainsheet_start')],
            },
        ),
    ]

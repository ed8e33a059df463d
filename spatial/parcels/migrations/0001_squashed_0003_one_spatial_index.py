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
        ('parcels', '0001_initial'),
        ('parcels', '0002_set_based_references'),
        ('parcels', '0003_one_spatial_index'),
    ]

    initial = True

    dependencies = [
        ('versions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Building',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('name', models.CharField(blank=True, max_length=100, verbose_name='名称')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='地址')),
                ('parcel_code', models.CharField(blank=True, max_length=40, verbose_name='宗地编码')),
                ('usage', models.CharField(blank=True, max_length=40, verbose_name='用途')),
                ('structure', models.CharField(blank=True, max_length=40, verbose_name='结构')),
                ('storeys_above', models.PositiveSmallIntegerField(default=1, verbose_name='地上层数')),
                ('storeys_below', models.PositiveSmallIntegerField(default=0, verbose_name='地下层数')),
                ('height_m', models.FloatField(null=True, verbose_name='高度（米）')),
                ('floor_area_m2', models.FloatField(null=True, verbose_name='建筑面积（平方米）')),
                ('completed_year', models.PositiveSmallIntegerField(null=True, verbose_name='竣工年份')),
                ('owner', models.CharField(blank=True, max_length=200, verbose_name='产权人')),
                ('district_code', models.CharField(blank=True, max_length=12, verbose_name='所在村（社区）编码')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '建筑',
                'verbose_name_plural': '建筑',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='parcels_building_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='parcels_building_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='parcels_building_voided'), models.Index(fields=['parcel_code'], name='building_parcel')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='parcels_building_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='parcels_building_start')],
            },
        ),
        migrations.CreateModel(
            name='Parcel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='编码')),
                ('schematic', models.BooleanField(default=False, verbose_name='示意')),
                ('valid', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, verbose_name='有效期')),
                ('location', models.CharField(blank=True, max_length=200, verbose_name='坐落')),
                ('scheme', models.CharField(blank=True, max_length=40, verbose_name='分类标准')),
                ('land_use', models.CharField(blank=True, max_length=10, verbose_name='用途编码')),
                ('right_type', models.CharField(blank=True, max_length=60, verbose_name='权利类型')),
                ('right_holder', models.CharField(blank=True, max_length=200, verbose_name='权利人')),
                ('registered_area_m2', models.FloatField(null=True, verbose_name='登记面积（平方米）')),
                ('registered_on', models.DateField(null=True, verbose_name='登记日期')),
                ('district_code', models.CharField(blank=True, max_length=12, verbose_name='所在村（社区）编码')),
                ('geom', spatial.versions.fields.CityGeometryField(kinds=('Polygon', 'MultiPolygon'), verbose_name='图形')),
                ('closed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更终止')),
                ('opened_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
                ('voided_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更作废')),
            ],
            options={
                'verbose_name': '宗地',
                'verbose_name_plural': '宗地',
                'abstract': False,
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['opened_by'], name='parcels_parcel_opened', pages_per_range=16), models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='parcels_parcel_closed'), models.Index(condition=models.Q(('voided_by__isnull', False)), fields=['voided_by'], name='parcels_parcel_voided')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid__upper_inf', True)), fields=('code',), name='parcels_parcel_current'), models.UniqueConstraint(models.F('code'), models.Func(models.F('valid'), function='lower'), name='parcels_parcel_start')],
            },
        ),
    ]

"""All of 0001 to 0003 in one step, for a new database.

A database that has begun the steps goes on with them. Dependencies bear the names of single
steps, so that both ways hold.
"""

import django.db.models.deletion
import spatial.versions.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('importers', '0001_initial'),
        ('importers', '0002_reviewing'),
        ('importers', '0003_folder'),
    ]

    initial = True

    dependencies = [
        ('versions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layer', models.CharField(max_length=40, verbose_name='图层')),
                ('files', models.JSONField(default=list, verbose_name='文件')),
                ('source', models.CharField(blank=True, db_index=True, max_length=100, verbose_name='来源')),
                ('crs', models.CharField(blank=True, max_length=100, verbose_name='坐标系')),
                ('options', models.JSONField(default=dict, verbose_name='选项')),
                ('counts', models.JSONField(default=dict, verbose_name='计数')),
                ('state', models.CharField(choices=[('waiting', '排队中'), ('running', '进行中'), ('dry', '待审核'), ('discarded', '已放弃'), ('interrupted', '已中断'), ('committed', '已入库'), ('undone', '已撤销'), ('refused', '已拒绝')], default='running', max_length=12, verbose_name='状态')),
                ('message', models.CharField(blank=True, max_length=1000, verbose_name='说明')),
                ('started_at', models.DateTimeField(auto_now_add=True, verbose_name='开始')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='结束')),
                ('who', models.CharField(max_length=150, verbose_name='经办人')),
                ('change', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='变更')),
                ('undo_change', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='撤销变更')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='已处理')),
                ('stage', models.CharField(blank=True, max_length=40, verbose_name='阶段')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='总数')),
                ('folder', models.CharField(blank=True, max_length=40, verbose_name='原始文件夹')),
            ],
            options={
                'verbose_name': '入库批次',
                'verbose_name_plural': '入库批次',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportIssue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.CharField(max_length=200, verbose_name='文件')),
                ('row', models.PositiveIntegerField(verbose_name='行')),
                ('field', models.CharField(blank=True, max_length=60, verbose_name='字段')),
                ('code', models.CharField(max_length=40, verbose_name='问题代码')),
                ('severity', models.CharField(max_length=10, verbose_name='程度')),
                ('message', models.CharField(max_length=500, verbose_name='说明')),
                ('hint', models.CharField(blank=True, max_length=500, verbose_name='建议')),
                ('position', spatial.versions.fields.CityGeometryField(kinds=('Point',), null=True, verbose_name='位置')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='issues', to='importers.importrun', verbose_name='入库批次')),
                ('accepted_at', models.DateTimeField(null=True, verbose_name='采纳时间')),
                ('accepted_by', models.CharField(blank=True, max_length=150, verbose_name='采纳人')),
                ('original', spatial.versions.fields.CityGeometryField(null=True, verbose_name='原图形')),
                ('place', spatial.versions.fields.CityGeometryField(null=True, verbose_name='问题图形')),
                ('proposal', spatial.versions.fields.CityGeometryField(null=True, verbose_name='建议图形')),
            ],
            options={
                'verbose_name': '入库问题',
                'verbose_name_plural': '入库问题',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='DatumParameters',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='名称')),
                ('datum', models.CharField(choices=[('xian80', '西安80'), ('beijing54', '北京54'), ('local', '地方独立坐标系')], max_length=12, verbose_name='原坐标系')),
                ('source_epsg', models.PositiveIntegerField(blank=True, null=True, verbose_name='原坐标系 EPSG（地方坐标系为空）')),
                ('method', models.CharField(choices=[('seven', '七参数（布尔莎）'), ('four', '四参数（平面）')], max_length=6, verbose_name='方法')),
                ('parameters', models.JSONField(verbose_name='参数')),
                ('accuracy_m', models.FloatField(blank=True, null=True, verbose_name='检验中误差（米）')),
                ('document', models.CharField(max_length=200, verbose_name='依据')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('who', models.CharField(blank=True, max_length=150, verbose_name='录入人')),
                ('entered_at', models.DateTimeField(auto_now=True, verbose_name='录入时间')),
            ],
            options={
                'verbose_name': '坐标转换参数',
                'verbose_name_plural': '坐标转换参数',
                'ordering': ['datum', 'name'],
            },
        ),
        migrations.CreateModel(
            name='SavedSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=60, unique=True, verbose_name='名称')),
                ('title', models.CharField(max_length=100, verbose_name='说明')),
                ('layer', models.CharField(max_length=40, verbose_name='图层')),
                ('signature', models.JSONField(default=list, verbose_name='识别列')),
                ('columns', models.JSONField(default=dict, verbose_name='列对应')),
                ('constants', models.JSONField(default=dict, verbose_name='固定值')),
                ('table', models.CharField(blank=True, max_length=100, verbose_name='文件内的图层名')),
                ('epsg', models.PositiveIntegerField(blank=True, null=True, verbose_name='坐标系')),
                ('who', models.CharField(blank=True, max_length=150, verbose_name='保存人')),
                ('saved_at', models.DateTimeField(auto_now=True, verbose_name='保存时间')),
            ],
            options={
                'verbose_name': '数据来源',
                'verbose_name_plural': '数据来源',
                'ordering': ['layer', 'name'],
            },
        ),
    ]

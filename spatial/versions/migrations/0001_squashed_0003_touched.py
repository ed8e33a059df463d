"""All of 0001 to 0003 in one step, for a new database.

A database that has begun the steps goes on with them. Dependencies bear the names of single
steps, so that both ways hold.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('versions', '0001_initial'),
        ('versions', '0002_revision_changes'),
        ('versions', '0003_touched'),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('register', models.CharField(max_length=60, primary_key=True, serialize=False, verbose_name='登记簿')),
                ('number', models.BigIntegerField(default=0, verbose_name='修订号')),
            ],
            options={
                'verbose_name': '修订号',
                'verbose_name_plural': '修订号',
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='生效时间')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='记录时间')),
                ('who', models.CharField(max_length=150, verbose_name='经办人')),
                ('why', models.CharField(max_length=500, verbose_name='事由')),
                ('document', models.CharField(blank=True, max_length=300, verbose_name='依据文件')),
                ('origin', models.CharField(blank=True, db_index=True, max_length=100, verbose_name='来源')),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='versions.change', verbose_name='撤销')),
            ],
            options={
                'verbose_name': '变更',
                'verbose_name_plural': '变更',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['at'], name='change_at')],
            },
        ),
        migrations.CreateModel(
            name='Ancestry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=60, verbose_name='登记簿')),
                ('parent_code', models.CharField(max_length=40, verbose_name='前身编码')),
                ('child_code', models.CharField(max_length=40, verbose_name='后继编码')),
                ('shared_area_m2', models.FloatField(verbose_name='共有面积（平方米）')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更撤销')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='由此变更产生')),
            ],
            options={
                'verbose_name': '沿革',
                'verbose_name_plural': '沿革',
                'indexes': [models.Index(fields=['register', 'parent_code'], name='ancestry_parent'), models.Index(fields=['register', 'child_code'], name='ancestry_child')],
            },
        ),
        migrations.CreateModel(
            name='RevisionChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=60, verbose_name='登记簿')),
                ('number', models.BigIntegerField(verbose_name='修订号')),
                ('change', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='versions.change', verbose_name='变更')),
            ],
            options={
                'verbose_name': '修订对应的变更',
                'verbose_name_plural': '修订对应的变更',
                'constraints': [models.UniqueConstraint(fields=('register', 'number'), name='one_change_per_revision')],
            },
        ),
        migrations.CreateModel(
            name='Touched',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('register', models.CharField(max_length=60, verbose_name='登记簿')),
                ('number', models.BigIntegerField(verbose_name='修订号')),
                ('recorded_at', models.DateTimeField(verbose_name='记录时间')),
                ('boxes', django.contrib.postgres.fields.ArrayField(base_field=django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=4), size=None, verbose_name='范围')),
            ],
            options={
                'verbose_name': '改动范围',
                'verbose_name_plural': '改动范围',
                'indexes': [models.Index(fields=['register', 'recorded_at'], name='touched_recorded')],
                'constraints': [models.UniqueConstraint(fields=('register', 'number'), name='one_touched_per_revision')],
            },
        ),
    ]

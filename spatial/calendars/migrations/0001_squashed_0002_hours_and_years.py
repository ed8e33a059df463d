"""All of 0001 to 0002 in one step, for a new database.

A database that has begun the steps goes on with them. Dependencies bear the names of single
steps, so that both ways hold.

Left out, for it moves rows of a filled database only: calendars that stand before years are kept
(0002).
"""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('calendars', '0001_initial'),
        ('calendars', '0002_hours_and_years'),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='SpecialDay',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False, verbose_name='日期')),
                ('is_workday', models.BooleanField(verbose_name='上班')),
                ('name', models.CharField(blank=True, max_length=40, verbose_name='名称')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
            ],
            options={
                'verbose_name': '调休与节假日',
                'verbose_name_plural': '调休与节假日',
                'ordering': ['day'],
            },
        ),
        migrations.CreateModel(
            name='CalendarYear',
            fields=[
                ('year', models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name='年份')),
                ('published_on', models.DateField(verbose_name='登记日期')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
            ],
            options={
                'verbose_name': '已公布的年份',
                'verbose_name_plural': '已公布的年份',
                'ordering': ['-year'],
            },
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='生效日期')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='失效日期')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('slots', models.CharField(max_length=100, verbose_name='工作时段')),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None, verbose_name='每周工作日')),
                ('day_rule', models.CharField(choices=[('hours', '8 个工作时'), ('end-of-day', '第 N 个工作日下班时')], max_length=12, verbose_name='工作日的算法')),
            ],
            options={
                'verbose_name': '工作时间',
                'verbose_name_plural': '工作时间',
                'ordering': ['-valid_from'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='workinghours_days')],
            },
        ),
    ]

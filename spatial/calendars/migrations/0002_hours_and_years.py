"""Working hours by the days on which they hold, and which years are published."""

import django.contrib.postgres.fields
from django.db import migrations, models


# A year with one or two days in it was begun by hand, not published: a notice names twenty.
PUBLISHED = """
INSERT INTO calendars_calendaryear (year, published_on, source)
SELECT extract(year FROM day)::smallint, current_date, max(source)
FROM calendars_specialday GROUP BY 1 HAVING count(*) >= 10
"""


class Migration(migrations.Migration):

    dependencies = [
        ('calendars', '0001_initial'),
    ]

    operations = [
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
        migrations.RunSQL(PUBLISHED, migrations.RunSQL.noop),
    ]

"""Steps with deadlines that are a guess; editions of the classes; names of departments."""

import django.db.models.deletion
from django.db import migrations, models

from spatial.city import city

# The guard names its columns and would keep one from going; it is back after the migrate.
UNGUARD = 'DROP TRIGGER IF EXISTS versions_no_edit ON "grid_case"'
# Those that wait across a year without calendar; what the clock does not need is unmarked
# when the calendar arrives.
MARK = f"""
UPDATE grid_case SET step_is_provisional = true
WHERE upper_inf(valid) AND step NOT IN ('closed', 'void', 'merged')
  AND extract(year FROM step_due_at AT TIME ZONE '{city().time_zone}')
      NOT IN (SELECT year FROM calendars_calendaryear)
  AND step_due_at > now() - interval '1 year'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0002_hours_and_years"),
        ("grid", "0017_departments_by_case"),
    ]

    operations = [
        migrations.RunSQL(UNGUARD, UNGUARD),
        # Found among the open cases, which have an index.
        migrations.RemoveIndex(model_name="case", name="case_provisional"),
        migrations.AddField(
            model_name="case",
            name="step_is_provisional",
            field=models.BooleanField(default=False, verbose_name="本阶段时限为暂定"),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ClassEdition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="失效日期")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                ("kind", models.CharField(max_length=10, verbose_name="类别")),
                ("scheme", models.CharField(max_length=40, verbose_name="分类标准")),
            ],
            options={
                "verbose_name": "分类标准的启用",
                "verbose_name_plural": "分类标准的启用",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="classedition_days",
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "valid_from"), name="classedition_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DepartmentName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="失效日期")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later_names",
                        to="grid.department",
                        to_field="code",
                        verbose_name="专业部门",
                    ),
                ),
            ],
            options={
                "verbose_name": "专业部门更名",
                "verbose_name_plural": "专业部门更名",
                "ordering": ["department", "valid_from"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="departmentname_days",
                    ),
                    models.UniqueConstraint(
                        fields=("department", "valid_from"), name="departmentname_once"
                    ),
                ],
            },
        ),
    ]

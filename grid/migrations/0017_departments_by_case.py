"""A department is scored by its cases, not by how often each was dispatched to it.

Only the row that was seeded moves; what a city has written for itself stays.
"""

from django.db import migrations

SOURCE = "公开的城市管理综合评价办法（权重与分段），待本市核定"
SEEDED = {"subject": "department", "form": "band", "bands": "department", "source": SOURCE}


def count_cases(apps, schema_editor):
    """Dispatches become cases."""
    _move(apps, schema_editor, "dispatched", "assigned")


def count_dispatches(apps, schema_editor):
    """Back."""
    _move(apps, schema_editor, "assigned", "dispatched")


def _move(apps, schema_editor, before, after):
    rows = apps.get_model("grid", "ScoreWeight").objects.using(schema_editor.connection.alias)
    rows.filter(figure=before, **SEEDED).update(figure=after)


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0016_lapsed_requests'),
    ]

    operations = [
        migrations.RunPython(count_cases, count_dispatches),
    ]

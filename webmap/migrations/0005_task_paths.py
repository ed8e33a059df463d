"""Jobs that wait while the platform is upgraded find their function in its new room."""

from django.db import migrations

PATHS = (
    ("importers.jobs.", "importers.runs.jobs."),
    ("layers.webhook_jobs.", "layers.webhooks.jobs."),
    ("webmap.export_jobs.", "webmap.exports.jobs."),
)
SQL = (
    "UPDATE django_tasks_database_dbtaskresult SET task_path = %s || substr(task_path, %s)"
    " WHERE starts_with(task_path, %s)"
)


def _rename(new: str, old: str) -> tuple[str, list[object]]:
    return SQL, [new, len(old) + 1, old]


class Migration(migrations.Migration):
    dependencies = [
        ("webmap", "0004_known_devices_counted_apart"),
        ("django_tasks_database", "0021_conditional_partial_index_ordering"),
    ]
    operations = [
        migrations.RunSQL(
            sql=[_rename(new, old) for old, new in PATHS],
            reverse_sql=[_rename(old, new) for old, new in PATHS],
        )
    ]

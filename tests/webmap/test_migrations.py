"""Migrations of the site carry what waits in the database over an upgrade."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.state import ProjectState
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from importers.runs.jobs import undo_committed
from layers.webhooks.jobs import deliver
from webmap.exports.jobs import make_export

OLD = {
    "importers.jobs.undo_committed": undo_committed,
    "layers.webhook_jobs.deliver": deliver,
    "webmap.export_jobs.make_export": make_export,
}


@pytest.mark.django_db
@pytest.mark.parametrize("old", OLD)
def test_a_job_that_waits_through_the_upgrade_finds_its_function(old):
    task = OLD[old]
    job = DBTaskResult.objects.create(
        task_path=old,
        args_kwargs={"args": [], "kwargs": {}},
        priority=0,
        queue_name="default",
        backend_name="default",
        run_after=None,
    )
    migration = import_module("webmap.migrations.0005_task_paths").Migration("0005", "webmap")
    with connection.schema_editor(atomic=False) as editor:
        for operation in migration.operations:
            operation.database_forwards("webmap", editor, ProjectState(), ProjectState())
        job.refresh_from_db()
        assert import_string(job.task_path) is task
        for operation in migration.operations:
            operation.database_backwards("webmap", editor, ProjectState(), ProjectState())
    job.refresh_from_db()
    assert job.task_path == old

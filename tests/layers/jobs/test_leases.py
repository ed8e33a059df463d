"""A job whose worker is gone is done again, or said to have failed; one at work is left alone."""

import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks.signals import task_finished, task_started
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from importers.models import ImportRun
from importers.runs.jobs import commit_reviewed, import_files, undo_committed
from layers.jobs import leases
from layers.jobs.leases import MOST_ATTEMPTS, repeatable, take_up
from layers.models import ProcessJob
from layers.ogc.processes.jobs import perform
from webmap.exports.jobs import make_export
from webmap.models import Export

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(minutes=10)
done = []


@task()
@repeatable
def harmless(word):
    """A job that may be done twice."""
    done.append(word)


@task()
def once(word):
    """A job that may not."""
    done.append(word)


@task()
def looks():
    """A job that looks whether it is held."""
    done.extend((pk, leases._is_free(pk)) for pk in leases._held)


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


def claimed(job, *args, attempts=1, **named):
    """A job that a worker has claimed some time ago."""
    row = job.enqueue(*args, **named).db_result
    for number in range(attempts):
        row.claim(f"worker-{number}")
    row.started_at = timezone.now() - LONG_AGO
    row.save(update_fields=["started_at"])
    return row


def work():
    """Do all that is queued, as a worker does."""
    Worker(
        queue_names=["default"], interval=0, batch=True, backend_name="default",
        startup_delay=False, max_tasks=None, worker_id="w", excluded_queue_names=[],
    ).run()  # fmt: skip


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    """The worker of a test works in the test's transaction."""
    monkeypatch.setattr(
        "django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None
    )


def test_a_job_that_lost_its_worker_is_done_again():
    row = claimed(harmless, "a")
    assert take_up() == 1
    work()
    row.refresh_from_db()
    assert (done, row.status, len(row.worker_ids)) == (["a"], TaskResultStatus.SUCCESSFUL, 2)


def test_one_that_may_not_be_done_twice_has_failed():
    row = claimed(once, "a")
    assert take_up() == 1
    work()
    row.refresh_from_db()
    assert (done, row.status) == ([], TaskResultStatus.FAILED)
    assert "WorkerLost" in row.exception_class_path


def test_a_job_that_ends_every_worker_is_given_up():
    row = claimed(harmless, "a", attempts=MOST_ATTEMPTS)
    assert take_up() == 1
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED


def test_a_job_at_work_is_left_alone_however_long_it_takes():
    row = claimed(harmless, "a")
    task_started.send(sender=None, task_result=row.task_result)
    assert take_up() == 0
    task_finished.send(sender=None, task_result=row.task_result)
    assert any(take_up() or time.sleep(0.1) for _ in range(100))  # once the session has ended


def test_one_just_claimed_is_left_alone():
    row = harmless.enqueue("a").db_result
    row.claim("w")
    assert take_up() == 0


def test_a_worker_holds_a_job_while_it_is_at_it():
    row = looks.enqueue().db_result
    work()
    assert done == [(row.pk, False)]
    assert leases._is_free(row.pk)
    assert leases._held == {}


def test_the_clock_takes_them_up_and_one_fault_is_not_in_the_way(monkeypatch, caplog):
    row = claimed(harmless, "a")
    monkeypatch.setattr("importers.runs.recovery.settle_abandoned", lambda: 1 / 0)
    old = once.enqueue("b").db_result
    old.set_successful(None)
    DBTaskResult.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=20))
    call_command("run_clocks")
    row.refresh_from_db()
    assert row.status == TaskResultStatus.READY
    assert not DBTaskResult.objects.filter(pk=old.pk).exists()
    assert "duty imports" in caplog.text


def processing():
    return ProcessJob.objects.create(
        process="statistics", inputs={}, form="json", state=ProcessJob.State.RUNNING
    )


def exporting():
    return Export.objects.create(
        owner="x", params={"language": "zh-hans"}, state=Export.State.RUNNING
    )


@pytest.mark.parametrize(
    "job, make, again", [(perform, processing, "accepted"), (make_export, exporting, "queued")]
)
def test_what_people_wait_for_is_done_again_and_said_to_have_failed_in_the_end(job, make, again):
    waited_for = make()
    claimed(job, str(waited_for.pk))
    call_command("run_clocks")
    waited_for.refresh_from_db()
    assert waited_for.state in ("running", again)
    work()
    waited_for.refresh_from_db()
    assert waited_for.state == "failed"  # it was done: these ask for nothing
    assert "中断" not in waited_for.message

    given_up = make()
    claimed(job, str(given_up.pk), attempts=MOST_ATTEMPTS)
    type(given_up).objects.update(created_at=timezone.now() - LONG_AGO)
    call_command("run_clocks")
    given_up.refresh_from_db()
    assert given_up.state == "failed"
    assert "中断" in given_up.message


@pytest.mark.parametrize("job, make", [(perform, processing), (make_export, exporting)])
def test_what_still_has_a_job_is_waited_for(job, make):
    waited_for = make()
    type(waited_for).objects.update(created_at=timezone.now() - LONG_AGO)
    job.enqueue(str(waited_for.pk))
    call_command("run_clocks")
    waited_for.refresh_from_db()
    assert waited_for.state == "running"


@pytest.mark.parametrize(
    "job, state, words",
    [
        (commit_reviewed, "dry", "提交中断，登记簿没有变动"),
        (undo_committed, "committed", "撤销中断，登记簿没有变动"),
    ],
)
def test_a_decision_that_lost_its_worker_before_it_began(job, state, words):
    run = ImportRun.objects.create(layer="parcels", who="甲", state=state, stage="排队中")
    row = job.enqueue(run.pk, "甲").db_result
    call_command("run_clocks")
    run.refresh_from_db()
    assert run.stage == "排队中"  # it still waits for its turn
    row.claim("w")
    DBTaskResult.objects.update(started_at=timezone.now() - LONG_AGO)
    call_command("run_clocks")
    run.refresh_from_db()
    assert (run.state, run.stage) == (state, "")
    assert words in run.message


def test_whoever_looks_sees_what_is_true_without_the_clock(admin_client):
    run = ImportRun.objects.create(layer="parcels", who="甲", state="dry", stage="排队中")
    claimed(commit_reviewed, run.pk, "甲")
    assert "提交中断，登记簿没有变动" in admin_client.get(f"/imports/{run.pk}").text


def test_a_delivery_that_no_job_will_take_in_is_said_to_be_interrupted():
    lost, queued = (
        ImportRun.objects.create(layer="parcels", who="甲", state="waiting") for _ in range(2)
    )
    import_files.enqueue([], "parcels", {}, {}, run_id=queued.pk)
    ImportRun.objects.update(started_at=timezone.now() - timedelta(hours=2))
    call_command("run_clocks")
    lost.refresh_from_db()
    queued.refresh_from_db()
    assert (lost.state, queued.state) == ("interrupted", "waiting")
    assert "没有变动" in lost.message

"""The same run in the background, and the sample city's door."""

from contextlib import closing
from threading import Thread

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections, transaction

from importers.models import ImportRun
from importers.runs import recovery
from importers.runs.jobs import commit_reviewed, import_files, undo_committed
from importers.runs.running_progress import RunProgress
from importers.sample import sample
from importers.staging import locks
from layers.roles import Role
from spatial.parcels.models import Parcel
from spatial.versions.models import Change
from tests.factories import open_feature
from tests.importers.files import gpkg, plots
from tests.town import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_once(settings, db):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    make_user("甲", Role.STEWARD)  # whose jobs these are


def test_a_job_imports(tmp_path):
    path = gpkg(tmp_path, plots())
    terms = {"who": "甲", "at": "2024-05-31T00:00:00+08:00"}
    result = import_files.enqueue([str(path)], "parcels", {}, terms, commit=True)
    run = ImportRun.objects.get()
    assert result.return_value == {"run": run.pk, "refused": ""}
    assert Parcel.objects.count() == 5
    assert run.change.at.isoformat() == "2024-05-30T16:00:00+00:00"


def test_a_job_that_is_refused_says_so(tmp_path):
    result = import_files.enqueue([str(tmp_path / "none.gpkg")], "parcels")
    assert result.return_value["run"] is None
    assert "找不到文件" in result.return_value["refused"]


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Two small deliveries in place of the sample city's."""
    from importers.sample.city.write import Written
    from tests.factories import moment

    first = gpkg(tmp_path, plots(4), "1")
    second = gpkg(tmp_path, plots(6).iloc[4:], "2")
    about = [
        Written("parcels", moment(2018), "基准", "文1", (), ()),
        Written("parcels", moment(2019), "更新", "文2", ("P0",), (("P0", "P4"),)),
    ]
    made = list(zip([first, second], about, strict=True))
    monkeypatch.setattr(sample, "write_deliveries", lambda *_: made)
    monkeypatch.setattr(sample, "make_terrain", lambda: None)
    return made


def test_the_sample_is_loaded_in_order(written, capsys):
    call_command("load_sample_city", size="tiny")
    assert sorted(Parcel.objects.current().values_list("code", flat=True)) == [
        f"P{i}" for i in range(1, 6)
    ]
    assert Change.objects.count() == 2
    assert "parcels: 6" in capsys.readouterr().out
    call_command("load_sample_city", if_empty=True)
    assert Change.objects.count() == 2
    with pytest.raises(CommandError, match="已经装入"):
        call_command("load_sample_city")


def test_an_interrupted_load_is_continued(written, monkeypatch):
    real = sample._take

    def breaks(path, about, mark):
        if about.document == "文2":
            raise KeyboardInterrupt
        return real(path, about, mark)

    monkeypatch.setattr(sample, "_take", breaks)
    with pytest.raises(KeyboardInterrupt):
        call_command("load_sample_city", size="tiny")
    monkeypatch.setattr(sample, "_take", real)
    call_command("load_sample_city", if_empty=True)
    assert Change.objects.count() == 2
    assert sample.begun_load().is_complete


def test_the_sample_does_not_mix_with_other_data(written):
    open_feature()
    call_command("load_sample_city", if_empty=True)
    with pytest.raises(CommandError, match="只装入空库"):
        call_command("load_sample_city")


def resting(**given):
    """A run that has ended as a dry run."""
    return ImportRun.objects.create(layer="parcels", who="甲", state="dry", **given)


def silent(monkeypatch, run, what="核对"):
    """Progress whose thread does not write by itself."""
    monkeypatch.setattr(RunProgress, "_tick", lambda self: None)
    progress = RunProgress(run.pk, what)
    progress.done = progress.total = 13
    return progress


@pytest.mark.django_db(transaction=True)
def test_progress_that_comes_after_the_end_is_not_written(monkeypatch):
    """The end is written while the progress waits for the row; then it may go on."""
    run = ImportRun.objects.create(layer="parcels", who="甲")
    progress = silent(monkeypatch, run)

    def write():
        with closing(connections.create_connection("default")) as session:
            progress._write(session)

    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(state="dry", stage="")
        writer = Thread(target=write)
        writer.start()
        with connection.cursor() as cursor:
            for _ in range(200):
                cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
                if cursor.fetchone()[0]:
                    break
    writer.join()
    with closing(connections.create_connection("default")) as session:
        progress._said = ("", 0, 0)
        progress._write(session)  # and however late it comes
    run.refresh_from_db()
    assert (run.state, run.stage) == ("dry", "")


@pytest.mark.django_db(transaction=True)
def test_progress_is_written_while_there_is_some(monkeypatch):
    run = ImportRun.objects.create(layer="parcels", who="甲")
    asked = resting(stage=recovery.QUEUED)
    for one in (run, asked):
        progress = silent(monkeypatch, one, "写入")
        with closing(connections.create_connection("default")) as session:
            progress._write(session)
        one.refresh_from_db()
        assert (one.stage, one.done, one.total) == ("写入", 13, 13)


@pytest.mark.parametrize("stage", recovery.TRYING)
def test_a_run_that_hangs_after_its_end_is_healed_and_nothing_false_is_said(stage):
    run = resting(stage=stage, message="注意")
    recovery.settle_abandoned()
    run.refresh_from_db()
    assert (run.state, run.stage, run.message) == ("dry", "", "注意")


@pytest.mark.parametrize(
    ("state", "stage", "said"),
    [
        ("dry", "写入", "提交中断"),
        ("dry", recovery.COMMITTING, "提交中断"),
        ("committed", "撤销", "撤销中断"),
    ],
)
def test_a_commit_or_undo_that_was_cut_off_says_so(state, stage, said):
    run = ImportRun.objects.create(layer="parcels", who="甲", state=state, stage=stage)
    with locks.alive(run.pk):
        recovery.settle_abandoned()
        run.refresh_from_db()
        assert run.stage == stage
    recovery.settle_abandoned()
    run.refresh_from_db()
    assert (run.state, run.stage) == (state, "")
    assert said in run.message


def test_jobs_leave_no_stage_behind(tmp_path, monkeypatch):
    import_files.enqueue([str(gpkg(tmp_path, plots()))], "parcels")
    run = ImportRun.objects.get()
    ImportRun.objects.update(stage=recovery.QUEUED)
    commit_reviewed.enqueue(run.pk, "甲")
    run.refresh_from_db()
    assert (run.state, run.stage) == ("committed", "")
    ImportRun.objects.update(stage=recovery.QUEUED)

    def breaks(*_):
        raise OSError("disk")

    monkeypatch.setattr("importers.runs.jobs.undo", breaks)
    undo_committed.enqueue(run.pk, "甲")
    run.refresh_from_db()
    assert (run.state, run.stage) == ("committed", "")
    monkeypatch.undo()
    undo_committed.enqueue(run.pk, "甲")
    run.refresh_from_db()
    assert (run.state, run.stage) == ("undone", "")

"""The same run in the background, and the sample city's door."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from importers import sample
from importers.jobs import import_files
from importers.models import ImportRun
from spatial.parcels.models import Parcel
from spatial.versions.models import Change
from tests.factories import open_feature
from tests.importers.files import gpkg, plots

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


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
    from importers.sources.sample_city.write import Written
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

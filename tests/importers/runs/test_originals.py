"""The sender's files stay as they came, whatever is done with them."""

import hashlib
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from importers.errors import DeliveryRefused
from importers.models import ImportIssue, ImportRun
from importers.runs import originals, review
from importers.runs.outcome import Terms
from importers.runs.run import start
from spatial.parcels.models import Building, Parcel
from tests.importers.files import geojson, gpkg, plots, shapefile

pytestmark = pytest.mark.django_db
CASES = Path(__file__).resolve().parents[2] / "data" / "imports"
NEW = {"431382001999GB00009F0001", "431382001999GB00009F0002"}


def take(path, layer="buildings", *, commit=True, **terms):
    return start([path], layer, terms=Terms(**terms), commit=commit).run


def print_of(folder):
    """Every file below a folder with its content."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def brought(tmp_path, *names):
    """Copies of the cases in a folder of their own."""
    folder = tmp_path / "brought"
    folder.mkdir()
    for name in names:
        made = shutil.copytree if (CASES / name).is_dir() else shutil.copyfile
        made(CASES / name, folder / name)
    return folder


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def standing(model=Building):
    return set(model.objects.current().values_list("code", flat=True))


@pytest.mark.parametrize("commit", [False, True])
def test_a_database_with_its_journal_is_read_whole_and_left_alone(tmp_path, var, commit):
    folder = brought(tmp_path, "g06b_wal_sidecar.gpkg", "g06b_wal_sidecar.gpkg-wal")
    before = print_of(folder)
    run = take(folder / "g06b_wal_sidecar.gpkg", commit=commit)
    assert print_of(folder) == before
    assert run.counts["added"] == 2
    assert standing() == (NEW if commit else set())
    assert run.counts["issues"] == {}
    assert {f["name"]: f["sha256"] for f in run.files} == {
        str(name): hashlib.sha256(content).hexdigest() for name, content in before.items()
    }
    assert print_of(var / "imports" / run.folder) == before


@pytest.mark.parametrize("with_journal", [False, True])
def test_zipped_as_well(tmp_path, with_journal):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(CASES / "g06b_wal_sidecar.gpkg", "b/b.gpkg")
        if with_journal:
            archive.write(CASES / "g06b_wal_sidecar.gpkg-wal", "b/b.gpkg-wal")
    outcome = start([path], "buildings", commit=True)
    assert standing() == (NEW if with_journal else set())
    assert ("b.gpkg-wal" in outcome.refusal or "-wal" in outcome.refusal) is not with_journal


def test_a_journal_left_behind_is_asked_for(tmp_path, capsys):
    folder = brought(tmp_path, "g06a_wal_without_sidecar.gpkg")
    path, before = folder / "g06a_wal_without_sidecar.gpkg", print_of(folder)
    with pytest.raises(CommandError, match="没有 -wal 文件.*--without-wal"):
        call_command("import_survey", str(path), "--layer", "buildings", "--commit")
    assert standing() == set()
    issue = ImportIssue.objects.get(code="wal-missing")
    assert "g06a_wal_without_sidecar.gpkg-wal" in issue.message
    assert "一起提交" in issue.hint
    run = take(path, commit=False)
    assert "提交时会被拒绝" in run.message
    with pytest.raises(DeliveryRefused, match="没有 -wal 文件"):
        review.commit_run(run.pk, "甲")
    review.commit_run(run.pk, "甲", without_wal=True)
    assert standing() == {"431382001001GB00001F0001"}
    assert print_of(folder) == before
    call_command("import_survey", str(path), "--layer", "buildings", "--commit", "--without-wal")


def test_a_journal_of_another_database_is_refused(tmp_path):
    path = gpkg(tmp_path, plots(2))
    shutil.copyfile(CASES / "g06b_wal_sidecar.gpkg-wal", f"{path}-wal")
    (tmp_path / "bad.gpkg").write_bytes(path.read_bytes())
    (tmp_path / "bad.gpkg-wal").write_bytes(b"no journal at all, but long enough to be one")
    with pytest.raises(DeliveryRefused, match=r"bad\.gpkg-wal 与 bad\.gpkg 不配套"):
        take(tmp_path / "bad.gpkg", "parcels")


def test_a_journal_that_was_cut_short_is_refused(tmp_path):
    """What came last would be missing, and nobody would be told."""
    folder = brought(tmp_path, "g06b_wal_sidecar.gpkg", "g06b_wal_sidecar.gpkg-wal")
    journal = folder / "g06b_wal_sidecar.gpkg-wal"
    journal.write_bytes(journal.read_bytes()[:-100])
    with pytest.raises(DeliveryRefused, match="不配套或已损坏"):
        take(folder / "g06b_wal_sidecar.gpkg")


def test_a_database_in_use_is_read_as_it_stands(tmp_path):
    """Another program has it open, with a journal that is not yet written back."""
    path = gpkg(tmp_path, plots(3))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:  # they call functions of SpatiaLite
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE parcels SET location = '新址'")
        before = print_of(tmp_path)
        take(path, "parcels")
        after = print_of(tmp_path)
        assert {k: v for k, v in after.items() if k in before} == before
        assert db.execute("SELECT count(*) FROM parcels").fetchone() == (3,)
    assert set(Parcel.objects.values_list("location", flat=True)) == {"新址"}


@pytest.mark.parametrize("write", [gpkg, shapefile, geojson])
def test_a_folder_that_may_not_be_written_is_enough(tmp_path, write):
    folder = tmp_path / "brought"
    folder.mkdir()
    path = write(folder, plots(3))
    before = print_of(folder)
    folder.chmod(0o555)
    try:
        take(path, "parcels")
    finally:
        folder.chmod(0o755)
    assert print_of(folder) == before
    assert len(standing(Parcel)) == 3


def test_a_geodatabase_folder_is_what_its_zip_is(tmp_path, var):
    folder = brought(tmp_path, "a5.gdb")
    before = print_of(folder)
    run = take(folder / "a5.gdb", "parcels")
    assert run.counts["rejected"] == 0
    found = standing(Parcel)
    assert found
    assert print_of(folder) == before
    with zipfile.ZipFile(tmp_path / "a5.zip", "w") as archive:
        for name in sorted(p.name for p in (CASES / "a5.gdb").iterdir()):
            archive.write(CASES / "a5.gdb" / name, f"a5.gdb/{name}")
    again = take(tmp_path / "a5.zip", "parcels")
    assert again.counts["unchanged"] == len(found)
    (kept,) = (var / "imports" / run.folder).iterdir()
    with zipfile.ZipFile(kept) as archive:
        assert {Path(n): archive.read(n) for n in archive.namelist()} == before
    third = take(kept, "parcels")
    assert third.counts["unchanged"] == len(found)


def test_the_hash_of_a_folder_is_what_the_shell_says(tmp_path):
    folder = brought(tmp_path, "a5.gdb") / "a5.gdb"
    told = subprocess.run(
        "LC_ALL=C sha256sum * | sha256sum",
        shell=True,
        cwd=folder,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert originals.sha256_of(folder) == told.split()[0]
    run = take(folder, "parcels", commit=False)
    size = sum(p.stat().st_size for p in folder.iterdir())
    assert run.files == [{"name": "a5.gdb", "size": size, "sha256": told.split()[0]}]


@pytest.mark.parametrize("name", ["brought", "empty.gdb", "other.gdb"])
def test_another_folder_is_refused_in_words(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    if name == "other.gdb":
        (folder / "readme.txt").write_text("nothing")
    with pytest.raises(CommandError, match="文件夹|不是文件地理数据库"):
        call_command("import_survey", str(folder), "--layer", "parcels")
    with pytest.raises(CommandError, match="文件夹|不是文件地理数据库"):
        call_command("import_survey", f"{folder}/.", "--layer", "parcels", "--commit")


def test_companions_may_be_spelt_as_windows_allows(tmp_path):
    run = take(CASES / "z87_mixed_case_stem.zip")
    assert run.state == "committed"
    expected = standing()
    assert expected
    folder = tmp_path / "brought"
    folder.mkdir()
    with zipfile.ZipFile(CASES / "z87_mixed_case_stem.zip") as archive:
        archive.extractall(folder)
    before = print_of(folder)
    again = take(next(folder.glob("*.shp")))
    assert again.counts["unchanged"] == len(expected)
    assert len(again.files) == 4
    assert print_of(folder) == before
    assert [p.name for p in originals.deliverables(sorted(folder.iterdir()))] == ["PARCEL.shp"]


def test_what_is_not_there_is_named_without_its_folder(tmp_path):
    with pytest.raises(DeliveryRefused, match="找不到文件 none.gpkg") as refused:
        take(tmp_path / "none.gpkg")
    assert str(tmp_path) not in str(refused.value)
    assert not ImportRun.objects.exists()

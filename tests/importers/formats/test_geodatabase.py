import zipfile

import pytest

from importers.errors import DeliveryRefused
from importers.formats.opening import open_table
from importers.values.table import Ask
from tests.importers.files import plots


@pytest.fixture
def gdb(tmp_path):
    path = tmp_path / "成果.gdb"
    plots(3).to_file(path, layer="ZDJBXX", driver="OpenFileGDB")
    plots(4).to_file(path, layer="ZRZ", driver="OpenFileGDB")
    return path


def zipped(gdb, folder="涟源/"):
    path = gdb.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for inside in gdb.iterdir():
            archive.write(inside, f"{folder}{gdb.name}/{inside.name}")
    return path


@pytest.mark.parametrize("place", [lambda gdb: gdb, zipped, lambda gdb: zipped(gdb, "")])
def test_a_feature_class_is_read_from_the_folder_and_from_a_zip(gdb, tmp_path, place):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = place(gdb)
    table = open_table(path, Ask(scratch, ("zrz",)))
    rows = next(table.batches(["code", "location"]))
    assert (table.name, table.layer, table.features) == (path.name, "ZRZ", 4)
    assert rows.columns["location"].tolist() == ["P0号", "P1号", "P2号", "P3号"]
    assert "CGCS2000" in table.crs or "4546" in table.crs


def test_several_feature_classes_are_listed(gdb, tmp_path):
    with pytest.raises(DeliveryRefused, match="多个图层：ZDJBXX、ZRZ"):
        open_table(gdb, Ask(tmp_path, ("parcels",)))


def no_catalogue(gdb):
    (gdb / "a00000001.gdbtable").unlink()


def empty(gdb):
    for inside in list(gdb.iterdir()):
        inside.unlink()


def linked(gdb):
    (gdb / "a00000099.gdbtable").symlink_to("/etc/passwd")


def compressed(gdb):
    (gdb / "a00000009.cdf").touch()


def cut(gdb):
    for inside in gdb.glob("*.gdbtable"):
        inside.write_bytes(inside.read_bytes()[: inside.stat().st_size // 2])


def virtual(gdb):
    empty(gdb)
    (gdb / "a00000001.gdbtable").write_text("<OGRVRTDataSource/>")


def read_whole(path, folder):
    table = open_table(path, Ask(folder, ("ZRZ",)))
    return list(table.batches(table.fields))


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (no_catalogue, "缺 a00000001.gdbtable"),
        (empty, "空文件夹"),
        (linked, "有链接"),
        (compressed, "Uncompress"),
        (cut, "打不开|没有图层|不是"),
        (virtual, "打不开"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(gdb, tmp_path, harm, reason):
    harm(gdb)
    with pytest.raises(DeliveryRefused, match=reason):
        read_whole(gdb, tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x00\x01\x00\x00Standard Jet DB\x00", "Access 数据库"),
        (b"PK\x03\x04", "zip 压缩包.*扩展名改为 .zip"),
        (b"x", "不是文件夹"),
    ],
)
def test_a_file_named_gdb_is_explained(tmp_path, content, reason):
    (tmp_path / "a.gdb").write_bytes(content)
    with pytest.raises(DeliveryRefused, match=reason):
        open_table(tmp_path / "a.gdb", Ask(tmp_path))

import zipfile

import pytest

from importers.errors import DeliveryRefused
from importers.formats import archives
from importers.formats.archives import unpack


def packed(tmp_path, members):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "out"
    made.mkdir()
    return made


def test_files_come_out_flat(tmp_path, folder):
    path = packed(tmp_path, [("成果/a.shp", b"1"), ("__MACOSX/a.shp", b"2"), (".DS_Store", b"")])
    assert [p.name for p in unpack(path, folder)] == ["a.shp"]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("../a.shp", b"")], "指向外部"),
        ([("/etc/a.shp", b"")], "指向外部"),
        ([("C:\\a.shp", b"")], "指向外部"),
        ([("bomb.shp", b"\0" * 40_000_000)], "不予解压"),
        ([(f"{i}.txt", b"") for i in range(archives.MAX_MEMBERS + 1)], "最多"),
    ],
)
def test_an_archive_that_would_harm_is_refused(tmp_path, folder, members, reason):
    with pytest.raises(DeliveryRefused, match=reason):
        unpack(packed(tmp_path, members), folder)
    assert not list(folder.iterdir())


def test_links_are_refused(tmp_path, folder):
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = 0o120777 << 16
    with pytest.raises(DeliveryRefused, match="链接"):
        unpack(packed(tmp_path, [(link, "/etc/passwd")]), folder)


def test_names_from_chinese_windows_are_read():
    member = zipfile.ZipInfo("宗地.shp".encode("gbk").decode("cp437"))
    member.flag_bits = 0
    assert archives.member_name(member) == "宗地.shp"


def test_a_table_of_contents_that_is_not_text_is_refused(tmp_path, folder):
    path = packed(tmp_path, [("宗地.txt", b"")])
    path.write_bytes(path.read_bytes().replace("宗".encode(), b"\xff\xff\xff"))
    with pytest.raises(DeliveryRefused, match="已损坏"):
        unpack(path, folder)


def test_a_geodatabase_keeps_its_folder(tmp_path, folder):
    members = [("成果/a.gdb/a00000001.gdbtable", b"1"), ("成果/a.gdb/timestamps", b"2")]
    files = unpack(packed(tmp_path, [*members, ("成果/说明.txt", b"3")]), folder)
    assert sorted(str(f.relative_to(folder)) for f in files) == [
        "a.gdb/a00000001.gdbtable",
        "a.gdb/timestamps",
        "说明.txt",
    ]
    assert sorted(f.name for f in archives.units(files)) == ["a.gdb", "说明.txt"]


@pytest.mark.parametrize("name", ["../x.gdb/a", "..gdb/../../a", "x.gdb/../../../a"])
def test_a_geodatabase_leads_out_no_more_than_others(tmp_path, folder, name):
    with pytest.raises(DeliveryRefused, match="指向外部"):
        unpack(packed(tmp_path, [(name, b"")]), folder)


def test_a_file_and_a_folder_of_one_name_do_not_mix(tmp_path, folder):
    with pytest.raises(DeliveryRefused, match="已损坏"):
        unpack(packed(tmp_path, [("a.gdb", b"x"), ("a.gdb/b", b"y")]), folder)
    assert not (folder / "b").exists()


@pytest.mark.parametrize("name", ["内/b.zip", "b.KMZ", "b.rar", "b.tar.gz"])
def test_archives_in_archives_are_refused(tmp_path, folder, name):
    with pytest.raises(DeliveryRefused, match="还有压缩包"):
        unpack(packed(tmp_path, [(name, b"x"), ("a.shp", b"x")]), folder)
    assert not list(folder.iterdir())


def test_two_files_of_one_name_are_refused(tmp_path, folder):
    with pytest.raises(DeliveryRefused, match="同名文件 a.shp"):
        unpack(packed(tmp_path, [("一/a.shp", b"1"), ("二/a.shp", b"2")]), folder)
    assert not list(folder.iterdir())


def test_a_table_of_contents_that_lies_about_sizes_yields_no_more(tmp_path, folder):
    path = packed(tmp_path, [("a.shp", b"\0" * 1_000_000)])
    raw = path.read_bytes()
    path.write_bytes(raw.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    try:
        files = unpack(path, folder)
    except DeliveryRefused:
        return
    assert sum(f.stat().st_size for f in files) <= 10

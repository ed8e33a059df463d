import zipfile

import pytest

from importers.errors import Refused
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
    with pytest.raises(Refused, match=reason):
        unpack(packed(tmp_path, members), folder)
    assert not list(folder.iterdir())


def test_links_are_refused(tmp_path, folder):
    link = zipfile.ZipInfo("a.shp")
    link.external_attr = 0o120777 << 16
    with pytest.raises(Refused, match="链接"):
        unpack(packed(tmp_path, [(link, "/etc/passwd")]), folder)


def test_names_from_chinese_windows_are_read():
    member = zipfile.ZipInfo("宗地.shp".encode("gbk").decode("cp437"))
    member.flag_bits = 0
    assert archives.member_name(member) == "宗地.shp"


def test_a_table_of_contents_that_is_not_text_is_refused(tmp_path, folder):
    path = packed(tmp_path, [("宗地.txt", b"")])
    path.write_bytes(path.read_bytes().replace("宗".encode(), b"\xff\xff\xff"))
    with pytest.raises(Refused, match="已损坏"):
        unpack(path, folder)

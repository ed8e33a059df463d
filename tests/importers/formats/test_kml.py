import zipfile

import numpy as np
import pytest
import shapely

from importers.errors import DeliveryRefused
from importers.formats.opening import open_table
from importers.values.table import Ask

PLACE = """<Placemark><name>{name}</name><ExtendedData><SchemaData schemaUrl="#s">
<SimpleData name="宗地代码">{name}</SimpleData><SimpleData name="面积">12.5</SimpleData>
</SchemaData></ExtendedData><Point><coordinates>111.67,27.69</coordinates></Point></Placemark>"""
SCHEMA = """<Schema name="s" id="s"><SimpleField name="宗地代码" type="string"/>
<SimpleField name="面积" type="float"/></Schema>"""


def folder(name, *places):
    return f"<Folder><name>{name}</name>{''.join(PLACE.format(name=p) for p in places)}</Folder>"


def kml(*folders, before="", prefix='<?xml version="1.0" encoding="UTF-8"?>'):
    inside = f"<Document>{SCHEMA}{before}{''.join(folders)}</Document>"
    return f'{prefix}<kml xmlns="http://www.opengis.net/kml/2.2">{inside}</kml>'


@pytest.fixture
def written(tmp_path):
    def write(text, name="a.kml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_extended_data_become_columns(written, tmp_path):
    table = open_table(written(kml(folder("宗地", "A1", "A2"))), Ask(tmp_path))
    rows = next(table.batches(["宗地代码", "面积"]))
    assert rows.columns["宗地代码"].tolist() == ["A1", "A2"]
    assert rows.columns["面积"].tolist() == [12.5, 12.5]
    assert shapely.get_coordinates(shapely.from_wkb(rows.wkb))[0].tolist() == [111.67, 27.69]
    assert table.layer == "宗地"
    assert "4326" in table.crs


def test_of_several_folders_the_wanted_one_is_taken(written, tmp_path):
    path = written(kml(folder("宗地", "A1"), folder("房屋", "B1", "B2")))
    assert open_table(path, Ask(tmp_path, ("房屋",))).features == 2
    with pytest.raises(DeliveryRefused, match="多个图层：宗地、房屋"):
        open_table(path, Ask(tmp_path))


def test_links_are_not_followed_but_named(written, tmp_path):
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    table = open_table(written(kml(folder("宗地", "A1"), before=link)), Ask(tmp_path, ("宗地",)))
    assert table.features == 1
    assert [r.code for r in table.remarks] == ["kml-datum", "kml-link"]


BOMB = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (kml(folder("宗地", "A"), prefix=BOMB), "DOCTYPE"),
        (kml(folder("宗地", "A"), prefix='<!DOCTYPE x SYSTEM "/etc/passwd">'), "DOCTYPE"),
        (kml(folder("宗地", "A"), prefix=BOMB).encode("utf-16"), "DOCTYPE"),
        (kml(folder("宗地", "A"))[:-30], "不是有效的 XML"),
        (kml(folder("宗地", "A")).replace("宗地代码", "<"), "第 1 行不是有效的 XML"),
        (kml(folder("宗地", "A")).encode("gbk"), "不是有效的 XML|不是 UTF-8"),
        (kml(prefix='<?xml version="1.0" encoding="GB2312"?>').encode("gbk"), "不是 UTF-8"),
        ("<gpx></gpx>", "不是 KML"),
        ("<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "指向其他数据"),
        ("<!-- x --> <OGRVRTDataSource/>", "指向其他数据"),
        (kml(), "没有图层|打不开"),
    ],
)
def test_what_is_no_honest_kml_is_refused(written, tmp_path, text, reason):
    with pytest.raises(DeliveryRefused, match=reason):
        open_table(written(text), Ask(tmp_path))


def kmz(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_a_kmz_is_its_main_kml(tmp_path):
    members = [("doc.kml", kml(folder("宗地", "A1"))), ("files/b.kml", kml()), ("files/a.png", "")]
    table = open_table(kmz(tmp_path / "a.kmz", *members), Ask(tmp_path))
    assert table.name == "a.kmz"
    assert {r.file for r in table.remarks} == {"a.kmz"}
    assert np.concatenate([r.numbers for r in table.batches(["Name"])]).tolist() == [1]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("doc.kml", " " * 40_000_000)], "不予解压"),
        ([("../doc.kml", kml())], "指向外部"),
        ([("a.kml", kml()), ("b.kml", kml())], "应有一份 KML：a.kml、b.kml"),
        ([("a.png", "x")], "没有 KML"),
        ([("doc.kml", "")], "空文件"),
        ([("inner.kmz", "x")], "还有压缩包"),
        ([("doc.kml", kml(prefix=BOMB))], "DOCTYPE"),
    ],
)
def test_a_kmz_follows_the_rules_for_archives(tmp_path, members, reason):
    with pytest.raises(DeliveryRefused, match=reason):
        open_table(kmz(tmp_path / "a.kmz", *members), Ask(tmp_path))

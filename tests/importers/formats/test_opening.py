import zipfile

import pytest

from importers.errors import DeliveryRefused
from importers.formats import integrity
from importers.formats.opening import FORMATS, open_table
from importers.values.table import Ask
from tests.importers.files import geojson, gpkg, plots, shapefile

ZIP = b"PK\x03\x04" + b"\0" * 30


def archive(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return path


@pytest.fixture
def ask(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return Ask(folder, ("parcels",))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.shp", ZIP, "zip 压缩包.*改为 .zip"),
        ("a.zip", b"Rar!\x1a\x07\x01\x00", "RAR 压缩包.*zip 重新打包"),
        ("a.zip", b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
        ("a.zip", b"SQLite format 3\0", "改为 .gpkg"),
        ("a.gpkg", ZIP, "zip 压缩包"),
        ("a.dxf", b"AC1032" + b"\0" * 10, "这是 DWG.*另存为 DXF"),
        ("a.csv", b"\xd0\xcf\x11\xe0", "XLS"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.xlsx", b"Rar!\x1a\x07\x01\x00", "RAR"),
        ("a.xls", b"\x00\x01\x00\x00Standard ACE DB", "Access"),
        ("a.geojson", b"\x89PNG\r\n", "图片"),
        ("a.kml", ZIP, "zip 压缩包"),
        ("a.kmz", b"<kml/>", "不是|损坏"),
        ("a.osm.pbf", b"<osm/>", "损坏|不完整"),
        ("a.json.gz", b"\x1f\x8b", "gzip 只用于 .osm.gz"),
        ("a.gpkg", b"<OGRVRTDataSource/>", "不是 GeoPackage"),
        ("a.shp", b"<OGRVRTDataSource/>", "缺少同名"),
        ("a.json", b'{"type": "x", "a": "<OGRVRTDataSource/>"}', "不是 GeoJSON"),
        ("a.json", b'{"type": "Topology", "objects": {}, "arcs": []}', "不符|打不开|没有图层"),
        ("a.gdb", b"x", "不是文件夹"),
    ],
)
def test_content_that_belies_the_ending_is_explained(tmp_path, ask, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DeliveryRefused, match=reason):
        open_table(tmp_path / name, ask)


def test_a_workbook_named_csv_is_told_apart_from_a_zip(tmp_path, ask):
    path = archive(tmp_path / "a.csv", ("[Content_Types].xml", ""), ("xl/workbook.xml", ""))
    with pytest.raises(DeliveryRefused, match="XLSX 工作簿.*改为 .xlsx"):
        open_table(path, ask)


def test_every_kind_of_content_has_its_advice():
    assert {kind for kind, _, _ in integrity.MAGIC} <= set(integrity.KINDS)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_no_format_opens_a_virtual_dataset(tmp_path, ask, suffix):
    gpkg(tmp_path, plots(1))
    (tmp_path / f"a{suffix}").write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="parcels">'
        f"<SrcDataSource>{tmp_path / 'delivery.gpkg'}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    try:
        table = open_table(tmp_path / f"a{suffix}", ask)
    except DeliveryRefused:
        return
    assert not any("P0" in r.columns[n] for r in table.batches(table.fields) for n in r.columns)


@pytest.mark.parametrize(
    ("text", "is_survey", "is_table"),
    [
        ("[属性描述]\n坐标系=2000\n[地块坐标]\n", True, False),
        ("【地块坐标】\n".encode("gbk"), True, False),
        ("4,0.01,1,地块,面,H49,住宅,0701,@\nJ1,1,30,37\n".encode("gbk"), True, False),
        ("点号,X,Y\nA1,3064268,566090\n", False, True),
        ("点号\tX\tY\nA1\t3064268\t566090\n", False, True),
        ("说明：本成果共 3 幅。\n请查收\n", False, False),
    ],
)
def test_texts_are_told_apart(tmp_path, text, is_survey, is_table):
    path = tmp_path / "a.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert (integrity.is_survey_text(path), integrity.is_table_text(path)) == (is_survey, is_table)


def members(path):
    return [(p.name, p.read_bytes()) for p in path.parent.glob(f"{path.stem}.*")]


def test_a_note_beside_the_data_is_no_data_and_a_table_is_named(tmp_path, ask):
    inside = members(shapefile(tmp_path, plots(3)))
    note, sheet = ("说明.txt", "请查收"), ("汇总.csv", "a,b\n1,2\n")
    table = open_table(archive(tmp_path / "z.zip", *inside, note, sheet), ask)
    assert table.features == 3
    assert [(r.file, r.code) for r in table.remarks] == [("z.zip", "archive-unread")]
    assert "汇总.csv" in table.remarks[0].message


def test_several_shapefiles_are_listed_unless_one_bears_the_layers_name(tmp_path, ask):
    one, two = shapefile(tmp_path, plots(1), "甲"), shapefile(tmp_path, plots(2), "乙")
    path = archive(tmp_path / "z.zip", *members(one), *members(two))
    with pytest.raises(DeliveryRefused, match="乙.shp、甲.shp"):
        open_table(path, ask)
    named = Ask(tmp_path / "scratch" / "again", ("乙",))
    named.folder.mkdir()
    assert open_table(path, named).features == 2


@pytest.mark.parametrize(("name", "advice"), [("a.dwg", "DXF"), ("a.mdb", "ArcGIS")])
def test_an_archive_of_what_is_not_read_gives_the_advice(tmp_path, ask, name, advice):
    with pytest.raises(DeliveryRefused, match=f"没有可用的数据.*{advice}"):
        open_table(archive(tmp_path / "z.zip", (name, "x")), ask)


def test_content_is_checked_inside_archives_too(tmp_path, ask):
    with pytest.raises(DeliveryRefused, match="这是 DWG"):
        open_table(archive(tmp_path / "z.zip", ("a.dxf", b"AC1027\0\0")), ask)


def test_geojson_text_may_speak_of_anything_but_virtual_datasets(tmp_path, ask):
    frame = plots(2, 备注=["gdal vector", "<a>"])
    assert open_table(geojson(tmp_path, frame), ask).features == 2

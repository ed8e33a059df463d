"""DXF as CASS writes it: layers as tables, arcs within a millimetre, texts and XDATA exact."""

import io
import time
from collections import Counter

import ezdxf
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.errors import DeliveryRefused
from importers.formats import dxf_file
from importers.formats.dxf import open_dxf
from importers.formats.opening import open_table
from importers.reading.delivery import Reading
from importers.runs.outcome import Terms
from importers.runs.run import start
from importers.values.issues import Severity
from importers.values.table import Ask
from spatial.city import city
from spatial.parcels.models import Parcel
from tests.importers.files import origin
from tests.laws import examples

X, Y = 566_000.0, 3_064_000.0
SQUARE = [(X, Y), (X + 20, Y), (X + 20, Y + 10), (X, Y + 10)]


def drawing(version="R2000", encoding="gbk", units=6):
    doc = ezdxf.new(version)
    if version < "R2007":
        doc.encoding = encoding
    doc.header["$INSUNITS"] = units
    doc.appids.new("SOUTH")
    return doc, doc.modelspace()


def saved(tmp_path, doc, binary=False):
    path = tmp_path / "a.dxf"
    doc.saveas(path, fmt="bin" if binary else "asc")
    return path


def read(path, *wanted, encoding=""):
    table = open_dxf(path, Ask(path.parent, wanted, encoding))
    rows = list(table.batches(table.fields))
    columns = {k: np.concatenate([r.columns[k] for r in rows]).tolist() for k in table.fields}
    return table, columns, shapely.from_wkb(np.concatenate([r.wkb for r in rows]))


def codes(table):
    return Counter(remark.code for remark in table.remarks)


def parcel(msp, points=SQUARE, layer="JZD", texts=("300000", "0012", "张三", "0701"), **more):
    line = msp.add_lwpolyline(points, close=True, dxfattribs={"layer": layer}, **more)
    line.set_xdata("SOUTH", [(1000, text) for text in texts])
    return line


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004", "R2007", "R2010", "R2018"])
@pytest.mark.parametrize("binary", [False, True])
def test_chinese_texts_and_layers_of_every_version(tmp_path, version, binary):
    doc, msp = drawing(version)
    msp.add_text("涟源市蓝田街道", dxfattribs={"layer": "注记", "insert": (X, Y)})
    table, columns, shapes = read(saved(tmp_path, doc, binary), "注记")
    assert columns["文字"] == ["涟源市蓝田街道"]
    assert columns["图层"] == ["注记"]
    assert table.layer == "注记"
    assert shapes[0] == shapely.Point(X, Y)
    assert not table.undecodable


def test_gbk_under_a_western_code_page_is_recognised_and_told(tmp_path):
    doc, msp = drawing()
    msp.add_text("混凝土", dxfattribs={"insert": (X, Y)})
    path = saved(tmp_path, doc)
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    table, columns, _ = read(path)
    assert columns["文字"] == ["混凝土"]
    assert "encoding-read-as" in codes(table)


def test_an_encoding_asked_for_counts(tmp_path):
    doc, msp = drawing()
    msp.add_text("混凝土", dxfattribs={"insert": (X, Y)})
    path = saved(tmp_path, doc)
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    table, columns, _ = read(path, encoding="GBK")
    assert columns["文字"] == ["混凝土"]
    assert not codes(table)
    with pytest.raises(DeliveryRefused, match="不认识的编码"):
        read(path, encoding="klingon")


def test_a_damaged_text_is_a_row_that_is_told(tmp_path):
    doc, msp = drawing()
    for word in ("好的", "坏的"):
        msp.add_text(word, dxfattribs={"insert": (X, Y)})
    path = saved(tmp_path, doc)
    path.write_bytes(path.read_bytes().replace("坏的".encode("gbk"), b"\xbb\xff\xb5"))
    table, columns, _ = read(path)
    assert table.undecodable == {2}
    assert columns["文字"][0] == "好的"
    columns["文字"][1].encode()  # can be stored


def test_closed_is_an_area_and_open_a_line(tmp_path):
    doc, msp = drawing()
    msp.add_lwpolyline(SQUARE, close=True, dxfattribs={"elevation": 150.25})
    msp.add_lwpolyline(SQUARE)
    msp.add_lwpolyline([*SQUARE, SQUARE[0]])
    msp.add_polyline2d(SQUARE, close=True)
    msp.add_polyline3d([(*p, 7.5) for p in SQUARE])
    msp.add_polyline3d([(*p, i) for i, p in enumerate(SQUARE)])
    msp.add_line((X, Y, 3), (X + 3, Y + 4, 3))
    table, columns, shapes = read(saved(tmp_path, doc))
    polygon = shapely.Polygon(SQUARE)
    kinds = ["Polygon", "LineString", "Polygon", "Polygon"] + ["LineString"] * 3
    assert [s.geom_type for s in shapes] == kinds
    assert all(shapes[i].equals(polygon) for i in (0, 2, 3))
    assert not any(shapely.has_z(shapes))
    assert columns["高程"] == [150.25, 0.0, 0.0, 0.0, 7.5, None, 3.0]
    assert shapes[6].length == 5
    assert codes(table) == {"closed-unflagged": 1, "heights-dropped": 1}


def test_mirrored_entities_lie_where_the_drawing_shows_them(tmp_path):
    doc, msp = drawing()
    mirrored = {"extrusion": (0, 0, -1)}
    msp.add_lwpolyline([(-x, y) for x, y in SQUARE], close=True, dxfattribs=mirrored)
    msp.add_circle((-X, Y), 5, dxfattribs=mirrored)
    _, _, shapes = read(saved(tmp_path, doc))
    assert shapes[0].equals(shapely.Polygon(SQUARE))
    assert shapes[1].centroid.distance(shapely.Point(X, Y)) < 1e-6


def test_blocks_are_points_with_their_attributes(tmp_path):
    doc, msp = drawing()
    doc.blocks.new("GC200").add_circle((0, 0), 0.2)
    height = msp.add_blockref("GC200", (X, Y, 152.31), dxfattribs={"layer": "GCD"})
    height.add_attrib("HEIGHT", "152.31", (X, Y))
    height.add_attrib("CASS编码", "202101", (X, Y))
    outer = doc.blocks.new("OUTER")
    outer.add_blockref("GC200", (0, 0))
    msp.add_blockref("OUTER", (X, Y), dxfattribs={"layer": "GCD"})
    table, columns, shapes = read(saved(tmp_path, doc), "gcd")
    assert shapes[0] == shapely.Point(X, Y)
    assert columns["块名"] == ["GC200", "OUTER"]
    assert columns["高程"] == [152.31, 0.0]
    assert columns["HEIGHT"] == ["152.31", None]
    assert columns["CASS编码"] == [None, None]
    assert columns["CASS编码（块属性）"] == ["202101", None]
    assert codes(table) == {"insert-nested": 1}


def test_parcels_are_chosen_by_their_extended_data(tmp_path):
    doc, msp = drawing()
    doc.appids.new("OTHER")
    line = parcel(msp)
    line.set_xdata("OTHER", [(1040, 1.5), (1070, 3)])
    parcel(msp, layer="别的层", texts=("300000", "0013"))
    parcel(msp, texts=("141101", "混", "3"))
    open_line = msp.add_lwpolyline(SQUARE, dxfattribs={"layer": "JZD"})
    open_line.set_xdata("SOUTH", [(1000, "300000"), (1000, "0014")])
    table, columns, _ = read(saved(tmp_path, doc), "parcels", "宗地")
    assert table.layer == "宗地"
    assert columns["宗地号"] == ["0012", "0013"]
    assert columns["权利人"] == ["张三", None]
    assert columns["地类"] == ["0701", None]
    assert columns["CASS编码"] == ["300000", "300000"]
    assert columns["图层"] == ["JZD", "别的层"]
    assert columns["扩展属性"] == [
        "SOUTH:300000|0012|张三|0701; OTHER:1.5|3",
        "SOUTH:300000|0013",
    ]
    assert table.crs == ""
    assert table.claim is None


def test_a_layer_can_be_narrowed_to_one_family(tmp_path):
    doc, msp = drawing()
    parcel(msp, layer="JMD", texts=("141101", "砼5"))
    msp.add_text("砼5", dxfattribs={"layer": "JMD", "insert": (X, Y)})
    msp.add_line((X, Y), (X + 1, Y), dxfattribs={"layer": "DLSS"})
    path = saved(tmp_path, doc)
    assert len(read(path, "jmd")[2]) == 2
    assert read(path, "JMD:面")[1]["实体类型"] == ["LWPOLYLINE"]
    assert read(path, "JMD：点")[1]["文字"] == ["砼5"]
    with pytest.raises(
        DeliveryRefused, match=r"JMD（居民地，点 1、面 1）；DLSS（交通及附属设施，线 1）"
    ):
        read(path, "parcels")
    with pytest.raises(DeliveryRefused):
        read(path, "DLSS:面")


def test_what_is_not_read_is_counted(tmp_path):
    doc, msp = drawing(units=4)
    msp.add_point((X, Y, 2))
    for _ in range(3):
        msp.add_solid(SQUARE)
    msp.add_mline(SQUARE[:2])
    doc.layout("Layout1").add_line((0, 0), (1, 1))
    table, _, _ = read(saved(tmp_path, doc))
    said = {remark.code: remark.message for remark in table.remarks}
    assert "MLINE 1 个、SOLID 3 个" in said["entity-skipped"]
    assert "毫米" in said["units"]
    assert "1 个实体" in said["paperspace-skipped"]
    assert table.features == 1
    assert not table.refused_rows


def test_a_hatch_with_an_island(tmp_path):
    doc, msp = drawing()
    hatch = msp.add_hatch()
    hatch.paths.add_polyline_path(SQUARE, is_closed=True)
    hatch.paths.add_polyline_path([(X + 5, Y + 2), (X + 7, Y + 2), (X + 7, Y + 4)], is_closed=True)
    edged = msp.add_hatch()
    edged.paths.add_edge_path().add_arc((X, Y), 5)
    table, _, shapes = read(saved(tmp_path, doc))
    assert [s.area for s in shapes] == [198.0]
    assert codes(table) == {"entity-skipped": 1}


def test_a_zone_prefix_is_claimed(tmp_path):
    doc, msp = drawing()
    msp.add_point((37_000_000 + X, Y))
    assert read(saved(tmp_path, doc))[0].claim.zone == 37


def test_a_bad_entity_is_one_bad_row(tmp_path):
    doc, msp = drawing()
    msp.add_lwpolyline(SQUARE[:2], close=True)
    msp.add_circle((X, Y), 1e12)
    msp.add_point((1e300, Y))
    msp.add_point((X, Y))
    table, _, shapes = read(saved(tmp_path, doc))
    assert [s is None for s in shapes] == [True, True, True, False]
    assert table.refused_rows == {1, 2, 3}
    errors = [r for r in table.remarks if r.severity is Severity.ERROR]
    assert all("句柄" in r.message and r.field == "geom" for r in errors)
    assert "不足三个" in errors[0].message
    assert "半径" in errors[1].message


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(tmp_path, binary, share):
    doc, msp = drawing()
    for i in range(200):
        msp.add_point((X + i, Y))
    path = saved(tmp_path, doc, binary)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DeliveryRefused, match="不完整"):
        read(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\xff" * 999, b"hello\n", b"  0\nEOF\n", b"AutoCAD Binary DXF\r\n\x1a\x00",
     b"  0\nSECTION\n  2\nENTITIES\n  0\nEOF\n", b"  0\nSECTION\nx\ny\n  0\nEOF\n"],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(tmp_path, content):
    path = tmp_path / "a.dxf"
    path.write_bytes(content)
    with pytest.raises(DeliveryRefused):
        read(path)


def test_an_empty_drawing_is_refused(tmp_path):
    doc, msp = drawing()
    with pytest.raises(DeliveryRefused, match="没有可读取的图形"):
        read(saved(tmp_path, doc))
    msp.add_solid(SQUARE)
    with pytest.raises(DeliveryRefused, match="只有 SOLID 1 个"):
        read(saved(tmp_path, doc))


def test_a_damaged_structure_is_repaired_and_told(tmp_path):
    doc, msp = drawing()
    msp.add_text("混凝土 3×4·5", dxfattribs={"insert": (X, Y)})
    path = saved(tmp_path, doc)
    text = path.read_text(encoding="gbk")
    path.write_text(text.replace(" 40\n2.5\n", " 40\n2.5x\n"), encoding="gbk")
    table, columns, _ = read(path)
    assert codes(table)["dxf-recovered"] == 1
    assert columns["文字"] == ["混凝土 3×4·5"]


def test_a_file_too_large_is_refused(tmp_path, monkeypatch):
    doc, msp = drawing()
    msp.add_point((X, Y))
    path = saved(tmp_path, doc)
    monkeypatch.setattr(dxf_file, "MAX_BYTES", 1000)
    with pytest.raises(DeliveryRefused, match="超过"):
        read(path)


def test_it_is_opened_by_its_ending(tmp_path):
    doc, msp = drawing()
    parcel(msp)
    table = open_table(saved(tmp_path, doc), Ask(tmp_path, ("宗地",)))
    assert table.features == 1


@pytest.mark.long
def test_fifty_thousand_entities(tmp_path):
    doc, msp = drawing()
    for i in range(50_000):
        msp.add_point((X + i % 250, Y + i // 250))
    path = saved(tmp_path, doc)
    began = time.monotonic()
    table, _, shapes = read(path)
    assert time.monotonic() - began < 60
    assert table.features == len(shapes) == 50_000


@pytest.mark.django_db
def test_parcels_are_taken_into_the_register(tmp_path, settings):
    settings.VAR = tmp_path / "var"
    settings.TERRAIN = settings.VAR / "terrain.tif"
    x, y = origin()
    doc, msp = drawing()
    for i in range(3):
        corners = [(x + 30 * i + a, y + b) for a, b in ((0, 0), (20, 0), (20, 20), (0, 20))]
        parcel(msp, corners, texts=("300000", f"P{i}", "张三", "0701"))
    msp.add_line((x, y), (x + 1, y), dxfattribs={"layer": "ZJ"})
    columns = {"宗地号": "code", "地类": "land_use", "权利人": "right_holder"}
    reading = Reading(epsg=city().projected, table="宗地", columns=columns)
    start([saved(tmp_path, doc)], "parcels", reading, Terms(), commit=True)
    taken = Parcel.objects.order_by("code")
    assert [(p.code, p.land_use, p.geom.area) for p in taken] == [
        (f"P{i}", "0701", 400.0) for i in range(3)
    ]


def _template() -> bytes:
    doc, msp = drawing()
    parcel(msp)
    msp.add_text("文字", dxfattribs={"insert": (X, Y)})
    msp.add_arc((X, Y), 5, 0, 90)
    stream = io.StringIO()
    doc.write(stream)
    return stream.getvalue().encode("gb18030")


TEMPLATE = _template()


@given(st.data())
@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_changed_bytes_never_end_in_a_traceback(tmp_path, data):
    content = bytearray(TEMPLATE)
    entities = TEMPLATE.rindex(b"ENTITIES")
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(entities, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "a.dxf"
    path.write_bytes(content)
    try:
        read(path, "JZD")
    except DeliveryRefused:
        return

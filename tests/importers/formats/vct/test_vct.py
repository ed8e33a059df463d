"""VCT: what is written reads the same; what is broken is named or refused."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.errors import DeliveryRefused
from importers.formats.vct.reader import open_vct
from importers.formats.vct.writer import VctTable, write_vct
from importers.values.table import Ask
from tests.laws import examples

X, Y = 565000.0, 3064000.0
FIELDS = (("BSM", "Char,18"), ("DLBM", "Char,5"), ("TBMJ", "Float,15,2"))
HEAD = {
    "CoordinateSystemType": "P",
    "XAxisDirection": "E",
    "Spheroid": "CGCS2000,6378137,298.257222101",
    "Parameters": "111,1,500000,0,3,37",
}


def patches(shapes, kind="polygon", name="DLTB"):
    rows = [(f"B{i}", "0101", 10.5 * i) for i in range(len(shapes))]
    return VctTable("2001010100", "地类图斑", kind, name, FIELDS, rows, shapes)


def grid(width, height, step=10.0):
    return [
        shapely.box(X + i * step, Y + j * step, X + (i + 1) * step, Y + (j + 1) * step)
        for j in range(height)
        for i in range(width)
    ]


def read(path, *wanted, size=7):
    table = open_vct(path, Ask(path.parent, wanted))
    batches = list(table.batches(table.fields, size))
    columns = {
        name: list(itertools.chain(*(b.columns[name].tolist() for b in batches)))
        for name in table.fields
    }
    shapes = (
        [] if not table.has_geometry else shapely.from_wkb(np.concatenate([b.wkb for b in batches]))
    )
    return table, columns, shapes


def same(a, b):
    return shapely.normalize(a).equals_exact(shapely.normalize(b), 0)


def codes(table):
    return [(r.row, r.code) for r in table.remarks]


@st.composite
def coverages(draw):
    """Cells of a grid, some merged, so that holes, islands and shared edges come up."""
    width, height = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    owner = draw(st.lists(st.integers(0, 5), min_size=width * height, max_size=width * height))
    cells = grid(width, height)
    return [
        shapely.union_all([c for c, who in zip(cells, owner, strict=True) if who == one])
        for one in sorted(set(owner))
    ]


@settings(deadline=None, max_examples=examples(150))
@given(coverages(), st.sampled_from(["3.0", "2.0"]))
def test_a_coverage_written_reads_the_same(tmp_path_factory, shapes, version):
    path = tmp_path_factory.getbasetemp() / "a.vct"
    write_vct(path, [patches(shapes)], version, HEAD)
    table, columns, found = read(path, "DLTB")
    assert table.remarks == ()
    assert columns["BSM"] == [f"B{i}" for i in range(len(shapes))]
    assert columns["TBMJ"] == [10.5 * i for i in range(len(shapes))]
    assert all(map(same, found, shapes))


@settings(deadline=None, max_examples=examples(60))
@given(
    st.lists(
        st.lists(st.tuples(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7)), min_size=2, max_size=6, unique=True),
        min_size=1, max_size=6,
    ),
    st.sampled_from(["3.0", "2.0"]),
)  # fmt: skip
def test_lines_and_points_written_read_the_same(tmp_path_factory, places, version):
    path = tmp_path_factory.getbasetemp() / "b.vct"
    lines = [shapely.LineString(place) for place in places]
    points = [shapely.Point(place[0]) for place in places]
    write_vct(
        path,
        [patches(lines, "line", "XZDW"), replace(patches(points, "point", "JZD"), code="1")],
        version,
        HEAD,
    )
    for name, written in (("XZDW", lines), ("JZD", points)):
        _, _, found = read(path, name)
        assert all(a.equals_exact(b, 0) for a, b in zip(found, written, strict=True))


def test_an_edge_is_written_once_and_referred_to_backwards(tmp_path):
    path = tmp_path / "a.vct"
    write_vct(path, [patches(grid(2, 1))], "3.0", HEAD)
    text = path.read_text(encoding="gb18030")
    lines = text[text.index("LineBegin") : text.index("LineEnd")].split("\n1099000000")
    assert len(lines) == 1 + 3  # the wall between, and what is left of either
    assert "\n-" in text[text.index("PolygonBegin") :] or ",-" in text


def edited(tmp_path, change, version="3.0", shapes=None):
    path = tmp_path / "a.vct"
    write_vct(path, [patches(shapes or grid(3, 1))], version, HEAD)
    text = path.read_text(encoding="gb18030").replace("\r\n", "\n")
    new = change(text)
    assert new != text
    path.write_text(new, encoding="gb18030")
    return path


def without_line(text):
    """The second shared line taken out."""
    start = text.index("LineBegin\n") + len("LineBegin\n")
    records = text[start : text.index("LineEnd")].split("\n0\n")
    return text[:start] + "\n0\n".join(records[:1] + records[2:]) + text[text.index("LineEnd") :]


@pytest.mark.parametrize(
    "change, code, words",
    [
        (without_line, "vct-shape", "不存在"),
        (lambda t: t.replace(f"\n{X + 10!r},{Y!r}\n", f"\n{X + 10.5!r},{Y!r}\n", 1), "vct-shape", "不相接|没有闭合"),
        (lambda t: t.replace("\n1\n11\n", "\n1\n12\n", 1), "vct-shape", "曲线"),
        (lambda t: t.replace("B1,0101,", "B1,"), "vct-attributes", "应为 3 个"),
        (lambda t: t.replace("100\n", "100\n", 1).replace("\n21\n", "\n22\n", 1), "vct-shape", "引用线"),
    ],
)  # fmt: skip
def test_an_object_that_cannot_be_drawn_is_an_error_of_its_row(tmp_path, change, code, words):
    table, columns, shapes = read(edited(tmp_path, change), "地类图斑")
    found = [r for r in table.remarks if r.row]
    assert {r.code for r in found} == {code}
    assert any(re.search(words, r.message) for r in found)
    assert columns["BSM"] == ["B0", "B1", "B2"]
    assert 0 < len(table.refused_rows) < 3
    for row, shape in enumerate(shapes, start=1):
        if code == "vct-shape":
            assert (shape is None) == (row in table.refused_rows)


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda t: t[: t.index("PolygonEnd")], "缺少 PolygonEnd|没有了"),
        (lambda t: t[: t.index("AttributeBegin")], "没有属性段"),
        (lambda t: t[: len(t) // 2], "不完整|应为坐标"),
        (lambda t: t.replace("\n11\n2\n", "\n11\n1000000000000\n", 1), "应为坐标"),
        (lambda t: t.replace("\n11\n2\n", "\n11\n1\n", 1), "第 .* 行"),
        (lambda t: t.replace("HeadBegin", "Haed"), "不是 VCT"),
        (lambda t: "noise\n", "不是 VCT"),
        (lambda t: t.replace("DLTB,3", "DLTB,300000000000"), "不是“字段名|不完整"),
        (lambda t: t.replace("DLTB,3", "DLTB,³"), "不是“属性表名"),
        (lambda t: re.sub(r"PolygonBegin\n\d+", "PolygonBegin\n--1", t), "应为标识码"),
        (lambda t: t.replace("2001010100,地类图斑,Polygon,DLTB", "x"), "不是“要素代码"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["3.0"])
def test_a_structure_that_cannot_be_followed_refuses_the_file(tmp_path, change, words, version):
    with pytest.raises(DeliveryRefused, match=words):
        read(edited(tmp_path, change, version), "DLTB")


def test_attributes_and_shapes_that_miss_each_other_are_told(tmp_path):
    def change(text):
        return text.replace("\n4,B1,", "\n99,B1,")

    table, columns, shapes = read(edited(tmp_path, change), "DLTB")
    assert codes(table) == [(0, "vct-no-geometry"), (2, "vct-attributes")]
    assert columns["BSM"] == ["B0", None, "B2", "B1"]
    assert [s is None for s in shapes] == [False, False, False, True]
    assert table.features == 4


def test_the_head_says_what_the_ordinates_are(tmp_path):
    path = tmp_path / "a.vct"
    turned = [shapely.transform(c, lambda xy: (xy + [37e6, 0])[:, ::-1]) for c in grid(2, 2)]
    head = HEAD | {"XAxisDirection": "N", "Spheroid": "1980西安坐标系"}
    write_vct(path, [patches(turned)], "3.0", head)
    table, _, shapes = read(path, "DLTB")
    assert (table.claim.datum, table.claim.zone, table.claim.degrees) == ("xian80", 37, 3)
    assert codes(table) == [(0, "vct-axes")]
    assert shapes[0].bounds == (X + 37e6, Y, X + 37e6 + 10, Y + 10)


def test_offsets_are_added(tmp_path):
    path = tmp_path / "a.vct"
    write_vct(path, [patches(grid(1, 1))], "3.0", HEAD | {"Offset": "100,-200"})
    assert read(path, "DLTB")[2][0].bounds[:2] == (X + 100, Y - 200)


def test_tables_are_chosen_by_table_name_feature_name_or_code(tmp_path):
    path = tmp_path / "a.vct"
    other = VctTable("6001010000", "宗地", "polygon", "ZDJBXX", FIELDS[:1], [("Z",)], grid(1, 1))
    write_vct(path, [patches(grid(2, 2)), other], "3.0", HEAD)
    for word in ("ZDJBXX", "zdjbxx", "宗地", "6001010000"):
        table, columns, _ = read(path, "没有的", word)
        assert (table.layer, columns["BSM"]) == ("ZDJBXX", ["Z"])
    with pytest.raises(DeliveryRefused, match="DLTB、ZDJBXX"):
        read(path, "没有的")


def test_a_table_without_geometry_is_rows(tmp_path):
    path = tmp_path / "a.vct"
    rights = VctTable(
        "6002020000", "权利", "", "QLR", (("QLR", "Char,20"),), [("张三",), ("李四",)]
    )
    write_vct(path, [patches(grid(1, 1)), rights], "3.0", HEAD)
    table, columns, _ = read(path, "QLR")
    assert not table.has_geometry
    assert columns["QLR"] == ["张三", "李四"]
    assert table.remarks == ()


def test_numbers_that_are_none_stay_text(tmp_path):
    table, columns, _ = read(
        edited(tmp_path, lambda t: t.replace("0101,21.0", "0101,二十一")), "DLTB"
    )
    assert columns["TBMJ"] == [0.0, 10.5, "二十一"]


def test_polygons_by_direct_coordinates(tmp_path):
    def change(text):
        start = text.index("21\n", text.index("PolygonBegin"))
        end = text.index("\n0\n", start)
        ring = [(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)]
        points = "\n".join(f"{X + x},{Y + y}" for x, y in ring)
        text = text[:start] + f"1\n5\n{points}" + text[end:]
        return text.replace("\n100\n", "\n1\n", 1)

    table, _, shapes = read(edited(tmp_path, change), "DLTB")
    assert table.remarks == ()
    assert shapes[0].area == 81

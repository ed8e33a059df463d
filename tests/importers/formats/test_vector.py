import sqlite3
import struct
import warnings

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.errors import DeliveryRefused
from importers.formats import vector
from importers.formats.opening import open_table
from importers.formats.vector import column
from importers.values.table import Ask
from tests.importers.files import geojson, gpkg, plots, shapefile
from tests.laws import examples


def read(path, tmp_path, size=50_000, wanted=("parcels",)):
    table = open_table(path, Ask(tmp_path, wanted))
    batches = list(table.batches(table.fields, size))
    joined = {
        n: np.concatenate([np.asarray(b.columns[n], object) for b in batches]).tolist()
        for n in table.fields
    }
    return table, joined, batches


def set_values(path, column, values):
    """Write into a GeoPackage past its triggers, as SQLite lets any program do."""
    base = sqlite3.connect(path)
    names = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        base.execute(f'DROP TRIGGER "{name}"')
    for number, value in enumerate(values, 1):
        base.execute(f'UPDATE parcels SET "{column}" = ? WHERE fid = ?', (value, number))
    base.commit()
    base.close()


@pytest.mark.parametrize("write", [gpkg, shapefile, geojson])
def test_batches_follow_each_other_without_gap(tmp_path, write):
    path = write(tmp_path, plots(25, 层数=range(25)))
    table, columns, batches = read(path, tmp_path, 10)
    assert [b.numbers.tolist()[0] for b in batches] == [1, 11, 21]
    assert columns["code"] == [f"P{i}" for i in range(25)]
    assert columns["层数"] == list(range(25))
    assert table.features == sum(len(b.wkb) for b in batches) == 25


@pytest.mark.parametrize("write", [gpkg, shapefile])
def test_only_the_wanted_columns_are_read(tmp_path, write):
    table = open_table(write(tmp_path, plots(3)), Ask(tmp_path))
    rows = next(table.batches(["location"]))
    assert list(rows.columns) == ["location"]


def test_gaps_in_columns(tmp_path):
    frame = plots(3, 面积=[1.5, None, 2.0], 用途=["住宅", None, ""])
    frame["层数"] = np.array([1, None, 3], object)
    frame["是否"] = np.array([True, None, False], object)
    frame = frame.astype({"层数": "Int64", "是否": "boolean"})
    path = gpkg(tmp_path, frame)
    rows = next(open_table(path, Ask(tmp_path)).batches(["面积", "用途", "层数", "是否"]))
    assert rows.columns["用途"].tolist() == ["住宅", None, ""]
    for name, known in (("面积", [1.5, 2.0]), ("层数", [1, 3]), ("是否", [1, 0])):
        assert rows.columns[name].dtype.kind == "f"
        assert rows.columns[name][[0, 2]].tolist() == known
        assert np.isnan(rows.columns[name][1])


def test_a_long_code_in_a_column_of_numbers_is_not_rounded(tmp_path):
    frame = plots(2)
    frame["宗地"] = np.array([431382100100100123, None], object)
    path = gpkg(tmp_path, frame.astype({"宗地": "Int64"}))
    _, columns, _ = read(path, tmp_path)
    assert columns["宗地"] == [431382100100100123, None]


def test_dates_are_iso_text(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points([(1, 2)])),
        [np.array(["2024-05-01"], "datetime64[D]"), np.array(["2024-05-01T08:00"], "M8[ms]")],
        ["d", "t"],
        layer="parcels",
        driver="GPKG",
        geometry_type="Point",
        crs="EPSG:4546",
    )
    _, columns, _ = read(path, tmp_path)
    assert columns["d"] == ["2024-05-01"]
    assert columns["t"][0].startswith("2024-05-01T08:00:00")


@pytest.mark.parametrize(
    ("kind", "written", "found"),
    [
        ("datetime64[D]", ["2024-05-01", "2024-13-45", "99999999"], ["2024-05-01", "2024-13-45", 99999999]),
        ("int64", [1, "abc", 2**60 + 1], [1, "abc", 2**60 + 1]),
        ("int32", [1, 4294967301, 2], [1, 4294967301, 2]),
        ("int16", [1, 70000, None], [1, 70000, None]),
        ("float64", [1234.56, "1,5", 0.1 + 0.2], [1234.56, "1,5", 0.1 + 0.2]),
        ("float32", [1234.56, 16777217.0, 0.1], [1234.56, 16777217.0, 0.1]),
        ("bool", [1, 5, 0], [1, 5, 0]),
    ],
)  # fmt: skip
def test_what_does_not_fit_its_column_comes_as_it_is_stored(tmp_path, kind, written, found):
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points([(i, 0) for i in range(3)])),
        [np.zeros(3, kind), np.array(["甲", "乙", "丙"], object)],
        ["x", "n"],
        layer="parcels",
        driver="GPKG",
        geometry_type="Point",
        crs="EPSG:4546",
    )
    set_values(path, "x", written)
    _, columns, batches = read(path, tmp_path)
    assert columns["x"] == found
    assert columns["n"] == ["甲", "乙", "丙"]
    assert shapely.get_x(shapely.from_wkb(batches[0].wkb)).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("BIGINT", 431382001001123457), ("NUMERIC", 431382001001123457), ("DECIMAL(20,0)", 2**62 + 1),
        ("VARCHAR(20)", "甲"), ("TIMESTAMP", "2024-05-01T10:00:00Z"), ("TINYINT", 300),
        ("SMALLINT", 70000), ("MEDIUMINT", 2**32), ("DOUBLE", 0.1), ("BLOB", b"\x00"), ("所有", 1.5),
    ],
)  # fmt: skip
def test_columns_of_any_type_are_read_as_they_are_stored(tmp_path, kind, value):
    path = gpkg(tmp_path, plots(2))
    base = sqlite3.connect(path)
    base.execute(f'ALTER TABLE parcels ADD COLUMN "另列" {kind}')
    base.commit()
    base.close()
    set_values(path, "另列", [value])
    table, columns, batches = read(path, tmp_path)
    assert "另列" in table.fields
    assert columns["另列"][0] == value
    assert columns["code"] == ["P0", "P1"]
    assert shapely.area(shapely.from_wkb(batches[0].wkb)).tolist() == [100, 100]


def test_lists_structures_and_a_column_of_lists_are_json(tmp_path):
    values = [pa.array([[1, 2], None]), pa.array([{"a": "甲"}, None]), pa.array([[], ["x"]])]
    assert [column(v).tolist() for v in values] == [
        ["[1, 2]", None], ['{"a": "甲"}', None], ["[]", '["x"]'],
    ]  # fmt: skip


def test_a_column_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    def fails(_values):
        raise TypeError("of a new kind")

    monkeypatch.setattr(vector, "column", fails)
    with pytest.raises(
        DeliveryRefused, match="图层“parcels”的列“code”（string）无法读取：of a new kind"
    ):
        read(gpkg(tmp_path, plots(1)), tmp_path)


ARC = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII10d", 1, 8, 5, 0, 0, 1, 1, 2, 0, 1, -1, 0, 0)
MEASURED = struct.pack("<BI3d", 1, 2001, 1, 2, 3)
BROKEN = b"\x01\x99\x00"


@pytest.mark.parametrize(("raw", "found"), [(ARC, "Polygon"), (MEASURED, "Point"), (BROKEN, None)])
def test_arcs_and_measures_come_as_plain_shapes_and_what_is_broken_as_none(tmp_path, raw, found):
    path = gpkg(tmp_path, plots(2))
    base = sqlite3.connect(path)
    head = bytearray(base.execute("SELECT geom FROM parcels").fetchone()[0][:8])
    head[3] &= 0b11110001  # no envelope (GeoPackage 1.3, 2.1.3)
    base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY', m = 2")
    base.commit()
    base.close()
    set_values(path, "geom", [bytes(head) + raw])
    _, _, batches = read(path, tmp_path)
    shapes = shapely.from_wkb(batches[0].wkb, on_invalid="ignore")
    assert (shapes[0].geom_type if shapes[0] else None) == found
    assert shapes[1].geom_type == "Polygon"
    assert not shapely.has_m(shapes).any()
    told = {ARC: ["arcs-flattened"], MEASURED: ["m-dropped"], BROKEN: []}[raw]
    assert [code for code, _ in batches[0].notes] == told


def ring_of(thousands, width, count=5):
    x, y = 600000.0, 3045000.0
    points = [(x + 100, y), (x, y + 100), (x - 100, y), (x, y - 100), (x + 100, y)][:count]
    head = struct.pack("<BIIBII", 1, thousands + 10, 1, 1, thousands + 8, count)
    more = (5.0, 7.0)[: width - 2]
    return head + b"".join(struct.pack(f"<{width}d", *point, *more) for point in points)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([16777216.0, None, 431382.0], np.float32),  # written by a program with four bytes
        ([16777217.0, None, 16777216.0], np.float64),
        ([1.5, None, 2.0], np.float64),
        ([16777216.0, "甲", 1.0], object),
    ],
)
def test_a_float_column_of_four_bytes_is_known_for_one(tmp_path, values, kind):
    path = gpkg(tmp_path, plots(3, x=np.zeros(3, np.float32)))
    set_values(path, "x", values)
    _, columns, batches = read(path, tmp_path, 2)
    assert {b.columns["x"].dtype for b in batches} <= {np.dtype(kind), np.dtype(float)}
    assert batches[0].columns["x"].dtype == kind
    gap = [None if v is None or v != v else v for v in columns["x"]]
    assert gap == values


def read_raw(tmp_path, raw):
    path = gpkg(tmp_path, plots(2))
    base = sqlite3.connect(path)
    head = bytearray(base.execute("SELECT geom FROM parcels").fetchone()[0][:8])
    head[3] &= 0b11110001
    base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY', m = 2, z = 2")
    base.commit()
    base.close()
    set_values(path, "geom", [bytes(head) + raw])
    _, _, (rows,) = read(path, tmp_path)
    return shapely.from_wkb(rows.wkb, on_invalid="ignore"), rows.notes


@pytest.mark.parametrize(("thousands", "width"), [(0, 2), (1000, 3), (2000, 3), (3000, 4)])
@pytest.mark.parametrize("outer", [0, 12, 7])
def test_a_circle_keeps_its_area_whatever_dimensions_it_has(tmp_path, thousands, width, outer):
    raw = ring_of(thousands, width)
    if outer:
        raw = struct.pack("<BII", 1, thousands + outer, 1) + raw
    shapes, notes = read_raw(tmp_path, raw)
    assert abs(shapes[0].area - np.pi * 100**2) < 0.7
    assert len(shapely.get_coordinates(shapes)) > 700
    assert shapes[0].has_z == (thousands in (1000, 3000))
    assert "arcs-flattened" in dict(notes)


@pytest.mark.parametrize("count", [2, 4])
def test_half_an_arc_is_not_mended_by_guess(tmp_path, count):
    shapes, notes = read_raw(tmp_path, ring_of(0, 2, count))
    assert shapes[0] is None
    assert shapes[1].geom_type == "Polygon"
    assert not notes


def dbf(fields, rows, mark=b" "):
    """A .dbf by hand: what programs write is more various than what GDAL writes."""
    width = 1 + sum(size for _, _, size, _ in fields)
    head = struct.pack("<4BIHH20x", 3, 99, 1, 1, len(rows), 33 + 32 * len(fields), width)
    for name, kind, size, decimals in fields:
        head += struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), size, decimals)
    cells = [b"".join(c.ljust(f[2]) for c, f in zip(row, fields, strict=True)) for row in rows]
    marks = [mark if number == 1 else b" " for number in range(len(rows))]
    return head + b"\r" + b"".join(m + c for m, c in zip(marks, cells, strict=True)) + b"\x1a"


def shp(tmp_path, fields, rows, mark=b" "):
    path = shapefile(tmp_path, plots(len(rows)))
    path.with_suffix(".dbf").write_bytes(dbf(fields, rows, mark))
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


@pytest.mark.parametrize(
    ("kind", "cells", "found"),
    [
        (("D", 8, 0), [b"20240501", b"99999999", b"20241332", b"abc", b"", b"00000000"],
         ["2024-05-01", "99999999", "20241332", "abc", None, None]),
        (("N", 20, 0), [b"4313821001001000123", b"12", b"-5"], [4313821001001000123, 12, -5]),
        (("N", 20, 0), [b"4313821001001000123", b""], [4313821001001000123, None]),
        (("N", 12, 2), [b"1.5", b"12", b"1e3"], [1.5, 12.0, 1000.0]),
        (("N", 12, 2), [b"abc", b"1,5", b"7"], ["abc", "1,5", 7]),
        (("N", 20, 0), [b"43138200100112345678", b"1.5"], [43138200100112345678, 1.5]),
        (("L", 1, 0), [b"T", b"n", b"y"], [True, False, True]),
        (("C", 8, 0), [b"  A 1 ", b"", b"B\0old", "楼房".encode("gbk")], ["A 1", None, "B", "楼房"]),
        (("C", 8, 0), [b"a\nb", b"c"], ["a\nb", "c"]),
    ],
)  # fmt: skip
def test_cells_of_a_dbf_are_what_they_are(tmp_path, kind, cells, found):
    _, columns, _ = read(shp(tmp_path, [("X", *kind)], [(c,) for c in cells]), tmp_path)
    assert columns["X"] == found


@pytest.mark.parametrize("cells", [[b"7", b"", b"8"], [b"7", b"****", b"8"]])
def test_empty_numbers_of_a_dbf_are_gaps(tmp_path, cells):
    _, columns, batches = read(shp(tmp_path, [("X", "N", 4, 0)], [(c,) for c in cells]), tmp_path)
    assert batches[0].columns["X"].dtype.kind == "f"
    assert columns["X"][::2] == [7, 8]
    assert np.isnan(columns["X"][1])


@pytest.mark.parametrize(("cells", "first"), [([b"****", b"8", b"****"], 1), ([b"7", b" ***"], 2)])
def test_numbers_that_did_not_fit_their_column_are_told(tmp_path, cells, first):
    table, columns, _ = read(shp(tmp_path, [("X", "N", 4, 0)], [(c,) for c in cells]), tmp_path)
    assert np.isnan(columns["X"][first - 1])
    (told,) = table.remarks
    assert (told.row, told.code, told.field) == (first, "number-overflow", "X")
    assert f"有 {sum(b'*' in c for c in cells)} 个值" in told.message


@pytest.mark.parametrize("kind", ["M", "I", "B", "@"])
def test_a_column_that_no_shapefile_has_is_refused_by_name_where_it_is_wanted(tmp_path, kind):
    path = shp(tmp_path, [("A", "C", 4, 0), ("X", kind, 10, 0)], [(b"a", b"1"), (b"b", b"2")])
    table = open_table(path, Ask(tmp_path))
    assert next(table.batches(["A"])).columns["A"].tolist() == ["a", "b"]
    with pytest.raises(DeliveryRefused, match=f"的列“X”是 {kind} 型"):
        next(table.batches(["X"]))


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.text("涟源市蓝田街道AB 12", max_size=6), min_size=2, max_size=20))
def test_texts_of_a_dbf_survive_in_either_encoding(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("texts")
    expected = [text.strip(" ") or None for text in texts]
    for encoding in ("utf-8", "gbk"):
        path = shp(folder, [("X", "C", 30, 0)], [(t.encode(encoding),) for t in texts])
        path.with_suffix(".cpg").write_text(encoding)
        _, columns, _ = read(path, folder)
        assert columns["X"] == expected


def test_deleted_records_are_left_out_and_said(tmp_path):
    path = shp(tmp_path, [("X", "C", 4, 0)], [(b"a",), (b"b",), (b"\xff",)], mark=b"*")
    path.with_suffix(".cpg").write_text("GBK")
    with pytest.raises(DeliveryRefused, match="不是所声明的编码"):
        open_table(path, Ask(tmp_path))
    path = shp(tmp_path, [("X", "C", 4, 0)], [(b"a",), (b"b",), (b"c",)], mark=b"*")
    table, columns, batches = read(path, tmp_path)
    assert columns["X"] == ["a", "c"]
    assert batches[0].numbers.tolist() == [1, 2]
    assert shapely.from_wkb(batches[0].wkb)[1].equals(plots(3).geometry[2])
    assert [(r.code, r.message) for r in table.remarks] == [
        ("deleted-rows", "有 1 条带删除标记的记录，没有读入")
    ]


def mixed(tmp_path, in_gbk, in_utf8):
    rows = [(t.encode("gbk"),) for t in in_gbk] + [(t.encode(),) for t in in_utf8]
    return shp(tmp_path, [("X", "C", 20, 0)], rows)


def test_rows_in_another_encoding_are_named_rejected_and_still_legible(tmp_path):
    # 涟源市 in UTF-8 is nine bytes, but 涟源 six, which decode as GBK too: 娑熸簮
    table, columns, _ = read(mixed(tmp_path, ["蓝田街道"] * 8, ["涟源", "桥头河镇"]), tmp_path)
    assert table.encoding == "gb18030"
    assert table.undecodable == {9, 10}
    assert [(r.row, r.code) for r in table.remarks] == [
        (9, "encoding-mixed"),
        (10, "encoding-mixed"),
    ]
    assert "utf-8" in table.remarks[0].message
    assert columns["X"] == ["蓝田街道"] * 8 + ["涟源", "桥头河镇"]


def test_a_table_mostly_in_utf8_takes_the_others_for_strangers(tmp_path):
    table, columns, _ = read(mixed(tmp_path, ["蓝田街道"], ["涟源市"] * 5), tmp_path)
    assert (table.encoding, table.undecodable) == ("utf-8", {1})
    assert columns["X"] == ["蓝田街道", *["涟源市"] * 5]


def test_remarks_on_mixed_rows_are_bounded(tmp_path):
    table, _, _ = read(mixed(tmp_path, ["蓝田街道"] * 1300, ["涟源市"] * 1200), tmp_path)
    assert len(table.remarks) == 1001
    assert "共 1200 行" in table.remarks[-1].message
    assert len(table.undecodable) == 1200


def test_a_huge_table_with_a_lying_header_is_answered_at_once(tmp_path):
    path = shp(tmp_path, [("X", "C", 20, 0)], [(b"a",)] * 3)
    with path.with_suffix(".dbf").open("r+b") as file:
        file.truncate(2 * 1024**3)  # sparse: takes no room
    with pytest.raises(DeliveryRefused, match="有 3 条，文件却多出"):
        open_table(path, Ask(tmp_path))
    with path.with_suffix(".dbf").open("r+b") as file:
        file.seek(4)
        file.write(struct.pack("<I", (2 * 1024**3 - 65) // 21))
    with pytest.raises(DeliveryRefused, match="有 3 个图形而属性表有 102261123 条"):
        open_table(path, Ask(tmp_path))


def outcome(path, folder):
    """Whether reading a damaged file ends in whole rows or in a plain sentence."""
    try:
        table = open_table(path, Ask(folder))
        sizes = [
            {len(v) for v in rows.columns.values()} <= {len(rows.numbers)}
            for rows in table.batches(table.fields)
        ]
    except DeliveryRefused as refused:
        return "\n" not in str(refused)
    return all(sizes)


@pytest.mark.parametrize("widths", [[200, 200], [0]])
def test_columns_wider_than_their_record_are_refused(tmp_path, widths):
    path = shp(tmp_path, [("X", "C", 20, 0), ("Y", "C", 20, 0)], [(b"a", b"b")] * 3)
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    for number, width in enumerate(widths):
        raw[32 + 32 * number + 16] = width
    path.with_suffix(".dbf").write_bytes(raw)
    assert outcome(path, tmp_path)


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_no_damage_of_a_shapefile_ends_in_a_traceback(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damage")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = shapefile(folder, plots(4, 面积=1.5, 名称="桥头河镇"), encoding="gbk")
        part = path.with_suffix(data.draw(st.sampled_from([".dbf", ".shp", ".shx"])))
        raw = bytearray(part.read_bytes())
        for _ in range(data.draw(st.integers(1, 6))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        part.write_bytes(raw)
        assert outcome(path, folder)

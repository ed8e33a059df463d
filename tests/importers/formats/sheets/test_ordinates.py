import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.formats.sheets.ordinates import UnreadableOrdinate, read_ordinate
from spatial.crs import Claim
from tests.importers.formats.sheets.read import codes, remark, shapes, xy

N, E = 3064268.062, 566090.948


@pytest.mark.parametrize(
    "headers",
    ["X,Y", "Ｘ（米）,Ｙ（米）", "纵坐标(X),横坐标(Y)", "北坐标,东坐标", "N,E", "纵坐标Y,横坐标X",
     "坐标 X,坐标 Y", "Northing,Easting"],
)  # fmt: skip
def test_headers_say_which_is_north(csv_table, headers):
    table = csv_table(f"点号,{headers}\nJ1,{N},{E}\n")
    assert xy(table) == [[E, N]]
    assert table.claim == Claim()


def test_the_order_of_columns_does_not_matter(csv_table):
    assert xy(csv_table(f"横坐标,纵坐标,点号\n{E},{N},J1\n")) == [[E, N]]


def test_prefixed_eastings_claim_their_zone(csv_table):
    table = csv_table(f"点号,X,Y\nJ1,{N},37566090.948\nJ2,{N},37566090.948\n")
    assert table.claim == Claim(zone=37, degrees=3)
    assert xy(table)[0] == [37566090.948, N]
    assert csv_table(f"点号,X,Y\nJ1,{N},19566090.948\n").claim == Claim(zone=19, degrees=6)


def test_rows_with_another_prefix_are_flagged(csv_table):
    rows = "".join(f"J{n},{N},37566090.948\n" for n in range(5))
    table = csv_table(f"点号,X,Y\n{rows}J9,{N},38566090.948\nJ10,{N},566090\n")
    assert table.claim.zone == 37
    assert [(r.row, r.code) for r in table.remarks] == [(6, "zone-mixed"), (7, "zone-mixed")]


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        ("经度,纵,纬度", "111.67,0,27.69"),
        ("lng,z,lat", "111.67,0,27.69"),
        ("经度,z,纬度", "111°40′12″,0,27°41′24″"),
        ("经度,z,纬度", "111-40-12,0,27-41-24"),
        ("经度（度分秒）,z,纬度（度分秒）", "111.4012,0,27.4124"),
        ("X,z,Y", "27°41′24″,0,111°40′12″"),
    ],
)
def test_degrees_claim_that_they_are(csv_table, headers, row):
    table = csv_table(f"点号,{headers}\nJ1,{row}\n")
    assert table.claim == Claim(is_geographic=True)
    assert xy(table) == [[111.67, 27.69]]


def test_a_zone_that_is_not_ours_is_told_and_not_claimed(csv_table):
    table = csv_table(f"点号,X,Y\nJ1,{N},99566090.948\n")
    assert table.claim == Claim()
    assert codes(table) == ["zone-unknown"]


def test_packed_degrees_keep_their_last_noughts(sheet_table):
    table = sheet_table([["点号", "经度（度分秒）", "纬度（度分秒）"], ["J1", 111.4, 27.413]])
    assert xy(table) == [[pytest.approx(111 + 40 / 60, abs=1e-4), 27.6917]]


def test_missing_and_unreadable_ordinates_are_errors_of_their_row(csv_table):
    table = csv_table(f"点号,X,Y\nJ1,{N},{E}\nJ2,,{E}\nJ3,不详,12-3\n")
    assert [(r.row, r.code, r.field) for r in table.remarks] == [
        (2, "ordinate-missing", "X"),
        (3, "ordinate-unreadable", "Y"),
        (3, "ordinate-unreadable", "X"),
    ]
    assert [shape is None for shape in shapes(table)] == [False, True, True]
    assert "第 3 行" in remark(table, "ordinate-missing").message


def test_a_table_without_ordinates_has_no_geometry(csv_table):
    table = csv_table("编码,名称\nA1,甲\n")
    assert not table.has_geometry
    assert table.claim is None
    assert not codes(table)


@pytest.mark.parametrize(
    "cell",
    ["", "甲", "3064268,1", "1e400", "nan", "2024-05-01", "111°60′", "111°40.5′12″", True, None,
     "1,23,456", "181°", "--1", "1e300", 1e8],
)  # fmt: skip
def test_what_is_no_ordinate(cell):
    with pytest.raises(UnreadableOrdinate):
        read_ordinate(cell)


@given(st.floats(-9e7, 9e7).map(lambda v: round(v, 4)))
def test_metres_are_read_as_they_were_written(value):
    assert read_ordinate(value) == value
    assert read_ordinate(f"{value:,.4f}") == pytest.approx(value, abs=1e-4)
    wide = f"{value:.4f}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"})
    assert read_ordinate(wide) == pytest.approx(value, abs=1e-4)


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59_999))
def test_degrees_minutes_and_seconds_in_every_notation_agree(d, m, millis):
    s = millis / 1000
    wanted = d + m / 60 + s / 3600
    for text in (f"{d}°{m}′{s}″", f"{d}-{m}-{s}", f"{d}度{m}分{s}秒", f"{d}°{m:02}'{s:06.3f}\"E"):
        assert read_ordinate(text) == pytest.approx(wanted, abs=1e-9)
    assert read_ordinate(f"{d}.{m:02}{millis:05}", packed=True) == pytest.approx(wanted, abs=1e-9)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(UnreadableOrdinate):
        assert math.isfinite(read_ordinate(text))

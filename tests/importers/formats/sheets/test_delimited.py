import pytest

from importers.errors import DeliveryRefused
from importers.formats.sheets import delimited
from importers.formats.sheets.open import open_csv
from importers.values.table import Ask
from tests.importers.formats.sheets.read import codes, columns, remark

TEXT = "点号,名称,面积\nJ1,蓝田街道,12.5\nJ2,桥头河镇,3\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_are_found(csv_table, encoding):
    table = csv_table(TEXT, encoding=encoding)
    assert columns(table, "名称") == {"名称": ["蓝田街道", "桥头河镇"]}
    assert table.fields == ("点号", "名称", "面积", "表内行号")


@pytest.mark.parametrize("delimiter", list("\t;，；|"))
def test_delimiters_are_found(csv_table, delimiter):
    table = csv_table(TEXT.replace(",", delimiter))
    assert columns(table, "面积") == {"面积": ["12.5", "3"]}


def test_commas_inside_quotes_and_wide_commas_inside_texts_stay(csv_table):
    table = csv_table('点号,备注,X\r\n1,"甲,乙",2\r\n2,丙，丁，戊,3\r\n')
    assert columns(table, "备注") == {"备注": ["甲,乙", "丙，丁，戊"]}


def test_row_numbers_are_those_of_the_lines(csv_table):
    table = csv_table('成果表\n\n点号,备注\n1,"甲\n乙"\n\n2,丙\n')
    assert columns(table, "点号", "表内行号") == {"点号": ["1", "2"], "表内行号": [4, 7]}


def test_codes_that_a_spreadsheet_has_cut_are_errors_and_whole_ones_stay(csv_table):
    table = csv_table('宗地代码,面积\n4.31382E+18,1\n431382001001GB00001,2\n="0012",3\n')
    assert columns(table, "宗地代码")["宗地代码"] == [None, "431382001001GB00001", "0012"]
    found = remark(table, "code-as-number")
    assert (found.row, found.field) == (1, "宗地代码")
    assert "第 2 行" in found.message


def test_long_digits_in_a_csv_are_whole(csv_table):
    table = csv_table("编码,面积\n4313820010010000001,1\n")
    assert columns(table, "编码") == {"编码": ["4313820010010000001"]}
    assert not codes(table)


def test_a_damaged_line_is_told_and_the_rest_read(csv_table):
    lines = [f"{n},蓝田街道,1" for n in range(300)]
    raw = ("点号,名称,面积\n" + "\n".join(lines)).encode("gbk")
    at = raw.index(b"\n7,") + 3
    table = csv_table(raw[:at] + b"\xff" + raw[at + 1 :])
    assert table.undecodable == {8}
    assert table.encoding == "gb18030"
    assert len(columns(table, "点号")["点号"]) == 300


def test_a_wrong_encoding_that_was_asked_for_is_refused(csv_table):
    with pytest.raises(DeliveryRefused, match="utf-8"):
        csv_table(TEXT, encoding="gbk", asked="utf-8")
    with pytest.raises(DeliveryRefused, match="不认识的编码"):
        csv_table(TEXT, asked="klingon")


def test_an_unclosed_quotation_mark_does_not_swallow_the_file(csv_table):
    rows = "".join(f"{n},管径\n" for n in range(50))
    table = csv_table(f'点号,备注\n"1,坏\n{rows}')
    assert len(columns(table, "点号")["点号"]) == 51
    assert "csv-quotes" in codes(table)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"PK\x03\x04abc", "不是文本表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "不是文本表格"),
        (b"a,b\n1,\x002\n", "不是文本表格"),
        (b"\n\n,,\n", "是空的"),
        (b"a,b\n", "没有数据"),
        (b"1,2\n3,4\n", "没有表头"),
        (b"a,b\n1," + b"x" * 200_000, "第 2 行太长"),
        (b"a,b\n1,2\n" + b"," * 600 + b"3\n", "太大"),
    ],
)
def test_what_is_no_table_is_refused(csv_table, raw, reason):
    with pytest.raises(DeliveryRefused, match=reason):
        csv_table(raw)


def test_too_many_rows_are_refused(csv_table, monkeypatch):
    monkeypatch.setattr(delimited, "MAX_ROWS", 3)
    with pytest.raises(DeliveryRefused, match="太大"):
        csv_table("a,b\n" + "1,2\n" * 4)


def test_errors_beyond_those_that_are_told_are_refused_too(tmp_path, monkeypatch):
    monkeypatch.setattr("importers.formats.sheets.body.MOST", 2)
    path = tmp_path / "a.csv"
    path.write_text("编码,备注\n" + "".join(f"P{i},#REF!\n" for i in range(5)) + "P9,好\n")
    table = open_csv(path, Ask(tmp_path))
    assert len([r for r in table.remarks if r.row]) == 2
    assert table.refused_rows == {1, 2, 3, 4, 5}

import pytest

from importers.errors import DeliveryRefused
from importers.formats.sheets import body
from importers.formats.sheets.grid import SheetGrid
from importers.formats.sheets.header import find_heading
from tests.importers.formats.sheets.read import codes, columns, remark


def names(table):
    return [name for name in table.fields if name != "表内行号"]


def test_titles_and_particulars_above_the_header_are_passed_over(sheet_table):
    table = sheet_table(
        [
            ["涟源市给水管点成果表"],
            ["测绘单位：某院", None, None, "日期：2024-05-01"],
            [],
            ["点 号", "特征\n", "材质", "高程（米）"],
            ["J1", "三通", "PE", 150.25],
        ],
        merged=["A1:D1"],
    )
    assert names(table) == ["点号", "特征", "材质", "高程（米）"]
    assert columns(table, "表内行号") == {"表内行号": [5]}


def test_a_header_of_two_rows_with_merged_groups(sheet_table):
    table = sheet_table(
        [
            ["起点", None, None, None, "终点", None, None, None, "管径"],
            ["点号", "X", "Y", "埋深", "点号", "X", "Y", "埋深"],
            ["J1", 3064268.1, 566090.9, 0.8, "J2", 3064278.1, 566090.9, 0.9, 300],
        ],
        merged=["A1:D1", "E1:H1", "I1:I2"],
    )
    assert names(table)[:9] == [
        "起点点号", "起点X", "起点Y", "起点埋深", "终点点号", "终点X", "终点Y", "终点埋深", "管径"
    ]  # fmt: skip


def test_a_header_of_two_rows_in_words_that_no_list_has(sheet_table):
    table = sheet_table(
        [["编码", "面积", None, "备考"], [None, "套内", "分摊"], ["A1", 80.5, 12.5, "甲"]],
        merged=["A1:A2", "B1:C1", "D1:D2"],
    )
    assert names(table) == ["编码", "面积套内", "面积分摊", "备考"]
    assert columns(table, "编码", "面积分摊") == {"编码": ["A1"], "面积分摊": [12.5]}
    assert not codes(table)  # nor is its second row taken for a header repeated


def test_a_header_of_two_rows_in_a_csv(csv_table):
    table = csv_table(
        "起点,,,,终点,,,,管径\n点号,X,Y,埋深,点号,X,Y,埋深,\n"
        "J1,3064268.1,566090.9,0.8,J2,3064278.1,566090.9,0.9,300\n"
    )
    assert names(table)[:9] == [
        "起点点号", "起点X", "起点Y", "起点埋深", "终点点号", "终点X", "终点Y", "终点埋深", "管径"
    ]  # fmt: skip


def test_a_row_of_text_below_a_header_with_a_gap_is_data(csv_table):
    table = csv_table("编码,名称,,状态\nA1,甲,乙,在用\nA2,丙,丁,在用\n")
    assert columns(table, "编码") == {"编码": ["A1", "A2"]}
    assert names(table) == ["编码", "名称", "第3列", "状态"]
    assert "第 3 列没有列名" in remark(table, "header-missing").message


def test_data_that_happens_to_be_a_known_word_is_no_header(csv_table):
    table = csv_table("名称,级别\n甲,E\n乙,N\n")
    assert names(table) == ["名称", "级别"]


def test_units_and_column_numbers_below_the_header_are_passed_over(csv_table):
    table = csv_table("点号,埋深,管径,材质\n,m,mm,\n(1),(2),(3),(4)\nJ1,1,2,3\n")
    assert names(table) == ["点号", "埋深（m）", "管径（mm）", "材质"]
    assert columns(table, "点号") == {"点号": ["J1"]}


def test_totals_remarks_and_repeated_headers_are_left_out_and_told(csv_table):
    table = csv_table(
        "点号,面积,用途\nJ1,1,住宅\n点号,面积,用途\nJ2,2,商业\n合 计,3,\n注：面积单位为平方米\n"
    )
    assert columns(table, "点号") == {"点号": ["J1", "J2"]}
    told = " ".join(r.message for r in table.remarks)
    assert all(text in told for text in ("表头 第 3 行", "合计 第 5 行", "说明 第 6 行"))


def test_cells_merged_downwards_hold_for_each_row(sheet_table):
    table = sheet_table(
        [["坐落", "幢号", "层数"], ["解放路1号", "1", 3], [None, "2", 4], [None, "3", 5]],
        merged=["A2:A3"],
    )
    assert columns(table, "坐落") == {"坐落": ["解放路1号", "解放路1号", None]}
    assert "1 个单元格" in remark(table, "cell-merged").message


def test_merged_cells_beyond_all_measure_are_refused(sheet_table, monkeypatch):
    monkeypatch.setattr(body, "MAX_CELLS", 3)
    rows = [["坐落", "幢号"], *[["解放路", n] for n in range(6)]]
    with pytest.raises(DeliveryRefused, match="合并单元格太多"):
        sheet_table(rows, merged=["A2:A1048576"])


def test_names_are_made_unique_and_it_is_told(csv_table):
    table = csv_table("点号,埋深,埋深\nJ1,1,2\n")
    assert names(table) == ["点号", "埋深", "埋深_2"]
    assert codes(table) == ["header-duplicate"]


def test_an_empty_column_is_left_out(csv_table):
    table = csv_table("点号,,埋深\nJ1,,2\nJ2,,3\n")
    assert names(table) == ["点号", "埋深"]


def test_a_table_that_does_not_begin_in_the_corner(sheet_table):
    table = sheet_table([[], [], [None, None, "点号", "埋深"], [None, None, "J1", 2]])
    assert columns(table) == {"点号": ["J1"], "埋深": [2], "表内行号": [4]}


@pytest.mark.parametrize(
    "cells", [["名称", "说明"], ["A", "B"], ["宗地代码", "X", "Y"], ["Parcel ID", "Area (m2)"]]
)
def test_an_ordinary_first_row_is_the_header(cells):
    grid = SheetGrid("s", [(1, cells), (2, ["a"] * len(cells)), (3, ["b"] * len(cells))])
    assert find_heading(grid, "f").names == tuple(cells)

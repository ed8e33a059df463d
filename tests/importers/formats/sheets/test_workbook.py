import io
import zipfile
from datetime import date

import pytest

from importers.errors import DeliveryRefused
from importers.formats.sheets.open import open_sheet
from tests.importers.formats.sheets.read import codes, columns, remark
from tests.importers.formats.sheets.workbooks import Raw, write_xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ROWS = [["点号", "名称", "面积"], ["J1", "蓝田街道", 12.5], ["J2", "桥头河镇", 3]]


def replaced(path, part, old, new):
    """The same package with some bytes of one part replaced."""
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or old in content
            out.writestr(name, content.replace(old, new) if name == part else content)
    return path


def test_cells_keep_their_types(sheet_table):
    table = sheet_table(
        [["编号", "日期", "层数", "高度", "有效"], ["0012", date(2024, 5, 1), 7, 2.5, True]]
    )
    assert columns(table) == {
        "编号": ["0012"], "日期": [date(2024, 5, 1)], "层数": [7], "高度": [2.5], "有效": [True],
        "表内行号": [2],
    }  # fmt: skip


def test_formula_errors_are_told_with_row_and_field(sheet_table):
    table = sheet_table([*ROWS, ["J3", "茅塘镇", Raw("e", "#REF!")]])
    found = remark(table, "formula-error")
    assert (found.row, found.field) == (3, "面积")
    assert "第 4 行" in found.message
    assert columns(table, "面积") == {"面积": [12.5, 3, None]}


def test_formula_errors_with_their_formula_are_found(tmp_path, ask):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})
    part = "xl/worksheets/sheet1.xml"
    replaced(path, part, b"<v>12.5</v>", b"<v>12.5</v>")
    replaced(
        path, part, b'<c r="C2"><v>12.5</v>', b'<c s="1" r="C2" t="e"><f>A1/0</f><v>#DIV/0!</v>'
    )
    assert codes(open_sheet(path, ask())) == ["formula-error"]


def test_a_code_that_became_a_number_is_an_error_never_rounded(sheet_table):
    table = sheet_table([["宗地代码", "面积"], [431382001001000001, 1.5], [431382001001, 2]])
    assert columns(table, "宗地代码") == {"宗地代码": [None, 431382001001]}
    assert remark(table, "code-as-number").row == 1


def test_empty_and_hidden_sheets_do_not_count(tmp_path, ask):
    path = tmp_path / "a.xlsx"
    write_xlsx(path, {"Sheet1": [], "数据": ROWS, "Sheet3": [], "旧": ROWS}, hidden=["旧"])
    table = open_sheet(path, ask())
    assert table.layer == "数据"
    assert "旧" in remark(table, "sheet-hidden").message


def test_of_several_tables_the_wanted_is_taken(tmp_path, ask):
    path = write_xlsx(tmp_path / "a.xlsx", {"一": ROWS, "二": [*ROWS, ["J3", "x", 1]]})
    assert open_sheet(path, ask("二")).features == 3
    with pytest.raises(DeliveryRefused, match="多个图层：一、二"):
        open_sheet(path, ask())


def test_ods_is_read(tmp_path, ask):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
            for v in row
        )
        + "</table:table-row>"
        for row in [["点号", "名称"], ["J1", "蓝田"]]
    )
    spaces = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text")
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="表">{cells}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    assert columns(open_sheet(path, ask()), "名称") == {"名称": ["蓝田"]}


def test_a_cell_far_out_is_refused_and_does_no_harm(tmp_path, ask):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    replaced(path, "xl/worksheets/sheet1.xml", b"</sheetData>", far)
    with pytest.raises(DeliveryRefused, match="太大"):
        open_sheet(path, ask())


def test_too_many_columns_are_refused(sheet_table):
    with pytest.raises(DeliveryRefused, match="501 列"):
        sheet_table([[f"列{n}" for n in range(501)], list(range(501))])


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, ask):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"\0" * 40_000_000)
    with pytest.raises(DeliveryRefused, match="不予解压"):
        open_sheet(path, ask())


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "设了密码"),
        ("a.xls", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "设了密码"),
        ("a.xls", OLE + bytes(600), "打不开"),
        ("a.xls", b"PK\x03\x04" + bytes(50), "已损坏"),
        ("a.xlsx", b"a,b\n1,2\n", "扩展名"),
        ("a.xlsx", b"PK\x03\x04" + bytes(50), "已损坏"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, ask, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DeliveryRefused, match=reason):
        open_sheet(path, ask())


@pytest.mark.parametrize("name", ["a.ods", "a.xls", "a.xlsb"])
def test_a_workbook_is_read_by_its_content_not_its_ending(tmp_path, ask, name):
    path = write_xlsx(tmp_path / name, {"S": ROWS})
    assert columns(open_sheet(path, ask()), "面积") == {"面积": [12.5, 3]}


def test_a_package_of_something_else_is_refused(tmp_path, ask):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    with pytest.raises(DeliveryRefused, match="不是工作簿"):
        open_sheet(path, ask())


def test_a_workbook_cut_short_is_refused(tmp_path, ask):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DeliveryRefused, match="已损坏"):
        open_sheet(path, ask())

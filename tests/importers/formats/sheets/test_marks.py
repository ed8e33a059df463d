"""What a workbook shows and calamine does not give: leading noughts, results never stored."""

import re
import zipfile

import pytest

from importers.errors import DeliveryRefused
from importers.formats.sheets.marks import shown_as
from importers.formats.sheets.open import open_sheet
from importers.values.cells import code_text
from tests.importers.formats.sheets.read import columns, remark
from tests.importers.formats.sheets.workbooks import write_xlsx

PART, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
ROWS = [["编码", "面积"], ["A1", 1.5], ["A2", 2.5], ["A3", 3.5]]
TABLE, OFFICE = (f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0" for n in ("table", "office"))


def xlsx(path, *changes):
    """A workbook with regular expressions replaced in its parts: (part, pattern, new)."""
    write_xlsx(path, {"S": ROWS})
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name).decode() for name in source.namelist()}
    for part, pattern, new in changes:
        parts[part], count = re.subn(pattern, new, parts[part])
        assert count
    with zipfile.ZipFile(path, "w") as target:
        for name, text in parts.items():
            target.writestr(name, text)
    return path


def cell(reference, new):
    return PART, f'<c r="{reference}".*?</c>', new


def ods(path, *cells):
    """A table with 编码 and 面积 and rows of a code and one cell as XML each."""
    head = "".join(
        f'<T:table-cell O:value-type="string"><p>{n}</p></T:table-cell>' for n in ROWS[0]
    )
    rows = "".join(
        f'<T:table-row><T:table-cell O:value-type="string"><p>A{i}</p></T:table-cell>{c}</T:table-row>'
        for i, c in enumerate(cells, 1)
    )
    text = (
        f'<O:document-content xmlns:O="{OFFICE}" xmlns:T="{TABLE}"'
        ' xmlns:C="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f'<O:body><O:spreadsheet><T:table T:name="S"><T:table-row>{head}</T:table-row>{rows}'
        "</T:table></O:spreadsheet></O:body></O:document-content>"
    )
    text = re.sub(r"(</?)p>", r"\1text:p>", text).replace(
        "<O:document-content ",
        '<O:document-content xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" ',
    )
    for short, long in (("T:", "table:"), ("O:", "office:"), ("C:", "calcext:")):
        text = re.sub(rf"(?<=[<\s/:]){short}(?=[a-z])", long, text)
        text = text.replace(f"xmlns:{short[:-1]}=", f"xmlns:{long[:-1]}=")
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("META-INF/manifest.xml", "<manifest/>")
        target.writestr("content.xml", text)
    return path


@pytest.mark.parametrize(
    "new",
    [
        '<c r="B3"><f>1+1</f><v/></c>',
        '<c r="B3"><f>1+1</f><v></v></c>',
        '<c r="B3"><f>1+1</f></c>',
        '<c r="B3" t="n"><f>1+1</f><v /></c>',
        "<c t='n' s='0' r='B3'><f ca='1'>1+1</f></c>",
        '<c r="B3" t="str"><f>A1&amp;""</f></c>',
        '<c r="B3"><f t="shared" si="0"/></c>',
        '<c r="B3"><f t="array" ref="B3">1+1</f><v/></c>',
    ],
)
def test_a_formula_without_its_result_rejects_its_row(tmp_path, ask, new):
    table = open_sheet(xlsx(tmp_path / "a.xlsx", cell("B3", new)), ask())
    found = remark(table, "formula-error")
    assert (found.row, found.field) == (2, "面积")
    assert "没有保存计算结果" in found.message
    assert "保存后重交" in found.hint
    assert columns(table, "面积") == {"面积": [1.5, None, 3.5]}


def test_arrays_and_tables_without_results_reject_all_their_rows(tmp_path, ask):
    array = '<c r="B2"><f t="array" ref="B2:B4">A2:A4*2</f></c>'
    path = xlsx(tmp_path / "a.xlsx", cell("B2", array), cell("B3", ""), cell("B4", ""))
    table = open_sheet(path, ask())
    assert [r.row for r in table.remarks if r.code == "formula-error"] == [1, 2, 3]


def test_an_array_larger_than_any_sheet_is_refused_and_silences_nothing(tmp_path, ask):
    array = '<c r="B2"><f t="array" ref="B2:B200001">A2:A4*2</f></c>'
    with pytest.raises(DeliveryRefused, match="200000 行"):
        open_sheet(xlsx(tmp_path / "a.xlsx", cell("B2", array), cell("B3", "")), ask())


@pytest.mark.parametrize(
    "new",
    [
        '<c r="B3" t="str"><f>IF(1,"","x")</f><v></v></c>',
        '<c r="B3" t="str"><f>IF(1,"","x")</f><v/></c>',
        '<c r="B3" s="0"/>',
    ],
)
def test_a_result_that_is_an_empty_text_is_empty(tmp_path, ask, new):
    table = open_sheet(xlsx(tmp_path / "a.xlsx", cell("B3", new)), ask())
    assert not [r for r in table.remarks if r.code == "formula-error"]
    assert columns(table, "面积") == {"面积": [1.5, None, 3.5]}


def test_rows_of_formulas_alone_are_not_lost_at_the_end(tmp_path, ask):
    row = '<row r="5"><c r="A5"><f>S2!A5</f></c><c r="B5"><f>S2!B5</f></c></row></sheetData>'
    table = open_sheet(xlsx(tmp_path / "a.xlsx", (PART, "</sheetData>", row)), ask())
    assert table.features == 4
    assert {r.row for r in table.remarks if r.code == "formula-error"} == {4}


def test_a_lost_result_without_a_place_refuses_the_file(tmp_path, ask):
    with pytest.raises(DeliveryRefused, match="没有写明位置"):
        open_sheet(xlsx(tmp_path / "a.xlsx", cell("B3", "<c><f>1+1</f></c>")), ask())


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("000000", 123, "000123"), ("0000-00", 12345, "0123-45"), ("00000", 1234567, "1234567"),
        ('"GB"00000', 7, "GB00007"), ("\\\\J000", 7, "J007"), ("000;-000", 7, "007"),
        ("[Red]000", 7, "007"), ("000_ ", 7, "007"), ('0"层"', 3, "3层"), ("[$-804]000", 7, "007"),
    ],
)  # fmt: skip
def test_a_code_is_what_the_sheet_shows(tmp_path, ask, code, number, shown):
    assert shown_as(code.replace("\\\\", "\\"))(number) == shown
    formats = code.replace('"', "&quot;")
    path = xlsx(
        tmp_path / "a.xlsx",
        (STYLES, "<fonts", f'<numFmts count="1"><numFmt numFmtId="164" formatCode="{formats}"/></numFmts><fonts'),
        (STYLES, "</cellXfs>", '<xf numFmtId="164"/></cellXfs>'),
        cell("A2", f'<c r="A2" s="2"><v>{number}</v></c>'),
        cell("B2", f'<c s="2" r="B2"><v>{number}</v></c>'),
    )  # fmt: skip
    table = columns(open_sheet(path, ask()), "编码", "面积")
    assert code_text(table["编码"][0]) == shown
    assert table["面积"][0] == number


@pytest.mark.parametrize(
    "code",
    ["0", "#,##0", "0.00", "General", "yyyy-mm-dd", "[h]:mm", "0%", "0.00E+00", "@", "[>9]00;0"],
)
def test_measures_and_dates_are_numbers_whatever_their_format(code):
    assert shown_as(code)(12) in ("", "12")


def test_an_open_document_tells_the_same(tmp_path, ask):
    path = ods(
        tmp_path / "a.ods",
        '<T:table-cell O:value-type="float" O:value="123"><p>000123</p></T:table-cell>',
        '<T:table-cell T:formula="of:=1+1"/>',
        '<T:table-cell T:formula="of:=1/0" O:value-type="string" O:string-value="" '
        'C:value-type="error"><p>#DIV/0!</p></T:table-cell>',
        '<T:table-cell O:value-type="float" O:value="1234"><p>1,234</p></T:table-cell>',
        '<T:table-cell T:formula="of:=&quot;&quot;" O:value-type="string" O:string-value=""/>',
    )
    table = open_sheet(path, ask())
    assert [(r.row, r.code) for r in table.remarks] == [(2, "formula-error"), (3, "formula-error")]
    found = columns(table, "面积")["面积"]
    assert found == [123, None, None, 1234, None]
    assert str(found[0]) == "000123"

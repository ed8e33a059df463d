import pytest

from importers.formats.sheets.open import open_csv, open_sheet
from importers.sources import building_table, pipe_survey
from importers.values.headings import plain
from spatial.crs import Claim
from tests.importers.formats.sheets.read import codes, columns, remark, shapes, xy
from tests.importers.formats.sheets.workbooks import write_xlsx

POINTS = [
    ["图上点号", "物探点号", "特征", "附属物", "X", "Y", "地面高程", "偏心井位", "井底深"],
    ["1", "JS1", "三通", None, 3064268.06, 566090.95, 150.2, None, None],
    ["2", "JS2", None, "阀门", 3064278.06, 566090.95, 150.3, None, 1.2],
    ["3", "JS3", "弯头", None, 3064278.06, 566100.95, 150.1, None, None],
]
LINES = [
    ["起点点号", "终点点号", "起点埋深", "终点埋深", "起点高程", "终点高程", "管径", "材质", "埋设方式"],
    ["JS1", "JS2", 0.8, 0.9, 149.4, 149.4, 300, "PE", "直埋"],
    ["js2", "ＪＳ３", 0.9, 0.8, 149.4, 149.3, "600X400", "PE", "直埋"],
]  # fmt: skip
CJJ_POINTS = (
    "Prj_No,Map_No,Exp_No,X,Y,High,Code,Feature,Subsid,WellDeep,Belong\n"
    "P,1,WS1,3064268.06,566090.95,150.2,52022201,,检查井,2.1,\n"
    "P,2,WS2,3064278.06,566090.95,150.3,52022201,,检查井,2.2,\n"
)
CJJ_LINES = (
    "S_Exp,S_X,S_Y,S_Deep,E_Exp,E_X,E_Y,E_Deep,Type,Code,Material,PSize,EmBed\n"
    "WS1,3064268.06,566090.95,2.0,WS2,3064278.06,566090.95,2.1,,52021000,PVC,300,直埋\n"
)


def test_points_in_chinese(sheet_table):
    table = sheet_table({"JSPOINT": POINTS})
    assert xy(table)[0] == [566090.95, 3064268.06]
    assert columns(table, "管线类别", "物探点号") == {
        "管线类别": ["JS"] * 3, "物探点号": ["JS1", "JS2", "JS3"],
    }  # fmt: skip


def test_points_after_cjj61_and_in_pinyin(csv_table):
    table = csv_table(CJJ_POINTS, name="WSPoint.csv")
    assert columns(table, "管线类别") == {"管线类别": ["WS", "WS"]}
    pinyin = csv_table("tsdh,wtdh,tzd,fsw,X,Y,dmgc\n1,R1,三通,,5,7,9\n", name="燃气管点.csv")
    assert columns(pinyin, "管线类别") == {"管线类别": ["RQ"]}
    assert xy(pinyin) == [[7, 5]]


def test_a_column_for_the_network_goes_before_the_name(csv_table):
    table = csv_table("物探点号,特征,X,Y,管线类别\nA,三通,1,2,YS\n", name="WSPoint.csv")
    assert columns(table, "管线类别") == {"管线类别": ["YS"]}


def test_lines_with_their_own_ordinates(csv_table):
    table = csv_table(CJJ_LINES, name="WSLine.csv")
    (line,) = shapes(table)
    assert line.wkt == "LINESTRING (566090.95 3064268.06, 566090.95 3064278.06)"
    assert columns(table, "管线类别", "管线编码") == {"管线类别": ["WS"], "管线编码": ["WS1-WS2"]}
    assert table.claim == Claim()


def test_lines_are_joined_with_the_points_of_the_workbook(tmp_path, ask):
    path = write_xlsx(tmp_path / "给水.xlsx", {"管点": POINTS, "管线": LINES, "Sheet3": []})
    table = open_sheet(path, ask("pipe-lines"))
    assert table.layer == "管线"
    assert [s.length for s in shapes(table)] == [pytest.approx(10), pytest.approx(10)]
    assert columns(table, "管线编码") == {"管线编码": ["JS1-JS2", "js2-ＪＳ３"]}
    assert open_sheet(path, ask("pipe-points")).layer == "管点"


def test_of_several_networks_each_line_has_its_own_points(tmp_path, ask):
    other = [POINTS[0], *([*r[:4], r[4] + 50, *r[5:]] for r in POINTS[1:])]
    path = write_xlsx(tmp_path / "a.xlsx", {"WSPoint": other, "JSLine": LINES, "JSPoint": POINTS})
    table = open_sheet(path, ask("JSLine"))
    assert xy(table)[0] == [566090.95, 3064268.06]
    assert columns(table, "管线类别") == {"管线类别": ["JS", "JS"]}


def test_lines_are_joined_with_the_points_of_a_file_called_alike(tmp_path, ask):
    (tmp_path / "JSPoint.csv").write_text(
        "\n".join(",".join("" if c is None else str(c) for c in row) for row in POINTS), "gbk"
    )
    lines = tmp_path / "JSLine.csv"
    lines.write_text("起点点号,终点点号,管径\nJS1,JS2,300\n", "gbk")
    table = open_csv(lines, ask())
    assert shapes(table)[0].length == pytest.approx(10)


def test_lines_may_name_points_by_their_number_on_the_map(tmp_path, ask):
    lines = [LINES[0], ["1", "2", *LINES[1][2:]]]
    path = write_xlsx(tmp_path / "a.xlsx", {"管点": POINTS, "管线": lines})
    assert shapes(open_sheet(path, ask("管线")))[0].length == pytest.approx(10)


def test_a_point_that_is_missing_is_named(tmp_path, ask):
    lines = [*LINES, ["JS3", "JS99", *LINES[1][2:]], ["JS3", None, *LINES[1][2:]]]
    path = write_xlsx(tmp_path / "a.xlsx", {"管点": POINTS, "管线": lines})
    table = open_sheet(path, ask("管线"))
    found = remark(table, "point-unknown")
    assert (found.row, found.field) == (3, "终点点号")
    assert "JS99" in found.message
    assert "第 4 行" in found.message
    assert remark(table, "end-missing").row == 4
    assert [s is None for s in shapes(table)] == [False, False, True, True]


def test_a_point_in_two_places_is_no_place(tmp_path, ask):
    twice = [*POINTS, ["4", "JS3", "弯头", None, 3064999.06, 566100.95, 150.1, None, None]]
    path = write_xlsx(tmp_path / "a.xlsx", {"管点": twice, "管线": LINES})
    table = open_sheet(path, ask("管线"))
    assert remark(table, "point-unplaced").row == 2
    assert "JS3" in remark(table, "point-ambiguous").message


def test_lines_without_any_points_have_no_geometry_and_it_is_told(csv_table):
    table = csv_table("起点点号,终点点号,管径\nJS1,JS2,300\n", name="JSLine.csv")
    assert not table.has_geometry
    assert codes(table) == ["points-missing"]


def test_a_line_between_one_place_is_an_error(csv_table):
    table = csv_table(CJJ_LINES.replace("3064278.06", "3064268.06"), name="WSLine.csv")
    assert remark(table, "line-zero").row == 1
    assert shapes(table).tolist() == [None]


@pytest.mark.parametrize(
    ("headers", "layer", "wanted"),
    [
        (POINTS[0], "pipe-points", {"code", "feature", "fitting", "ground_level_m", "bottom_depth_m"}),
        (CJJ_POINTS.split("\n")[0].split(","), "pipe-points",
         {"code", "feature", "fitting", "ground_level_m", "bottom_depth_m"}),
        ([*LINES[0], "管线编码", "管线类别"], "pipe-lines",
         {"code", "network", "start_code", "end_code", "start_depth_m", "end_depth_m",
          "start_level_m", "end_level_m", "section", "material", "laying"}),
        ([*CJJ_LINES.split("\n")[0].split(","), "管线编码"], "pipe-lines",
         {"code", "start_code", "end_code", "start_depth_m", "end_depth_m", "section", "material",
          "laying"}),
        (["序号", "幢号", "坐落", "结构", "层数", "建筑面积（㎡）", "产权人"], "buildings",
         {"code", "address", "structure", "storeys_above", "floor_area_m2", "owner"}),
    ],
)  # fmt: skip
def test_the_sources_know_the_headers(headers, layer, wanted):
    present = {plain(h) for h in headers}
    source = next(
        s
        for s in (*pipe_survey.SOURCES, *building_table.SOURCES)
        if s.layer == layer and {plain(h) for h in s.signature} <= present
    )
    fields = {plain(h): f for h, f in source.columns.items()}
    assert {fields[h] for h in present if h in fields} == wanted

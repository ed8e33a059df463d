"""勘测定界 TXT in the dialects that surveyors write."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.errors import DeliveryRefused
from importers.formats.survey_text import SurveyBlock, open_survey_text, write_survey_text
from importers.values.table import Ask

SAMPLES = Path(__file__).parents[2] / "data" / "china-formats"
WITH_ZONE, WITHOUT = "kcdj_txt_ok_gbk_zone37.txt", "kcdj_txt_ok_utf8bom_nozone.txt"
HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n计量单位=米\n带号=37\n[地块坐标]\n"
SQUARE = [("J1", 0, 0), ("J2", 0, 10), ("J3", 10, 10), ("J4", 10, 0)]
X, Y = 3064000, 37566000


def lines(points, circle="1", close=True, ids=None):
    closed = [*points, points[0]] if close else points
    return "".join(f"{n},{circle},{X + dx}.000,{Y + dy}.000\n" for n, dx, dy in closed)


def read(path):
    table = open_survey_text(path, Ask(path.parent))
    rows = list(table.batches(table.fields))
    columns = {k: np.concatenate([r.columns[k] for r in rows]).tolist() for k in table.fields}
    shapes = shapely.from_wkb(np.concatenate([r.wkb for r in rows]))
    return table, columns, shapes


def written(tmp_path, text, encoding="gb18030"):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding=encoding, newline="")
    return read(path)


def codes(table):
    return [remark.code for remark in table.remarks]


@pytest.mark.parametrize("name, zone", [(WITH_ZONE, 37), (WITHOUT, None)])
def test_samples_are_as_expected(name, zone):
    table, columns, shapes = read(SAMPLES / name)
    expected = json.loads((SAMPLES / "kcdj_txt_expected.json").read_text(encoding="utf-8"))
    found = [
        {
            "id": columns["编号"][i],
            "name": columns["名称"][i],
            "area_m2": round(shape.area, 2),
            "perimeter_outer_m": round(shape.exterior.length, 3),
            "rings": 1 + len(shape.interiors),
        }
        for i, shape in enumerate(shapes)
    ]
    assert found == expected["parcels"]
    assert (table.claim.zone, table.claim.datum, table.claim.degrees) == (zone, "cgcs2000", 3)
    assert not table.remarks


@pytest.mark.parametrize("more", [",备", ",a,b,c,d"])
def test_blocks_have_9_to_13_fields(tmp_path, more):
    text = HEAD + f"5,0.0100,1,一,面,H49,住宅,0701{more},@\n" + lines(SQUARE)
    table, columns, shapes = written(tmp_path, text)
    assert columns["地类编码"] == ["0701"]
    assert ("备注" in columns) == (more == ",备")
    assert ("后等别" in columns) == (more != ",备")
    assert shapes[0].area == 100


@pytest.mark.parametrize(
    "block, points",
    [
        ("5,0.0100公顷,1,一,面,H,住宅,0701,@\n", lines(SQUARE)),
        ("4,0.0100,1,一,面,H,住宅,0701,@\n", lines(SQUARE, close=False)),
        ("５，０.０１００，1，一，面，H，住宅，0701，＠\n", lines(SQUARE).replace(",", "，")),
        ("5,0.0100,1,一,,H,住宅,0701,@\n", lines([(n[1:], x, y) for n, x, y in SQUARE])),
    ],
)
def test_dialects_read_the_same(tmp_path, block, points):
    table, columns, shapes = written(tmp_path, HEAD + block + points)
    assert shapes[0].area == 100
    assert columns["地块面积"] == [0.01]
    told = [remark.code for remark in table.remarks]
    assert told == (["ring-closed"] if block.startswith("4") else [])


def test_a_circle_number_may_come_again_for_a_second_shell(tmp_path):
    away = [(f"K{i}", x + 100, y) for i, (_, x, y) in enumerate(SQUARE)]
    text = HEAD + "10,0.02,1,一,面,H,住宅,0701,@\n" + lines(SQUARE) + lines(away)
    _, columns, shapes = written(tmp_path, text)
    assert shapes[0].geom_type == "MultiPolygon"
    assert columns["界址点号"] == ["J1 J2 J3 J4;K0 K1 K2 K3"]


def test_numbering_may_begin_anew_in_each_ring(tmp_path):
    inner = [(n, 2 + x / 2, 2 + y / 2) for n, x, y in SQUARE]
    text = HEAD + "10,0.0075,1,一,面,H,住宅,0701,@\n"
    text += lines(SQUARE) + lines([(n, int(x), int(y)) for n, x, y in inner], "2")
    _, _, shapes = written(tmp_path, text)
    assert len(shapes[0].interiors) == 1


def test_a_number_of_points_that_is_none_is_passed_over(tmp_path):
    _, _, shapes = written(tmp_path, HEAD + "²,0.01,1,一,面,H,住宅,0701,@\n" + lines(SQUARE))
    assert len(shapes) == 1


def test_the_data_are_believed_not_the_head(tmp_path):
    text = HEAD.replace("带号=37", "带号=38") + "9,0.5,1,一,面,H,住宅,0701,@\n" + lines(SQUARE)
    table, _, shapes = written(tmp_path, text)
    assert codes(table) == ["zone-header", "point-count", "stated-area"]
    assert table.claim.zone == 37
    assert shapes[0].area == 100


def test_degrees_where_metres_were_promised(tmp_path):
    points = "".join(f"{n},1,{27.69 + x / 1e5},{111.67 + y / 1e5}\n" for n, x, y in SQUARE)
    table, _, shapes = written(tmp_path, HEAD + "4,0.01,1,一,面,H,住宅,0701,@\n" + points)
    assert table.claim.is_geographic
    assert "geographic-in-metres" in codes(table)
    assert shapes[0].bounds[0] == 111.67


def test_stated_parameters_are_told_not_applied(tmp_path):
    text = HEAD.replace("带号=37", "转换参数=1.5,0,0,0,0,0,0") + "5,0.01,1,一,面,H,住,0701,@\n"
    table, _, shapes = written(tmp_path, text + lines(SQUARE))
    assert codes(table) == ["stated-parameters"]
    assert shapes[0].bounds[:2] == (Y, X)


def test_points_and_lines(tmp_path):
    text = HEAD + "1,0,1,一,点,H,住,0701,@\n" + lines(SQUARE[:1], close=False)
    text += "3,0,2,二,线,H,住,0701,@\n" + lines(SQUARE[:3], close=False)
    _, _, shapes = written(tmp_path, text)
    assert [shape.geom_type for shape in shapes] == ["Point", "LineString"]


def test_a_line_of_one_point_is_rejected(tmp_path):
    text = HEAD + "1,0,1,一,线,H,住,0701,@\n" + lines(SQUARE[:1])
    table, _, shapes = written(tmp_path, text)
    assert codes(table) == ["ring-degenerate"]
    assert table.refused_rows == {1}
    assert shapes[0] is None


@pytest.mark.parametrize(
    "points, code",
    [
        ("J1,1,x,y\n" + lines(SQUARE), "point-line"),
        ("J1,1,nan,inf\n" + lines(SQUARE), "point-line"),
        (lines(SQUARE[:2]), "ring-degenerate"),
        ("", "ring-degenerate"),
        (lines(SQUARE, close=False) + f"J1,1,{X}.000,{Y + 3}.000\n", "point-line"),
    ],
)
def test_a_bad_block_is_rejected_whole_and_the_rest_goes_on(tmp_path, points, code):
    block = "5,0.0100,{},一,面,H,住宅,0701,@\n"
    text = HEAD + block.format(1) + points + block.format(2) + lines(SQUARE)
    table, _, shapes = written(tmp_path, text)
    found = [(r.row, r.code) for r in table.remarks if r.severity == "error"]
    assert found == [(1, code)]
    assert "第 7 行的地块" in table.remarks[0].message
    assert shapes[0] is None
    assert shapes[1].area == 100


@pytest.mark.parametrize("text", ["hello\n", "[属性描述]\n坐标系=1\n[地块坐标]\n", "J1,1,2,3\n"])
def test_what_is_no_survey_text_is_refused(tmp_path, text):
    with pytest.raises(DeliveryRefused):
        written(tmp_path, text)


coordinates = st.integers(-400, 400)


@settings(deadline=None)
@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=5), st.booleans())
def test_what_is_written_reads_the_same(tmp_path_factory, places, hollow):
    blocks = []
    for number, (dx, dy) in enumerate(places):
        rings = [[(Y + dx + u, X + dy + v) for u, v in ((0, 0), (90, 0), (90, 90), (0, 90))]]
        if hollow:
            rings.append([(Y + dx + u, X + dy + v) for u, v in ((9, 9), (9, 80), (80, 80))])
        ids = [[f"J{k}" for k in range(1, len(ring) + 1)] for ring in rings]
        count = str(sum(len(ring) + 1 for ring in rings))
        area = shapely.Polygon(rings[0], rings[1:]).area / 10_000
        cells = [count, f"{area:.4f}", str(number), f"地块（{number}）", "面", "H", "住", "0701"]
        blocks.append(SurveyBlock(0, cells, ids, rings))
    path = tmp_path_factory.mktemp("t") / "a.txt"
    write_survey_text(path, {"坐标系": "2000国家大地坐标系", "带号": "37"}, blocks)
    table, columns, shapes = read(path)
    assert columns["名称"] == [block.fields[3] for block in blocks]
    for block, shape in zip(blocks, shapes, strict=True):
        assert [list(r.coords)[:-1] for r in (shape.exterior, *shape.interiors)] == block.rings
    assert not table.remarks


def test_nothing_that_is_mutated_gets_past_a_refusal(tmp_path):
    whole = (SAMPLES / WITH_ZONE).read_bytes()
    chance = random.Random(1)
    for _ in range(300):
        raw = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(0, 9)] = chance.randbytes(chance.randrange(0, 5))
        path = tmp_path / "m.txt"
        path.write_bytes(bytes(raw))
        try:
            read(path)
        except DeliveryRefused:
            continue

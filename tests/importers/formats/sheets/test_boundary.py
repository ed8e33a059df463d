from shapely.geometry import Polygon

from tests.importers.formats.sheets.read import codes, columns, remark, shapes

HEAD = "宗地号,界址点号,X,Y,权利人,边长\n"


def rows(parcel, points, who="张三", ring=None, first=1):
    part = "" if ring is None else f",{ring}"
    return "".join(
        f"{parcel},J{n}{part},{y},{x},{who},{n}.5\n" for n, (x, y) in enumerate(points, first)
    )


SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
HOLE = [(2, 2), (4, 2), (4, 4), (2, 4)]
APART = [(20, 0), (30, 0), (30, 10)]


def test_rows_of_a_parcel_become_its_polygon(csv_table):
    table = csv_table(HEAD + rows("A", SQUARE) + rows("B", APART, "李四"))
    assert [s.normalize() for s in shapes(table)] == [
        Polygon(SQUARE).normalize(),
        Polygon(APART).normalize(),
    ]
    assert columns(table) == {
        "宗地号": ["A", "B"], "权利人": ["张三", "李四"], "表内行号": [2, 6],
    }  # fmt: skip
    assert not codes(table)


def test_a_ring_that_is_closed_ends_there(csv_table):
    table = csv_table(HEAD + rows("A", [*SQUARE, SQUARE[0], *HOLE, HOLE[0]]) + rows("B", APART))
    assert shapes(table)[0].equals(Polygon(SQUARE, [HOLE]))


def test_rings_end_where_their_number_changes(csv_table):
    head = "宗地号,界址点号,圈号,X,Y,权利人,边长\n"
    table = csv_table(head + rows("A", SQUARE, ring=1) + rows("A", HOLE, ring=2, first=5))
    assert shapes(table)[0].equals(Polygon(SQUARE, [HOLE]))


def test_rings_end_where_the_names_of_points_begin_again(csv_table):
    table = csv_table(HEAD + rows("A", SQUARE) + rows("A", HOLE) + rows("B", APART))
    assert shapes(table)[0].equals(Polygon(SQUARE, [HOLE]))


def test_a_parcel_in_two_places_is_one_feature(csv_table):
    table = csv_table(
        HEAD
        + rows("A", SQUARE)
        + rows("B", APART)
        + rows("A", [(50, 0), (60, 0), (60, 9)], first=5)
    )
    found = shapes(table)
    assert len(found) == 2
    assert found[0].geom_type == "MultiPolygon"
    assert found[0].area == 145


def test_a_parcel_number_in_its_first_row_only(sheet_table):
    points = [["J1", 0, 0], ["J2", 0, 10], ["J3", 10, 10]]
    table = sheet_table(
        [["宗地代码", "点号", "X", "Y"], *[["A" if i == 0 else None, *p] for i, p in enumerate(points)],
         *[["B" if i == 0 else None, p[0], p[1] + 20, p[2]] for i, p in enumerate(points)]]
    )  # fmt: skip
    assert columns(table, "宗地代码") == {"宗地代码": ["A", "B"]}
    assert "4 行没有填" in remark(table, "parcel-repeated").message
    assert [s.area for s in shapes(table)] == [50, 50]


def test_a_point_without_ordinates_spoils_its_parcel_only(csv_table):
    text = HEAD + rows("A", SQUARE) + rows("B", APART)
    table = csv_table(text.replace("A,J3,10,10", "A,J3,,10"))
    found = remark(table, "ordinate-missing")
    assert (found.row, found.field) == (1, "X")
    assert "第 4 行" in found.message
    assert [s is None for s in shapes(table)] == [True, False]


def test_too_few_points_are_an_error(csv_table):
    table = csv_table(HEAD + rows("A", SQUARE[:2]) + rows("B", APART))
    assert remark(table, "ring-short").row == 1
    assert shapes(table)[0] is None


def test_attributes_that_differ_within_a_parcel_are_errors(csv_table):
    text = HEAD + rows("A", SQUARE) + rows("B", APART) + rows("C", HOLE)
    table = csv_table(text.replace("C,J2,2,4,张三", "C,J2,2,4,王五"))
    assert remark(table, "attribute-varies").row == 3
    assert columns(table, "权利人") == {"权利人": ["张三", "张三", None]}


def test_one_row_a_parcel_is_a_table_of_points(csv_table):
    table = csv_table("宗地号,点号,X,Y\nA,1,2,1\nB,2,4,3\n")
    assert [s.geom_type for s in shapes(table)] == ["Point", "Point"]

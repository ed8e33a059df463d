"""Every breach of the rules of cells is found, with its place."""

import numpy as np
import pytest
import shapely

from grid.cells.validation import breaches, group_breaches

PREFIX = "431382001001"
FIELD = shapely.box(0, 0, 200, 100)
WEST, EAST = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
NOTHING, NOWHERE = np.empty(0, object), np.empty((0, 2))


def found(cells, codes=None, buildings=NOTHING, points=NOWHERE, field=FIELD):
    codes = codes or [f"{PREFIX}{n + 1:03d}" for n in range(len(cells))]
    rows = breaches(codes, np.array(cells, object), PREFIX, field, buildings, points)
    return {(row.rule, row.code) for row in rows}


def test_sound_cells():
    assert found([WEST, EAST], points=np.array([[100.0, 50.0], [5, 5], [900, 900]])) == set()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([WEST, shapely.box(101, 0, 200, 100)], {("gap", "")}),
        (
            [WEST, shapely.box(99, 0, 200, 100)],
            {("edges", f"{PREFIX}001"), ("edges", f"{PREFIX}002")},
        ),
        ([WEST], {("gap", "")}),
        ([WEST, shapely.box(100, 0, 210, 100)], {("outside", f"{PREFIX}002")}),
        (
            [
                WEST,
                shapely.MultiPolygon(
                    [shapely.box(100, 0, 150, 100), shapely.box(160, 0, 200, 100)]
                ),
            ],
            {("parts", f"{PREFIX}002")},
        ),
        (
            [WEST, shapely.Polygon([(100, 0), (200, 100), (200, 0), (100, 100)])],
            {("invalid", f"{PREFIX}002")},
        ),
    ],
)
def test_shapes(cells, expected):
    assert found(cells) >= expected


def test_an_unmatched_corner_is_found():
    bent = [(100, 0), (200, 0), (200, 100), (100, 100)]
    into = shapely.Polygon([*bent, (99.6, 50)])
    assert ("edges", f"{PREFIX}002") in found([WEST, into])
    away = shapely.Polygon([*bent, (100.4, 50)])
    assert ("gap", "") in found([WEST, away])


def test_codes():
    twice = [f"{PREFIX}001", f"{PREFIX}001"]
    assert ("code-twice", f"{PREFIX}001") in found([WEST, EAST], twice)
    for bad in ("431382001002001", f"{PREFIX}1", f"{PREFIX}00A"):
        assert ("code-prefix", bad) in found([WEST, EAST], [f"{PREFIX}001", bad])


def test_buildings():
    house = np.array([shapely.box(95, 40, 105, 50)], object)
    assert ("building-cut", "") in found([WEST, EAST], buildings=house)
    across = np.array([shapely.box(80, 95, 90, 105)], object)
    assert found([WEST, EAST], buildings=across) == {("building-across", "")}
    whole = np.array([shapely.box(85, 40, 100, 50)], object)
    assert found([WEST, EAST], buildings=whole) == set()


def test_a_building_across_the_border_is_cut_when_no_cell_holds_what_is_inside():
    across = np.array([shapely.box(95, 95, 105, 105)], object)
    assert found([WEST, EAST], buildings=across) == {("building-cut", "")}


def test_two_wings_inside_may_lie_in_two_cells():
    base = shapely.box(90, 100, 110, 110)  # beyond the border
    wings = [shapely.box(90, 95, 95, 100), shapely.box(105, 95, 110, 100)]
    house = np.array([shapely.union_all([base, *wings])], object)
    assert found([WEST, EAST], buildings=house) == {("building-across", "")}


def test_a_building_on_ground_without_cells_is_not_cut():
    house = np.array([shapely.box(150, 40, 160, 50)], object)
    assert found([WEST], buildings=house) == {("gap", "")}


def test_a_cut_building_names_the_cells_that_cut_it():
    house = np.array([shapely.box(95, 40, 105, 50)], object)
    codes = [f"{PREFIX}001", f"{PREFIX}002"]
    cells = np.array([WEST, EAST], object)
    (cut,) = breaches(codes, cells, PREFIX, FIELD, house, NOWHERE)
    assert cut.among == tuple(codes)


def test_one_bad_cell_does_not_hide_what_is_wrong_with_the_others():
    parts = shapely.MultiPolygon([shapely.box(0, 0, 40, 100), shapely.box(60, 0, 100, 100)])
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    far = shapely.box(100, 0, 210, 100)
    assert found([parts, far]) >= {("parts", f"{PREFIX}001"), ("outside", f"{PREFIX}002")}
    assert found([bow, far]) >= {("invalid", f"{PREFIX}001"), ("outside", f"{PREFIX}002")}


def test_one_part_is_one_polygon_whatever_its_type():
    assert found([shapely.MultiPolygon([WEST]), EAST]) == set()


def test_only_the_cell_that_reaches_out_is_told():
    """Told of by itself: a cell beside it may be nearer to what is outside."""
    hook = shapely.union_all([EAST, shapely.box(-20, 100, 200, 105)])
    outside = [code for rule, code in found([WEST, hook]) if rule == "outside"]
    assert outside == [f"{PREFIX}002"]


def test_responsibility_grids_are_remarked_on():
    strips = np.array([shapely.box(x, 0, x + 10, 100) for x in range(0, 80, 10)], object)
    codes = [f"{PREFIX}{n:03d}" for n in range(1, 9)]

    def told(groups, elsewhere=()):
        rows = group_breaches(codes, strips, groups, elsewhere)
        assert all(row.is_remark for row in rows)
        return [(row.among, row.message) for row in rows]

    assert told(["A"] * 4 + ["B"] * 4) == told([""] * 8) == []
    ((among, message),) = told(["A"] * 6 + ["B"] * 2)
    assert among == tuple(codes[:6])
    assert "6 个" in message
    ((among, message),) = told(["A", "B", "B", "B", "A", "C", "C", "C"])
    assert (among, "不相邻" in message) == ((codes[0], codes[4]), True)
    ((_, message),) = told(["A"] * 4 + ["B"] * 4, {"B"})
    assert "跨社区" in message


def test_a_point_in_no_cell():
    gap = [shapely.box(0, 0, 90, 100), EAST]
    assert ("point-lost", "") in found(gap, points=np.array([[95.0, 50.0]]))


def test_unusual_areas_are_only_remarked_on():
    rows = breaches([f"{PREFIX}001"], np.array([FIELD], object), PREFIX, FIELD, NOTHING, NOWHERE)
    assert rows == []
    small = shapely.box(0, 0, 10, 10)
    rows = breaches([f"{PREFIX}001"], np.array([small], object), PREFIX, small, NOTHING, NOWHERE)
    assert [(row.rule, row.is_remark) for row in rows] == [("area", True)]

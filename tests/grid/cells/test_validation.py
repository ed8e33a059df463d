"""Every breach of the rules of cells is found, with its place."""

import numpy as np
import pytest
import shapely

from grid.cells.validation import breaches

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
        ([WEST, shapely.box(100, 0, 210, 100)], {("outside", "")}),
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
    across = np.array([shapely.box(95, 95, 105, 105)], object)
    assert ("building-across", "") in found([WEST, EAST], buildings=across)
    whole = np.array([shapely.box(85, 40, 100, 50)], object)
    assert found([WEST, EAST], buildings=whole) == set()


def test_a_point_in_no_cell():
    gap = [shapely.box(0, 0, 90, 100), EAST]
    assert ("point-lost", "") in found(gap, points=np.array([[95.0, 50.0]]))


def test_unusual_areas_are_only_remarked_on():
    rows = breaches([f"{PREFIX}001"], np.array([FIELD], object), PREFIX, FIELD, NOTHING, NOWHERE)
    assert rows == []
    small = shapely.box(0, 0, 10, 10)
    rows = breaches([f"{PREFIX}001"], np.array([small], object), PREFIX, small, NOTHING, NOWHERE)
    assert [(row.rule, row.is_remark) for row in rows] == [("area", True)]

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.checks.catalogue import rules_for
from importers.checks.coverage import AreaCoverage, check_coverage, check_lines, check_points
from tests.importers.files import origin
from tests.laws import examples

X, Y = origin()


def figures(*shapes, own=None, standing=()):
    number = len(shapes)
    file = np.zeros(number, int)
    file[list(standing)] = -1
    marked = file >= 0 if own is None else np.array(own, bool)
    codes = np.array([f"C{i}" for i in range(number)], object)
    return AreaCoverage(codes, file, np.arange(number), marked, np.array(shapes, object))


def found(*shapes, layer="landcover", **about):
    return list(check_coverage(figures(*shapes, **about), rules_for(layer)))


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def kinds(every):
    return sorted({breach.code for breach in every})


LEFT, RIGHT = box(0, 0, 10, 10), box(10, 0, 20, 10)


def test_neighbours_that_fit_are_left_alone():
    assert not found(LEFT, RIGHT, box(0, 10, 10, 20), box(10, 10, 20, 20))


def test_an_overlap_is_told_of_the_later_row_and_shown():
    (breach,) = [b for b in found(LEFT, box(9, 0, 19, 10)) if b.code == "overlap"]
    assert (breach.row, breach.other_code, breach.also) == ((0, 1), "C0", (0, 0))
    assert breach.place.area == pytest.approx(10)
    assert "10.00 平方米" in breach.text


def test_one_within_another_is_an_overlap():
    assert "overlap" in kinds(found(box(0, 0, 30, 30), box(10, 10, 20, 20)))


def test_a_hair_along_the_shared_edge_is_no_overlap():
    long = box(0, 0, 100, 10)
    assert "overlap" not in kinds(found(long, box(0, 9.998, 100, 20)))


def test_the_same_figure_twice_is_a_double_not_an_overlap():
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(LEFT)[:-1], 2, axis=0))
    assert kinds(found(LEFT, turned)) == ["geometry-duplicate"]


def test_a_standing_neighbour_counts_but_is_not_blamed():
    every = found(LEFT, box(9, 0, 19, 10), standing=[0])
    (breach,) = [b for b in every if b.code == "overlap"]
    assert (breach.row, breach.other_code, breach.also) == ((0, 1), "C0", None)


def test_what_stands_is_not_examined():
    assert not found(LEFT, box(9, 0, 19, 10), box(50, 0, 60, 10), standing=[0, 1])


def test_a_narrow_gap_is_found_with_its_width_and_a_street_is_not():
    (breach,) = [b for b in found(LEFT, box(10.2, 0, 20, 10)) if b.code == "gap"]
    assert "0.20 米" in breach.text or "0.19 米" in breach.text
    assert breach.place.area == pytest.approx(2, rel=0.05)
    assert not found(LEFT, box(14, 0, 24, 10))


def test_an_enclosed_gap_is_found():
    ring = [box(0, 0, 10, 10), box(10.3, 0, 20, 10), box(0, 10, 20, 12), box(0, -2, 20, 0)]
    assert "gap" in kinds(found(*ring))


def test_a_vertex_without_match_on_a_shared_edge_is_found():
    right = shapely.Polygon(
        [(X + x, Y + y) for x, y in ((10, 0), (20, 0), (20, 10), (10, 10), (10, 5))]
    )
    (breach,) = found(LEFT, right)
    assert breach.code == "vertex-unmatched"
    assert shapely.distance(breach.place, shapely.Point(X + 10, Y + 5)) == 0


def test_a_shared_corner_set_four_centimetres_off_is_found():
    moved = shapely.Polygon([(X + x, Y + y) for x, y in ((10.04, 0), (20, 0), (20, 10), (10, 10))])
    assert "vertex-unmatched" in kinds(found(LEFT, moved))


def test_each_breach_is_told_once_however_the_stage_is_cut():
    shapes = [LEFT, box(9, 0, 19, 10), box(18, 0, 28, 10), box(28.2, 0, 38, 10)]
    whole = {(b.row, b.code) for b in found(*shapes)}
    halves = [(b.row, b.code) for b in found(*shapes, own=[True, False, True, False])]
    halves += [(b.row, b.code) for b in found(*shapes, own=[False, True, False, True])]
    assert ((0, 3), "gap") in whole
    assert sorted(halves) == sorted(whole)


@settings(max_examples=examples(25), deadline=None)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_a_coverage_by_construction_has_nothing_wrong(number, seed):
    spots = np.random.default_rng(seed).uniform(0, 200, (number, 2)) + [X, Y]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots)))
    assert not found(*cells)


@settings(max_examples=examples(25), deadline=None)
@given(st.floats(0.1, 9), st.floats(-9, 9))
def test_every_overlap_has_the_area_that_is_there(east, north):
    other = box(10 - east, north, 30, north + 10)
    common = shapely.intersection(LEFT, other)
    every = [b for b in found(LEFT, other) if b.code == "overlap"]
    if common.area > 0.2:
        assert every[0].place.area == pytest.approx(common.area)


def test_two_points_at_one_place_are_found_once():
    spots = [shapely.Point(X, Y), shapely.Point(X, Y + 0.0005), shapely.Point(X + 1, Y)]
    rule = rules_for("pipe-points")["geometry-duplicate"]
    (breach,) = check_points(figures(*spots), rule)
    assert (breach.row, breach.also) == ((0, 1), (0, 0))


def test_two_lines_that_run_alike_are_found_once_in_either_direction():
    line = shapely.LineString([(X, Y), (X + 50, Y), (X + 90, Y + 10)])
    beside = shapely.transform(line, lambda xy: xy + [0, 0.01])
    longer = shapely.LineString([(X, Y), (X + 50, Y), (X + 95, Y + 10)])
    rule = rules_for("nowhere", geometry="LineString")["geometry-duplicate"]
    (breach,) = check_lines(figures(line, shapely.reverse(line), beside, longer), rule)
    assert (breach.row, breach.also) == ((0, 1), (0, 0))
    assert not list(check_lines(figures(line, beside, longer), rule))

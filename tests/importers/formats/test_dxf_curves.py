"""Arcs and curves of drawings: every chord within a millimetre of the true curve."""

import math

import numpy as np
import pytest
import shapely

from importers.formats.dxf_curves import MOST_SEGMENTS, ArcTooLarge, segments
from tests.importers.formats.test_dxf import X, Y, codes, drawing, read, saved

MILLIMETRE = 0.001


@pytest.mark.parametrize("bulge", [1.0, -1.0, 0.4142, -0.05, 0.001, 5.0])
@pytest.mark.parametrize("chord", [0.5, 20.0, 900.0])
def test_a_bulge_is_flattened_within_a_millimetre(tmp_path, bulge, chord):
    doc, msp = drawing()
    msp.add_lwpolyline([(X, Y, bulge), (X + chord, Y, 0)], format="xyb")
    table, columns, shapes = read(saved(tmp_path, doc))
    radius = chord * (1 + bulge**2) / (4 * abs(bulge))
    centre = np.array([X + chord / 2, Y + chord * (1 - bulge**2) / (4 * bulge)])
    vertices = shapely.get_coordinates(shapes[0])
    middles = (vertices[1:] + vertices[:-1]) / 2
    for points in (vertices, middles):
        away = np.abs(np.hypot(*(points - centre).T) - radius)
        assert away.max() <= MILLIMETRE + 1e-6
    assert vertices[0].tolist() == [X, Y]
    assert vertices[-1].tolist() == [X + chord, Y]
    angle = 4 * math.atan(abs(bulge))
    assert shapes[0].length == pytest.approx(radius * angle, rel=0.03)
    # which side: a positive bulge turns counter-clockwise, so it lies below an eastward chord
    if abs(bulge) > 0.01:
        assert np.sign(middles[len(middles) // 2][1] - Y) == -np.sign(bulge)
    assert columns["圆弧"] == [1]
    assert codes(table) == {"arcs-flattened": 1}
    assert "0.001 米" in table.remarks[0].message


def test_circles_arcs_ellipses_and_splines_lie_on_their_curves(tmp_path):
    doc, msp = drawing()
    msp.add_circle((X, Y), 50)
    msp.add_arc((X, Y), 50, 350, 80)
    msp.add_ellipse((X, Y), (30, 0), 0.5)
    msp.add_ellipse((X, Y), (0, 30), 0.5, 0, math.pi)
    spline = msp.add_spline([(X, Y), (X + 10, Y + 5), (X + 30, Y - 5), (X + 50, Y)])
    _, columns, shapes = read(saved(tmp_path, doc))
    kinds = ["Polygon", "LineString", "Polygon", "LineString", "LineString"]
    assert [s.geom_type for s in shapes] == kinds
    for shape in shapes[:2]:
        xy = shapely.get_coordinates(shape) - [X, Y]
        middles = (xy[1:] + xy[:-1]) / 2
        assert np.hypot(*xy.T) == pytest.approx(50, abs=1e-6)
        assert np.hypot(*middles.T).min() >= 50 - MILLIMETRE - 1e-6
    assert shapes[1].length == pytest.approx(50 * math.pi / 2, abs=0.01)
    xy = shapely.get_coordinates(shapes[2]) - [X, Y]
    assert (xy[:, 0] / 30) ** 2 + (xy[:, 1] / 15) ** 2 == pytest.approx(1, abs=1e-7)
    assert shapes[2].area == pytest.approx(math.pi * 30 * 15, rel=1e-4)
    fine = [p.xyz[:2] for p in spline.construction_tool().approximate(5000)]
    assert shapes[4].hausdorff_distance(shapely.LineString(fine)) < 2 * MILLIMETRE
    assert columns["圆弧"] == [1] * 5


def test_two_half_circles_are_an_area(tmp_path):
    doc, msp = drawing()
    msp.add_lwpolyline([(X, Y, 1), (X + 2, Y, 1)], format="xyb", close=True)
    _, columns, shapes = read(saved(tmp_path, doc))
    assert shapes[0].area == pytest.approx(math.pi, abs=0.01)
    assert columns["圆弧"] == [2]


@pytest.mark.parametrize("radius", [float("nan"), float("inf"), -1.0, 1e12])
def test_what_no_survey_draws_is_told(radius):
    with pytest.raises(ArcTooLarge):
        segments(radius, math.pi)


def test_the_number_of_chords_is_bounded_and_small_circles_keep_their_shape():
    assert segments(1e-6, 2 * math.pi) == 8
    assert segments(1e5, 2 * math.pi) < MOST_SEGMENTS

"""Arcs of geodatabases as chords: a millimetre off at most, every given point kept."""

import math
import struct

import numpy as np
import pytest
import shapely

from importers.formats.curves import BrokenCurve, UnreadCurve, stroked


def head(kind, count=None):
    return struct.pack("<BI", 1, kind) + (b"" if count is None else struct.pack("<I", count))


def line(kind, points):
    flat = [value for point in points for value in point]
    return head(kind, len(points)) + struct.pack(f"<{len(flat)}d", *flat)


def on_circle(radius, *degrees, x=600000.0, y=3045000.0, more=()):
    turns = [math.radians(d) for d in degrees]
    return [(x + radius * math.cos(t), y + radius * math.sin(t), *more) for t in turns]


CIRCLE = on_circle(100, 0, 90, 180, 270, 0)


@pytest.mark.parametrize("points", [CIRCLE, on_circle(100, 0, 180, 0), CIRCLE[::-1]])
def test_a_circle_keeps_its_area(points):
    found = stroked(head(10, 1) + line(8, points))
    assert isinstance(found.shape, shapely.Polygon)
    radii = np.hypot(*(shapely.get_coordinates(found.shape) - (600000, 3045000)).T)
    assert np.allclose(radii, 100, atol=1e-7)
    outer = shapely.Point(600000, 3045000).buffer(100, quad_segs=20000)
    assert shapely.hausdorff_distance(found.shape, outer) <= 0.00101
    assert abs(found.shape.area - math.pi * 100**2) < 100 * 2 * math.pi * 0.001
    kept = set(map(tuple, shapely.get_coordinates(found.shape).tolist()))
    assert set(points) <= kept


def test_a_row_of_lines_and_arcs_is_one_line():
    arc = on_circle(10, 180, 90, 0)
    straight = [(599980.0, 3045000.0), arc[0]]
    found = stroked(head(9, 2) + line(2, straight) + line(8, arc))
    assert found.arcs == 1
    assert abs(found.shape.length - (10 + math.pi * 10)) < 0.01
    assert found.shape.coords[0] == straight[0]
    assert found.shape.coords[-1] == arc[-1]


def test_many_surfaces_with_a_hole_of_arcs():
    x, y = 600000.0, 3045000.0
    shell = [
        (x - 50, y - 50),
        (x + 50, y - 50),
        (x + 50, y + 50),
        (x - 50, y + 50),
        (x - 50, y - 50),
    ]
    curved = head(10, 2) + line(2, shell) + line(8, on_circle(10, 0, 180, 0))
    plain = head(3, 1) + line(2, [(px + 200, py) for px, py in shell])[5:]
    found = stroked(head(12, 2) + curved + plain)
    assert found.shape.geom_type == "MultiPolygon"
    assert abs(found.shape.area - (20000 - math.pi * 100)) < 0.1
    assert found.arcs == 1


def test_heights_and_measures_are_left_out_and_heights_remembered():
    found = stroked(line(3008, on_circle(10, 0, 90, 180, more=(5.0, 7.0))))
    assert found.shape.has_z
    assert found.shape.geom_type == "LineString"
    assert not shapely.has_z(stroked(line(2008, on_circle(10, 0, 90, 180, more=(7.0,)))).shape)


def test_degrees_are_as_fine_as_metres():
    points = on_circle(0.001, 0, 90, 180, 270, 0, x=111.7, y=27.5)
    found = stroked(head(10, 1) + line(8, points)).shape
    assert len(found.exterior.coords) > 500


def test_three_points_in_a_line_are_no_arc():
    points = [(600000.0, 3045000.0), (600005.0, 3045005.0), (600010.0, 3045010.0)]
    found = stroked(line(8, points))
    assert found.arcs == 0
    assert list(found.shape.coords) == points


def test_curves_in_collections():
    inner = line(8, on_circle(10, 0, 90, 180))
    found = stroked(head(7, 1) + inner)
    assert found.shape.geom_type == "GeometryCollection"
    assert stroked(head(11, 1) + inner).shape.geom_type == "MultiLineString"


@pytest.mark.parametrize("raw", [head(17, 0), head(10, 1), line(8, CIRCLE)[:-3], head(4008, 1)])
def test_what_is_none_of_these_is_not_read(raw):
    with pytest.raises(UnreadCurve):
        stroked(raw)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_half_an_arc_is_broken(count):
    with pytest.raises(BrokenCurve):
        stroked(line(8, CIRCLE[:count]))


@pytest.mark.parametrize(("gap", "is_broken"), [(0.0, False), (1e-6, False), (0.5, True)])
def test_parts_that_do_not_meet_are_broken(gap, is_broken):
    arc = on_circle(10, 180, 90, 0)
    raw = head(9, 2) + line(2, [(599980.0, 3045000.0), (arc[0][0] - gap, arc[0][1])]) + line(8, arc)
    if is_broken:
        with pytest.raises(BrokenCurve, match="apart"):
            stroked(raw)
    else:
        assert stroked(raw).arcs == 1


def test_an_empty_row_of_arcs_is_empty():
    assert stroked(line(8, [])).shape.is_empty

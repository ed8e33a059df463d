"""Measuring."""

import numpy as np
import pytest
import shapely

from spatial.crs import reproject
from spatial.geometry import first_point, measure


def measured(shape):
    return measure(shape, reproject(np.array([shape]), 4546, 4490)[0])


def test_the_plane_exceeds_the_ellipsoid_by_109_ppm_at_the_centre():
    square = shapely.box(565590, 3063768, 566590, 3064768)  # 1 km² at 111.67 E
    found = measured(square)
    assert found.area_m2 == pytest.approx(1e6)
    assert (found.area_m2 / found.ellipsoidal_area_m2 - 1) * 1e6 == pytest.approx(109, abs=2)


def test_a_line_has_length_and_no_area():
    found = measured(shapely.LineString([(566000, 3064000), (566300, 3064400)]))
    assert found.length_m == pytest.approx(500)
    assert found.ellipsoidal_length_m == pytest.approx(500, rel=1e-4)
    assert found.area_m2 == found.ellipsoidal_area_m2 == 0


def test_first_points_of_many():
    found = first_point(np.array([shapely.Point(1, 2), None, shapely.box(0, 0, 5, 5)]))
    assert found[0].tolist() == [1, 2]
    assert np.isnan(found[1]).all()
    assert found[2].tolist() == [5, 0]

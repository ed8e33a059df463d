"""Axis order and precision, against published vectors."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.crs import CrsError, epsg_of, reproject, transformer

LON, LAT, EAST, NORTH = 111.67, 27.69, 566090.948, 3064268.062


def test_the_published_vector_for_lianyuan():
    assert transformer(4490, 4546).transform(LON, LAT) == pytest.approx((EAST, NORTH), abs=1e-3)
    assert transformer(4326, 4546).transform(LON, LAT) == pytest.approx((EAST, NORTH), abs=1e-3)


def test_a_zone_prefix_comes_off_exactly():
    prefixed = np.array([shapely.Point(37_000_000 + EAST, NORTH)])
    plain = reproject(prefixed, 4525, 4546)[0]
    assert plain.distance(shapely.Point(EAST, NORTH)) < 1e-4


@given(st.floats(554_000, 602_300), st.floats(3_037_600, 3_103_400))
def test_there_and_back_is_a_tenth_of_a_millimetre(east, north):
    here = np.array([shapely.Point(east, north)])
    back = reproject(reproject(here, 4546, 4490), 4490, 4546)
    assert back[0].distance(here[0]) < 1e-4


def test_z_is_kept():
    moved = reproject(np.array([shapely.Point(LON, LAT, 123.4)]), 4490, 4546)[0]
    assert moved.z == 123.4


@pytest.mark.parametrize(
    ("text", "epsg"),
    [("EPSG:4546", 4546), (None, None), ("", None), ('LOCAL_CS["矿区独立坐标系"]', None)],
)
def test_the_code_behind_a_definition(text, epsg):
    assert epsg_of(text) == epsg


def test_an_esri_prj_is_recognised():
    import pyproj

    assert epsg_of(pyproj.CRS.from_epsg(4546).to_wkt("WKT1_ESRI")) == 4546


def test_nonsense_is_refused():
    with pytest.raises(CrsError):
        epsg_of("not a crs")

"""GCJ-02 and BD-09: reference vectors, and the inverse as a law."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spatial.offsets import (
    METRES_PER_DEGREE,
    bd09_from_gcj02,
    gcj02_from_wgs84,
    recognise,
    wgs84_from_bd09,
    wgs84_from_gcj02,
)

lons, lats = st.floats(75, 134), st.floats(19, 53)


def test_reference_vectors():
    lon, lat = gcj02_from_wgs84(111.67, 27.69)
    assert (round(float(lat), 7), round(float(lon), 7)) == (27.6866025, 111.6754418)
    lon, lat = bd09_from_gcj02(lon, lat)
    assert (round(float(lat), 7), round(float(lon), 7)) == (27.6923664, 111.6819801)


@given(lons, lats)
def test_the_inverse_gives_back_the_point(lon, lat):
    for there, back in ((gcj02_from_wgs84, wgs84_from_gcj02),):
        x, y = back(*there(lon, lat))
        assert max(abs(x - lon), abs(y - lat)) * METRES_PER_DEGREE < 0.01
    x, y = wgs84_from_bd09(*bd09_from_gcj02(*gcj02_from_wgs84(lon, lat)))
    assert max(abs(x - lon), abs(y - lat)) * METRES_PER_DEGREE < 0.01


def points(number=30):
    random = np.random.default_rng(1)
    return random.uniform(111.6, 111.8, number), random.uniform(27.6, 27.8, number)


def test_an_offset_is_recognised_by_known_places():
    known = points()
    near = (known[0] + 2e-5, known[1])
    assert recognise(near, known) == "none"
    assert recognise(gcj02_from_wgs84(*near), known) == "gcj02"
    assert recognise(bd09_from_gcj02(*gcj02_from_wgs84(*near)), known) == "bd09"


def test_what_is_unclear_is_not_recognised():
    known = points()
    assert recognise((known[0] + 0.05, known[1]), known) == ""
    assert recognise(tuple(part[:3] for part in known), tuple(part[:3] for part in known)) == ""

"""What ordinates mean in this city: the vectors of the reference, and every reading at random."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.city import city, load_city
from spatial.crs import transformer
from spatial.readings import (
    Meaning,
    central_meridian,
    meaning_of,
    meanings,
    ordinate_readings,
    projected,
    window,
)

POINT = (566090.948, 3064268.062)
BUBENEC = load_city(Path(__file__).parents[1] / "data" / "bubenec.toml")


def test_reference_point_in_every_system():
    to = transformer(4490, 4546).transform(111.67, 27.69)
    assert np.abs(np.subtract(to, POINT)).max() < 1e-3
    assert transformer(4490, 4525).transform(111.67, 27.69)[0] == pytest.approx(
        37566090.948, abs=1e-3
    )


@pytest.mark.parametrize("epsg", [4490, 4546, 4525, 4326])
def test_x_is_east_whatever_the_authority_says(epsg):
    x, y = transformer(4490, epsg).transform(111.67, 27.69)
    east, north = transformer(epsg, 4490).transform(x, y)
    assert (round(east, 6), round(north, 6)) == (111.67, 27.69)
    assert x == pytest.approx(
        {4490: 111.67, 4326: 111.67, 4546: POINT[0], 4525: 37e6 + POINT[0]}[epsg], abs=1e-3
    )


def test_central_meridians():
    assert [central_meridian(e) for e in (4546, 4525, 4547, 4534)] == [111, 111, 114, 75]
    assert central_meridian(4490) is None


def test_the_window_is_the_countys():
    west, south, east, north = window(city())
    assert west < 554_000 < 602_300 < east
    assert south < 3_037_600 < 3_103_400 < north


def written(x, y, meaning, profile):
    """The ordinates that a file in this reading would hold for a projected point."""
    if meaning.epsg != profile.projected:
        x, y = transformer(profile.projected, meaning.epsg).transform(x, y)
    x += meaning.offset
    return (y, x) if meaning.swapped else (x, y)


@pytest.mark.parametrize("profile", [city(), BUBENEC], ids=lambda p: p.name_en)
@given(u=st.floats(0.02, 0.98), v=st.floats(0.02, 0.98), data=st.data())
def test_every_reading_is_found_and_undone(profile, u, v, data):
    extent = profile.extent
    lon = extent.west + u * (extent.east - extent.west)
    lat = extent.south + v * (extent.north - extent.south)
    truth = transformer(profile.geographic, profile.projected).transform(lon, lat)
    meaning = data.draw(st.sampled_from(meanings(profile)))
    x, y = written(*truth, meaning, profile)
    assert ordinate_readings(x, y, profile) == meaning
    back = projected(np.array([x]), np.array([y]), meaning, profile)
    assert np.abs(np.ravel(back) - truth).max() < 1e-3


@pytest.mark.parametrize(
    "x, y", [(0, 0), (600_000, 4_000_000), (np.nan, 1), (np.inf, np.inf), (116.4, 39.9)]
)
def test_what_is_elsewhere_means_nothing(x, y):
    assert ordinate_readings(x, y, city()) is None


def test_most_points_must_agree():
    x, y = np.full(100, POINT[0]), np.full(100, POINT[1])
    x[:4], y[:4] = y[:4].copy(), x[:4].copy()
    assert meaning_of(x, y, city()) == Meaning(4546)
    x[:40], y[:40] = POINT[1], POINT[0]
    assert meaning_of(x, y, city()) is None

"""Positions as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.city import city
from spatial.crs import transformer
from spatial.positions import MOST_LENGTH, position_of

EXTENT = city().extent
LONGITUDE, LATITUDE = 111.664100, 27.693400  # 111°39′50.76″, 27°41′36.24″
EAST, NORTH = 565506.91, 3064641.70  # of that in EPSG:4546, by pyproj
inside_longitudes = st.floats(EXTENT.west + 1e-6, EXTENT.east - 1e-6)
inside_latitudes = st.floats(EXTENT.south + 1e-6, EXTENT.north - 1e-6)


def test_the_ordinates_of_these_tests_are_those_of_their_degrees():
    east, north = transformer(4490, 4546).transform(LONGITUDE, LATITUDE)
    assert (round(east, 2), round(north, 2)) == (EAST, NORTH)


def test_the_arc_of_the_meridian_is_the_published_one():
    """From the equator to 30° north it is 3 320 113.398 m on GRS 80."""
    found = position_of("37500000 3320113.398", city())
    assert (found.longitude, found.latitude) == (pytest.approx(111), pytest.approx(30, abs=1e-8))


@pytest.mark.parametrize(
    "text",
    [
        "111.6641,27.6934",
        "111.6641, 27.6934",
        "111.6641  27.6934",
        "27.6934 111.6641",
        "27.6934，111.6641",
        "（27.6934、111.6641）",
        "１１１．６６４１，２７．６９３４",
        "E111.6641 N27.6934",
        "27.6934N, 111.6641E",
        "n 27.6934 e 111.6641",
        "经度：111.6641，纬度：27.6934",
        "lat 27.6934 lon 111.6641",
        "东经111.6641° 北纬27.6934°",
        "111°39′50.76″ 27°41′36.24″",
        "27°41'36.24\"N 111°39'50.76\"E",
        "27°41'36.24''N 111°39'50.76''E",
        "27°41′36.24″111°39′50.76″",
        "东经111度39分50.76秒，北纬27度41分36.24秒",
        "北纬27°41′36.24″ 东经111°39′50.76″",
        "111°39.846' 27°41.604'",
        "111 39 50.76 27 41 36.24",
        "27 41 36.24 111 39 50.76",
        "111 39.846 27 41.604",
        "1113950.76 274136.24",
        "274136.24,1113950.76",
        "565506.91 3064641.70",
        "3064641.70,565506.91",
        "37565506.91 3064641.70",
        "3064641.70 37565506.91",
        "X=3064641.70 Y=37565506.91",
        "Y:565506.91，X:3064641.70",
        "X坐标 3064641.70 米，Y坐标 565506.91 米",
        "37,565,506.91, 3,064,641.70",
        "37 565 506.91 3 064 641.70",
        "3 064 641.70 565 506.91",
        "3'064'641.70 565'506.91",
    ],
)
def test_one_place_is_read_however_it_is_written(text):
    found = position_of(text, city())
    assert found is not None
    assert (found.longitude, found.latitude) == pytest.approx((LONGITUDE, LATITUDE), abs=2e-7)
    assert found.is_inside


def test_the_next_zone_is_read_by_its_number():
    east, north = transformer(4490, 4547).transform(LONGITUDE, LATITUDE)
    found = position_of(f"{38_000_000 + east:.2f} {north:.2f}", city())
    assert (found.longitude, found.latitude) == pytest.approx((LONGITUDE, LATITUDE), abs=2e-7)
    assert "带号 38" in found.reading


@pytest.mark.parametrize(
    ("text", "longitude", "latitude"),
    [
        ("116.39 39.9", 116.39, 39.9),
        ("39.9, 116.39", 116.39, 39.9),
        ("S27.5 E111.5", 111.5, -27.5),
        ("南纬27.5 西经111.5", -111.5, -27.5),
        ("39500000 3320113.398", 117, 30),
        ("20500000 3320113.398", 117, 30),
        ("500000 3320113.398", 111, 30),
    ],
)
def test_a_place_elsewhere_is_said_to_be_elsewhere(text, longitude, latitude):
    found = position_of(text, city())
    assert (found.longitude, found.latitude) == pytest.approx((longitude, latitude), abs=1e-7)
    assert not found.is_inside


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "人民路 12 128",
        "12 128",
        "112 27",
        "111.6641",
        "91.5 95.5",
        "N27.6934 N27.7",
        "111°75′ 27°41′",
        "111°39′50″",
        "111 39 50 27 41 36 1",
        "111 39 61 27 41 36",
        "431382001 431382002",
        "431382001001 12",
        "111.6641 27.6934 E N E",
        "E E",
        "1 2",
        "99999999 1",
        "°′″",
        "😀 27.5",
        "%",
        "١١١٫٦ ٢٧٫٦",
        "\u202e111.6641",
        "1e309 1e309",
        "nan nan",
        "inf,inf",
        "1" * 400,
        "1 " * 60,
        "111.6641,27.6934" + " " * MOST_LENGTH,
    ],
)
def test_what_is_no_position_is_none(text):
    assert position_of(text, city()) is None


@given(inside_longitudes, inside_latitudes, st.booleans(), st.sampled_from([", ", " ", "，", ";"]))
def test_degrees_are_read_back_in_either_order(longitude, latitude, is_swapped, between):
    pair = [f"{longitude:.7f}", f"{latitude:.7f}"]
    found = position_of(between.join(pair[::-1] if is_swapped else pair), city())
    assert (found.longitude, found.latitude) == pytest.approx((longitude, latitude), abs=6e-8)
    assert found.is_inside


def sexagesimal(angle):
    tenths = round(angle * 36_000)
    return tenths // 36_000, tenths // 600 % 60, tenths % 600 / 10


@given(inside_longitudes, inside_latitudes, st.booleans())
def test_minutes_and_seconds_are_read_back(longitude, latitude, is_swapped):
    pair = [f"{d}°{m:02}′{s:04.1f}″" for d, m, s in map(sexagesimal, (longitude, latitude))]
    found = position_of(" ".join(pair[::-1] if is_swapped else pair), city())
    assert (found.longitude, found.latitude) == pytest.approx((longitude, latitude), abs=2e-5)


@given(
    inside_longitudes,
    inside_latitudes,
    st.booleans(),
    st.sampled_from([(4546, 0), (4546, 37), (4546, 19), (4547, 38)]),
    st.booleans(),
)
def test_ordinates_are_read_back(longitude, latitude, is_swapped, zone, is_grouped):
    epsg, number = zone
    east, north = transformer(4490, epsg).transform(longitude, latitude)
    form = "{:,.3f}" if is_grouped else "{:.3f}"
    pair = [form.format(number * 1_000_000 + east), form.format(north)]
    found = position_of(" ".join(pair[::-1] if is_swapped else pair), city())
    assert (found.longitude, found.latitude) == pytest.approx((longitude, latitude), abs=2e-8)
    assert found.is_inside


@given(st.text(max_size=150))
def test_no_text_breaks_it(text):
    found = position_of(text, city())
    assert found is None or (abs(found.longitude) <= 180 and abs(found.latitude) <= 90)


@given(st.lists(st.sampled_from([*"0123456789.,-+'\"°′″度分秒EN北纬xy "]), max_size=40))
def test_no_rubbish_of_marks_and_digits_breaks_it(characters):
    position_of("".join(characters), city())

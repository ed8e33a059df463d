"""The record of a gauge tells what it caught: sums up to the moment shown, and how old they are."""

from datetime import timedelta

import pytest
from psycopg2.extras import DateTimeTZRange

from spatial.hazards.models import RainReading, RainStation
from spatial.hazards.queries import rain_of
from spatial.periods import at
from tests.factories import moment, open_feature, spot

END = moment(2024, 6, 23, 8)


@pytest.fixture
def gauge(db):
    """Eight hours of rain, 1 mm in the first, 8 mm in the last."""
    from django.contrib.gis.geos import Point

    from spatial.city import city

    place = Point(*spot(0, 0), srid=city().projected)
    open_feature(RainStation, "Y1", moment(2020), name="蓝田站", geom=place)
    for hour in range(8):
        end = END - timedelta(hours=7 - hour)
        during = DateTimeTZRange(end - timedelta(hours=1), end)
        RainReading.objects.create(station="Y1", during=during, mm=hour + 1)


def test_sums_are_of_the_hours_before_the_newest_reading(gauge):
    rain = rain_of("Y1", at(END + timedelta(minutes=30)))
    assert rain.until == END
    assert rain.sums == ((1, 8.0), (3, 21.0), (24, 36.0))
    assert [mm for _, mm in rain.readings] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert rain.most_mm == 8
    assert not rain.is_late


def test_a_moment_knows_nothing_of_what_came_after_it(gauge):
    rain = rain_of("Y1", at(END - timedelta(hours=4)))
    assert rain.sums == ((1, 4.0), (3, 9.0), (24, 10.0))
    assert rain_of("Y1", at(END - timedelta(days=1))) is None
    assert rain_of("Y2", at(END)) is None


def test_old_readings_are_told_as_old(gauge):
    assert rain_of("Y1", at(END + timedelta(hours=25))).is_late


def test_the_record_shows_them(client, gauge):
    text = client.get(
        f"/panel/rain-stations/Y1?at={END + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    ).text
    assert "24 小时" in text
    assert "36.0<small>mm" in text
    assert text.count("--mm:") == 8
    assert "没有读数" not in text
    late = client.get("/panel/rain-stations/Y1").text
    assert "没有读数" in late

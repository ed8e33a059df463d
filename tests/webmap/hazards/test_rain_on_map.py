"""Rain beside the gauges on the map: on any day, for who sees the gauges, silence told from dryness."""

from datetime import timedelta

import pytest

from spatial.hazards.models import RainStation
from tests.factories import open_feature, spot
from tests.spatial.risk_levels.test_cycles import HOUR, NIGHT, county, rained  # noqa: F401
from webmap.hazards.rain_on_map import grades

pytestmark = pytest.mark.django_db


def _points(client, **query):
    told = client.get("/hazards/rain/map", query).json()
    return told, {one["code"]: one for one in told["points"]}


def test_numbers_follow_the_moment_and_the_choice(client, county):  # noqa: F811
    stations = list(RainStation.objects.current().values_list("code", flat=True))
    told, before = _points(client, at=(NIGHT - timedelta(days=300)).isoformat())
    assert told["choice"] == "24"
    assert {one["text"] for one in before.values()} <= {"–"}
    rained(stations[0], 30.0, NIGHT - 2 * HOUR)
    told, points = _points(client, at=NIGHT.isoformat())
    assert points[stations[0]]["text"] == "30.0"
    assert points[stations[0]]["colour"] in {one["colour"] for one in told["classes"]}
    hour, _ = _points(client, at=NIGHT.isoformat(), choice="1")
    assert hour["choice"] == "1"
    assert hour["classes"] != told["classes"]


def test_a_bad_moment_is_refused_and_a_silent_gauge_is_not_dry(client):
    open_feature(RainStation, "R1", geom=spot(), name="站")
    assert client.get("/hazards/rain/map", {"at": "gestern"}).status_code == 400
    _, points = _points(client, choice="99")
    assert points["R1"]["text"] == "–"


def test_grades_rise():
    for known in grades().values():
        assert [grade.from_mm for grade in known] == sorted({grade.from_mm for grade in known})

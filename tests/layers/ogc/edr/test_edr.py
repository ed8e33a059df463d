"""Rain by place and time, by OGC API Environmental Data Retrieval."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from owslib.ogcapi.edr import EnvironmentalDataRetrieval

from layers.access.access import ANONYMOUS, Caller
from layers.ogc.common.requests import epsg_uri
from layers.reading import reading
from layers.reading.shares import share_by_id
from layers.roles import Role
from layers.sharing.actions import set_published
from spatial.city import city
from spatial.crs import transformer
from spatial.hazards.models import RainReading, RainStation
from tests.factories import centre, moment, open_feature, spot

pytestmark = pytest.mark.django_db
HERE = "/ogc/collections/rain"
START = moment(2024, 6, 22)
HOURS = 24


@pytest.fixture
def rained():
    """Two gauges 1 km apart; the amount of the first tells its hour."""
    for code, dx in (("Y1", 0), ("Y2", 1000)):
        open_feature(RainStation, code, name=f"{code}站", geom=spot(dx, 0))
        RainReading.objects.bulk_create(
            RainReading(
                station=code,
                during=DateTimeTZRange(
                    START + timedelta(hours=hour), START + timedelta(hours=hour + 1)
                ),
                mm=hour + dx,
            )
            for hour in range(HOURS)
        )


def degrees(dx, dy=0):
    x, y = (round(v) for v in centre())
    return transformer(city().projected, 4326).transform(x + dx, y + dy)


def values(document):
    return document["ranges"]["rain"]["values"]


def test_the_gauges_and_the_time_of_their_readings(client, rained):
    answer = client.get(f"{HERE}/locations")
    assert answer["Content-Type"] == "application/geo+json"
    first = answer.json()["features"][0]
    assert first["id"] == "Y1"
    assert first["properties"]["label"] == "Y1站"
    assert first["properties"]["datetime"] == "2024-06-22T00:00:00Z/2024-06-23T00:00:00Z"
    assert first["geometry"]["coordinates"] == pytest.approx(degrees(0), abs=1e-6)


def test_a_series_has_its_ends_and_their_bounds(client, rained):
    document = client.get(f"{HERE}/locations/Y1").json()
    assert document["domain"]["domainType"] == "PointSeries"
    assert values(document) == [float(hour) for hour in range(HOURS)]
    axis = document["domain"]["axes"]["t"]
    assert axis["values"][0] == "2024-06-22T01:00:00Z"
    assert axis["bounds"][:2] == ["2024-06-22T00:00:00Z", "2024-06-22T01:00:00Z"]
    assert len(axis["bounds"]) == 2 * HOURS


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2024-06-22T05:00:00Z", [4.0]),  # the reading that ended then
        ("2024-06-22T05:00:01Z", [5.0]),
        ("2024-06-22T05:00:00Z/2024-06-22T07:00:00Z", [4.0, 5.0, 6.0]),
        ("2024-06-22T22:30:00Z/..", [22.0, 23.0]),
        ("../2024-06-22T01:59:00Z", [0.0]),
        ("1999-01-01T00:00:00Z", []),
        ("9999-12-31T23:59:59Z", []),
    ],
)
def test_times(client, rained, when, expected):
    answer = client.get(f"{HERE}/locations/Y1", {"datetime": when})
    assert answer.status_code == 200
    assert values(answer.json()) == expected


def test_the_nearest_gauge_in_any_crs(client, rained):
    lon, lat = degrees(700)
    document = client.get(f"{HERE}/position", {"coords": f"POINT({lon} {lat})"}).json()
    assert document["id"] == "Y2"
    assert document["tujing:station"]["distance_m"] == 300
    turned = client.get(
        f"{HERE}/position", {"coords": f"POINT({lat} {lon})", "crs": epsg_uri(4326)}
    ).json()
    assert turned["id"] == "Y2"
    assert turned["domain"]["referencing"][0]["coordinates"] == ["y", "x"]


def test_the_gauges_within_an_area(client, rained):
    west, south = degrees(-100, -100)
    east, north = degrees(100, 100)
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    document = client.get(f"{HERE}/area", {"coords": f"POLYGON(({ring}))"}).json()
    assert document["type"] == "CoverageCollection"
    assert [part["id"] for part in document["coverages"]] == ["Y1"]


@pytest.mark.parametrize(
    ("query", "params", "status"),
    [
        ("locations/Y9", {}, 404),
        ("locations/%00", {}, 404),
        ("locations/Y1", {"datetime": "yesterday"}, 400),
        ("locations/Y1", {"parameter-name": "snow"}, 400),
        ("locations/Y1", {"f": "netcdf"}, 400),
        ("locations/Y1", {"what": "1"}, 400),
        ("locations/Y1", {"crs": "EPSG:1"}, 400),
        ("position", {}, 400),
        ("position", {"coords": "POINT(0 0)"}, 404),
        ("position", {"coords": "POINT(1e300 1e300)"}, 404),
        ("position", {"coords": "MULTIPOINT((1 1),(2 2))"}, 400),
        ("area", {"coords": "POLYGON((0 0,1 1,0 1,1 0,0 0))"}, 400),
        ("cube", {}, 404),
    ],
)
def test_what_cannot_be_answered(client, rained, query, params, status):
    answer = client.get(f"{HERE}/{query}", params)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_too_much_at_once_says_what_to_do(client, rained, monkeypatch):
    monkeypatch.setattr("layers.ogc.edr.readings.MOST_VALUES", 10)
    refused = client.get(f"{HERE}/locations/Y1")
    assert refused.status_code == 413
    assert "datetime" in refused.json()["detail"]


def test_without_any_reading_there_is_still_an_answer(client):
    open_feature(RainStation, "Y1", name="一", geom=spot(5, 5))
    assert values(client.get(f"{HERE}/locations/Y1").json()) == []
    assert "一" in client.get(f"{HERE}?f=html").content.decode()


def test_rain_goes_with_its_gauges(client, rained):
    listed = client.get("/ogc/collections?f=json").json()["collections"]
    assert "rain" in [c["id"] for c in listed]
    assert "/collections/rain/locations" in client.get("/ogc/openapi?f=json").json()["paths"]
    steward = Caller("steward", roles=frozenset({Role.STEWARD}))
    set_published(steward, "rain-stations", published=False, why="检修")
    for address in ("", "/locations", "/locations/Y1", "/position?coords=POINT(0 0)"):
        assert client.get(HERE + address).status_code == 404
    listed = client.get("/ogc/collections?f=json").json()["collections"]
    assert "rain" not in [c["id"] for c in listed]
    assert "/collections/rain/locations" not in json.dumps(client.get("/ogc/openapi").json())


def test_the_role_of_another_layer_cannot_read_the_readings(rained):
    share = share_by_id(ANONYMOUS, "warnings")
    with pytest.raises(Exception, match="permission denied"):
        reading.read(share, "SELECT * FROM published.rain_readings")
    assert not connection.needs_rollback


@pytest.mark.django_db(transaction=True)
def test_owslib_reads_rain(live_server, rained):
    edr = EnvironmentalDataRetrieval(f"{live_server.url}/ogc/")
    assert "rain" in edr.data()
    lon, lat = degrees(10)
    answer = edr.query_data(
        "rain", "position", coords=f"POINT({lon} {lat})", datetime_="2024-06-22T05:00:00Z"
    )
    assert answer["ranges"]["rain"]["values"] == [4.0]

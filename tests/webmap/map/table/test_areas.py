"""Areas to choose by: shapes as drawn, features, and what lies within a distance of them."""

import json

import pytest

from tests.town import centre_degrees

pytestmark = pytest.mark.django_db


def area(client, **wanted):
    return client.post("/table/area", json.dumps(wanted), "application/json")


def ring(*corners):
    return {
        "type": "Polygon",
        "coordinates": [[list(centre_degrees(*c)) for c in (*corners, corners[0])]],
    }


SQUARE = ring((0, 0), (100, 0), (100, 100), (0, 100))


def test_a_drawn_area_has_its_size(client):
    found = area(client, geometry=SQUARE)
    assert found.json()["area_m2"] == pytest.approx(10_000, abs=1)
    assert found.json()["geometry"]["type"] == "Polygon"


def test_a_distance_is_of_metres_on_the_ground(client):
    point = {"type": "Point", "coordinates": list(centre_degrees())}
    found = area(client, geometry=point, reach_m=100).json()
    assert found["area_m2"] == pytest.approx(3.1416 * 100**2, rel=0.01)


def test_a_feature_is_an_area_at_its_day(client, town):
    then = client.post(
        "/table/area?at=2019-06-01", json.dumps({"of": "parcels/P1"}), "application/json"
    )
    assert then.json()["area_m2"] == pytest.approx(10_000, abs=1)
    assert area(client, of="parcels/P9").status_code == 404
    assert area(client, of="units/B1U0201").status_code == 404


BOW = ring((0, 0), (100, 100), (100, 0), (0, 100))
FAR = {"type": "Point", "coordinates": [0, 0]}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"geometry": BOW}, "自相交"),
        ({"geometry": FAR, "reach_m": 5}, "不在本市范围内"),
        ({"geometry": {"type": "Point", "coordinates": list(centre_degrees())}}, "请给出距离"),
        ({"geometry": SQUARE, "reach_m": -1}, "距离应为"),
        ({"geometry": SQUARE, "reach_m": True}, "距离应为"),
        ({"geometry": SQUARE, "reach_m": 1e9}, "距离应为"),
        ({"geometry": {"type": "Polygon"}}, "GeoJSON"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "GeoJSON"),
        ({"geometry": 7}, "GeoJSON"),
        ({}, "GeoJSON"),
        ({"geometry": {"type": "Point", "coordinates": [111.67, 27.69]}, "reach_m": 1e-7}, "距离"),
    ],
)
def test_what_is_no_area_is_refused_in_words(client, wanted, words):
    answer = area(client, **wanted)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_cannot_be_read_is_refused(client, body):
    assert client.post("/table/area", body, "application/json").status_code == 400

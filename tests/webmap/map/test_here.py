"""此处有什么, measuring, warnings, overviews."""

import json

import pytest

from spatial.city import city
from tests.town import centre_degrees


def here(client, dx=20, dy=20, **more):
    lon, lat = centre_degrees(dx, dy)
    answer = client.get("/here", {"lon": lon, "lat": lat, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_visible_register_answers_for_a_point(client, town):
    text = here(client)
    for wanted in ("plan-zones/Z1", "parcels/P2", "buildings/B1", "districts/431382001001"):
        assert wanted in text
    assert "≤ 2.5" in text
    assert "≥ 35%" in text
    assert "units/" not in text


def test_every_visible_layer_answers_unasked_and_in_its_order(client, town):
    text = here(client, -120, 120)
    assert "rain-stations/RS1" in text
    wanted = ("landcover/L1", "rain-stations/RS1", "grid-cells/", "districts/431382001")
    places = [text.index(one) for one in wanted]
    assert places == sorted(places)


def test_a_constraint_is_told_where_it_lies(client, town):
    assert "constraints/C1" not in here(client, 20, 20)
    assert "constraints/C1" in here(client, 80, 20)


def test_a_point_is_read_as_of_a_day(client, town):
    assert "parcels/P1" in here(client, at="2019-01-01")
    assert "没有登记任何要素" in here(client, at="2010-01-01")


@pytest.mark.parametrize(
    "query", ["", "lon=a&lat=b", "lon=0&lat=0", "lon=nan&lat=nan", "lon=1e999&lat=27"]
)
def test_a_place_outside_is_refused(client, town, query):
    assert client.get(f"/here?{query}").status_code == 400


def line(*spots):
    return {"type": "LineString", "coordinates": [centre_degrees(*s) for s in spots]}


def measure(client, geometry):
    return client.post("/measure", json.dumps(geometry), content_type="application/json")


def test_a_line_is_measured_in_the_city_crs_and_on_the_ellipsoid(client):
    found = measure(client, line((0, 0), (300, 400))).json()
    assert found["length_m"] == pytest.approx(500, abs=0.001)
    # 65 km west of the central meridian a plane metre is 0.99995 of a true one
    assert found["ellipsoidal_length_m"] == pytest.approx(500, rel=1e-4)
    assert found["ellipsoidal_length_m"] < 500
    assert found["crs"] == f"EPSG:{city().projected}"


def test_an_area_is_measured_in_square_metres_hectares_and_mu(client):
    ring = [centre_degrees(*s) for s in ((0, 0), (200, 0), (200, 100), (0, 100), (0, 0))]
    found = measure(client, {"type": "Polygon", "coordinates": [ring]}).json()
    assert found["area_m2"] == pytest.approx(20_000, abs=0.01)
    assert found["area_ha"] == pytest.approx(2, abs=1e-6)
    assert found["area_mu"] == pytest.approx(30, abs=1e-4)
    assert found["length_m"] == pytest.approx(600, abs=0.001)


@pytest.mark.parametrize(
    "geometry",
    [
        {}, [], None, 7, {"type": "Point", "coordinates": [111.6, 27.7]},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "LineString", "coordinates": [["a", "b"], [1, 1]]},
        {"type": "LineString", "coordinates": [[111.6, 27.7]] * 3000},
        {"type": "Polygon", "coordinates": [[[111.6, 27.7], [111.7, 27.8], [111.7, 27.7], [111.6, 27.8], [111.6, 27.7]]]},
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused_in_words(client, geometry):
    answer = measure(client, geometry)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_warnings_in_force_and_what_they_threaten(client, town):
    then = client.get("/warnings?at=2020-07-09").content.decode()
    assert "warnings/W2020" in then
    assert "hazard-sites/H1" in then
    assert "hazard-sites/H2" not in then
    assert "21<small>" in then
    now = client.get("/warnings").content.decode()
    assert "当前没有生效的预警" in now
    assert "29<small>" in now  # 21 and 8 people at all sites
    assert 'data-at="2020-07-08' in now


@pytest.mark.parametrize("name", ["general", "planning", "housing"])
def test_overviews_count_what_stands(client, town, name):
    text = client.get(f"/overview/{name}").content.decode()
    assert "<h1>" in text
    assert client.get(f"/overview/{name}?at=2010-01-01").status_code == 200


def test_the_overview_names_no_hidden_layer(client, town):
    assert "管线" not in client.get("/overview/general").content.decode()


def test_the_land_balance_adds_up(client, town):
    text = client.get("/overview/planning").content.decode()
    assert "二类城镇住宅用地" in text
    assert "100.0%" in text

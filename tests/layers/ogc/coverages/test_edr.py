"""Heights at places, by OGC API Environmental Data Retrieval."""

import numpy as np
import pytest
from owslib.ogcapi.edr import EnvironmentalDataRetrieval

from layers.ogc.common.requests import epsg_uri
from spatial.city import city
from spatial.crs import transformer

pytestmark = pytest.mark.django_db
HERE = "/ogc/collections/terrain"


def degrees(land, dx, dy):
    return transformer(city().projected, 4326).transform(land.x + dx, land.y + dy)


def values(document):
    told = document["ranges"]["elevation"]
    return np.array(told["values"], dtype=float).reshape(told["shape"])


def test_the_height_at_a_point_is_its_cells(client, land):
    lon, lat = degrees(land, 123, 247)
    answer = client.get(f"{HERE}/position", {"coords": f"POINT({lon} {lat})"})
    assert answer["Content-Type"] == "application/vnd.cov+json"
    document = answer.json()
    assert document["domain"]["domainType"] == "Point"
    assert document["ranges"]["elevation"]["values"] == [125 + 2 * 245]
    turned = client.get(
        f"{HERE}/position", {"coords": f"POINT({lat} {lon})", "crs": epsg_uri(4326)}
    ).json()
    assert turned["ranges"]["elevation"]["values"] == [125 + 2 * 245]
    plain = {"coords": f"POINT({land.y + 247} {land.x + 123})", "crs": f"EPSG:{city().projected}"}
    assert client.get(f"{HERE}/position", plain).json()["ranges"]["elevation"]["values"] == [615]


def test_several_points_and_one_beyond(client, land):
    places = [degrees(land, 15, 15), degrees(land, 25, 15), degrees(land, -50, 0)]
    text = ",".join(f"({lon} {lat})" for lon, lat in places)
    document = client.get(f"{HERE}/position", {"coords": f"MULTIPOINT({text})"}).json()
    assert document["domain"]["domainType"] == "MultiPoint"
    assert document["ranges"]["elevation"]["values"] == [45, 55, None]


def test_a_cube_and_an_area(client, land):
    west, south = degrees(land, 100, 100)
    east, north = degrees(land, 200, 200)
    cube = client.get(f"{HERE}/cube", {"bbox": f"{west},{south},{east},{north}"}).json()
    assert cube["domain"]["domainType"] == "Grid"
    assert values(cube).shape[0] >= 8
    triangle = f"POLYGON(({west} {south},{east} {south},{west} {north},{west} {south}))"
    cut = client.get(f"{HERE}/area", {"coords": triangle}).json()
    known = np.isfinite(values(cut))
    assert 0.3 < known.mean() < 0.6
    assert known[-1, 1]
    assert not known[0, -1]


@pytest.mark.parametrize(
    ("query", "params", "status", "words"),
    [
        ("position", {}, 400, "coords"),
        ("position", {"coords": "POINT(0 0)"}, 404, "没有高程"),
        ("position", {"coords": "POINT(nan 1)"}, 400, "coords"),
        ("position", {"coords": "POINT EMPTY"}, 400, "POINT"),
        ("position", {"coords": "LINESTRING(0 0,1 1)"}, 400, "POINT"),
        ("position", {"coords": "GEOMETRYCOLLECTION(" * 20_000}, 400, "POINT"),
        ("position", {"coords": "POINT(1"}, 400, "WKT"),
        ("position", {"coords": "MULTIPOINT(" + "(1 2)," * 1500 + "(1 2))"}, 413, "1,000"),
        ("area", {"coords": "POLYGON((0 0,1 1,1 0,0 1,0 0))"}, 400, "无效"),
        ("area", {"coords": "POLYGON((0 0,1 0,1 1,0 0))"}, 404, "没有高程"),
        ("cube", {}, 400, "bbox"),
        ("cube", {"bbox": "1,2"}, 400, "bbox"),
        ("cube", {"bbox": "111,27,112,28", "parameter-name": "rain"}, 400, "rain"),
        ("cube", {"bbox": "111,27,112,28", "z": "1"}, 400, "z"),
        ("cube", {"bbox": "111,27,112,28", "f": "netcdf"}, 400, "netcdf"),
    ],
)
def test_what_cannot_be_answered_is_told(client, land, query, params, status, words):
    answer = client.get(f"{HERE}/{query}", params)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_owslib_asks_for_a_position(live_server, land):
    service = EnvironmentalDataRetrieval(f"{live_server.url}/ogc/")
    assert "terrain" in service.data()
    lon, lat = degrees(land, 55, 55)
    found = service.query_data("terrain", "position", coords=f"POINT({lon} {lat})")
    assert found["ranges"]["elevation"]["values"] == [165]

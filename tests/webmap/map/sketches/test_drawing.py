"""What one asks while drawing: figures and faults, typed coordinates, the surveyed corner."""

import json

import pytest

from tests.town import centre_degrees, make_user
from tests.webmap.map.sketches.test_shapes import BOW, SQUARE

pytestmark = pytest.mark.django_db


def post(client, path, **body):
    return client.post(f"/sketches/{path}", json.dumps(body), "application/json")


def test_figures_or_the_fault_of_a_shape(client):
    whole = post(client, "measure", geometry=SQUARE).json()
    assert whole["figures"]["area_m2"] == pytest.approx(10_000, abs=0.01)
    assert "fault" not in whole
    bow = post(client, "measure", geometry=BOW).json()
    assert bow["figures"] is None
    assert bow["fault"]["at"] == pytest.approx(centre_degrees(50, 50), abs=1e-7)
    again = post(client, "measure", geometry=bow["fault"]["repair"]).json()
    assert again["figures"]["area_m2"] == pytest.approx(5_000, abs=1)
    assert post(client, "measure", geometry={}).status_code == 400


def test_coordinates_are_read_line_by_line_as_people_write_them(client):
    lon, lat = centre_degrees()
    text = f"{lat:.8f}, {lon:.8f}\n\nN27°41'36.2\" E111°39'50.8\"\n3064268.1 37566090.9"
    found = post(client, "positions", text=text).json()["points"]
    assert (found[0]["lon"], found[0]["lat"]) == pytest.approx((lon, lat), abs=1e-7)
    assert found[1]["lon"] == pytest.approx(111.66411, abs=1e-5)
    assert found[2]["lon"] == pytest.approx(111.67, abs=0.01)
    assert "带号 37" in found[2]["reading"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("27.7,111.7\n人民路 12", "第 2 行“人民路 12”"),
        ("", "一行一个点"),
        ("27.7,111.7\n" * 2001, "导入文件"),
    ],
)
def test_what_is_no_coordinate_is_named_with_its_line(client, text, words):
    answer = post(client, "positions", text=text)
    assert answer.status_code == 422
    assert words in answer.json()["error"]


def near(dx, dy, layer="parcels", code="P3", is_corner=True):
    lon, lat = centre_degrees(dx, dy)
    return {"lon": lon, "lat": lat, "layer": layer, "code": code, "is_corner": is_corner}


def test_what_was_snapped_gets_the_surveyed_corner(client, town):
    points = [near(99.7, 0.3), near(99.7, 40.2, is_corner=False), near(60, 50)]
    corner, edge, far = post(client, "exact", points=points).json()["points"]
    assert corner == pytest.approx(centre_degrees(100, 0), abs=2e-9)
    assert edge == pytest.approx(centre_degrees(100, 40.2), abs=2e-9)
    assert far is None


def test_nothing_is_said_of_what_the_caller_is_not_shown(client, town):
    hidden = near(10, 10, "units", "B1U0101")
    assert post(client, "exact", points=[hidden]).json() == {"points": [None]}
    client.force_login(make_user("fangguan", _housing()))
    assert post(client, "exact", points=[hidden]).json()["points"][0] is not None


def _housing():
    from spatial.housing.roles import HousingRole

    return HousingRole.HOUSING

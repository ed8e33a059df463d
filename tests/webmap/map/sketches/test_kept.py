"""Sketches that are kept: one's own, never another's; by a link until it is taken back."""

import json

import pytest

from tests.town import make_user
from tests.webmap.map.sketches.test_shapes import SQUARE, feature
from webmap.map.sketches import kept
from webmap.models import SavedSketch

pytestmark = pytest.mark.django_db
FEATURES = [feature(SQUARE, name="红线")]


@pytest.fixture
def anna(client):
    client.force_login(make_user("anna"))
    return client


@pytest.fixture
def ben(django_user_model):
    from django.test import Client

    other = Client()
    other.force_login(make_user("ben"))
    return other


def post(client, path, **body):
    return client.post(path, json.dumps(body), "application/json")


def saved(client, title="一期", features=FEATURES):
    answer = post(client, "/sketches/", title=title, features=features)
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def test_a_sketch_comes_back_as_it_was_drawn(anna):
    made = saved(anna)
    found = anna.get(f"/sketches/{made['id']}").json()
    assert (found["title"], found["version"], found["number"]) == ("一期", 1, 1)
    assert found["features"][0]["properties"]["name"] == "红线"
    (listed,) = anna.get("/sketches/").json()["sketches"]
    assert listed["id"] == made["id"]
    assert "features" not in listed


def test_nobody_keeps_none_and_sees_none(client, anna, ben):
    made = saved(anna)
    for answer in (
        ben.get(f"/sketches/{made['id']}"),
        post(ben, f"/sketches/{made['id']}", version=1, title="改"),
        post(ben, f"/sketches/{made['id']}/delete"),
        post(ben, f"/sketches/{made['id']}/share", audience="public"),
    ):
        assert answer.status_code == 404
    assert ben.get("/sketches/").json() == {"sketches": []}
    anna.logout()
    assert post(anna, "/sketches/", title="x", features=[]).status_code == 401
    assert anna.get(f"/sketches/{made['id']}").status_code == 401
    assert SavedSketch.objects.get().title == "一期"


def test_the_second_of_two_pages_is_told_and_writes_nothing(anna):
    made = saved(anna)
    path = f"/sketches/{made['id']}"
    assert post(anna, path, version=1, features=[*FEATURES, *FEATURES]).json()["version"] == 2
    late = post(anna, path, version=1, features=[])
    assert late.status_code == 409
    assert "另一个页面" in late.json()["error"]
    assert anna.get(path).json()["number"] == 2
    assert post(anna, path, version=2, title="二期").json()["title"] == "二期"


def test_a_link_opens_for_whom_it_is_and_not_once_it_is_taken_back(anna, ben, client):
    from django.test import Client

    nobody, made = Client(), saved(anna)
    share = f"/sketches/{made['id']}/share"
    link = post(anna, share, audience="signed_in").json()["link"]
    assert len(link) >= 30
    assert nobody.get(f"/sketches/shared/{link}").status_code == 401
    seen = ben.get(f"/sketches/shared/{link}").json()
    assert (seen["is_mine"], seen["title"]) == (False, "一期")
    assert "link" not in seen
    assert "id" not in seen
    assert post(anna, share, audience="public").json()["link"] == link
    assert nobody.get(f"/sketches/shared/{link}").json()["features"] == seen["features"]
    assert post(anna, share, audience="").json()["link"] == ""
    assert ben.get(f"/sketches/shared/{link}").status_code == 404
    assert post(anna, share, audience="public").json()["link"] not in ("", link)
    assert post(anna, share, audience="everybody").status_code == 400


def test_sharing_is_no_new_version(anna):
    made = saved(anna)
    post(anna, f"/sketches/{made['id']}/share", audience="public")
    assert post(anna, f"/sketches/{made['id']}", version=1, title="二").status_code == 200


def test_removed_with_its_link(anna):
    made = saved(anna)
    link = post(anna, f"/sketches/{made['id']}/share", audience="public").json()["link"]
    assert post(anna, f"/sketches/{made['id']}/delete").status_code == 200
    assert anna.get(f"/sketches/shared/{link}").status_code == 404


def test_bounds(anna, monkeypatch):
    monkeypatch.setattr(kept, "MOST_SKETCHES", 1)
    saved(anna)
    assert post(anna, "/sketches/", title="又一份", features=[]).status_code == 422
    assert post(anna, "/sketches/", title="", features=[]).json()["field"] == "title"
    assert post(anna, "/sketches/", title="x" * 61, features=[]).status_code == 422
    assert post(anna, "/sketches/", title="x", features="no").status_code == 400
    monkeypatch.setattr(kept, "MOST_BYTES", 10)
    assert post(anna, "/sketches/", title="x", features=[]).status_code == 400


@pytest.mark.parametrize("link", ["%00", "a%00" + "b" * 20, "x", "%E4%B8%AD" * 8])
def test_what_is_no_link_opens_nothing(client, link):
    assert client.get(f"/sketches/shared/{link}").status_code == 404

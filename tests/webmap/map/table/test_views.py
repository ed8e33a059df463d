"""Saved views: one's own, shared ones, and nobody else's."""

import json

import pytest

from tests.town import make_user
from webmap.map.table import views
from webmap.models import SavedView

pytestmark = pytest.mark.django_db
VIEWS = "/table/views"
STATE = {"conditions": [{"column": "land_use", "how": "eq", "value": "0701"}], "sort": "-code"}


@pytest.fixture
def anna(client, town):
    client.force_login(make_user("anna"))
    return client


def save(client, title="住宅用地", *, layer="parcels", state=STATE, **more):
    wanted = {"layer": layer, "title": title, "state": state, **more}
    return client.post(VIEWS, json.dumps(wanted), "application/json")


def titles(client, layer="parcels"):
    return [view["title"] for view in client.get(VIEWS, {"layer": layer}).json()["views"]]


def test_a_view_comes_back_as_it_was_saved(anna):
    (view,) = save(anna).json()["views"]
    assert view["state"] == STATE
    assert (view["is_mine"], view["is_shared"], view["owner"]) == (True, False, "")
    assert titles(anna, "buildings") == []


def test_the_same_name_replaces(anna):
    save(anna)
    save(anna, state={"sort": "code"})
    assert [view.state for view in SavedView.objects.all()] == [{"sort": "code"}]


def test_others_see_what_is_shared_and_remove_nothing(anna, town):
    save(anna, "我的")
    save(anna, "大家的", is_shared=True)
    anna.force_login(make_user("ben"))
    (view,) = anna.get(VIEWS, {"layer": "parcels"}).json()["views"]
    assert (view["title"], view["is_mine"], view["owner"]) == ("大家的", False, "anna")
    assert anna.post(f"{VIEWS}/{view['id']}/delete").status_code == 404
    assert SavedView.objects.count() == 2


def test_ones_own_is_removed(anna):
    (view,) = save(anna).json()["views"]
    assert anna.post(f"{VIEWS}/{view['id']}/delete").status_code == 200
    assert titles(anna) == []


def test_nobody_saves_without_a_name_of_their_own(client, town):
    assert save(client).status_code == 401
    assert client.get(VIEWS, {"layer": "parcels"}).status_code == 401


@pytest.mark.parametrize("title", ["", "  ", "长" * 41])
def test_a_name_has_a_length(anna, title):
    answer = save(anna, title)
    assert (answer.status_code, answer.json()["field"]) == (422, "title")


@pytest.mark.parametrize("state", [None, [], {"script": 1}, {"words": "\x00"}])
def test_what_is_no_choice_is_refused(anna, state):
    assert save(anna, state=state).status_code == 400


def test_a_layer_that_is_hidden_has_no_views(anna):
    assert save(anna, layer="units").status_code == 404
    assert anna.get(VIEWS, {"layer": "units"}).status_code == 404


def test_one_person_keeps_so_many(anna, monkeypatch):
    monkeypatch.setattr(views, "MOST_VIEWS", 1)
    save(anna)
    assert save(anna).status_code == 200
    assert save(anna, "又一个").status_code == 422

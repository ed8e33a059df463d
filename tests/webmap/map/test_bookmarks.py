"""Bookmarks: one's own, by name, nobody else's."""

import json

import pytest

from tests.town import make_user
from webmap.map import bookmarks
from webmap.models import Bookmark

pytestmark = pytest.mark.django_db
PLACE = "/bookmarks"
VIEW = {"path": "/planning", "address": "16/27.69/111.66/0/0&on=parcels&at=2020-01-01"}


@pytest.fixture
def anna(client):
    client.force_login(make_user("anna"))
    return client


def save(client, title="广场", **more):
    return client.post(PLACE, json.dumps({"title": title, **VIEW, **more}), "application/json")


def test_a_bookmark_comes_back_and_its_name_holds_one_view(anna):
    save(anna)
    (one,) = save(anna, address="9/27/111/0/0").json()["bookmarks"]
    assert (one["title"], one["path"], one["address"]) == ("广场", "/planning", "9/27/111/0/0")


def test_nobody_sees_or_removes_anothers(anna, client):
    number = save(anna).json()["bookmarks"][0]["id"]
    client.force_login(make_user("bert"))
    assert client.get(PLACE).json() == {"bookmarks": []}
    assert client.post(f"{PLACE}/{number}/delete").status_code == 404
    assert Bookmark.objects.count() == 1
    client.logout()
    assert client.get(PLACE).status_code == 401
    assert save(client).status_code == 401


@pytest.mark.parametrize(
    "more",
    [{"title": ""}, {"title": "长" * 41}, {"title": 3}, {"path": "https://elsewhere.example/"},
     {"path": "//elsewhere.example"}, {"address": ""}, {"address": "x" * 8001}, {"address": ["a"]},
     {"address": "a\0b"}, {"path": ["/"]}],
)  # fmt: skip
def test_what_is_no_bookmark_is_refused(anna, more):
    assert save(anna, **more).status_code == (422 if "title" in more else 400)
    assert not Bookmark.objects.exists()


def test_a_person_keeps_so_many(anna, monkeypatch):
    monkeypatch.setattr(bookmarks, "MOST_BOOKMARKS", 1)
    assert save(anna).status_code == 200
    assert save(anna).status_code == 200
    assert save(anna, "别处").status_code == 422
    number = anna.get(PLACE).json()["bookmarks"][0]["id"]
    assert anna.post(f"{PLACE}/{number}/delete").status_code == 200
    assert anna.get(PLACE).json() == {"bookmarks": []}

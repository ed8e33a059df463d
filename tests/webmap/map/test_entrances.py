"""The pages of the map and their style."""

import json
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError

from webmap.map.views import page_config
from webmap.web.entrances import entrance_named, entrances

PATHS = [entrance.path for entrance in entrances()]


@pytest.mark.parametrize("path", PATHS)
def test_every_entrance_opens_for_anyone(client, town, path):
    text = client.get(path).content.decode()
    assert "图经" in text
    assert "建筑" in text


def test_no_page_names_another_host(client, town):
    for path in PATHS:
        text = client.get(path).content.decode()
        found = set(re.findall(r"https?://([^/\"'<> ]+)", text)) - {"testserver", "www.w3.org"}
        assert not found, f"{path}: {found}"


@pytest.mark.parametrize("entrance", entrances(), ids=lambda e: e.id)
def test_the_style_holds_together_and_stays_at_home(client, town, entrance):
    style = client.get(f"/map/style?entrance={entrance.id}").json()
    assert style["version"] == 8
    ids = [layer["id"] for layer in style["layers"]]
    assert len(ids) == len(set(ids))
    for layer in style["layers"]:
        if layer["type"] != "background":
            assert layer["source"] in style["sources"]
    hosts = set(re.findall(r"https?://([^/\"]+)", json.dumps(style)))
    assert hosts <= {"testserver"}
    assert "glyphs" not in style
    assert "sprite" not in style


def test_labels_lie_on_top_and_rivers_below_roads_below_buildings(client, town):
    ids = [layer["id"] for layer in client.get("/map/style").json()["layers"]]
    kinds = [layer["type"] for layer in client.get("/map/style").json()["layers"]]
    assert ids.index("water") < ids.index("roads-casing") < ids.index("roads")
    assert ids.index("roads") < ids.index("buildings")
    first_label = kinds.index("symbol")
    assert set(kinds[first_label:]) == {"symbol"}


def test_buildings_stand_up_only_in_the_housing_entrance(client, town):
    def kind(entrance):
        layers = client.get(f"/map/style?entrance={entrance}").json()["layers"]
        return next(layer["type"] for layer in layers if layer["id"] == "buildings")

    assert kind("housing") == "fill-extrusion"
    assert kind("general") == "fill"


def test_layers_that_may_not_be_seen_are_absent(client, town):
    sources = client.get("/map/style").json()["sources"]
    assert "parcels" in sources
    assert not {"pipe-lines", "units", "cases", "rights", "storeys"} & set(sources)
    page = client.get("/").content.decode()
    assert 'value="pipe-lines"' not in page


def test_a_planner_sees_pipes(planner):
    assert "pipe-lines" in planner.get("/map/style").json()["sources"]
    assert "units" not in planner.get("/map/style").json()["sources"]


def test_health_is_told_without_details(client, db, monkeypatch):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")

    class Down:
        def cursor(self):
            raise OperationalError("password authentication failed for user secret")

    monkeypatch.setattr("webmap.web.site.connection", Down())
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert b"secret" not in answer.content


def test_a_missing_page_is_told_in_words(client, db):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()
    fragment = client.get("/panel/nowhere/1", headers={"X-Requested-With": "fragment"})
    assert fragment.status_code == 404
    assert "<html" not in fragment.content.decode()


def test_without_terrain_there_is_no_relief(client, town, settings, tmp_path):
    settings.TERRAIN = tmp_path / "none.tif"
    assert "terrain" not in client.get("/map/style?entrance=hazards").json()["sources"]
    assert client.get("/terrain/10/829/430.png").status_code == 404


def test_the_program_knows_how_other_entrances_look_at_the_map(rf, db):
    """So that the way to one of them keeps the place, and tilts it as that one does."""
    request = rf.get("/")
    request.user = AnonymousUser()
    config = page_config(request, entrance_named("general"))
    assert config["pitches"] == {"/housing": 52}
    assert config["wide"] == ["/hazards"]

"""Styles for any client: complete, at home, and silent about what is hidden."""

import json
import re

import pytest

from layers.access.access import ANONYMOUS
from layers.declarations.cartography import as_seen
from layers.declarations.registry import layer_of
from layers.ogc.tiles.styles import document_of
from layers.reading.shares import share_of
from spatial.pipes.roles import PipeRole
from tests.layers.ogc.writers import key_of
from tests.town import make_user

pytestmark = pytest.mark.django_db
MAPBOX = "application/vnd.mapbox.style+json"


def fields_in(expression):
    """The names of the fields that a part of a style reads."""
    if isinstance(expression, dict):
        return set().union(*map(fields_in, expression.values()), set())
    if not isinstance(expression, list):
        return set()
    own = {expression[1]} if expression[:1] == ["get"] else set()
    return own.union(*map(fields_in, expression))


def test_every_listed_style_is_there_and_names_only_our_tiles(client):
    listed = client.get("/ogc/styles").json()
    ids = [entry["id"] for entry in listed["styles"]]
    assert listed["default"] == ids[0] == "map"
    assert {"buildings", "roads"} <= set(ids)
    for entry in listed["styles"]:
        [sheet] = entry["links"]
        answer = client.get(sheet["href"].removeprefix("http://testserver"))
        assert answer["Content-Type"] == sheet["type"] == MAPBOX
        found = answer.json()
        assert found["version"] == 8
        assert not {"glyphs", "sprite"} & found.keys()
        assert set(re.findall(r"https?://([^/\"]+)", json.dumps(found))) == {"testserver"}
        for layer in found["layers"]:
            assert layer["type"] == "background" or layer["source"] in found["sources"]
        for source in found["sources"].values():
            assert "{z}/{y}/{x}" in source["tiles"][0]


def test_the_style_of_a_collection(client):
    [entry] = client.get("/ogc/collections/buildings/styles").json()["styles"]
    own = client.get(entry["links"][0]["href"].removeprefix("http://testserver")).json()
    assert list(own["sources"]) == ["buildings"]
    assert own == client.get("/ogc/styles/buildings?f=mbs").json()
    for path in ("styles/nothing", "collections/buildings/styles/roads", "collections/x/styles"):
        assert client.get(f"/ogc/{path}").status_code == 404


def test_hidden_layers_have_no_styles_and_answer_as_unknown_ones(client):
    for url in ("/ogc/styles", "/ogc/styles/map"):
        assert "pipe-lines" not in client.get(url).content.decode()
    hidden, unknown = (client.get(f"/ogc/styles/{name}") for name in ("pipe-lines", "nothing"))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content.decode().replace("pipe-lines", "nothing") == unknown.content.decode()
    client.force_login(make_user("pipes", PipeRole.PIPES))
    assert "pipe-lines" in client.get("/ogc/styles/map").json()["sources"]


def test_a_style_reads_no_field_that_its_caller_may_not_see(client):
    key = key_of("系统", "pipe-lines", fields=["section"], may_write=False)
    narrow = client.get("/ogc/styles/pipe-lines", headers={"authorization": f"Bearer {key}"})
    assert fields_in(narrow.json()["layers"]) == {"section"}
    client.force_login(make_user("pipes", PipeRole.PIPES))
    assert "network" in fields_in(client.get("/ogc/styles/pipe-lines").json()["layers"])


def test_every_part_of_a_paint_falls_away_with_its_field():
    for layer_id in ("roads", "buildings", "districts", "parcels"):
        bare = as_seen(layer_of(layer_id), frozenset())
        share = share_of(ANONYMOUS, layer_of(layer_id))
        assert share
        paint = bare.paint
        assert paint
        parts = (paint.by, paint.label, paint.height, paint.ground_width, paint.casing)
        assert parts == ("",) * 5
        assert as_seen(layer_of(layer_id), share.names) is layer_of(layer_id)
    assert document_of([], "空", "http://testserver/ogc")["sources"] == {}

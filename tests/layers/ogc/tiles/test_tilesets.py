"""Matrix sets, tilesets and TileJSON: what a client needs to find and draw tiles."""

import json
import re

import pytest

from layers.ogc.common.conformance import CONFORMANCE
from spatial.pipes.roles import PipeRole
from tests.factories import open_feature
from tests.layers.ogc.tiles.tilings import place_at
from tests.layers.ogc.writers import key_of
from tests.town import make_user

pytestmark = pytest.mark.django_db
REL = "http://www.opengis.net/def/rel/ogc/1.0"
SETS = ("/ogc/collections/parcels/tiles", "/ogc/tiles")


def link(document, rel):
    return next(entry for entry in document["links"] if entry["rel"] == rel)


def follow(client, href):
    answer = client.get(href.removeprefix("http://testserver"))
    assert answer.status_code in (200, 204), href
    return answer


def test_the_landing_page_leads_to_tiles_matrix_sets_and_styles(client):
    landing = client.get("/ogc/?f=json").json()
    for rel in ("tilesets-vector", "tiling-schemes", "styles"):
        assert follow(client, link(landing, f"{REL}/{rel}")["href"]).json()
    collection = client.get("/ogc/collections/parcels?f=json").json()
    for rel in ("tilesets-vector", "styles"):
        assert follow(client, link(collection, f"{REL}/{rel}")["href"]).json()


def test_the_matrix_set_is_the_standards_own(client):
    listed = client.get("/ogc/tileMatrixSets").json()["tileMatrixSets"]
    assert [entry["id"] for entry in listed] == ["WebMercatorQuad"]
    found = follow(client, link(listed[0], "self")["href"]).json()
    assert found["uri"].endswith("/tilematrixset/OGC/1.0/WebMercatorQuad")
    matrices = {entry["id"]: entry for entry in found["tileMatrices"]}
    assert list(matrices) == [str(zoom) for zoom in range(23)]
    # The values of OGC 17-083r4, annex D.
    assert matrices["0"]["scaleDenominator"] == pytest.approx(559082264.028717)
    assert matrices["0"]["cellSize"] == pytest.approx(156543.033928041)
    assert matrices["18"]["scaleDenominator"] == pytest.approx(2132.72958384978)
    assert matrices["3"]["matrixWidth"] == matrices["3"]["matrixHeight"] == 8
    assert matrices["0"]["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
    assert client.get("/ogc/tileMatrixSets/Other").status_code == 404


@pytest.mark.parametrize("base", SETS)
def test_from_the_list_to_the_tileset_to_a_tile(client, base):
    open_feature(land_use="0701")
    [listed] = client.get(base).json()["tilesets"]
    assert {"dataType", "crs", "tileMatrixSetURI"} <= listed.keys()
    found = follow(client, link(listed, "self")["href"]).json()
    assert follow(client, link(found, f"{REL}/tiling-scheme")["href"]).json()["tileMatrices"]
    item = link(found, "item")
    assert item["templated"]
    place = place_at(16)
    values = {"tileMatrix": place.zoom, "tileRow": place.row, "tileCol": place.column}
    answer = follow(client, item["href"].format(**values))
    assert answer["Content-Type"] == item["type"]
    parcels = next(layer for layer in found["layers"] if layer["id"] == "parcels")
    assert set(parcels["propertiesSchema"]["properties"]) == {"code", "land_use"}


@pytest.mark.parametrize("base", SETS)
@pytest.mark.parametrize("path", ["?f=tilejson", "/metadata", "/metadata?f=tilejson"])
def test_tilejson(client, base, path):
    found = client.get(f"{base}/WebMercatorQuad{path}").json()
    assert found["tilejson"] == "3.0.0"
    place = place_at(16)
    tile = found["tiles"][0].format(z=place.zoom, x=place.column, y=place.row)
    assert follow(client, tile).status_code == 204
    layers = {layer["id"]: layer for layer in found["vector_layers"]}
    assert layers["parcels"]["fields"] == {"code": "String", "land_use": "String"}
    assert layers["parcels"]["minzoom"] == 10
    west, south, east, north = found["bounds"]
    assert west < found["center"][0] < east
    assert south < found["center"][1] < north


def test_the_moment_and_the_choice_go_on_to_the_tiles_and_a_key_does_not(client):
    key = key_of("系统", "pipe-lines", may_write=False)
    query = f"f=tilejson&datetime=2020-01-01/..&collections=roads,pipe-lines&token={key}"
    answer = client.get(f"/ogc/tiles/WebMercatorQuad?{query}")
    assert key not in answer.content.decode()
    found = answer.json()
    assert found["tiles"][0].endswith("?datetime=2020-01-01/..&collections=roads,pipe-lines")
    assert [layer["id"] for layer in found["vector_layers"]] == ["roads", "pipe-lines"]


def test_tilejson_names_only_what_its_caller_sees(client):
    url = "/ogc/collections/pipe-points/tiles/WebMercatorQuad?f=tilejson"
    assert client.get(url).status_code == 404
    key = key_of("系统", "pipe-points", fields=["network"], may_write=False)
    narrow = client.get(url, headers={"authorization": f"Bearer {key}"}).json()
    assert narrow["vector_layers"][0]["fields"] == {"code": "String", "network": "String"}
    everyone = client.get("/ogc/tiles/WebMercatorQuad?f=tilejson").json()
    assert "pipe-points" not in json.dumps(everyone)
    client.force_login(make_user("pipes", PipeRole.PIPES))
    whole = client.get("/ogc/tiles/WebMercatorQuad?f=tilejson").json()
    assert "pipe-points" in [layer["id"] for layer in whole["vector_layers"]]


@pytest.mark.parametrize(
    "path",
    [
        "tileMatrixSets?x=1",
        "tileMatrixSets/WebMercatorQuad?f=xml",
        "tiles?f=tilejson",
        "tiles/WebMercatorQuad?x=1",
        "tiles/WebMercatorQuad?f=mvt",
        "tiles/WebMercatorQuad?collections=nothing",
        "collections/parcels/tiles?x=1",
        "collections/parcels/tiles/WebMercatorQuad?collections=parcels",
        "collections/parcels/tiles/WebMercatorQuad/metadata?f=html",
        "styles?x=1",
        "styles/map?f=sld",
        "collections/parcels/styles?f=html",
    ],
)
def test_what_is_not_known_is_400(client, path):
    answer = client.get(f"/ogc/{path}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_every_class_of_tiles_has_its_operations(client):
    """Table 11 of OGC API - Tiles: operation ids end in these."""
    paths = client.get("/ogc/openapi?f=json").json()["paths"]
    ids = {item["get"]["operationId"] for item in paths.values() if "get" in item}
    for suffix in (
        ".getTileMatrixSetsList",
        ".getTileMatrixSet",
        ".dataset.vector.getTileSetsList",
        ".dataset.vector.getTileSet",
        ".dataset.vector.getTile",
        "parcels.collection.vector.getTileSetsList",
        "parcels.collection.vector.getTileSet",
        "parcels.collection.vector.getTile",
    ):
        assert any(found.endswith(suffix) for found in ids), suffix
    for path in ("/tiles", "/collections/parcels/tiles"):
        tile = paths[f"{path}/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"]["get"]
        assert {"200", "204", "304", "400", "404"} <= tile["responses"].keys()
    declared = {c for c in CONFORMANCE if "ogcapi-tiles" in c}
    assert len(declared) == 8
    assert not [c for c in declared if re.search("datetime|xml|png", c)]

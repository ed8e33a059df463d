"""pygeoapi's part: landing page, conformance, collections, schemas, and the OpenAPI document."""

import json

import pytest

from layers.access.access import ANONYMOUS
from layers.ogc.common.conformance import CONFORMANCE
from layers.ogc.server.config import config_text
from layers.reading.shares import shares_of

pytestmark = pytest.mark.django_db
PAGES = [
    "",
    "/",
    "/conformance",
    "/collections",
    "/openapi",
    "/collections/parcels",
    "/collections/parcels/schema",
    "/collections/parcels/queryables",
    "/collections/parcels/items",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_json_and_html_without_an_outside_host(client, page):
    answer = client.get(f"/ogc{page}", {"f": "json"})
    assert answer.status_code == 200
    json.loads(answer.content)
    html = client.get(f"/ogc{page}", headers={"accept": "text/html"})
    assert html.status_code == 200
    assert html["Content-Type"].startswith("text/html")
    text = html.content.decode()
    for attribute in ('src="http', "src='http", '<link rel="stylesheet" href="http'):
        assert attribute not in text


def test_every_public_layer_is_a_collection(client):
    found = {c["id"] for c in client.get("/ogc/collections?f=json").json()["collections"]}
    assert found == {share.layer.id for share in shares_of(ANONYMOUS)} | {"catalogue", "rain"}
    assert "parcels" in found
    assert "units" not in found


def test_a_collection_names_its_crs_and_links(client):
    described = client.get("/ogc/collections/parcels?f=json").json()
    assert described["storageCrs"] == "http://www.opengis.net/def/crs/EPSG/0/4546"
    assert described["crs"][0] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    rels = {link["rel"] for link in described["links"]}
    assert {"items", "self"} <= rels


def test_the_schema_carries_titles_types_and_lengths(client):
    schema = client.get("/ogc/collections/parcels/schema?f=json").json()["properties"]
    assert schema["registered_on"] == {
        "title": "登记日期",
        "type": "string",
        "format": "date",
    }
    assert schema["land_use"]["maxLength"] == 10
    assert "right_holder" not in schema


def test_conformance_claims_only_what_is_met(client):
    assert client.get("/ogc/conformance?f=json").json()["conformsTo"] == list(CONFORMANCE)


def test_the_landing_page_names_what_is_offered_and_nothing_else(client):
    document = client.get("/ogc/?f=json").json()
    listed = client.get("/ogc/collections?f=json").content.decode()
    assert "f=jsonld" not in listed
    rels = {link["rel"].split("/")[-1] for link in document["links"]}
    assert {"service-desc", "data", "conformance", "processes", "job-list"} <= rels
    for path in ("admin", "admin/config", "stac", "stac-api", "stac/search"):
        assert client.get(f"/ogc/{path}").status_code == 404


def test_openapi_refers_to_nothing_outside(client):
    text = client.get("/ogc/openapi").content.decode()
    document = json.loads(text)
    refs = [part.split('"')[0] for part in text.split('"$ref": "')[1:]]
    assert refs
    for ref in refs:
        node = document
        assert ref.startswith("#/")
        for step in ref[2:].split("/"):
            node = node[step]


def test_the_committed_configuration_is_fresh():
    from layers.ogc.server.config import CONFIG_FILE

    assert CONFIG_FILE.read_text(encoding="utf-8") == config_text()


@pytest.mark.parametrize(
    ("wanted", "answered"),
    [
        ("fr", "zh-Hans-CN"),
        ("zh", "zh-Hans-CN"),
        ("ja,en;q=0.5", "en-US"),
        ("*", "zh-Hans-CN"),
        ("en", "en-US"),
    ],
)
def test_a_client_of_any_language_is_answered(client, db, wanted, answered):
    response = client.get("/ogc/collections?f=json", headers={"Accept-Language": wanted})
    assert (response.status_code, response["Content-Language"]) == (200, answered)
    assert client.get("/ogc/conformance", {"f": "json", "lang": "xx"}).status_code == 200

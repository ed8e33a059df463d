"""The catalogue: who learns of which layer, what a record tells, how records are found."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from layers.access.access import Sharing
from layers.declarations.registry import all_layers
from layers.ogc.common.conformance import CONFORMANCE
from layers.roles import Role
from layers.sharing import actions, records
from layers.sharing.actions import LayerPart
from layers.sharing.records import Quality
from spatial.parcels.models import Building
from spatial.versions.models import Change
from tests.factories import open_feature, square, unguarded
from tests.layers.sharing.test_actions import caller_named, client_with, consumer_of

pytestmark = pytest.mark.django_db
HERE = "/ogc/collections/catalogue"
ITEMS = f"{HERE}/items"
CONDITIONAL = {la.id for la in all_layers() if la.sharing is Sharing.CONDITIONAL}
WITHHELD = {la.id for la in all_layers() if la.sharing is Sharing.WITHHELD}
PUBLIC = {la.id for la in all_layers() if la.public}
EVERY = {la.id for la in all_layers()} - WITHHELD


@pytest.fixture
def people(town):
    return caller_named("keeper"), caller_named("steward", Role.STEWARD)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def ids(client: Client, **params) -> list[str]:
    answer = client.get(ITEMS, params)
    assert answer.status_code == 200, answer.content.decode()
    document = answer.json()
    found = [feature["id"] for feature in document["features"]]
    assert document["numberReturned"] == len(found)
    return found


def test_everybody_learns_of_the_layers_that_concern_them(client, people):
    keeper, steward = people
    company = consumer_of(keeper, "公司")
    granted = consumer_of(keeper, "有授权的公司")
    department = consumer_of(keeper, "部门", department=True)
    actions.grant_layer(steward, granted, LayerPart("pipe-lines", ("network",)))
    assert set(ids(client)) == PUBLIC
    assert set(ids(signed_in("keeper"))) == EVERY
    keys = {c: client_with(actions.issue_key(keeper, c)[1]) for c in (company, granted, department)}
    assert set(ids(keys[company])) == PUBLIC
    assert set(ids(keys[granted])) == PUBLIC | {"pipe-lines"}
    assert set(ids(keys[department])) == EVERY
    assert CONDITIONAL
    assert WITHHELD


def test_a_record_tells_only_what_its_reader_may_know(client, people):
    keeper, steward = people
    hidden = client.get(f"{ITEMS}/pipe-lines")
    unknown = client.get(f"{ITEMS}/nothing")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content.decode().replace("pipe-lines", "nothing") == unknown.content.decode()

    open_fields = client.get(f"{ITEMS}/addresses").json()["properties"]["fields"]
    assert "building_code" not in {f["name"] for f in open_fields}
    assert all(f["readable"] for f in open_fields)

    to_apply_for = signed_in("keeper").get(f"{ITEMS}/pipe-lines").json()
    properties = to_apply_for["properties"]
    assert properties["readable"] is False
    assert properties["featureCount"] is None
    assert to_apply_for["time"] is None
    assert {f["name"] for f in properties["fields"]} >= {"network", "material"}
    assert not any(f["readable"] for f in properties["fields"])
    rels = {link["rel"] for link in to_apply_for["links"]}
    assert "items" not in rels
    assert "about" in rels
    assert "球墨铸铁" not in json.dumps(to_apply_for, ensure_ascii=False)

    narrow = consumer_of(keeper, "公司")
    actions.grant_layer(steward, narrow, LayerPart("pipe-lines", ("network",)))
    key = client_with(actions.issue_key(keeper, narrow)[1])
    granted = key.get(f"{ITEMS}/pipe-lines").json()["properties"]
    assert [f["name"] for f in granted["fields"]] == ["network"]
    assert granted["featureCount"] == 1


def test_a_record_says_what_the_layer_is(client, town):
    record = client.get(f"{ITEMS}/buildings").json()
    properties = record["properties"]
    assert (record["type"], properties["type"], properties["title"]) == (
        "Feature",
        "dataset",
        "建筑",
    )
    fields = {f["name"]: f for f in properties["fields"]}
    assert fields["height_m"] == {
        "name": "height_m",
        "title": "高度（米）",
        "titleEn": "Height",
        "type": "number",
        "readable": True,
        "unit": "m",
    }
    assert fields["name"]["maxLength"] > 0
    assert "owner" not in fields
    assert properties["featureCount"] == 1
    assert properties["sharing"] == "mandatory"
    assert properties["sharingReason"]
    assert properties["contacts"][0]["organization"] == properties["steward"]
    assert record["time"]["interval"] == ["2018-01-01T00:00:00Z", ".."]
    west, south = record["geometry"]["coordinates"][0][0]
    assert (west, south) == (pytest.approx(111.6642, abs=1e-3), pytest.approx(27.6935, abs=1e-3))
    links = {link["rel"] for link in record["links"]}
    assert {"self", "collection", "items", "enclosure", "describedby"} <= links
    codes = client.get(f"{ITEMS}/districts").json()["properties"]["fields"]
    level = next(f for f in codes if f["name"] == "level")
    assert {"value": "town", "title": "乡级"} in level["codes"]


def test_where_data_come_from_names_documents_to_departments_only(client, people):
    public = client.get(f"{ITEMS}/buildings").json()["properties"]["provenance"]
    ours = signed_in("keeper").get(f"{ITEMS}/buildings").json()["properties"]["provenance"]
    assert len(public) == len(ours) == 2
    assert "document" not in public[0]
    assert ours[0]["document"] == "示意〔2018〕1号"
    assert "测绘队" not in json.dumps(ours, ensure_ascii=False)


def test_the_promise_of_updates_is_held_against_the_register(owner, client, town):
    assert client.get(f"{ITEMS}/water").json()["properties"]["updateState"] == "met"
    with unguarded(Change):
        Change.objects.update(recorded_at=timezone.now() - timedelta(days=500))
    records.forget()
    overdue = client.get(f"{ITEMS}/water").json()["properties"]
    assert overdue["updateState"] == "overdue"
    assert overdue["updateDue"] < timezone.now().date().isoformat()


def test_an_empty_register_is_said_to_be_empty(client, db):
    record = client.get(f"{ITEMS}/water").json()
    assert record["properties"]["updateState"] == "empty"
    assert record["properties"]["featureCount"] == 0
    assert record["time"] is None


def test_the_quality_of_the_last_delivery_is_told(client, town, monkeypatch):
    told = {"buildings": Quality(7, timezone.now(), {"added": 3, "rejected": 1}, {"自相交": 2})}
    monkeypatch.setattr(records, "_quality", [lambda ids: told])
    quality = client.get(f"{ITEMS}/buildings").json()["properties"]["quality"]
    assert (quality["delivery"], quality["rejected"], quality["issues"]) == (7, 1, {"自相交": 2})
    assert client.get(f"{ITEMS}/water").json()["properties"]["quality"] is None


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"ids": "roads,water,nothing"}, {"roads", "water"}),
        ({"externalIds": "431382-roads"}, {"roads"}),
        ({"externalIds": "urn:tujing:431382-roads,x:431382-water"}, {"roads"}),
        ({"type": "dataset", "ids": "roads"}, {"roads"}),
        ({"type": "service"}, set()),
        ({"q": "道路中心线"}, {"roads"}),
        ({"q": "ROAD CENTRE,水库"}, {"water"}),
        ({"steward": "水利局"}, {"water", "rain-stations"}),
        ({"sharing": "mandatory", "public": "true", "steward": "民政局"}, {"districts"}),
        ({"filter": "steward = '民政局' AND public = TRUE"}, {"districts"}),
        ({"filter": "featureCount > 1 AND title LIKE '%划'"}, {"districts"}),
        ({"filter": "T_AFTER(updated, DATE('2100-01-01'))"}, set()),
        ({"filter": "S_INTERSECTS(geometry, POINT(0 0))"}, set()),
        (
            {"filter-lang": "cql2-json", "filter": '{"op":"=","args":[{"property":"id"},"roads"]}'},
            {"roads"},
        ),
        ({"bbox": "0,0,1,1"}, set()),
        ({"bbox": "111.6,27.6,111.7,27.7", "ids": "roads"}, {"roads"}),
        ({"datetime": "2017-01-01", "ids": "roads"}, set()),
        ({"datetime": "2018-06-01/..", "ids": "roads"}, {"roads"}),
    ],
)
def test_records_are_found_by(client, town, params, expected):
    assert set(ids(client, **params)) == expected


def test_records_are_sorted_and_paged(client, town):
    down = ids(client, sortby="-id")
    assert down == sorted(PUBLIC, reverse=True)
    by_count = [
        f["properties"]["featureCount"]
        for f in client.get(ITEMS, {"sortby": "-featureCount,id"}).json()["features"]
    ]
    assert by_count == sorted(by_count, reverse=True)
    page = client.get(ITEMS, {"limit": 2, "sortby": "id"}).json()
    assert page["numberMatched"] == len(PUBLIC)
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    again = client.get(following.partition("testserver")[2]).json()
    assert [f["id"] for f in page["features"] + again["features"]] == sorted(PUBLIC)[:4]


@pytest.mark.parametrize(
    "params",
    [
        {"nothing": "x"},
        {"bbox": "1,2"},
        {"bbox": "nan,0,1,1"},
        {"datetime": "foo"},
        {"limit": "0"},
        {"offset": "-1"},
        {"sortby": "nothing"},
        {"filter": "nothing = 1"},
        {"filter": "title ="},
        {"filter-lang": "sql", "filter": "title = 'x'"},
        {"public": "maybe"},
        {"featureCount": "many"},
        {"updateDue": "tomorrow"},
    ],
)
def test_what_cannot_be_read_is_refused(client, db, params):
    answer = client.get(ITEMS, params)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_the_catalogue_is_a_collection_among_the_collections(client, db):
    listed = client.get("/ogc/collections?f=json").json()["collections"]
    found = next(c for c in listed if c["id"] == "catalogue")
    assert (found["itemType"], found["type"]) == ("record", "Catalog")
    assert client.get(f"{HERE}?f=json").json()["id"] == "catalogue"
    landing = client.get("/ogc/?f=json").json()
    assert any(link["rel"].endswith("/ogc-catalog") for link in landing["links"])
    names = set(client.get(f"{HERE}/queryables").json()["properties"])
    assert {"title", "type", "geometry", "time", "id"} <= names
    assert "geometry" not in client.get(f"{HERE}/sortables").json()["properties"]
    assert any(c.endswith("records-1/1.0/conf/searchable-catalog") for c in CONFORMANCE)


@pytest.mark.parametrize("rest", ["", "/items", "/items/buildings"])
def test_the_catalogue_has_pages_for_people(client, town, rest):
    answer = client.get(f"{HERE}{rest}?f=html")
    assert answer.status_code == 200
    assert "数据目录" in answer.content.decode()


def test_the_fast_lane_leaves_the_catalogue_alone():
    from layers.ogc.server.fast_path import PATH

    assert PATH.fullmatch("/ogc/collections/buildings/items")
    assert not PATH.fullmatch("/ogc/collections/catalogue/items")
    assert not PATH.fullmatch("/ogc/collections/catalogue/items/buildings")


def test_harvesters_get_dcat(client, people):
    document = client.get("/ogc/catalogue.jsonld").json()
    assert document["@type"] == "dcat:Catalog"
    assert isinstance(document["@context"], dict)
    datasets = {d["dct:identifier"]: d for d in document["dcat:dataset"]}
    assert set(datasets) == {f"431382-{name}" for name in PUBLIC}
    buildings = datasets["431382-buildings"]
    assert buildings["dct:title"][0] == {"@language": "zh", "@value": "建筑"}
    assert len(buildings["dcat:distribution"]) > 1
    prefixes = {key.partition(":")[0] for key in _keys(document) if ":" in key}
    assert prefixes <= set(document["@context"])
    ours = signed_in("keeper").get("/ogc/catalogue.jsonld").json()["dcat:dataset"]
    pipes = next(d for d in ours if d["dct:identifier"] == "431382-pipe-lines")
    assert pipes["dcat:distribution"] == []
    assert pipes["dct:accessRights"]["@id"].endswith("RESTRICTED")


def _keys(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "@context":
                yield key
                yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def test_a_layer_taken_off_has_no_record(client, people):
    _, steward = people
    actions.set_published(steward, "buildings", published=False, why="质量问题")
    for reader in (client, signed_in("steward"), signed_in("keeper")):
        assert "buildings" not in ids(reader)
        assert reader.get(f"{ITEMS}/buildings").status_code == 404


def test_figures_are_those_of_the_last_change(client, town, monkeypatch):
    monkeypatch.setattr(records, "_count", None)  # nothing is counted
    assert client.get(f"{ITEMS}/buildings").json()["properties"]["featureCount"] == 1
    open_feature(Building, "B9", geom=square(500))
    assert client.get(f"{ITEMS}/buildings").json()["properties"]["featureCount"] == 2


def test_figures_that_are_not_kept_are_counted_anew_after_a_while(client, town, monkeypatch):
    monkeypatch.setattr(records, "kept_figures", dict)
    assert client.get(f"{ITEMS}/buildings").json()["properties"]["featureCount"] == 1
    open_feature(Building, "B9", geom=square(500))
    assert client.get(f"{ITEMS}/buildings").json()["properties"]["featureCount"] == 1
    monkeypatch.setattr(records, "FRESH_S", 0)
    assert client.get(f"{ITEMS}/buildings").json()["properties"]["featureCount"] == 2

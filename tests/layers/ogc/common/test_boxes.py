"""A box leaves what lies in it, and what lies nowhere: that is associated with no place."""

import json

import pytest
from django.contrib.auth.models import User
from django.db import connection

from layers.access.access import Caller
from layers.declarations.registry import layer_of
from layers.ogc.common.requests import Box, ItemsQuery
from layers.ogc.formats.geojson import boxes_sql, conditions
from layers.reading.publish import sync_views
from layers.reading.reading import read
from layers.reading.shares import share_of
from spatial.base.models import District
from spatial.housing.models import Storey, Unit
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.caches import forget_everything
from tests.factories import change, moment, open_feature, square
from tests.layers.declared import CLOSED, redeclared
from tests.layers.ogc.tiles.tilings import address
from tests.town import centre_degrees

pytestmark = pytest.mark.django_db
FAR = "0,0,1,1"
DISTRICTS = "/ogc/collections/districts"
UNITS = "/ogc/collections/units"
STOREYS = "/ogc/collections/storeys"


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def rows(owner, db):
    """Districts and units of which one has a place and one has none, and a storey."""
    for code, shape in (("431382001", square(0, 0, 100)), ("431382002", None)):
        open_feature(District, code, name=code, level="town", geom=shape)
    for code, shape in (("U1", square(0, 0, 10)), ("U2", None)):
        open_feature(Unit, code, building_code="B1", floor_from=1, floor_to=1, room="1", geom=shape)
    storey = {"building_code": "B1", "number": 1, "label": "1层"}
    apply(change(moment(2020)), Storey, [Edit(Action.OPEN, "S1", storey)])
    with redeclared("storeys", **CLOSED):  # else withheld
        sync_views()
        yield


def near() -> str:
    x, y = centre_degrees(5, 5)
    return f"{x - 1e-5},{y - 1e-5},{x + 1e-5},{y + 1e-5}"


def ids(client, url, **query) -> list[str]:
    answer = client.get(url, query)
    assert answer.status_code == 200, answer.content
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    document = json.loads(body)
    if "numberMatched" in document:
        assert document["numberMatched"] == len(document["features"])
    return [feature["id"] for feature in document["features"]]


@pytest.mark.parametrize("path", ["/items", "/download"])
def test_what_has_no_geometry_is_in_every_box(root, rows, path):
    query = {"f": "json"}
    assert ids(root, DISTRICTS + path, bbox=FAR, **query) == ["431382002"]
    assert ids(root, DISTRICTS + path, bbox=near(), **query) == ["431382001", "431382002"]
    assert ids(root, UNITS + path, bbox=FAR, **query) == ["U2"]
    assert ids(root, UNITS + path, bbox=near(), **query) == ["U1", "U2"]
    assert ids(root, UNITS + path, bbox="170,-90,-170,90", **query) == ["U2"]
    assert ids(root, STOREYS + path, bbox=FAR, **query) == ["S1"]
    assert ids(root, STOREYS + path, bbox=near(), **query) == ["S1"]


def test_other_conditions_narrow_it_further(root, rows):
    assert ids(root, f"{UNITS}/items", bbox=FAR, filter="code = 'U1'") == []
    assert ids(root, f"{UNITS}/items", bbox=FAR, code="U2") == ["U2"]
    assert ids(root, f"{UNITS}/items", bbox=FAR, datetime="2010-01-01/..") == ["U2"]


def test_a_spatial_predicate_is_no_box(root, rows):
    west, south, east, north = near().split(",")
    for where in (
        f"S_INTERSECTS(geometry, BBOX({west},{south},{east},{north}))",
        f"S_INTERSECTS(geometry, POINT({west} {south}))",
    ):
        assert ids(root, f"{UNITS}/items", filter=where) == ["U1"]


def test_what_differs_in_a_box_is_told_of_what_lies_nowhere_too(root, rows):
    told = ids(root, f"{UNITS}/changes", bbox=FAR, **{"from": "2000-01-01"})
    assert told == ["U2"]


def test_a_tile_has_only_what_has_a_place(client, rows):
    body = client.get(address(14, "districts")).content
    assert b"431382001" in body
    assert b"431382002" not in body


def test_a_table_without_geometry_lies_nowhere(root, rows):
    entry = root.get(f"{STOREYS}?f=json").json()
    assert "spatial" not in entry["extent"]
    assert not {"crs", "storageCrs"} & entry.keys()
    assert not [link for link in entry["links"] if "tile" in link["rel"]]
    listed = root.get("/ogc/collections?f=json").json()["collections"]
    assert entry["extent"] == next(e for e in listed if e["id"] == "storeys")["extent"]
    assert root.get(f"{UNITS}?f=json").json()["extent"]["spatial"]
    placed = next(e for e in listed if e["id"] == "parcels")
    assert placed["extent"]["spatial"]["bbox"]
    assert placed["crs"]
    assert "坐标系" not in root.get(f"{STOREYS}?f=html").content.decode()
    assert "坐标系" in root.get(f"{UNITS}?f=html").content.decode()


def test_a_layer_of_which_nothing_was_drawn_lies_nowhere(root):
    assert root.get(f"{UNITS}?f=json").json()["crs"]  # nobody knows yet
    unit = {"building_code": "B1", "floor_from": 1, "floor_to": 1, "room": "1"}
    open_feature(Unit, "U1", geom=None, **unit)
    forget_everything()
    entry = root.get(f"{UNITS}?f=json").json()
    assert "spatial" not in entry["extent"]
    assert not {"crs", "storageCrs"} & entry.keys()


def test_only_a_column_that_may_be_empty_is_asked_whether_it_is():
    box = (Box((111.6, 27.6, 111.7, 27.7), 4326),)
    assert "IS NULL" not in boxes_sql(layer_of("parcels"), box)[0]
    assert boxes_sql(layer_of("units"), box)[0].endswith("OR geom IS NULL)")
    assert boxes_sql(layer_of("storeys"), box) == ("true", [])


def test_either_half_of_the_question_has_an_index():
    share = share_of(Caller("root", is_admin=True), layer_of("units"))
    box = Box((111.6, 27.6, 111.61, 27.61), 4326)
    where, params = conditions(share, ItemsQuery(boxes=(box,)))
    sql = f"EXPLAIN SELECT code FROM {share.view} WHERE {where}"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = "\n".join(line for (line,) in read(share, sql, params))
    assert "BitmapOr" in plan

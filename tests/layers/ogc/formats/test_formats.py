"""Every format read back by another program, and compared with items as GeoJSON."""

import csv
import io
import json
import sys
from datetime import UTC, date, datetime

import pyogrio
import pytest
import shapely
from django.contrib.auth.models import User
from django.core.management import call_command
from shapely.geometry import shape

from layers.declarations import catalogue, registry
from layers.declarations.registry import layer_of
from layers.ogc.common.requests import CRS84, epsg_uri, offered_crs
from spatial.housing.models import Storey, Unit
from spatial.parcels.models import Building
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square

pytestmark = pytest.mark.django_db
LAYERS = ["parcels", "buildings", "addresses", "roads", "units", "pipe-lines"]
FORMS = ["csv", "jsonfg", "gpkg", "fgb"]
STOREYS = """
from layers.access.access import Sharing
from layers.declarations.declarations import Field, Layer
from spatial.housing.models import Storey

POSITION = 99
LAYERS = (
    Layer(
        id="city-storeys", title="楼层", title_en="Storeys", description="", model=Storey,
        fields=(Field("number", "Number"), Field("label", "Label")),
        sharing=Sharing.MANDATORY, reason="", public=True, steward="", update_cycle="",
    ),
)
"""
CLASS = "http://www.opengis.net/spec/json-fg-1/1.0/conf/"


@pytest.fixture
def admin(client, town):
    """A client that sees every layer of the sample town."""
    unit = {"building_code": "B1", "room": "无图形", "floor_from": 1, "floor_to": 1, "geom": None}
    open_feature(Unit, "B1U0000", **unit)
    client.force_login(User.objects.create_superuser("root"))
    return client


def items_url(layer_id):
    return f"/ogc/collections/{layer_id}/items"


def read_back(body, form, tmp_path, layer_id):
    """Features as (properties, shape or None), by a reader that knows nothing of ours."""
    if form == "csv":
        return read_csv(body, layer_id)
    if form in ("json", "jsonfg"):
        return [read_feature(feature) for feature in json.loads(body)["features"]]
    if form == "geojsonseq":
        return [read_feature(json.loads(line)) for line in body.decode().split("\x1e")[1:]]
    path = tmp_path / f"file.{form}"
    path.write_bytes(body)
    meta, table = pyogrio.read_arrow(path)
    named = meta["geometry_name"] or "wkb_geometry"
    rows = table.to_pylist()
    for row in rows:
        row.pop("OGC_FID", None)
        row.pop("fid", None)
        if form == "fgb":
            row |= moments_of(row, layer_id)
    return [(row, shapely.from_wkb(row.pop(named, None) or None)) for row in rows]


def moments_of(row, layer_id):
    """FlatGeobuf knows moments only, and Arrow brings them without their time zone, which is UTC."""
    told = {k: v.replace(tzinfo=UTC) for k, v in row.items() if isinstance(v, datetime)}
    days = {
        f.name for f in layer_of(layer_id).fields if layer_of(layer_id).json_type(f.name) == "date"
    }
    return {name: value.date() if name in days else value for name, value in told.items()}


def read_feature(feature):
    geometry = feature.get("place") or feature["geometry"]
    return feature["properties"], shape(geometry) if geometry else None


def read_csv(body, layer_id):
    assert body.startswith(b"\xef\xbb\xbf")
    text = body.decode("utf-8-sig")
    assert text.endswith("\r\n")
    csv.field_size_limit(10_000_000)  # geometries are long texts
    found = []
    for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
        wkt = row.pop("geometry", "")
        for axis in ("longitude", "latitude", "easting", "northing"):
            row.pop(axis, None)
        typed = {name: typed_cell(layer_id, name, cell) for name, cell in row.items()}
        found.append((typed, shapely.from_wkt(wkt) if wkt else None))
    return found


def typed_cell(layer_id, name, cell):
    plain = name in ("code", "valid_from", "valid_to")
    kind = "string" if plain else layer_of(layer_id).json_type(name)
    if cell == "":
        return None
    if kind == "boolean":
        return {"true": True, "false": False}[cell]
    return {"integer": int, "number": float}.get(kind, str)(cell)


def plain_value(value):
    """A value as it can be compared: moments to the millisecond, as GeoPackage holds them."""
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and "T" in value and value[:4].isdigit():
        return round(datetime.fromisoformat(value).timestamp(), 3)
    return None if value == "" else value


def same_shape(one, other, tolerance):
    if one is None or other is None:
        return one is other
    places = [shapely.get_coordinates(s) for s in (one, other)]
    return places[0].shape == places[1].shape and abs(places[0] - places[1]).max() <= tolerance


def flipped(geometry):
    return geometry and shapely.transform(geometry, lambda places: places[:, ::-1])


def compare(found, expected, tolerance, turn):
    """Rows equal, by code; ``turn``: the file puts the other axis first."""
    assert [row["code"] for row, _ in found] == [f["properties"]["code"] for f in expected]
    for (row, geometry), feature in zip(found, expected, strict=True):
        wanted = feature["properties"]
        assert list(row) == list(wanted)
        assert {k: plain_value(v) for k, v in row.items()} == {
            k: plain_value(v) for k, v in wanted.items()
        }
        own = shape(feature["geometry"]) if feature["geometry"] else None
        assert same_shape(geometry, flipped(own) if turn else own, tolerance)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("uri", [CRS84, epsg_uri(4490), epsg_uri(4546), epsg_uri(3857)])
def test_every_format_holds_what_items_hold(admin, tmp_path, form, uri):
    crs = offered_crs()[uri]
    for layer_id in LAYERS:
        expected = admin.get(items_url(layer_id), {"crs": uri}).json()["features"]
        assert expected, layer_id
        answer = admin.get(items_url(layer_id), {"crs": uri, "f": form, "profile": "jsonfg"})
        assert answer.status_code == 200, answer.content
        assert answer["Content-Crs"] == f"<{uri}>"
        found = read_back(answer.content, form, tmp_path, layer_id)
        degrees = crs.epsg in (4326, 4490)
        turn = crs.flipped and form in ("gpkg", "fgb")
        ordered = sorted(found, key=lambda row: row[0]["code"])  # FlatGeobuf sorts by place
        compare(ordered if form == "fgb" else found, expected, 1e-9 if degrees else 1e-4, turn)


@pytest.mark.parametrize("form", FORMS)
def test_texts_numbers_and_nothing_survive(client, tmp_path, form):
    values = [
        {"name": '楼"一"，\n第二行,"', "height_m": 0.1, "storeys_above": 32767},
        {"name": "", "height_m": None, "storeys_above": 0},
        {"name": "𠮷野家 🏠", "height_m": 1e-7, "address": "'"},
        {"name": " 空 ", "height_m": 123456789.12345678, "storeys_above": 0},
        {"name": "x" * 100},
    ]
    edits = [
        Edit(Action.OPEN, f"B{n}", {"geom": square(n * 20), **given})
        for n, given in enumerate(values)
    ]
    apply(change(moment(2020)), Building, edits)
    answer = client.get(items_url("buildings"), {"f": form})
    found = read_back(answer.content, form, tmp_path, "buildings")
    by_code = {row["code"]: row for row, _ in found}
    for n, given in enumerate(values):
        for name, value in given.items():
            assert by_code[f"B{n}"][name] == (plain_value(value) if form == "csv" else value)


def test_what_a_spreadsheet_would_run_is_text(client):
    names = ["=1+1", "+8613", "-2", "@SUM(A1)", "\t=1", "\r=1", "'=1", "1=1"]
    edits = [
        Edit(Action.OPEN, f"-B{n}", {"geom": square(n * 20), "name": name, "height_m": -2.5})
        for n, name in enumerate(names)
    ]
    apply(change(moment(2020)), Building, edits)
    body = client.get(items_url("buildings"), {"f": "csv"}).content
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == [f"'{n}" for n in names[:6]] + names[6:]
    assert rows[0]["code"] == "'-B0"
    assert rows[0]["height_m"] == "-2.5"
    assert not body.decode().startswith(("=", "+", "-", "@"))


def test_points_come_as_two_numbers_whose_names_tell_the_axis(admin):
    def row(**params):
        body = admin.get(items_url("addresses"), {"f": "csv", **params}).content
        return next(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))

    degrees = row(crs=epsg_uri(4490))
    assert round(float(degrees["longitude"])) == 112
    assert degrees["geometry"].startswith(f"POINT({degrees['latitude']} {degrees['longitude']}")
    metres = row(crs=epsg_uri(4546))
    expected = spot(25, 10)
    assert float(metres["easting"]) == pytest.approx(expected.x, abs=1e-4)
    assert float(metres["northing"]) == pytest.approx(expected.y, abs=1e-4)
    assert "geometry" not in row(**{"skip-geometry": "true"})


def test_json_fg_tells_type_time_and_crs(admin):
    uri = epsg_uri(4546)
    answer = admin.get(items_url("parcels"), {"f": "jsonfg", "crs": uri})
    assert answer["Content-Type"] == "application/vnd.ogc.fg+json"
    assert answer["Link"] == '<http://www.opengis.net/def/profile/OGC/0/jsonfg>; rel="profile"'
    document = answer.json()
    assert document["conformsTo"] == [f"{CLASS}core", f"{CLASS}types-schemas"]
    assert (document["featureType"], document["coordRefSys"]) == ("parcels", uri)
    assert document["featureSchema"].endswith("/ogc/collections/parcels/schema")
    assert document["geometryDimension"] == 2
    assert document["numberMatched"] == document["numberReturned"] == 2
    first = document["features"][0]
    assert first["geometry"] is None
    assert first["time"] == {"interval": ["2020-06-01T00:00:00.000000Z", ".."]}
    north, east = first["place"]["coordinates"][0][0]
    assert north > 3_000_000 > east

    plus = admin.get(items_url("parcels"), {"crs": uri, "profile": "jsonfg-plus"}).json()
    assert plus["features"][0]["place"] == first["place"]
    plain = admin.get(items_url("parcels"), {"f": "jsonfg"}).json()
    assert "coordRefSys" not in plain
    assert plain["features"][0]["place"] is None
    degrees = admin.get(items_url("parcels")).json()["features"][0]["geometry"]
    assert plus["features"][0]["geometry"] == plain["features"][0]["geometry"] == degrees


def test_json_fg_of_one_feature_and_of_one_that_has_ended(admin):
    now = admin.get(f"{items_url('parcels')}/P2", {"f": "jsonfg"}).json()
    assert (now["type"], now["id"], now["featureType"]) == ("Feature", "P2", "parcels")
    assert now["conformsTo"][0] == f"{CLASS}core"
    assert {link["rel"] for link in now["links"]} >= {"self", "alternate", "collection"}
    then = {"f": "jsonfg", "datetime": "2019-01-01"}
    ended = admin.get(f"{items_url('parcels')}/P1", then).json()
    ends = ["2018-01-01T00:00:00.000000Z", "2020-06-01T00:00:00.000000Z"]
    assert ended["time"]["interval"] == ends


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_result_is_an_empty_file(admin, tmp_path, form):
    answer = admin.get(items_url("parcels"), {"f": form, "filter": "code = 'none'"})
    assert answer.status_code == 200
    assert read_back(answer.content, form, tmp_path, "parcels") == []


@pytest.mark.parametrize("form", FORMS)
def test_selection_moment_order_and_filter_hold_in_every_format(admin, tmp_path, form):
    query = {"datetime": "2019-01-01", "properties": "land_use,code", "skip-geometry": "true"}
    answer = admin.get(items_url("parcels"), {"f": form, **query})
    ((row, geometry),) = read_back(answer.content, form, tmp_path, "parcels")
    assert (row, geometry) == ({"code": "P1", "land_use": "0701"}, None)
    query = {"sortby": "-floor_from,-code", "filter": "floor_from > 1"}
    answer = admin.get(items_url("units"), {"f": form, **query})
    found = read_back(answer.content, form, tmp_path, "units")
    assert [row["code"] for row, _ in found] == ["B1U0302", "B1U0202", "B1U0201"]


@pytest.mark.parametrize("form", [*FORMS, "json"])
def test_a_layer_without_shapes_is_a_table(owner, client, tmp_path, monkeypatch, form):
    monkeypatch.setattr(catalogue, "__path__", [*catalogue.__path__, str(tmp_path)])
    (tmp_path / "city_storeys.py").write_text(STOREYS)
    call_command("publish_layers")
    values = {"building_code": "B1", "number": -1, "label": "地下一层"}
    apply(change(moment(2020)), Storey, [Edit(Action.OPEN, "S1", values)])
    for url in (items_url("city-storeys"), "/ogc/collections/city-storeys/download"):
        answer = client.get(url, {"f": form})
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        ((row, geometry),) = read_back(body, form, tmp_path, "city-storeys")
        assert (row["code"], row["number"], row["label"]) == ("S1", -1, "地下一层")
        assert geometry is None
    catalogue.__path__.remove(str(tmp_path))
    del sys.modules["layers.declarations.catalogue.city_storeys"]
    registry.refresh()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_hidden_is_in_no_format(admin, client, form):
    client.logout()
    body = client.get(items_url("addresses"), {"f": form}).content
    assert b"full_address" in body
    assert b"building_code" not in body
    assert client.get(items_url("units"), {"f": form}).status_code == 404
    assert client.get(items_url("buildings"), {"f": form, "properties": "owner"}).status_code == 400


@pytest.mark.parametrize(
    "media_type, form",
    [
        ("text/csv", "csv"),
        ("application/vnd.ogc.fg+json", "jsonfg"),
        ("application/geopackage+sqlite3", "gpkg"),
        ("application/vnd.flatgeobuf", "fgb"),
    ],
)
def test_a_format_can_be_asked_for_by_accept(admin, media_type, form):
    asked = admin.get(items_url("parcels"), headers={"accept": f"{media_type}, */*;q=0.1"})
    assert asked["Content-Type"].split(";")[0] == media_type
    links = admin.get(items_url("parcels")).json()["links"]
    alternates = {link["type"]: link["href"] for link in links if link["rel"] == "alternate"}
    same = admin.get(alternates[media_type])
    assert same["Content-Type"].split(";")[0] == media_type
    assert form in alternates[media_type]


def test_pages_of_a_format_without_links_are_linked_by_header(admin, tmp_path):
    url, seen = f"{items_url('units')}?f=csv&limit=3", []
    while url:
        answer = admin.get(url)
        assert answer["OGC-NumberMatched"] == "8"
        rows = read_csv(answer.content, "units")
        assert answer["OGC-NumberReturned"] == str(len(rows))
        seen += [row["code"] for row, _ in rows]
        links = dict(part.split("; rel=")[::-1] for part in answer["Link"].split(", "))
        url = links.get('"next"', "").strip("<>")
    assert len(seen) == len(set(seen)) == 8


def test_a_file_is_named_by_its_title_and_its_day(admin):
    query = {"f": "gpkg", "datetime": "2019-01-01"}
    said = admin.get(items_url("parcels"), query)["Content-Disposition"]
    assert 'filename="parcels-2019-01-01.gpkg"' in said
    assert "filename*=UTF-8''%E5%AE%97%E5%9C%B0-2019-01-01.gpkg" in said


def test_a_geopackage_tells_titles(admin, tmp_path):
    import sqlite3

    path = tmp_path / "parcels.gpkg"
    path.write_bytes(admin.get(items_url("parcels"), {"f": "gpkg"}).content)
    with sqlite3.connect(path) as file:
        names = dict(file.execute("SELECT column_name, name FROM gpkg_data_columns"))
        told = file.execute("SELECT table_name, identifier FROM gpkg_contents").fetchall()
    assert names["land_use"] == layer_of("parcels").title_of("land_use")
    assert names["valid_from"] == "生效时间"
    assert told == [("parcels", "宗地")]

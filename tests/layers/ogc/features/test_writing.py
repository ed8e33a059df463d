"""Part 4: creating, replacing, changing and ending features; who may, and what is refused."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.test import Client, override_settings

from layers.ogc.common.requests import CRS84, epsg_uri, offered_crs
from spatial.base.models import District
from spatial.parcels.models import Building, Parcel
from spatial.parcels.roles import LandRole
from spatial.pipes.models import PipePoint
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change
from tests.factories import change, moment, open_feature, spot, square
from tests.factories import personal as shown_in_full
from tests.layers.ogc.writers import MERGE_PATCH, Writer, feature, key_of, ring
from tests.town import make_user

pytestmark = pytest.mark.django_db
PARCELS = "/ogc/collections/parcels/items"
BUILDINGS = "/ogc/collections/buildings/items"
POINTS = "/ogc/collections/pipe-points/items"
VILLAGE, OTHER = "431382001001", "431382002001"


@pytest.fixture
def writer(client):
    """The key of an office that keeps the parcels."""
    return Writer(client, key_of("不动产登记系统", "parcels"))


@pytest.fixture
def parcel():
    """P1 since 2020, with a holder that nobody sees through the API."""
    return open_feature(
        code="P1",
        land_use="0701",
        location="人民路1号",
        right_holder="张三",
        registered_area_m2=99.5,
    )


def current(code, model=Parcel):
    return model.objects.current().get(code=code)


def test_a_feature_is_created_read_changed_replaced_and_ended(writer):
    made = writer.send("POST", PARCELS, feature("N1", land_use="0701", registered_on="2020-02-29"))
    assert made.status_code == 201, made.content.decode()
    address = made["Location"]
    assert address == f"http://testserver{PARCELS}/N1"
    assert writer.get(address).json()["properties"]["registered_on"] == "2020-02-29"
    assert writer.tag(address) == made["ETag"]

    patch = {"properties": {"land_use": "0901", "registered_on": None}}
    changed = writer.send("PATCH", address, patch, media=MERGE_PATCH, if_match=made["ETag"])
    assert changed.status_code == 200, changed.content.decode()
    assert changed.json()["properties"]["land_use"] == "0901"
    assert changed.json()["properties"]["registered_on"] is None
    assert changed["ETag"] != made["ETag"]
    assert writer.tag(address) == changed["ETag"]

    whole = feature("N1", ring(50), location="新址")
    replaced = writer.send("PUT", address, whole, if_match=changed["ETag"])
    assert replaced.status_code == 200
    assert replaced.json()["properties"]["land_use"] == ""  # left out of the whole: nothing
    assert replaced.json()["properties"]["location"] == "新址"

    ended = writer.send("DELETE", address, if_match=replaced["ETag"])
    assert (ended.status_code, ended.content) == (204, b"")
    assert writer.get(address).status_code == 410
    mementos = [
        x for x in writer.get(f"{address}/versions").json()["links"] if x["rel"] == "memento"
    ]
    assert len(mementos) == 3


def test_a_write_is_a_change_with_who_why_and_document(writer, parcel):
    told = {
        "ogc_change_reason": quote("界址更正"),
        "ogc_change_document": "涟自然资〔2026〕8号".encode().decode("latin-1"),
    }
    patch = {"properties": {"location": "人民路2号"}}
    url = f"{PARCELS}/P1"
    answer = writer.send("PATCH", url, patch, media=MERGE_PATCH, if_match="*", **told)
    assert answer.status_code == 200
    made = Change.objects.get(pk=current("P1").opened_by_id)
    assert (made.who, made.why, made.origin) == ("不动产登记系统", "界址更正", "api")
    assert made.document == "涟自然资〔2026〕8号"


def test_who_may_not_write_is_told_which_way(client, parcel):
    url = f"{PARCELS}/P1"
    reader = Writer(client, key_of("只读系统", "parcels", may_write=False))
    for who, status in ((Writer(client), 401), (reader, 403)):
        for method, address in (("POST", PARCELS), ("PUT", url), ("DELETE", url)):
            assert who.send(method, address, feature("P1"), if_match="*").status_code == status
        patch = who.send("PATCH", url, {}, media=MERGE_PATCH, if_match="*")
        assert patch.status_code == status
    assert "WWW-Authenticate" in Writer(client).send("POST", PARCELS, feature("X"))
    hidden = "/ogc/collections/units/items"
    assert reader.send("POST", hidden, feature("X")).status_code == 404
    assert reader.send("OPTIONS", hidden).status_code == 404
    assert Writer(client, "wrong").send("POST", PARCELS, feature("X")).status_code == 401
    assert Parcel.objects.count() == 1


def test_a_session_writes_only_with_its_csrf_token(parcel):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("land", LandRole.LAND))
    session = Writer(client)
    refused = session.send("DELETE", f"{PARCELS}/P1", if_match="*")
    assert (refused.status_code, refused.json()["code"]) == (403, "Forbidden")
    client.get("/accounts/login/")
    token = client.cookies["csrftoken"].value
    ended = session.send("DELETE", f"{PARCELS}/P1", if_match="*", x_csrftoken=token)
    assert ended.status_code == 204
    key = key_of("系统", "parcels")
    assert (
        Writer(Client(enforce_csrf_checks=True), key)
        .send("POST", PARCELS, feature("K1"))
        .status_code
        == 201
    )


@pytest.mark.parametrize("query", ["", "?crs=" + quote(CRS84)])
def test_allow_is_told_per_caller(client, writer, parcel, query):
    reading = "GET, HEAD, OPTIONS"
    expected = {
        PARCELS: "POST",
        f"{PARCELS}/P1": "PUT, PATCH, DELETE",
        f"{PARCELS}/P1/versions": "",
        f"{PARCELS}/P1/versions/20200101T000000Z": "",
        f"{PARCELS}/P1?datetime=2020-01-01": "",
    }
    for url, writes in expected.items():
        nobody = Writer(client).send("OPTIONS", url)
        assert (nobody.status_code, nobody["Allow"]) == (200, reading)
        answer = writer.send("OPTIONS", url)
        assert answer["Allow"] == (f"{reading}, {writes}" if writes else reading)
        assert ("Accept-Post" in answer) == ("POST" in writes)
        assert ("Accept-Patch" in answer) == ("PATCH" in writes)
    if query:
        assert writer.send("OPTIONS", PARCELS + query).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "TRACE"])
def test_what_was_is_not_written(writer, parcel, method):
    for url in (
        f"{PARCELS}/P1?datetime=2020-01-01T00:00:00Z",
        f"{PARCELS}/P1/versions",
        f"{PARCELS}/P1/versions/20200101T000000Z",
    ):
        answer = writer.send(method, url, feature("P1"), if_match="*")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert writer.send("POST", f"{PARCELS}/P1", feature("P1")).status_code == 405
    assert writer.send("PUT", PARCELS, feature("P1")).status_code == 405


def test_a_write_names_the_version_that_it_is_based_on(writer, parcel):
    url = f"{PARCELS}/P1"
    tag = writer.tag(url)
    open_feature(code="P2", at=moment(2021), geom=square(100))  # another feature is in nobody's way
    assert writer.tag(url) != tag
    for method, body, media in (
        ("PUT", feature(land_use="1"), "application/geo+json"),
        ("PATCH", {"properties": {"land_use": "1"}}, MERGE_PATCH),
        ("DELETE", None, "application/geo+json"),
    ):
        assert writer.send(method, url, body, media=media).status_code == 428
        for wrong in ('"0"', '"xyz"', f"W/{tag}", '"99999999999999999999.1-x"'):
            assert writer.send(method, url, body, media=media, if_match=wrong).status_code == 412
    assert current("P1").pk == parcel.pk
    both = f'"0.1-x", {tag}'
    assert writer.send("PUT", url, feature(land_use="0702"), if_match=both).status_code == 200
    assert writer.send("PUT", url, feature(land_use="0703"), if_match=tag).status_code == 412


def test_of_two_who_read_the_same_version_one_wins(writer, parcel, monkeypatch):
    """Between the check of If-Match and the write, somebody else's write is committed."""
    from layers.ogc.features import writing

    recorded = writing._recorded

    def overtaken(*args):
        values = {"geom": square(), "land_use": "9"}
        apply(change(moment(2024)), Parcel, [Edit(Action.REPLACE, "P1", values)])
        return recorded(*args)

    monkeypatch.setattr(writing, "_recorded", overtaken)
    url = f"{PARCELS}/P1"
    answer = writer.send("PUT", url, feature(land_use="1"), if_match=writer.tag(url))
    assert answer.status_code == 412
    assert current("P1").land_use in ("0701", "9")


def test_two_that_waited_for_each_other_are_told_to_try_again(writer, parcel, monkeypatch):
    from django.db import OperationalError
    from psycopg2.errors import DeadlockDetected

    from layers.ogc.features import writing

    def deadlock(*_):
        raise OperationalError("deadlock detected") from DeadlockDetected()

    monkeypatch.setattr(writing, "apply", deadlock)
    answer = writer.send("PUT", f"{PARCELS}/P1", feature(land_use="1"), if_match="*")
    assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")


def test_never_there_ended_and_already_there(writer, parcel):
    assert writer.send("PUT", f"{PARCELS}/P9", feature()).status_code == 404
    assert writer.send("PUT", f"{PARCELS}/P8", feature(), if_match='"xyz"').status_code == 404
    assert writer.send("DELETE", f"{PARCELS}/%00", if_match="*").status_code == 404
    assert writer.send("POST", PARCELS, feature("P1")).status_code == 409
    apply(change(moment(2021)), Parcel, [Edit(Action.END, "P1")])
    for method in ("PUT", "DELETE"):
        gone = writer.send(method, f"{PARCELS}/P1", feature(), if_match="*")
        assert gone.status_code == 410
        assert 'rel="timemap"' in gone["Link"]
    assert writer.send("POST", PARCELS, feature("P1")).status_code == 201  # it may come back


def test_what_the_writer_cannot_see_stays(client, parcel):
    values = {"network": "JS", "fitting": "阀门", "ground_level_m": 151.25, "geom": spot()}
    open_feature(PipePoint, "G1", **values)
    narrow = Writer(client, key_of("专题系统", "pipe-points", fields=["network"]))
    url = f"{POINTS}/G1"
    body = narrow.get(url).json()
    assert "fitting" not in body["properties"]
    body["properties"]["network"] = "YS"
    assert narrow.send("PUT", url, body, if_match=narrow.tag(url)).status_code == 200
    now = current("G1", PipePoint)
    assert (now.network, now.fitting, now.ground_level_m) == ("YS", "阀门", 151.25)
    patch = {"properties": {"network": "WS"}}
    assert narrow.send("PATCH", url, patch, media=MERGE_PATCH, if_match="*").status_code == 200
    assert current("G1", PipePoint).fitting == "阀门"
    made = body | {"id": "G2"}
    made["properties"] = {"network": "JS"}
    assert narrow.send("POST", POINTS, made).status_code == 403  # it keeps one field, not the layer


def test_a_hidden_field_and_none_are_refused_alike(writer, parcel):
    url = f"{PARCELS}/P1"
    personal = writer.send("PUT", url, feature(right_holder="李四"), if_match="*")
    unknown = writer.send("PUT", url, feature(right_helder="李四"), if_match="*")
    assert personal.status_code == unknown.status_code == 422
    text = unknown.content.decode().replace("right_helder", "x")
    assert personal.content.decode().replace("right_holder", "x") == text
    whole = feature("P1", land_use="0901")
    assert writer.send("PUT", url, whole, if_match="*").status_code == 200
    assert shown_in_full(current("P1"), "right_holder") == "张三"


def test_a_grant_to_write_one_layer_is_none_for_another(writer):
    open_feature(Building, "B1")
    assert writer.send("PUT", f"{BUILDINGS}/B1", feature(), if_match="*").status_code == 403


def test_every_fault_is_told_with_its_place(writer):
    body = feature("N1", ring(side=0), land_use=5, registered_area_m2="12", location="长" * 201,
                   registered_on="2020-13-01", schematic="yes", nothing=1, valid_to="2030-01-01T00:00:00Z")  # fmt: skip
    body["crs"] = {"type": "name"}
    answer = writer.send("POST", PARCELS, body)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    faults = {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]}
    assert set(faults) == {
        "/geometry", "/crs",
        *(f"/properties/{n}" for n in ("land_use", "registered_area_m2", "location",
                                       "registered_on", "schematic", "nothing", "valid_to")),
    }  # fmt: skip
    assert "200" in faults["/properties/location"]
    assert Parcel.objects.count() == 0


BAD_SHAPES = {
    "another kind": {"type": "Point", "coordinates": ring()[0][0]},
    "no kind": {"coordinates": []},
    "a list": [],
    "text": "POLYGON",
    "null": None,
    "empty": {"type": "Polygon", "coordinates": []},
    "empty ring": {"type": "Polygon", "coordinates": [[]]},
    "open ring": {"type": "Polygon", "coordinates": [ring()[0][:4]]},
    "three dimensions": {"type": "Polygon", "coordinates": [[[*p, 1] for p in ring()[0]]]},
    "text in it": {"type": "Polygon", "coordinates": [[["a", "b"]] * 4]},
    "bool in it": {"type": "Polygon", "coordinates": [[[True, False]] * 4]},
    "huge": {"type": "Polygon", "coordinates": [[[10**400, 0]] * 4]},
    "too deep": {"type": "Polygon", "coordinates": [[ring()] * 4]},
    "bow tie": {"type": "Polygon", "coordinates": [[ring()[0][i] for i in (0, 2, 1, 3, 0)]]},
    "elsewhere": {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]},
    "swapped": {"type": "Polygon", "coordinates": [[p[::-1] for p in ring()[0]]]},
    "pole": {"type": "Polygon", "coordinates": [[[0, 90], [0, 91], [1, 91], [0, 90]]]},
    "far": {"type": "Polygon", "coordinates": [[[1e8, 1e8], [1e8, 2e8], [2e8, 2e8], [1e8, 1e8]]]},
    "a point thrice": {"type": "Polygon", "coordinates": [[ring()[0][0]] * 4]},
    "a collection": {"type": "GeometryCollection", "geometries": []},
}


@pytest.mark.parametrize("name", BAD_SHAPES)
def test_a_bad_geometry_is_refused(writer, name):
    answer = writer.send("POST", PARCELS, feature("N1") | {"geometry": BAD_SHAPES[name]})
    assert answer.status_code == 422, answer.content.decode()
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/geometry"]
    assert Parcel.objects.count() == 0


@pytest.mark.parametrize(
    "body, media, status",
    [
        ("", "application/geo+json", 400),
        ("{", "application/geo+json", 400),
        ("[]", "application/geo+json", 400),
        ("[" * 100_000, "application/geo+json", 400),
        ('{"type":"Feature","x":NaN}', "application/geo+json", 400),
        ("1" * 5000, "application/geo+json", 400),
        (b"\xff\xfe\x00", "application/geo+json", 400),
        (json.dumps(feature("N1")), "", 400),
        (json.dumps(feature("N1")), "application/gml+xml", 415),
        (json.dumps(feature("N1")), MERGE_PATCH, 415),
        ("{}", "application/json", 422),
        ('{"type":"FeatureCollection","features":[]}', "application/geo+json", 422),
        ('{"type":"Feature","id":"N1","geometry":null,"properties":[]}', "application/json", 422),
        (json.dumps(feature()), "application/geo+json", 422),
        (json.dumps(feature("a b")), "application/geo+json", 422),
        (json.dumps(feature("a/b")), "application/geo+json", 422),
        (json.dumps(feature("..")), "application/geo+json", 422),
        (json.dumps(feature("N" * 41)), "application/geo+json", 422),
        (json.dumps(feature("N\x00")), "application/geo+json", 422),
        (json.dumps(feature("N1") | {"properties": {"code": "N2"}}), "application/geo+json", 422),
        (json.dumps(feature("N1") | {"id": True}), "application/geo+json", 422),
        (json.dumps(feature("N1", location="\ud800")), "application/geo+json", 422),
        (json.dumps(feature("N1", location="\x00")), "application/geo+json", 422),
        (json.dumps(feature("N1", **{"\ud800": 1})), "application/geo+json", 422),
        (json.dumps(feature("N1", registered_area_m2=10**400)), "application/geo+json", 422),
        (json.dumps(feature("N1")).replace("111.", "1e400, 111."), "application/geo+json", 422),
        (json.dumps(feature("N1", valid_from="yesterday")), "application/geo+json", 422),
        (json.dumps(feature("N1", valid_from=5)), "application/geo+json", 422),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused(writer, body, media, status):
    answer = writer.send("POST", PARCELS, body, media=media)
    assert answer.status_code == status, answer.content.decode()
    assert answer.json()["status"] == status
    assert Parcel.objects.count() == 0


def test_a_polygon_of_a_million_vertices_gets_a_clear_answer_at_once(writer):
    point = "[111.5,27.5],"
    many = (
        '{"type":"Feature","id":"N1","properties":{},"geometry":{"type":"Polygon","coordinates":[['
    )
    body = many + point * 1_000_000 + "[111.5,27.5]]]}}"
    answer = writer.send("POST", PARCELS, body)
    assert (answer.status_code, answer.json()["code"]) == (413, "ContentTooLarge")
    fitting = many + "[1,2]," * 60_000 + "[1,2]]]}}"
    assert len(fitting) < 1_000_000
    assert writer.send("POST", PARCELS, fitting).status_code == 413
    with override_settings(WRITE_MAX_BYTES=100):
        assert writer.send("POST", PARCELS, feature("N1")).status_code == 413


@pytest.mark.parametrize("uri", list(offered_crs()))
def test_a_geometry_comes_in_every_crs_and_axis_order(writer, parcel, uri):
    url = f"{PARCELS}/P1"
    inside = writer.get(url, crs=uri).json()["geometry"]
    made = writer.send(
        "POST", PARCELS, feature("N1") | {"geometry": inside}, content_crs=f"<{uri}>"
    )
    assert made.status_code == 201, made.content.decode()
    assert current("N1").geom.equals_exact(parcel.geom, 0.001)
    other = {CRS84: epsg_uri(4326)}.get(uri, CRS84)
    wrong = writer.send(
        "POST", PARCELS, feature("N2") | {"geometry": inside}, content_crs=f"<{other}>"
    )
    if uri != epsg_uri(4490) or other == CRS84:
        assert wrong.status_code == 422
    unknown = writer.send("POST", PARCELS, feature("N3"), content_crs="<http://x/9999>")
    assert unknown.status_code == 400


@pytest.mark.parametrize("uri", list(offered_crs()))
def test_what_was_read_and_sent_back_does_not_move(writer, parcel, uri):
    apply(change(moment(2021)), Parcel, [Edit(Action.REPLACE, "P1", {
        "geom": square(0.123456789, 0.987654321), "land_use": "0701"})])  # fmt: skip
    stood = current("P1")
    url = f"{PARCELS}/P1"
    read = writer.get(url, crs=uri)
    body = read.json()
    same = writer.send("PUT", url, body, if_match=read["ETag"], content_crs=uri)
    assert same.status_code == 200
    assert current("P1").pk == stood.pk  # nothing new, no version
    body["properties"]["land_use"] = "0901"
    assert writer.send("PUT", url, body, if_match="*", content_crs=uri).status_code == 200
    assert current("P1").pk != stood.pk
    assert current("P1").geom.hexewkb == stood.geom.hexewkb


def test_when_a_write_takes_effect(writer, parcel):
    url = f"{PARCELS}/P1"
    at = {"ogc_mutation_datetime": "2022-05-01T00:00:00Z"}
    patch = {"properties": {"land_use": "1"}}

    def sent(method="PATCH", body=patch, media=MERGE_PATCH, **headers):
        return writer.send(method, url, body, media=media, if_match="*", **headers).status_code

    assert sent(**at) == 200
    assert current("P1").valid.lower == moment(2022, 5)
    assert sent(**at) == 409  # at the very start of the standing version
    assert sent(ogc_mutation_datetime="2021-05-01T00:00:00Z") == 409
    assert sent("DELETE", None, ogc_mutation_datetime="2021-05-01T00:00:00Z") == 409
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert sent(ogc_mutation_datetime=future) == 409
    for wrong in ("soon", "2022-01-01/2023-01-01"):
        assert sent(ogc_mutation_datetime=wrong) == 400
    assert sent(body={"properties": {"valid_from": "2023-01-01T00:00:00Z", "land_use": "2"}}) == 200
    assert current("P1").valid.lower == moment(2023)
    contradicting = {"properties": {"valid_from": "2024-01-01T00:00:00Z"}}
    assert sent(body=contradicting, ogc_mutation_datetime="2024-02-01T00:00:00Z") == 422
    assert sent("DELETE", None, ogc_mutation_datetime="2024-01-01T00:00:00Z") == 204
    made = writer.send("POST", PARCELS, feature("P1", valid_from="2023-06-01T00:00:00Z"))
    assert made.status_code == 409  # within the time of the version that ended
    back = feature("P1", valid_from="2024-01-01T00:00:00Z")
    assert writer.send("POST", PARCELS, back).status_code == 201


def test_a_writer_of_some_districts_writes_only_there(client):
    for code, x in ((VILLAGE, 0), (OTHER, 500)):
        open_feature(District, code, name=code, level="village", geom=square(x, 0, 400))
        open_feature(code=f"P{code[-6:]}", geom=square(x + 10, 10), district_code=code)
    local = Writer(client, key_of("镇系统", "parcels", districts=[VILLAGE]))

    def post(code, dx, district):
        return local.send("POST", PARCELS, feature(code, ring(dx, 20), district_code=district))

    assert post("N1", 30, VILLAGE).status_code == 201
    assert post("N2", 600, OTHER).status_code == 403
    assert post("N3", 600, VILLAGE).status_code == 403  # says so, and lies elsewhere
    assert post("N4", 30, "").status_code == 201  # names none, and lies there
    assert post("N5", 600, "").status_code == 403
    assert local.send("DELETE", f"{PARCELS}/P002001", if_match="*").status_code == 404
    away = {"properties": {"district_code": OTHER}}
    moved = local.send("PATCH", f"{PARCELS}/N1", away, media=MERGE_PATCH, if_match="*")
    assert moved.status_code == 403
    assert {p.code for p in Parcel.objects.current()} == {"P001001", "P002001", "N1", "N4"}
    assert Parcel.objects.filter(code__startswith="N").count() == 2


def test_a_merge_patch_of_the_geometry_and_of_the_id(writer, parcel):
    url = f"{PARCELS}/P1"
    moved = writer.send(
        "PATCH", url, {"geometry": {"coordinates": ring(70)}}, media=MERGE_PATCH, if_match="*"
    )
    assert moved.status_code == 200
    assert current("P1").geom.equals_exact(square(70), 0.001)
    assert current("P1").location == "人民路1号"
    for patch in (
        {"id": "P2"}, {"properties": {"code": "P2"}}, {"geometry": None}, {"properties": None},
        {"type": "FeatureCollection"},
    ):  # fmt: skip
        answer = writer.send("PATCH", url, patch, media=MERGE_PATCH, if_match="*")
        assert answer.status_code == 422, patch
    assert (
        writer.send("PATCH", url, {"id": "P1"}, media=MERGE_PATCH, if_match="*").status_code == 200
    )


def test_a_minimal_answer_when_preferred(writer):
    made = writer.send("POST", PARCELS, feature("N1"), prefer="return=minimal")
    assert (made.status_code, made.content) == (201, b"")
    assert made["Location"].endswith("/N1")
    put = writer.send(
        "PUT",
        f"{PARCELS}/N1",
        feature(land_use="1"),
        if_match=made["ETag"],
        prefer="return=minimal",
    )
    assert (put.status_code, put.content) == (204, b"")


def test_what_is_required_is_asked_for(client):
    stations = "/ogc/collections/rain-stations/items"
    writer = Writer(client, key_of("水利", "rain-stations"))
    bare = {"type": "Feature", "id": "R1", "geometry": None, "properties": {}}
    faults = {f["pointer"] for f in writer.send("POST", stations, bare).json()["errors"]}
    assert faults == {"/geometry", "/properties/name"}


def test_unknown_parameters_are_refused_on_writes(writer, parcel):
    assert writer.send("POST", f"{PARCELS}?foo=1", feature("N1")).status_code == 400
    assert writer.send("DELETE", f"{PARCELS}/P1?crs={CRS84}", if_match="*").status_code == 400
    assert current("P1").pk == parcel.pk


def test_the_document_tells_the_operations_and_the_classes(client):
    paths = client.get("/ogc/openapi").json()["paths"]
    assert {"get", "post"} <= set(paths["/collections/parcels/items"])
    item = paths["/collections/parcels/items/{code}"]
    assert {"get", "put", "patch", "delete"} <= set(item)
    assert {"412", "428", "409", "410", "422"} <= set(item["put"]["responses"])
    classes = client.get("/ogc/conformance?f=json").json()["conformsTo"]
    for name in ("create-replace-delete", "update", "optimistic-locking-etags", "features"):
        assert f"http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/{name}" in classes

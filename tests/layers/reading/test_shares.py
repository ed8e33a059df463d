"""A grant adds to what its holder has without it; on a public layer that is never less."""

from dataclasses import replace
from functools import partial
from itertools import product

import pytest
from django.db import connection

from layers.access.access import ANONYMOUS, Caller, Grant, Sharing
from layers.declarations.declarations import Field, Layer
from layers.declarations.registry import layer_of
from layers.reading.publish import ensure_roles, sync_views
from layers.reading.reading import read
from layers.reading.shares import Share, may_write_whole, share_of, visible_names, write_share_of
from spatial.parcels.models import Parcel
from tests.factories import open_feature, square
from tests.layers.declared import redeclared
from tests.layers.ogc.tiles.tilings import address, frame_of
from tests.layers.ogc.writers import MERGE_PATCH, Writer, key_of

TOWN, ELSEWHERE = "431382001", "431382002"
FIELDS = (
    Field("district_code", "District"),
    Field("location", "Location"),
    Field("land_use", "Land use", in_tiles=True),
    Field("right_type", "Right", reserved=True, in_tiles=True),
    Field("registered_on", "Registered on", reserved=True),
)
OPEN = ("district_code", "location", "land_use")
EVERY = tuple(field.name for field in FIELDS)
GRANTS = {
    "none": None,
    "whole": Grant("parcels"),
    "open field": Grant("parcels", frozenset({"location"})),
    "reserved field": Grant("parcels", frozenset({"right_type"})),
    "districts": Grant("parcels", districts=(TOWN,)),
    "both": Grant("parcels", frozenset({"right_type"}), (TOWN,)),
    "both, open": Grant("parcels", frozenset({"location"}), (TOWN,)),
}
KINDS = {
    "public": {"public": True, "sharing": Sharing.MANDATORY},
    "public, conditional": {"public": True, "sharing": Sharing.CONDITIONAL},
    "mandatory": {"public": False, "sharing": Sharing.MANDATORY},
    "conditional": {"public": False, "sharing": Sharing.CONDITIONAL},
}
PLUS = (*OPEN, "right_type")
# What a company's key shows: fields, districts, and whether other rows show their public fields.
OF_COMPANIES = {
    ("public", "none"): (OPEN, (), False),
    ("public", "whole"): (EVERY, (), False),
    ("public", "open field"): (OPEN, (), False),
    ("public", "reserved field"): (PLUS, (), False),
    ("public", "districts"): (EVERY, (TOWN,), True),
    ("public", "both"): (PLUS, (TOWN,), True),
    ("public", "both, open"): (OPEN, (), False),
    ("closed", "none"): None,
    ("closed", "whole"): (EVERY, (), False),
    ("closed", "open field"): (("location",), (), False),
    ("closed", "reserved field"): (("right_type",), (), False),
    ("closed", "districts"): (EVERY, (TOWN,), False),
    ("closed", "both"): (("right_type",), (TOWN,), False),
    ("closed", "both, open"): (("location",), (TOWN,), False),
}


def declared(kind: str) -> Layer:
    return replace(layer_of("parcels"), fields=FIELDS, **KINDS[kind])


def holder(grant: Grant | None, *, is_department: bool) -> Caller:
    grants = (grant,) if grant else ()
    return Caller("系统", is_department=is_department, grants=grants, key=1)


def told(share: Share | None):
    if share is None:
        return None
    return tuple(f.name for f in share.fields), share.districts, share.is_blanked


@pytest.mark.parametrize(("kind", "grant"), list(product(KINDS, GRANTS)))
def test_what_the_key_of_a_company_shows(kind, grant):
    layer = declared(kind)
    share = share_of(holder(GRANTS[grant], is_department=False), layer)
    assert told(share) == OF_COMPANIES["public" if layer.public else "closed", grant]


@pytest.mark.parametrize(("kind", "grant"), list(product(KINDS, GRANTS)))
def test_the_key_of_a_department_shows_no_less_than_departments_have(kind, grant):
    layer = declared(kind)
    share = share_of(holder(GRANTS[grant], is_department=True), layer)
    if kind == "conditional":
        assert told(share) == OF_COMPANIES["closed", grant]
    else:
        assert told(share) == (EVERY, (), False)


@pytest.mark.parametrize(
    ("kind", "grant", "is_department"), list(product(KINDS, GRANTS, (True, False)))
)
def test_no_grant_takes_anything_away(kind, grant, is_department):
    layer = declared(kind)
    without = visible_names(holder(None, is_department=is_department), layer)
    caller = holder(GRANTS[grant], is_department=is_department)
    assert set(without) <= set(visible_names(caller, layer))
    public, share = share_of(ANONYMOUS, layer), share_of(caller, layer)
    if public:
        assert public.names <= share.names
        assert not share.districts or share.is_blanked


@pytest.mark.parametrize(
    "off", [{"sharing": Sharing.WITHHELD}, {"is_withdrawn": True}], ids=["withheld", "withdrawn"]
)
@pytest.mark.parametrize(("kind", "grant"), list(product(KINDS, GRANTS)))
def test_what_is_withheld_or_taken_off_has_no_share(kind, grant, off):
    layer = replace(declared(kind), **off)
    for is_department in (True, False):
        caller = holder(GRANTS[grant], is_department=is_department)
        assert share_of(caller, layer) is None
        assert write_share_of(caller, layer) is None
    assert share_of(Caller("root", is_admin=True), layer) is None
    assert share_of(ANONYMOUS, layer) is None


def test_nobody_writes_more_than_was_granted():
    layer = declared("public")
    for is_department in (True, False):
        caller = holder(GRANTS["both"], is_department=is_department)
        assert told(write_share_of(caller, layer)) == (("right_type",), (TOWN,), False)
        assert not may_write_whole(caller, layer)
        assert may_write_whole(holder(GRANTS["districts"], is_department=is_department), layer)
    admin = Caller("root", is_admin=True)
    assert told(write_share_of(admin, layer)) == (EVERY, (), False)


def test_districts_open_nothing_of_a_layer_that_knows_none():
    grant = Grant("storeys", districts=(TOWN,))
    storeys = replace(layer_of("storeys"), **KINDS["public"])
    caller = holder(grant, is_department=False)
    assert told(share_of(caller, storeys)) == told(share_of(ANONYMOUS, storeys))
    assert write_share_of(caller, storeys) is None
    assert share_of(caller, replace(storeys, public=False)) is None


PARCELS = "/ogc/collections/parcels"


@pytest.fixture
def rows(owner, db):
    """A parcel in the town, one elsewhere, one nowhere, and a reserved field with a view to it."""
    with redeclared("parcels", fields=FIELDS, **KINDS["public"]):
        sync_views()
        for number, (code, district) in enumerate(
            (("P1", TOWN + "001"), ("P2", ELSEWHERE + "001"), ("P3", ""))
        ):
            shape = square(number * 20, 0, 10)
            values = {"location": "人民路", "right_type": f"划拨{code}", "land_use": "0701"}
            open_feature(code=code, district_code=district, geom=shape, **values)
        yield


def local(client, *, may_write=False, is_department=False, fields=("right_type",)):
    key = key_of(
        "街道",
        "parcels",
        fields=[*fields],
        districts=[TOWN],
        may_write=may_write,
        is_department=is_department,
    )
    return Writer(client, key)


def test_reserved_fields_are_shown_in_the_granted_districts_only(client, rows):
    writer = local(client)
    page = writer.get(f"{PARCELS}/items").json()
    shown = {f["id"]: f["properties"]["right_type"] for f in page["features"]}
    assert shown == {"P1": "划拨P1", "P2": None, "P3": None}
    assert page["numberMatched"] == 3
    assert "right_type" not in client.get(f"{PARCELS}/items").json()["features"][0]["properties"]
    for query in ({"right_type": "划拨P2"}, {"filter": "right_type LIKE '%P2'"}):
        assert writer.get(f"{PARCELS}/items", **query).json()["features"] == []
    assert writer.get(f"{PARCELS}/items", right_type="划拨P1").json()["numberReturned"] == 1
    assert writer.get(f"{PARCELS}/items/P2").json()["properties"]["location"] == "人民路"


@pytest.mark.parametrize(
    "path",
    [
        "/items?f=csv",
        "/download?f=csv",
        "/items/P2",
        "/items/P2?f=html",
        "/items?f=jsonfg",
        "/changes?from=2010-01-01",
        "/items?datetime=2010-01-01/..",
    ],
)
def test_no_form_shows_a_reserved_field_of_other_districts(client, rows, path):
    text = local(client).get(PARCELS + path)
    body = b"".join(text.streaming_content) if text.streaming else text.content
    assert text.status_code == 200
    assert "P2" in body.decode()
    assert "划拨P2" not in body.decode()


def test_tiles_show_every_row_and_the_reserved_field_where_granted(client, rows, tmp_path):
    tile = frame_of(local(client).get(address(16)).content, tmp_path).set_index("code")
    assert tile["right_type"].fillna("").to_dict() == {"P1": "划拨P1", "P2": "", "P3": ""}


def test_the_feed_tells_of_every_row(client, rows):
    writer = local(client)
    since = writer.get(f"{PARCELS}/feed").json()["next"]
    open_feature(code="P4", district_code=ELSEWHERE, geom=square(80), right_type="划拨P4")
    told = writer.get(f"{PARCELS}/feed", since=since)
    assert [entry["code"] for entry in told.json()["entries"]] == ["P4"]
    assert "划拨P4" not in told.content.decode()


def test_all_that_the_public_reads_the_holder_reads_through_one_role(rows):
    caller = holder(GRANTS["both"], is_department=False)
    share = share_of(caller, layer_of("parcels"))
    ensure_roles([share])
    found = read(share, f"SELECT code, right_type FROM {share.view} ORDER BY code")
    assert found == [("P1", "划拨P1"), ("P2", None), ("P3", None)]


def test_place_code_and_time_are_looked_up_by_their_indexes(rows):
    share = share_of(holder(GRANTS["both"], is_department=False), layer_of("parcels"))
    ensure_roles([share])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for where in (
        "upper_inf(valid) AND code > 'A' ORDER BY code LIMIT 5",
        "geom && ST_MakeEnvelope(0, 0, 1, 1, 4546)",
    ):
        plan = read(share, f"EXPLAIN SELECT code, right_type FROM {share.view} WHERE {where}")
        assert "Index Cond" in "\n".join(line for (line,) in plan)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = on")


def test_a_grant_of_single_fields_writes_those_fields_and_no_more(client, rows):
    writer, item = local(client, may_write=True), f"{PARCELS}/items/P1"

    def patched(body):
        return writer.send("PATCH", item, body, media=MERGE_PATCH, if_match="*").status_code

    feature = writer.get(item).json()
    assert patched({"properties": {"right_type": "出让"}}) == 200
    assert patched({"properties": {"location": "伪造"}}) == 422
    assert patched({"geometry": writer.get(f"{PARCELS}/items/P2").json()["geometry"]}) == 403
    assert patched({"geometry": feature["geometry"]}) == 200  # as it stands
    assert writer.send("DELETE", item, if_match="*").status_code == 403
    made = {**feature, "id": "P9"}
    assert writer.send("POST", f"{PARCELS}/items", made).status_code == 403
    parcel = Parcel.objects.current().get(code="P1")
    assert (parcel.location, parcel.right_type) == ("人民路", "出让")


def test_a_writer_of_one_district_reads_the_others_and_writes_only_there(client, rows):
    writer = local(client, may_write=True, fields=())
    assert {f["id"] for f in writer.get(f"{PARCELS}/items").json()["features"]} == {
        "P1",
        "P2",
        "P3",
    }
    patch = {"properties": {"location": "新址"}}

    def patched(code, body=patch):
        return writer.send(
            "PATCH", f"{PARCELS}/items/{code}", body, media=MERGE_PATCH, if_match="*"
        )

    assert [patched(code).status_code for code in ("P1", "P2", "P3")] == [200, 404, 404]
    assert patched("P1", {"properties": {"district_code": ELSEWHERE + "001"}}).status_code == 403
    assert patched("P2", {"properties": {"district_code": TOWN + "001"}}).status_code == 404
    ended = writer.send("DELETE", f"{PARCELS}/items/P2", if_match="*")
    assert ended.status_code == 404
    moved = Parcel.objects.current().values_list("code", "location").order_by("code")
    assert list(moved) == [("P1", "新址"), ("P2", "人民路"), ("P3", "人民路")]


def test_a_department_reads_all_fields_and_writes_the_granted_ones(client, rows):
    writer = local(client, may_write=True, is_department=True)
    assert set(EVERY) < set(writer.get(f"{PARCELS}/items/P2").json()["properties"])
    tag = writer.tag(f"{PARCELS}/items/P1")
    patch = {"properties": {"right_type": "出让"}}
    told = writer.send("PATCH", f"{PARCELS}/items/P1", patch, media=MERGE_PATCH, if_match=tag)
    assert told.status_code == 200
    again = writer.client.get(
        f"{PARCELS}/items/P1", headers={**writer.headers, "if-none-match": told["ETag"]}
    )
    assert again.status_code == 304
    whole = writer.get(f"{PARCELS}/items/P1").json()
    whole["properties"]["right_type"] = "租赁"
    send = partial(writer.send, "PUT", f"{PARCELS}/items/P1", if_match="*")
    assert send(whole).status_code == 200  # what it may not write comes back as it was read
    whole = writer.get(f"{PARCELS}/items/P1").json()
    whole["properties"]["registered_on"] = "2020-02-02"
    refused = send(whole)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (
        422,
        "/properties/registered_on",
    )
    stands = Parcel.objects.current().get(code="P1")
    assert (stands.right_type, stands.registered_on) == ("租赁", None)

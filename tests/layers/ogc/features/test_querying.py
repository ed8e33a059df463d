"""Filters, sorting, selection, text search, paging and validators of items."""

import json

import pytest

from layers.ogc.common.cursors import write_cursor
from layers.ogc.features import counting
from layers.reading.reading import QueryTimeout
from spatial.parcels.models import Building, Parcel
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, square

pytestmark = pytest.mark.django_db
BUILDINGS = "/ogc/collections/buildings/items"
HEIGHTS = [None, 30.5, 6, None, 12, 6, 90, 3.25, 12, 45]


@pytest.fixture
def buildings():
    """Ten buildings, 40 m apart, two without a height; B3 is a school."""
    edits = [
        Edit(
            Action.OPEN,
            f"B{n}",
            {
                "geom": square(n * 40),
                "name": f"第{n}小学" if n == 3 else f'楼"{n}"\\',
                "address": "人民路" if n % 2 else "建设路",
                "height_m": height,
                "storeys_above": n,
                "owner": "张三",
            },
        )
        for n, height in enumerate(HEIGHTS)
    ]
    apply(change(moment(2020)), Building, edits)


def page(client, **params):
    answer = client.get(BUILDINGS, params)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def codes(client, **params):
    return [feature["id"] for feature in page(client, **params)["features"]]


def all_codes(client, **params):
    """Every code by following next."""
    document = page(client, **params)
    found = [feature["id"] for feature in document["features"]]
    while url := next((x["href"] for x in document["links"] if x["rel"] == "next"), None):
        document = client.get(url).json()
        found += [feature["id"] for feature in document["features"]]
    return found


@pytest.mark.parametrize(
    "text, expected",
    [
        ("height_m > 12", ["B1", "B6", "B9"]),
        ("height_m IS NULL", ["B0", "B3"]),
        ("name LIKE '第%小学'", ["B3"]),
        ("NOT (height_m < 40)", ["B6", "B9"]),
        ("address = '人民路' AND storeys_above IN (1, 3, 4)", ["B1", "B3"]),
        ("code = 'B7'", ["B7"]),
        ("T_AFTER(valid_from, TIMESTAMP('2021-01-01T00:00:00Z'))", []),
    ],
)
def test_a_filter_narrows_the_page(client, buildings, text, expected):
    assert codes(client, filter=text) == expected
    assert page(client, filter=text)["numberMatched"] == len(expected)


def test_a_filter_in_json_and_one_with_a_place(client, buildings):
    tree = {"op": ">", "args": [{"property": "height_m"}, 12]}
    found = codes(client, filter=json.dumps(tree), **{"filter-lang": "cql2-json"})
    assert found == ["B1", "B6", "B9"]
    shape = page(client, filter="code = 'B4'")["features"][0]["geometry"]["coordinates"][0]
    ring = ", ".join(f"{x} {y}" for x, y in shape)
    assert codes(client, filter=f"S_INTERSECTS(geometry, POLYGON(({ring})))") == ["B4"]


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "owner = '张三'"},
        {"filter": "nothing = 1"},
        {"filter": "height_m >"},
        {"filter": "(" * 5000 + "height_m > 1" + ")" * 5000},
        {"filter": "height_m > 1", "filter-lang": "ecql"},
        {"filter": "height_m > 1", "filter-crs": "EPSG:1"},
        {"sortby": "owner"},
        {"sortby": "geometry"},
        {"sortby": ",".join(["code"] * 6)},
        {"properties": "owner"},
        {"skip-geometry": "perhaps"},
    ],
)
def test_what_cannot_be_read_or_seen_is_400_and_a_problem(client, buildings, query):
    answer = client.get(BUILDINGS, query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert problem["detail"]
    assert "张三" not in problem["detail"].replace("owner = '张三'", "")


def test_a_hidden_field_and_one_that_never_was_look_alike(client, buildings):
    hidden = client.get(BUILDINGS, {"filter": "owner = 'x'"}).json()["detail"]
    never = client.get(BUILDINGS, {"filter": "ownex = 'x'"}).json()["detail"]
    assert hidden.replace("owner", "?") == never.replace("ownex", "?")


@pytest.mark.parametrize("limit", [1, 3, 10])
@pytest.mark.parametrize(
    "sortby, expected",
    [
        ("height_m", "B7 B2 B5 B4 B8 B1 B9 B6 B0 B3"),
        ("-height_m", "B6 B9 B1 B4 B8 B2 B5 B7 B0 B3"),
        ("address,-storeys_above", "B9 B7 B5 B3 B1 B8 B6 B4 B2 B0"),
        ("-valid_from,-code", "B9 B8 B7 B6 B5 B4 B3 B2 B1 B0"),
    ],
)
def test_every_page_of_a_sorted_list(client, buildings, limit, sortby, expected):
    found = all_codes(client, sortby=sortby, limit=limit)
    if sortby.startswith("address"):  # the database's own order of Chinese text
        assert sorted(found) == sorted(expected.split())
        assert [c for c in found if int(c[1]) % 2] == expected.split()[:5]
    else:
        assert found == expected.split()


@pytest.mark.parametrize(
    "token",
    ["AA", "%00", write_cursor(("x", "B1")), write_cursor((1,)), write_cursor((["B1"],)), "W10"],
)
def test_a_cursor_of_another_kind_is_refused(client, buildings, token):
    assert client.get(BUILDINGS, {"cursor": token}).status_code == 400


def test_a_cursor_with_a_value_of_another_type_is_refused(client, buildings):
    token = write_cursor(("no number", "B1"))
    assert client.get(BUILDINGS, {"cursor": token, "sortby": "height_m"}).status_code == 400


def test_chosen_properties_only(client, buildings):
    feature = page(client, properties="name,height_m", limit=1)["features"][0]
    assert set(feature["properties"]) == {"name", "height_m"}
    rest = page(client, limit=1, **{"exclude-properties": "name", "skip-geometry": "true"})
    assert "name" not in rest["features"][0]["properties"]
    assert rest["features"][0]["geometry"] is None


def test_text_search_reads_the_declared_texts(client, buildings):
    assert codes(client, q="小学") == ["B3"]
    assert codes(client, q="人民路 楼") == ["B1", "B5", "B7", "B9"]
    assert codes(client, q="张三") == []


def test_quotes_and_backslashes_survive(client, buildings):
    assert page(client, limit=1)["features"][0]["properties"]["name"] == '楼"0"\\'


def test_numbers_that_json_does_not_know_are_null(client, buildings):
    apply(
        change(moment(2021)),
        Building,
        [Edit(Action.OPEN, "B99", {"geom": square(900), "height_m": "NaN"})],
    )
    assert client.get(f"{BUILDINGS}/B99").json()["properties"]["height_m"] is None


def test_a_client_that_has_the_page_gets_304_until_something_changes(client, buildings):
    first = client.get(BUILDINGS)
    held = {"if-none-match": first["ETag"]}
    assert client.get(BUILDINGS, headers=held).status_code == 304
    apply(change(moment(2021)), Building, [Edit(Action.END, "B1")])
    fresh = client.get(BUILDINGS, headers=held)
    assert fresh.status_code == 200
    assert fresh["ETag"] != first["ETag"]


def test_a_feature_is_confirmed_without_reading_it(client, buildings, monkeypatch):
    first = client.get(f"{BUILDINGS}/B1")
    held = {"if-none-match": first["ETag"]}
    with monkeypatch.context() as patch:
        patch.setattr("layers.ogc.features.items.one_feature", None)
        assert client.get(f"{BUILDINGS}/B1", headers=held).status_code == 304
    apply(change(moment(2021)), Building, [Edit(Action.END, "B1")])
    assert client.get(f"{BUILDINGS}/B1", headers=held).status_code != 304


def test_a_long_count_becomes_an_estimate_and_says_so(client, buildings, monkeypatch):
    read = counting.read

    def slow(share, sql, *args, **limits):
        if sql.startswith("SELECT count"):
            raise QueryTimeout
        return read(share, sql, *args, **limits)

    monkeypatch.setattr(counting, "read", slow)
    document = page(client, limit=2, filter="storeys_above >= 0")
    assert document["numberMatchedIsEstimate"] is True
    assert document["numberReturned"] == 2
    whole = page(client, limit=2)  # kept with each change
    assert (whole["numberMatched"], whole["numberMatchedIsEstimate"]) == (10, False)
    assert page(client, limit=100)["numberMatched"] == 10  # a page that ends it has counted


def test_a_slow_filter_is_stopped_and_answered(client, buildings, monkeypatch):
    def stop(*_args, **_limits):
        raise QueryTimeout

    monkeypatch.setattr("layers.ogc.formats.geojson.read", stop)
    answer = client.get(BUILDINGS, {"filter": "height_m > 1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "QueryTooExpensive")


def test_queryables_and_sortables_have_titles(client):
    for what in ("queryables", "sortables"):
        fields = client.get(f"/ogc/collections/parcels/{what}?f=json").json()["properties"]
        assert fields["land_use"]["title"] == "用途编码"
        assert ("geometry" in fields) == (what == "queryables")
        assert "right_holder" not in fields


def test_every_crs_has_its_own_axis_order(client):
    apply(change(moment(2020)), Parcel, [Edit(Action.OPEN, "P1", {"geom": square()})])
    base = "/ogc/collections/parcels/items/P1"
    offered = client.get("/ogc/collections/parcels?f=json").json()["crs"]
    corner = {}
    for uri in offered:
        answer = client.get(base, {"crs": uri})
        assert answer["Content-Crs"] == f"<{uri}>"
        corner[uri.rsplit("/", 1)[1]] = answer.json()["geometry"]["coordinates"][0][0]
    longitude, latitude = corner["CRS84"]
    assert (longitude, latitude) == pytest.approx((111.66, 27.69), abs=0.1)
    for flipped in ("4326", "4490"):
        assert corner[flipped] == pytest.approx([latitude, longitude], abs=1e-8)
    for north_first in ("4546", "4525"):
        assert 3.0e6 < corner[north_first][0] < 3.2e6
    assert 37_000_000 < corner["4525"][1] < 38_000_000
    assert 1.2e7 < corner["3857"][0] < 1.3e7


@pytest.mark.parametrize("bbox", ["{x},{y},{x},{y}", "{x},{y},{x},{north}", "{x},{y},{east},{y}"])
def test_a_box_without_width_is_a_point_or_a_line(client, buildings, bbox):
    shape = page(client, filter="code = 'B4'")["features"][0]["geometry"]["coordinates"][0]
    x = (shape[0][0] + shape[2][0]) / 2
    y = (shape[0][1] + shape[2][1]) / 2
    text = bbox.format(x=x, y=y, north=y + 1e-5, east=x + 1e-5)
    assert codes(client, bbox=text) == ["B4"]


def test_what_gdal_calls_cql_text(client, buildings):
    assert codes(client, filter="name ILIKE '第3%'", **{"filter-lang": "cql-text"}) == ["B3"]

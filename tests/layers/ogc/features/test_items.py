"""``/ogc/collections/{id}/items`` and ``/items/{code}`` on a real database."""

import json

import pytest
from django.contrib.auth.models import Group, User

from spatial.parcels.models import Parcel
from spatial.pipes.models import PipePoint
from spatial.pipes.roles import PipeRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square

pytestmark = pytest.mark.django_db
PARCELS = "/ogc/collections/parcels/items"


@pytest.fixture
def parcels():
    """Twelve parcels since 2019; P05 becomes a shop in 2021 and P07 ends in 2022."""
    edits = [
        Edit(
            Action.OPEN,
            f"P{n:02}",
            {"geom": square(n * 20), "land_use": "0701", "right_holder": "张三"},
        )
        for n in range(12)
    ]
    apply(change(moment(2019)), Parcel, edits)
    shop = {"geom": square(100), "land_use": "0901"}
    apply(change(moment(2021)), Parcel, [Edit(Action.REPLACE, "P05", shop)])
    apply(change(moment(2022)), Parcel, [Edit(Action.END, "P07")])


def codes(client, url):
    return [f["id"] for f in client.get(url).json()["features"]]


def test_a_page_tells_how_many_match_and_carries_only_declared_fields(client, parcels):
    answer = client.get(PARCELS, {"limit": 5})
    page = answer.json()
    assert answer["Content-Type"] == "application/geo+json"
    assert (page["numberMatched"], page["numberReturned"]) == (11, 5)
    properties = page["features"][0]["properties"]
    assert properties["land_use"] == "0701"
    assert "right_holder" not in properties
    assert "张三" not in answer.content.decode()


@pytest.mark.parametrize("limit", [1, 4, 11, 100])
def test_following_next_returns_every_feature_once(client, parcels, limit):
    url, seen = f"{PARCELS}?limit={limit}", []
    while url:
        page = client.get(url).json()
        seen += [f["id"] for f in page["features"]]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == [f"P{n:02}" for n in range(12) if n != 7]


def test_offset_pages_too(client, parcels):
    assert codes(client, f"{PARCELS}?limit=2&offset=3") == ["P03", "P04"]


def test_datetime_is_time_travel(client, parcels):
    assert codes(client, f"{PARCELS}?datetime=2018-06-01T00:00:00Z") == []
    then = client.get(f"{PARCELS}?datetime=2020-01-01T00:00:00Z").json()
    assert then["numberMatched"] == 12
    assert {f["id"]: f["properties"]["land_use"] for f in then["features"]}["P05"] == "0701"
    now = client.get(PARCELS).json()
    assert {f["id"]: f["properties"]["land_use"] for f in now["features"]}["P05"] == "0901"


@pytest.mark.parametrize(
    ("interval", "count", "use"),
    [
        ("2020-01-01T00:00:00Z/2023-01-01T00:00:00Z", 12, "0901"),
        ("../2018-01-01T00:00:00Z", 0, None),
        ("2020-01-01/2020-02-01", 12, "0701"),
        ("2022-06-01T00:00:00Z/..", 11, "0901"),
        ("../..", 12, "0901"),
    ],
)
def test_an_interval_shows_each_feature_once_as_it_last_was(client, parcels, interval, count, use):
    page = client.get(PARCELS, {"datetime": interval}).json()
    assert page["numberMatched"] == page["numberReturned"] == count
    found = {f["id"]: f["properties"]["land_use"] for f in page["features"]}
    assert found.get("P05") == use


def test_an_item_now_then_and_gone(client, parcels):
    assert client.get(f"{PARCELS}/P05").json()["properties"]["land_use"] == "0901"
    then = client.get(f"{PARCELS}/P05?datetime=2020-01-01T00:00:00Z").json()
    assert then["properties"]["land_use"] == "0701"
    assert then["properties"]["valid_to"].startswith("2021-01-01")
    assert client.get(f"{PARCELS}/P07").status_code == 410
    assert client.get(f"{PARCELS}/P07?datetime=2021-06-01").status_code == 200
    assert client.get(f"{PARCELS}/nothing").status_code == 404
    assert client.get(f"{PARCELS}/%00").status_code == 404


def test_bbox_takes_what_meets_it(client, parcels):
    shape = client.get(f"{PARCELS}/P03").json()["geometry"]["coordinates"][0]
    xs, ys = [p[0] for p in shape], [p[1] for p in shape]
    inside = f"{min(xs)},{min(ys)},{max(xs)},{max(ys)}"
    assert codes(client, f"{PARCELS}?bbox={inside}") == ["P03"]
    assert codes(client, f"{PARCELS}?bbox=0,0,1,1") == []
    assert len(codes(client, f"{PARCELS}?bbox=-180,-90,180,90")) == 11
    assert len(codes(client, f"{PARCELS}?bbox=100,-90,-170,90")) == 11
    assert codes(client, f"{PARCELS}?bbox=170,-90,-170,90") == []


def test_axis_order_is_the_authoritys(client, parcels):
    def first(crs):
        epsg = "http://www.opengis.net/def/crs/" + crs
        answer = client.get(f"{PARCELS}/P00", {"crs": epsg})
        assert answer["Content-Crs"] == f"<{epsg}>"
        return answer.json()["geometry"]["coordinates"][0][0]

    lon, lat = first("OGC/1.3/CRS84")
    assert (round(lon), round(lat)) == (112, 28)
    assert first("EPSG/0/4326") == pytest.approx([lat, lon])
    north, east = first("EPSG/0/4546")
    assert north > 3_000_000
    assert east < 700_000
    north_east_box = f"{north - 1},{east - 1},{north + 1},{east + 1}"
    box_crs = "http://www.opengis.net/def/crs/EPSG/0/4546"
    assert codes(client, f"{PARCELS}?bbox={north_east_box}&bbox-crs={box_crs}") == ["P00"]


def test_a_published_field_is_a_parameter(client, parcels):
    assert codes(client, f"{PARCELS}?land_use=0901") == ["P05"]


@pytest.mark.parametrize(
    "query",
    [
        "datetime=foo",
        "datetime=2020-13-01",
        "datetime=2021-01-01/2020-01-01",
        "bbox=1,2,3",
        "bbox=nan,0,1,1",
        "bbox=0,9,1,1",
        "bbox=a,b,c,d",
        "limit=0",
        "limit=-1",
        "limit=abc",
        "limit=--5",
        "limit=1e3",
        "offset=100000000000000000000",
        "foo=bar",
        "right_holder=张三",
        "registered_area_m2=abc",
        "registered_on=2020",
        "crs=http://www.opengis.net/def/crs/EPSG/0/9999",
        "cursor=%00%ff",
        "f=shp",
        "land_use=%00",
        "cursor=AA",
    ],
)
def test_a_bad_parameter_is_answered_400(client, parcels, query):
    answer = client.get(f"{PARCELS}?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"].startswith("InvalidParameter")


@pytest.mark.parametrize("url", ["/ogc/collections/nothing", "/ogc/collections/nothing/items"])
def test_an_unknown_collection_is_404(client, url):
    answer = client.get(url)
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


HIDDEN = ["units", "pipe-lines", "pipe-points", "cases", "rights", "storeys"]


@pytest.mark.parametrize("layer", HIDDEN)
@pytest.mark.parametrize(
    "rest", ["", "/items", "/items/1", "/schema", "/queryables", "/tiles/WebMercatorQuad/0/0/0"]
)
def test_hidden_layers_are_absent_for_the_anonymous(client, layer, rest):
    hidden = client.get(f"/ogc/collections/{layer}{rest}")
    assert hidden.status_code == 404
    assert (
        hidden.json()["description"].replace(layer, "x")
        == client.get(f"/ogc/collections/x{rest}").json()["description"]
    )


def test_each_role_sees_its_own(client):
    open_feature(PipePoint, "G1", network="JS", geom=spot())
    user = User.objects.create_user("pipes", password="x")
    user.groups.add(Group.objects.get_or_create(name=PipeRole.PIPES)[0])
    assert "pipe-points" not in json.dumps(client.get("/ogc/collections?f=json").json())
    assert "pipe-points" not in client.get("/ogc/openapi").content.decode()
    client.force_login(user)
    assert codes(client, "/ogc/collections/pipe-points/items") == ["G1"]
    assert "pipe-points" in client.get("/ogc/openapi").content.decode()
    assert client.get("/ogc/collections/units").status_code == 404


def test_people_get_a_page(client, parcels):
    page = client.get(PARCELS, headers={"accept": "text/html"}).content.decode()
    assert "宗地" in page
    assert "共 11 个要素" in page
    assert "用途编码" in client.get(f"{PARCELS}/P01?f=html").content.decode()


def test_features_without_geometry_are_served(client, parcels):
    apply(change(moment(2023)), Parcel, [Edit(Action.OPEN, "P99", {"geom": square(999)})])
    assert client.get(f"{PARCELS}/P99").json()["geometry"]["type"] == "Polygon"

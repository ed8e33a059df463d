"""A feature through time: Time Map, Memento headers and links, what is gone, closed intervals."""

import re

import pytest

from spatial.parcels.models import Parcel
from spatial.parcels.roles import LandRole
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.town import make_user

pytestmark = pytest.mark.django_db
PARCELS = "/ogc/collections/parcels/items"


@pytest.fixture
def history():
    """P1 from 2019, a shop from 2021, a bank from 2022; P2 only in 2020; P3 from 2022."""
    open_feature(code="P1", at=moment(2019), land_use="0701", right_holder="张三")
    open_feature(code="P2", at=moment(2020), geom=square(50))
    for year, use in ((2021, "0901"), (2022, "0902")):
        values = {"geom": square(), "land_use": use}
        apply(change(moment(year)), Parcel, [Edit(Action.REPLACE, "P1", values)])
    apply(change(moment(2021)), Parcel, [Edit(Action.END, "P2")])
    open_feature(code="P3", at=moment(2022), geom=square(99))


def links_in(answer):
    """rel -> address of a Link header."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"', answer["Link"])
    return {rel: href.replace("http://testserver", "") for href, rel in found}


def in_body(answer, rel):
    return [
        link["href"].replace("http://testserver", "")
        for link in answer.json()["links"]
        if link["rel"] == rel
    ]


@pytest.mark.parametrize(
    "query, use, start, before, after",
    [
        ("", "0902", "2022", "2021", None),
        ("?datetime=2019-06-01T00:00:00Z", "0701", "2019", None, "2021"),
        ("?datetime=2021-06-01T00:00:00Z", "0901", "2021", "2019", "2022"),
        ("?datetime=2021-01-01T00:00:00Z", "0901", "2021", "2019", "2022"),  # the later one wins
        ("?datetime=2030-01-01T00:00:00Z", "0902", "2022", "2021", None),
    ],
)
def test_a_version_says_which_it_is_and_what_stands_beside_it(
    client, history, query, use, start, before, after
):
    answer = client.get(f"{PARCELS}/P1{query}")
    assert answer.status_code == 200
    assert answer.json()["properties"]["land_use"] == use
    assert answer["Memento-Datetime"].endswith(f"01 Jan {start} 00:00:00 GMT")
    links = links_in(answer)
    assert links["original"] == links["timegate"] == f"{PARCELS}/P1"
    assert links["timemap"] == links["version-history"] == f"{PARCELS}/P1/versions"
    assert links["canonical"] == f"{PARCELS}/P1?datetime={start}-01-01T00:00:00Z"
    assert links["latest-version"] == f"{PARCELS}/P1?datetime=2022-01-01T00:00:00Z"
    for rel, year in (("predecessor-version", before), ("successor-version", after)):
        expected = f"{PARCELS}/P1?datetime={year}-01-01T00:00:00Z" if year else None
        assert links.get(rel) == expected
        assert in_body(answer, rel) == ([expected] if expected else [])
    assert client.get(links["canonical"]).json()["properties"]["land_use"] == use


def test_every_link_of_the_time_map_leads_to_its_version(client, history):
    answer = client.get(f"{PARCELS}/P1/versions")
    assert answer["Content-Type"] == "application/json"
    mementos = [link for link in answer.json()["links"] if link["rel"] == "memento"]
    assert [link["datetime"][8:16] for link in mementos] == ["Jan 2019", "Jan 2021", "Jan 2022"]
    uses = [client.get(link["href"]).json()["properties"]["land_use"] for link in mementos]
    assert uses == ["0701", "0901", "0902"]
    assert in_body(answer, "first") == [f"{PARCELS}/P1?datetime=2019-01-01T00:00:00Z"]
    assert in_body(answer, "last") == in_body(answer, "latest-version")
    assert in_body(answer, "original") == [f"{PARCELS}/P1"]


def test_the_time_map_as_link_format(client, history):
    for answer in (
        client.get(f"{PARCELS}/P1/versions?f=link"),
        client.get(f"{PARCELS}/P1/versions", headers={"accept": "application/link-format"}),
    ):
        assert answer["Content-Type"] == "application/link-format"
        lines = answer.content.decode().split(",\n")
        mementos = [line for line in lines if 'rel="memento"' in line]
        assert len(mementos) == 3
        assert 'datetime="Tue, 01 Jan 2019 00:00:00 GMT"' in mementos[0]
    assert client.get(f"{PARCELS}/P1/versions?f=html").status_code == 406
    assert client.get(f"{PARCELS}/P1/versions?foo=1").status_code == 400


def test_what_has_ended_is_gone_with_a_way_to_its_past(client, history):
    answer = client.get(f"{PARCELS}/P2")
    assert answer.status_code == 410
    links = links_in(answer)
    assert links["timemap"] == f"{PARCELS}/P2/versions"
    assert {link["rel"] for link in answer.json()["links"]} == set(links)
    assert client.get(links["latest-version"]).json()["id"] == "P2"
    assert client.get(links["timemap"]).status_code == 200


def test_before_it_existed_it_is_not_there_and_its_history_is(client, history):
    early = client.get(f"{PARCELS}/P3?datetime=2001-01-01T00:00:00Z")
    assert early.status_code == 410
    assert links_in(early)["timemap"] == f"{PARCELS}/P3/versions"
    for url in (f"{PARCELS}/P9", f"{PARCELS}/P9/versions", f"{PARCELS}/%00/versions"):
        never = client.get(url)
        assert never.status_code == 404
        assert "Link" not in never


def test_a_version_by_an_address_of_its_own(client, history):
    answer = client.get(f"{PARCELS}/P1/versions/20210101T000000Z")
    assert answer.json()["properties"]["land_use"] == "0901"
    assert links_in(answer)["canonical"] == f"{PARCELS}/P1?datetime=2021-01-01T00:00:00Z"
    assert client.get(f"{PARCELS}/P1/versions/20210102T000000Z").status_code == 410
    assert client.get(f"{PARCELS}/P9/versions/20210101T000000Z").status_code == 404
    for name in ("now", "2021", "20211301T000000Z", "２０２１0101T000000Z", "%00"):
        assert client.get(f"{PARCELS}/P1/versions/{name}").status_code == 404


@pytest.mark.parametrize(
    "url, kept",
    [
        ("P1", False),
        ("P1?datetime=2021-06-01T00:00:00Z", True),
        ("P1/versions/20190101T000000Z", True),
        ("P1/versions/20220101T000000Z", False),  # stands: its end is yet to come
        ("P1?datetime=2020-01-01T00:00:00Z/2020-02-01T00:00:00Z", False),
    ],
)
def test_only_what_has_ended_is_kept_without_asking(client, history, url, kept):
    assert ("immutable" in client.get(f"{PARCELS}/{url}")["Cache-Control"]) is kept


def test_a_shared_cache_keeps_nothing_made_for_somebody(client, history):
    url = f"{PARCELS}/P1/versions/20190101T000000Z"
    assert client.get(url)["Cache-Control"].startswith("public")
    client.force_login(make_user("land", LandRole.LAND))
    assert client.get(url)["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    "interval, profile, expected",
    [
        ("2019-06-01T00:00:00Z/2021-06-01T00:00:00Z", "versions-as-features-unique-ids",
         ["P1@20190101T000000Z", "P1@20210101T000000Z", "P2@20200101T000000Z"]),
        ("2021-01-01T00:00:00Z/2021-02-01T00:00:00Z", "versions-as-features-unique-ids",
         ["P1@20190101T000000Z", "P1@20210101T000000Z", "P2@20200101T000000Z"]),  # ends touch
        ("2021-01-01T00:00:00.000001Z/2021-02-01T00:00:00Z", "versions-as-features-unique-ids",
         ["P1@20210101T000000Z"]),
        ("../..", "versions-as-features", ["P1", "P1", "P1", "P2", "P3"]),
        ("../2019-01-01T00:00:00Z", "", ["P1"]),
        ("2021-01-01T00:00:00Z/..", "", ["P1", "P2", "P3"]),
        ("2022-06-01T00:00:00Z/..", "versions-as-features-unique-ids",
         ["P1@20220101T000000Z", "P3@20220101T000000Z"]),
        ("2019-06-01T00:00:00Z", "versions-as-features-unique-ids", ["P1"]),
    ],
)  # fmt: skip
def test_an_interval_is_closed_and_shows_versions_when_asked(
    client, history, interval, profile, expected
):
    query = {"datetime": interval, **({"profile": profile} if profile else {})}
    page = client.get(PARCELS, query).json()
    assert [feature["id"] for feature in page["features"]] == expected
    assert page["numberMatched"] == len(expected)
    uri = f"http://www.opengis.net/def/profile/OGC/0/{profile}"
    assert len(client.get(PARCELS, query | {"profile": uri}).json()["features"]) == len(expected)


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("sortby", ["", "-land_use", "valid_from", "-valid_to"])
def test_every_version_comes_once_page_by_page(client, history, limit, sortby):
    query = {"datetime": "../..", "profile": "versions-as-features-unique-ids", "limit": limit}
    url, seen = PARCELS, []
    document = client.get(url, query | ({"sortby": sortby} if sortby else {})).json()
    while True:
        seen += [feature["id"] for feature in document["features"]]
        following = [x["href"] for x in document["links"] if x["rel"] == "next"]
        if not following:
            break
        document = client.get(following[0]).json()
    assert len(seen) == 5
    assert len(set(seen)) == 5
    if not sortby:
        assert seen == sorted(seen)


def test_a_version_id_leads_to_its_version(client, history):
    answer = client.get(f"{PARCELS}/P1@20190101T000000Z")
    assert (answer.json()["id"], answer.json()["properties"]["land_use"]) == ("P1", "0701")
    assert links_in(answer)["original"] == f"{PARCELS}/P1"
    assert client.get(f"{PARCELS}/P1@20190102T000000Z").status_code == 404
    open_feature(code="A@20200101T000000Z", at=moment(2021))  # a code may look like one
    assert client.get(f"{PARCELS}/A@20200101T000000Z").json()["id"] == "A@20200101T000000Z"


def test_what_an_undo_voided_is_in_no_history(client, history):
    later = change(moment(2023))
    apply(later, Parcel, [Edit(Action.REPLACE, "P1", {"geom": square(), "land_use": "1"})])
    undo(later, who="tester", why="误操作")
    mementos = [
        x for x in client.get(f"{PARCELS}/P1/versions").json()["links"] if x["rel"] == "memento"
    ]
    assert [link["datetime"][12:16] for link in mementos] == ["2019", "2021", "2022"]
    assert client.get(f"{PARCELS}/P1").json()["properties"]["land_use"] == "0902"


def test_history_shows_no_hidden_layer_and_no_hidden_field(client, history):
    from spatial.pipes.models import PipePoint

    open_feature(PipePoint, "G1", network="JS", geom=spot())
    hidden = "/ogc/collections/pipe-points/items/G1/versions"
    unknown = client.get(hidden.replace("pipe-points", "nothing"))
    for url in (hidden, f"{hidden}/20200101T000000Z"):
        answer = client.get(url)
        assert answer.status_code == 404
        assert answer.json()["detail"].replace("pipe-points", "nothing") == unknown.json()["detail"]
    old = client.get(f"{PARCELS}/P1/versions/20190101T000000Z").content.decode()
    assert "张三" not in old
    assert "right_holder" not in old


def test_a_collection_says_what_its_time_means(client, history):
    url = "/ogc/collections/parcels?f=json"
    assert client.get(url).json()["versioning"] == {"timeAxis": "validity-time"}
    schema = client.get("/ogc/collections/parcels/schema?f=json").json()["properties"]
    roles = {name: field.get("x-ogc-role") for name, field in schema.items()}
    assert roles["valid_from"] == "primary-interval-start"
    assert roles["valid_to"] == "primary-interval-end"
    client.force_login(make_user("land", LandRole.LAND))
    writable = {"timeAxis": "validity-time", "mutationTime": "client"}
    assert client.get(url).json()["versioning"] == writable
    listed = client.get("/ogc/collections?f=json").json()["collections"]
    found = {entry["id"]: entry.get("versioning") for entry in listed}
    assert found["parcels"] == writable
    assert found["roads"] == {"timeAxis": "validity-time"}

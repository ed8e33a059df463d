"""A page belongs to its caller: the next one shows the same fields and features, or nothing."""

import re
from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from layers.models import ApiKey, LayerGrant
from layers.ogc.processes import jobs
from layers.reading.publish import ensure_roles
from layers.reading.revisions import KEYS
from layers.reading.shares import share_of
from layers.sharing.keys import new_key
from spatial.base.models import Address
from spatial.versions.revisions import count_revision
from tests.factories import open_feature, spot, square
from tests.layers.ogc.writers import caller_with_key, key_of

pytestmark = pytest.mark.django_db
ADDRESSES = "/ogc/collections/addresses"
RECORDS = "/ogc/collections/catalogue/items"
PAGES = {
    "items": (f"{ADDRESSES}/items", {"limit": "2"}),
    "sorted": (f"{ADDRESSES}/items", {"limit": "2", "sortby": "-full_address"}),
    "versions": (
        f"{ADDRESSES}/items",
        {"limit": "2", "datetime": "2010-01-01/..", "profile": "versions-as-features"},
    ),
    "csv": (f"{ADDRESSES}/items", {"limit": "2", "f": "csv"}),
    "jsonfg": (f"{ADDRESSES}/items", {"limit": "2", "f": "jsonfg"}),
    "html": (f"{ADDRESSES}/items", {"limit": "2", "f": "html"}),
    "changes": (f"{ADDRESSES}/changes", {"limit": "2", "from": "2010-01-01"}),
    "records": (RECORDS, {"limit": "2"}),
    "records, html": (RECORDS, {"limit": "2", "f": "html"}),
}


@pytest.fixture
def addresses(db):
    for number in range(5):
        place = {"full_address": f"人民路{number}号", "building_code": f"楼{number}"}
        open_feature(Address, f"A{number}", geom=spot(number), **place)


def next_of(answer) -> str:
    """The address of the next page, wherever the form of an answer tells it; '' if there is none."""
    if answer["Content-Type"].startswith("text/html"):
        found = re.search(r'href="([^"]*)" rel="next"', answer.content.decode())
        return found[1].replace("&amp;", "&") if found else ""
    if answer["Content-Type"].startswith("text/csv"):
        found = re.search(r'<([^>]*)>; rel="next"', answer["Link"])
        return found[1] if found else ""
    return next((x["href"] for x in answer.json()["links"] if x["rel"] == "next"), "")


def path_of(address: str) -> str:
    return address.removeprefix("http://testserver")


def without(address: str, name: str) -> str:
    return re.sub(rf"[?&]{name}=[^&]*", "", path_of(address)).replace("items&", "items?", 1)


@pytest.mark.parametrize("kind", PAGES)
def test_a_key_in_the_address_goes_on_to_every_page(client, addresses, kind):
    key = key_of("系统", "addresses", may_write=False)
    path, query = PAGES[kind]
    answer = client.get(path, {**query, "token": key})
    seen = 0
    while answer is not None:
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert "Authorization" in answer["Vary"]
        if "records" not in kind:
            assert "building_code" in answer.content.decode()
        following, seen = next_of(answer), seen + 1
        assert not following or parse_qs(urlsplit(following).query)["token"] == [key]
        answer = client.get(path_of(following)) if following else None
    assert seen > 2


@pytest.mark.parametrize("kind", PAGES)
def test_no_page_goes_on_for_somebody_else(client, addresses, kind):
    key = key_of("系统", "addresses", may_write=False)
    path, query = PAGES[kind]
    owned = without(next_of(client.get(path, {**query, "token": key})), "token")
    assert key not in owned
    refused = client.get(owned)
    assert (refused.status_code, refused["Content-Type"]) == (410, "application/problem+json")
    assert "从第一页重新取" in refused.json()["detail"]
    assert client.get(owned, headers={"authorization": f"Bearer {key}"}).status_code == 200
    public = path_of(next_of(client.get(path, query)))
    assert client.get(public, headers={"authorization": f"Bearer {key}"}).status_code == 410
    assert client.get(public).status_code == 200


def test_a_key_that_came_in_a_header_stands_in_no_answer(client, addresses):
    key = key_of("系统", "addresses", may_write=False)
    answer = client.get(f"{ADDRESSES}/items?limit=2", headers={"authorization": f"Bearer {key}"})
    assert key not in answer.content.decode()
    assert answer["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        f"{ADDRESSES}/items",
        f"{ADDRESSES}/items/A1",
        f"{ADDRESSES}/items?f=html",
        f"{ADDRESSES}/feed",
        f"{ADDRESSES}/download?f=gpkg",
        f"{ADDRESSES}/tiles/WebMercatorQuad/9/213/416",
        "/ogc/subscriptions",
        ADDRESSES,
        RECORDS,
        "/ogc/",
        "/ogc/jobs",
    ],
)
def test_a_request_with_two_keys_is_nobodys(client, addresses, path):
    key = key_of("系统", "addresses", may_write=False)
    bearer = {"headers": {"authorization": f"Bearer {key}"}}
    basic = {"headers": {"authorization": f"Basic {b64encode(f'x:{key}'.encode()).decode()}"}}
    also = f"{path}{'&' if '?' in path else '?'}"
    assert client.get(path, **bearer).status_code != 400
    for query, more in (
        (f"token={key}&token={key}", {}),
        ("token=&token=x", {}),
        (f"%74oken={key}", bearer),
        (f"token={key}", basic),
    ):
        refused = client.get(f"{also}{query}", **more)
        assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
        assert "只留一处" in refused.json()["detail"]
        assert "no-store" in refused["Cache-Control"]
        assert key not in refused.text


def test_a_new_key_of_the_same_system_goes_on_and_another_grant_does_not(client, addresses):
    key = key_of("系统", "addresses", may_write=False)
    following = path_of(next_of(client.get(f"{ADDRESSES}/items", {"limit": 2, "token": key})))
    text, digest = new_key()
    consumer = ApiKey.objects.get().consumer
    ApiKey.objects.create(consumer=consumer, prefix=text[:8], digest=digest, created_by="t")
    count_revision(KEYS)
    rotated = client.get(following.replace(key, text))
    assert rotated.status_code == 200
    assert [f["id"] for f in rotated.json()["features"]] == ["A2", "A3"]


def test_a_grant_changed_between_two_pages_ends_the_walk(closed_parcels, client):
    for number in range(3):
        open_feature(code=f"P{number}", district_code="431382001", geom=square(number * 20))
    key = key_of("街道", "parcels", districts=["431382001"], may_write=False)
    headers = {"authorization": f"Bearer {key}"}
    page = client.get("/ogc/collections/parcels/items?limit=1", headers=headers)
    following = path_of(next_of(page))
    assert client.get(following, headers=headers).status_code == 200
    LayerGrant.objects.update(fields=["location"])
    count_revision(KEYS)
    ensure_roles([share_of(caller_with_key(key), closed_parcels)])
    assert client.get(following, headers=headers).status_code == 410
    LayerGrant.objects.update(fields=[], districts=["431382"])
    count_revision(KEYS)
    caller_with_key(key)
    assert client.get(following, headers=headers).status_code == 410


def test_what_leads_on_from_a_refusal_is_not_kept_either(client, addresses):
    refused = client.get(f"{ADDRESSES}/items?token=wrong")
    assert refused.status_code == 401
    assert "no-store" in refused["Cache-Control"]
    key = key_of("系统", "addresses", may_write=False)
    tag = client.get(f"{ADDRESSES}/items", {"token": key})["ETag"]
    held = client.get(f"{ADDRESSES}/items", {"token": key}, headers={"if-none-match": tag})
    assert (held.status_code, held["Cache-Control"]) == (304, "private, no-store")
    ended = client.get(f"{ADDRESSES}/items/A1", {"token": key, "datetime": "2021-01-01"})
    assert ended["Cache-Control"] == "private, no-store"


def test_a_list_of_jobs_goes_on_with_the_key(client):
    key = key_of("系统", "addresses", may_write=False)
    caller = caller_with_key(key)
    for _ in range(3):
        jobs.submit_job(caller, "127.0.0.1", "what-stands-here", {}, "json")
    page = client.get("/ogc/jobs", {"limit": 2, "token": key})
    again = client.get(path_of(next_of(page)))
    assert [len(a.json()["jobs"]) for a in (page, again)] == [2, 1]


@pytest.mark.parametrize("given", ["Bearer ", "Basic YTo=", "Digest x", "Token abc", "Bearer"])
def test_credentials_that_are_none_are_not_taken_for_nobody(client, db, given):
    assert client.get(f"{ADDRESSES}/items", headers={"authorization": given}).status_code == 401


@pytest.mark.parametrize("path", ["", "/collections", "/collections/roads/schema", "/conformance"])
def test_what_is_only_read_says_so_to_a_writer(path, db):
    answer = Client(enforce_csrf_checks=True).post(f"/ogc{path}")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]

"""Pages of other origins read the API: what their browser asks, and what it lets them see."""

import pytest
from django.test import RequestFactory

from layers.ogc.server.fast_path import answer
from tests.factories import open_feature
from tests.layers.ogc.tiles.tilings import address
from tests.layers.ogc.writers import key_of

pytestmark = pytest.mark.django_db
ORIGIN = "https://map.example.gov.cn"
PARCELS = "/ogc/collections/parcels"
PATHS = [
    "/ogc",
    "/ogc/",
    "/ogc/collections",
    "/ogc/openapi",
    PARCELS,
    f"{PARCELS}/items",
    f"{PARCELS}/items/P1",
    f"{PARCELS}/items/P1/versions",
    f"{PARCELS}/download",
    f"{PARCELS}/feed",
    f"{PARCELS}/schema",
    "/ogc/collections/catalogue/items",
    "/ogc/collections/terrain",
    "/ogc/collections/rain/position",
    "/ogc/tiles/WebMercatorQuad",
    address(14),
    "/ogc/styles/map",
    "/ogc/processes/what-stands-here/execution",
    "/ogc/jobs",
    "/ogc/subscriptions",
]


def names(response, header) -> set[str]:
    return {name.strip().lower() for name in response[header].split(",")}


@pytest.mark.parametrize("path", PATHS)
def test_every_address_answers_what_a_browser_asks_first(client, path):
    response = client.options(
        path,
        headers={
            "origin": ORIGIN,
            "access-control-request-method": "GET",
            "access-control-request-headers": "authorization, if-none-match",
        },
    )
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert {"get", "head", "post", "put", "patch", "delete"} <= names(
        response, "Access-Control-Allow-Methods"
    )
    assert {"authorization", "content-type", "if-match", "if-none-match", "prefer", "accept"} <= (
        names(response, "Access-Control-Allow-Headers")
    )
    assert "Access-Control-Allow-Credentials" not in response
    assert "origin" in names(response, "Vary")


def test_answers_and_refusals_are_for_other_origins_too(client):
    open_feature(code="P1")
    for path, status in (
        (f"{PARCELS}/items", 200),
        (address(16), 200),
        (f"{PARCELS}/items?limit=x", 400),
        (f"{PARCELS}/items?token=wrong", 401),
        ("/ogc/nothing", 404),
        ("/ogc/collections?f=html", 200),
    ):
        response = client.get(path, headers={"origin": ORIGIN})
        assert response.status_code == status, path
        assert response["Access-Control-Allow-Origin"] == "*"
        assert {"etag", "link", "location", "content-crs", "memento-datetime", "retry-after"} <= (
            names(response, "Access-Control-Expose-Headers")
        )
        assert "Access-Control-Allow-Credentials" not in response
        assert {"origin", "authorization"} <= names(response, "Vary")
    tag = client.get(f"{PARCELS}/items")["ETag"]
    held = client.get(f"{PARCELS}/items", headers={"origin": ORIGIN, "if-none-match": tag})
    assert (held.status_code, held["Access-Control-Allow-Origin"]) == (304, "*")


def test_a_fault_of_the_server_is_told_to_other_origins(client, monkeypatch):
    def broken(*_):
        raise RuntimeError

    client.raise_request_exception = False
    monkeypatch.setattr("layers.ogc.server.mount.share_for", broken)
    response = client.get(f"{PARCELS}/schema", headers={"origin": ORIGIN})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (500, "*")


def test_only_the_named_origins_if_some_are_named(client, settings):
    settings.CORS_ALLOW_ALL_ORIGINS = False
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    asked = {"access-control-request-method": "GET"}
    for call in (client.get, client.options):
        named = call(f"{PARCELS}/items", headers={"origin": ORIGIN, **asked})
        assert named["Access-Control-Allow-Origin"] == ORIGIN
        other = call(f"{PARCELS}/items", headers={"origin": "https://else.example.cn", **asked})
        assert "Access-Control-Allow-Origin" not in other
        assert "origin" in names(other, "Vary")
        assert "Access-Control-Allow-Credentials" not in named


def test_pages_of_the_site_are_for_nobody_else(client):
    for path in ("/", "/sharing/", "/ogcx", "/map", "/accounts/login/"):
        response = client.get(path, headers={"origin": ORIGIN})
        assert "Access-Control-Allow-Origin" not in response


def test_options_that_no_browser_asks_first_are_answered_as_ever(client):
    response = client.options(f"{PARCELS}/items", headers={"origin": ORIGIN})
    assert (response.status_code, response["Allow"]) == (200, "GET, HEAD, OPTIONS")
    assert response["Access-Control-Allow-Origin"] == "*"


def test_the_fast_lane_says_the_same(client):
    open_feature(code="P1")
    for path in (f"{PARCELS}/items", f"{PARCELS}/items/P1", address(16)):
        for given in ({}, {"origin": ORIGIN}):
            fast = answer(RequestFactory(headers={"host": "testserver", **given}).get(path).environ)
            slow = client.get(path, headers=given)
            assert fast.get("Access-Control-Allow-Origin") == (given and "*" or None)
            for header in ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"):
                assert fast.get(header) == slow.get(header)
            assert names(fast, "Vary") == names(slow, "Vary")


def test_a_writer_elsewhere_sends_a_key_and_no_session(client):
    key = key_of("系统", "parcels")
    response = client.post(
        f"{PARCELS}/items",
        "{}",
        content_type="application/geo+json",
        headers={"origin": ORIGIN, "authorization": f"Bearer {key}"},
    )
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (422, "*")

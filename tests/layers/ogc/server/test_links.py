"""Every link leads to what it says: asked for with its own type, that type comes."""

import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from tests.layers.ogc.writers import key_of

pytestmark = pytest.mark.django_db
HERE = "http://testserver"
POSTED = ("http://www.opengis.net/def/rel/ogc/1.0/execute",)
PARCELS = "/ogc/collections/parcels"
LAYER = re.compile(
    r"(/(?:catalogue/items|collections|styles|sharing)/)(?!terrain|rain|catalogue|map)[^/?]+"
)
# What no link leads to without knowing a feature, or two moments.
STARTS = (
    "/ogc",
    f"{PARCELS}/items/P2",
    f"{PARCELS}/items/P2?f=jsonfg",
    "/ogc/collections/buildings/items/B1?datetime=2019-01-01",
    f"{PARCELS}/items?limit=1&f=jsonfg",
    f"{PARCELS}/changes?from=2019-01-01&limit=1",
    "/ogc/collections/catalogue/items?limit=3&offset=3",
)


def links_in(document: Any) -> Iterator[dict[str, Any]]:
    """Every link of a document, however deep it stands."""
    if isinstance(document, list):
        for entry in document:
            yield from links_in(entry)
    elif isinstance(document, dict):
        if isinstance(document.get("href"), str):
            yield document
        for value in document.values():
            yield from links_in(value)


def media(content_type: str) -> str:
    return content_type.partition("; charset")[0].replace(" ", "").lower()


def pattern(href: str) -> str:
    """An address without the name of its layer: all layers are served by the same code."""
    return LAYER.sub(r"\1*", href)


def crawl(client, starts, headers=None, within: str = "") -> tuple[set, dict]:
    """Follow every link that is no template: what was asked for, and what is wrong with it."""
    waiting = deque((HERE + start, "") for start in starts)
    seen: set[tuple[str, str]] = set()
    faults: dict[tuple[str, str], str] = {}
    while waiting:
        href, kind = waiting.popleft()
        if (pattern(href), kind) in seen or not href.startswith(HERE) or within not in href:
            continue
        seen.add((pattern(href), kind))
        asked = {**(headers or {}), **({"accept": kind} if kind else {})}
        answer = client.get(href.removeprefix(HERE), headers=asked)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        given = media(answer["Content-Type"])
        if answer.status_code != 200 or (kind and given != media(kind)):
            faults[href, kind] = f"{answer.status_code} {given}"
        elif given.partition(";")[0].endswith("json"):
            for link in links_in(json.loads(body)):
                if not link.get("templated") and link.get("rel") not in POSTED:
                    waiting.append((link["href"], link.get("type", "")))
    return seen, faults


@pytest.mark.slow(reason="every link of the API")
def test_every_link_of_the_public_leads_to_its_type(client, town, land):
    seen, faults = crawl(client, STARTS)
    assert faults == {}
    assert {media(kind) for _, kind in seen} >= {
        "application/schema+json",
        "application/vnd.oai.openapi+json;version=3.0",
        "application/vnd.mapbox.style+json",
        "application/vnd.cov+json",
        "image/tiff;application=geotiff",
        "application/ld+json",
        "text/html",
    }


def test_every_link_to_a_conditional_layer_leads_a_system_to_its_type(client, town, land):
    key = key_of("系统", "pipe-lines", is_department=False, may_write=False)
    here = "/ogc/collections/pipe-lines"
    starts = (here, f"{here}/items/PL1", "/ogc/collections/catalogue/items/pipe-lines")
    seen, faults = crawl(client, starts, {"authorization": f"Bearer {key}"}, "pipe-lines")
    assert faults == {}
    assert len(seen) > 30


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/ogc/openapi", "application/vnd.oai.openapi+json;version=3.0"),
        (f"{PARCELS}/schema", "application/schema+json"),
        (f"{PARCELS}/queryables", "application/schema+json"),
        (f"{PARCELS}/sortables", "application/schema+json"),
        ("/ogc/collections/terrain/schema", "application/schema+json"),
        ("/ogc/collections/catalogue/queryables", "application/schema+json"),
        ("/ogc/collections/catalogue/items", "application/geo+json"),
        (f"{PARCELS}/items", "application/geo+json"),
        (f"{PARCELS}/feed", "application/json"),
        ("/ogc/collections", "application/json"),
        ("/ogc/processes", "application/json"),
        ("/ogc/collections/terrain/coverage", "image/tiff;application=geotiff"),
    ],
)
def test_each_resource_serves_and_names_its_own_types(client, land, path, own):
    plain = own.partition(";")[0]
    for accept in (
        own,
        plain,
        f"{plain}; charset=utf-8",
        f"text/x-none, {own};q=0.5",
        "*/*",
        f"{plain.partition('/')[0]}/*",
    ):
        answer = client.get(path, headers={"accept": accept})
        assert (answer.status_code, media(answer["Content-Type"])) == (200, own), accept
    if plain.endswith("json"):
        assert client.get(path, headers={"accept": "application/json"}).status_code == 200
    refused = client.get(path, headers={"accept": "application/pdf"})
    assert refused.status_code == 406
    assert plain in refused.json()["detail"]
    assert ("geo+json" in refused.json()["detail"]) == ("geo+json" in own)


def test_the_link_to_the_whole_terrain_as_json_is_to_what_fits(client, land, monkeypatch):
    for module in ("views", "documents"):
        monkeypatch.setattr(f"layers.ogc.coverages.{module}.MOST_TEXT_CELLS", 700)
    links = client.get("/ogc/collections/terrain?f=json").json()["links"]
    href = next(link["href"] for link in links if "f=covjson" in link["href"])
    assert "scale-factor=" in href
    assert client.get(href.removeprefix(HERE)).status_code == 200


def test_queries_that_need_a_place_are_told_as_templates(client, town, land):
    for name, queries in (
        ("terrain", ("position", "area", "cube")),
        ("rain", ("position", "area")),
    ):
        document = client.get(f"/ogc/collections/{name}?f=json").json()
        told = {link["href"] for link in document["links"] if link.get("templated")}
        for query in queries:
            link = document["data_queries"][query]["link"]
            assert link["templated"] is True
            assert link["href"] in told
            assert "{" in link["href"]

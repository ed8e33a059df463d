"""Items and item as pages for people."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from layers.ogc.features.counting import Count
from layers.ogc.formats.geojson import Page
from layers.reading.shares import Share

SHOWN_GEOMETRY = 2000


def items_page(
    request: HttpRequest, share: Share, page: Page, count: Count, links: list[dict[str, str]]
) -> HttpResponse:
    """A table of features."""
    layer = share.layer
    rows = [
        row["properties"] | {"id": row["id"]} for row in json.loads(b"[" + page.features + b"]")
    ]
    context = {
        "layer": layer,
        "columns": [(f.name, layer.field_title_shown(f.name), f.unit) for f in share.fields],
        "rows": [(row["id"], [row.get(f.name) for f in share.fields]) for row in rows],
        "total": count.number,
        "is_estimate": not count.exact,
        "next": next((link["href"] for link in links if link["rel"] == "next"), ""),
    }
    return render(request, "ogc/items.html", context)


def item_page(
    request: HttpRequest, share: Share, feature: bytes, links: list[dict[str, str]]
) -> HttpResponse:
    """One feature with its fields, validity, geometry and links."""
    row = json.loads(feature)
    properties = row["properties"]
    context = {
        "layer": share.layer,
        "code": row["id"],
        "rows": [
            (share.layer.field_title_shown(f.name), properties.get(f.name), f.unit)
            for f in share.fields
        ],
        "valid_from": properties.get("valid_from"),
        "valid_to": properties.get("valid_to"),
        "geometry": json.dumps(row["geometry"])[:SHOWN_GEOMETRY],
        "links": links,
    }
    return render(request, "ogc/item.html", context)

"""Items and item of every collection: our own views, where Python passes bytes."""

import json
from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.access import Sharing, may_see
from layers.callers import caller_of
from layers.declarations import Layer
from layers.ogc.errors import BadParameter, NotAcceptable, NotThere, ogc_errors
from layers.ogc.features import existed, matched, one_feature, page_of
from layers.ogc.requests import ItemsQuery, read_items_query, write_cursor
from layers.registry import layer_named

GEOJSON = "application/geo+json"


def collection_for(request: HttpRequest, layer_id: str) -> Layer:
    """The layer of that id if the caller may see it.

    Raises:
        NotThere: alike for what does not exist and for what is hidden.
    """
    layer = layer_named(layer_id)
    if layer is None or layer.sharing is Sharing.WITHHELD or not may_see(caller_of(request), layer):
        raise NotThere(f"没有图层“{layer_id}”")
    return layer


def wanted_format(request: HttpRequest, offered: Iterable[str] = ("json", "html")) -> str:
    """``f=``, else what the Accept header prefers, else JSON.

    Raises:
        BadParameter: a format that is not offered.
    """
    asked = request.GET.get("f")
    if asked:
        asked = {"geojson": "json"}.get(asked, asked)
        if asked not in offered:
            raise BadParameter(f"不提供格式 {asked}；可用：{'、'.join(offered)}")
        return asked
    preferred = request.get_preferred_type([GEOJSON, "application/json", "text/html"])
    if preferred is None:
        raise NotAcceptable("只提供 GeoJSON 与 HTML")
    return "html" if preferred == "text/html" and "html" in offered else "json"


@require_safe
@ogc_errors
def items(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/items``: one page of features."""
    layer = collection_for(request, layer_id)
    form = wanted_format(request)
    query = read_items_query(layer, request.GET.dict())
    page = page_of(layer, query)
    total = matched(layer, query)
    links = _links(request, layer, query, page.last_code if page.has_more else "")
    if form == "html":
        return _items_page(request, layer, page.features, total, links)
    head = {
        "type": "FeatureCollection",
        "timeStamp": timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": total,
        "numberReturned": len(page.features),
        "links": links,
    }
    body = json.dumps(head, ensure_ascii=False)[:-1]
    body += ', "features": [' + ",\n".join(page.features) + "]}"
    return _geojson(body, query.crs.uri)


@require_safe
@ogc_errors
def item(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """``/collections/{id}/items/{code}``: one feature, now or as of a moment."""
    layer = collection_for(request, layer_id)
    form = wanted_format(request)
    params = {k: v for k, v in request.GET.dict().items() if k in ("datetime", "crs", "f", "lang")}
    for unknown in request.GET.keys() - params.keys() - {"token"}:
        raise BadParameter(f"不认识参数“{unknown}”")
    query = read_items_query(layer, params)
    if "\x00" in code:
        raise NotThere(f"图层“{layer.id}”中没有这个要素")
    found = one_feature(layer, code, query.as_of, query.crs)
    if found is None:
        past = "该时间没有有效版本（可用 datetime 查看其他时间）" if existed(layer, code) else ""
        raise NotThere(f"图层“{layer.id}”中没有要素“{code}” {past}".rstrip())
    base = request.build_absolute_uri(request.path)
    links = [
        {"rel": "self", "type": GEOJSON, "href": request.build_absolute_uri()},
        {"rel": "alternate", "type": "text/html", "href": f"{base}?f=html"},
        {"rel": "collection", "type": "application/json", "href": _collection_url(request, layer)},
    ]
    if form == "html":
        return _item_page(request, layer, found, links)
    body = f'{found[:-1]},"links":{json.dumps(links, ensure_ascii=False)}}}'
    return _geojson(body, query.crs.uri)


def _geojson(body: str, crs_uri: str) -> HttpResponse:
    response = HttpResponse(body.encode(), content_type=GEOJSON)
    response["Content-Crs"] = f"<{crs_uri}>"
    response["Vary"] = "Accept, Cookie, Authorization"
    return response


def _collection_url(request: HttpRequest, layer: Layer) -> str:
    return request.build_absolute_uri(f"/ogc/collections/{layer.id}")


def _links(request: HttpRequest, layer: Layer, query: ItemsQuery, last: str) -> list[dict]:
    """self, alternate, collection, and next while there is more."""
    kept = {k: v for k, v in request.GET.dict().items() if k not in ("cursor", "offset", "token")}
    base = request.build_absolute_uri(request.path)
    links = [
        {"rel": "self", "type": GEOJSON, "href": request.build_absolute_uri()},
        {
            "rel": "alternate",
            "type": "text/html",
            "title": "网页",
            "href": f"{base}?{urlencode({**kept, 'f': 'html'})}",
        },
        {"rel": "collection", "type": "application/json", "href": _collection_url(request, layer)},
    ]
    if last:
        following = {**kept, "limit": str(query.limit), "cursor": write_cursor(last)}
        links.append(
            {
                "rel": "next",
                "type": GEOJSON,
                "title": "下一页",
                "href": f"{base}?{urlencode(following)}",
            }
        )
    return links


def _items_page(
    request: HttpRequest, layer: Layer, features: list[str], total: int, links: list[dict]
) -> HttpResponse:
    rows = [json.loads(text) for text in features]
    context = {
        "layer": layer,
        "columns": [(f.name, layer.title_of(f.name), f.unit) for f in layer.fields],
        "rows": [(row["id"], [row["properties"][f.name] for f in layer.fields]) for row in rows],
        "total": total,
        "next": next((link["href"] for link in links if link["rel"] == "next"), ""),
    }
    return render(request, "ogc/items.html", context)


def _item_page(request: HttpRequest, layer: Layer, feature: str, links: list[dict]) -> HttpResponse:
    row = json.loads(feature)
    context = {
        "layer": layer,
        "code": row["id"],
        "rows": [(layer.title_of(f.name), row["properties"][f.name], f.unit) for f in layer.fields],
        "valid_from": row["properties"]["valid_from"],
        "valid_to": row["properties"]["valid_to"],
        "geometry": json.dumps(row["geometry"])[:2000],
        "links": links,
    }
    return render(request, "ogc/item.html", context)

"""What there is of tiles: matrix sets, tilesets, TileJSON."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.declarations.cartography import LABELS
from layers.ogc.common.errors import InvalidParameter, NotFound, ogc_errors
from layers.ogc.common.negotiation import root_url, share_for
from layers.ogc.common.requests import CRS84, read_only
from layers.ogc.tiles.drawing import label_fields
from layers.ogc.tiles.matrices import (
    CRS_URI,
    MATRIX_SET,
    MATRIX_SET_URI,
    MAX_ZOOM,
    definition,
)
from layers.ogc.tiles.views import MVT, chosen_shares
from layers.reading.shares import Share
from spatial.city import city

Document = dict[str, Any]
TILING_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
TILE_MATRIX = "{tileMatrix}/{tileRow}/{tileCol}"
JSON_TYPES = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
POINTS = {"Point": 0, "LineString": 1, "Polygon": 2}


@require_safe
@ogc_errors
def matrix_sets(request: HttpRequest) -> HttpResponse:
    """``/tileMatrixSets``."""
    _plain(request)
    here = f"{root_url(request)}/tileMatrixSets"
    entry = {
        "id": MATRIX_SET,
        "title": definition()["title"],
        "uri": MATRIX_SET_URI,
        "crs": CRS_URI,
        "links": [_link("self", f"{here}/{MATRIX_SET}", "WebMercatorQuad 的定义")],
    }
    return _json({"tileMatrixSets": [entry], "links": [_link("self", here)]})


@require_safe
@ogc_errors
def matrix_set(request: HttpRequest) -> HttpResponse:
    """``/tileMatrixSets/WebMercatorQuad``."""
    _plain(request)
    return _json(definition())


@require_safe
@ogc_errors
def tilesets(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/tiles``: the tilesets of a collection."""
    share = _share_with_place(request, layer_id)
    _plain(request)
    here = f"{root_url(request)}/collections/{share.layer.id}/tiles"
    return _json(_list(request, here, share.layer.title, [share]))


@require_safe
@ogc_errors
def tileset(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/tiles/WebMercatorQuad``: one tileset, or as TileJSON."""
    share = _share_with_place(request, layer_id)
    here = f"{root_url(request)}/collections/{share.layer.id}/tiles"
    return _described(request, here, share.layer.title, [share], _form(request, "json"))


@require_safe
@ogc_errors
def tilejson(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/tiles/WebMercatorQuad/metadata``: TileJSON, where clients look for it."""
    share = _share_with_place(request, layer_id)
    here = f"{root_url(request)}/collections/{share.layer.id}/tiles"
    return _described(request, here, share.layer.title, [share], _form(request, "tilejson"))


@require_safe
@ogc_errors
def dataset_tilesets(request: HttpRequest) -> HttpResponse:
    """``/tiles``: the tilesets of all that the caller may see."""
    _plain(request)
    shares = chosen_shares(request)
    return _json(_list(request, f"{root_url(request)}/tiles", city().name, shares))


@require_safe
@ogc_errors
def dataset_tileset(request: HttpRequest) -> HttpResponse:
    """``/tiles/WebMercatorQuad``: all layers in one tileset, or as TileJSON."""
    form = _form(request, "json", "collections")
    return _described(
        request, f"{root_url(request)}/tiles", city().name, chosen_shares(request), form
    )


@require_safe
@ogc_errors
def dataset_tilejson(request: HttpRequest) -> HttpResponse:
    """``/tiles/WebMercatorQuad/metadata``: TileJSON."""
    form = _form(request, "tilejson", "collections")
    return _described(
        request, f"{root_url(request)}/tiles", city().name, chosen_shares(request), form
    )


def _described(
    request: HttpRequest, here: str, title: str, shares: list[Share], form: str
) -> HttpResponse:
    address = f"{here}/{MATRIX_SET}"
    query = _query(request)
    if form == "tilejson":
        template = f"{address}/{{z}}/{{y}}/{{x}}{query}"
        return _json(tilejson_of(shares, title, template))
    return _json(tileset_of(shares, title, address, root_url(request), query))


def tileset_of(
    shares: list[Share], title: str, address: str, root: str, query: str = ""
) -> Document:
    """The metadata of a tileset (OGC 17-083r4)."""
    extent = city().extent
    box = {
        "lowerLeft": [extent.west, extent.south],
        "upperRight": [extent.east, extent.north],
        "crs": CRS84,
    }
    return {
        **_brief(title, address, root),
        "boundingBox": box,
        "layers": [_layer(share, root) for share in shares],
        "links": [
            *_brief(title, address, root)["links"],
            _link("item", f"{address}/{TILE_MATRIX}{query}", "瓦片", MVT, templated=True),
            _link("describedby", f"{address}/metadata?f=tilejson", "TileJSON"),
        ],
    }


def tilejson_of(shares: list[Share], title: str, template: str) -> Document:
    """A TileJSON 3.0 document."""
    extent, view = city().extent, city().view
    least = min((share.layer.min_zoom for share in shares), default=0)
    return {
        "tilejson": "3.0.0",
        "name": title,
        "attribution": city().attribution,
        "tiles": [template],
        "minzoom": least,
        "maxzoom": MAX_ZOOM,
        "bounds": [extent.west, extent.south, extent.east, extent.north],
        "center": [view.longitude, view.latitude, max(least, round(view.zoom))],
        "vector_layers": [layer for share in shares for layer in _vector_layers(share)],
    }


def _vector_layers(share: Share) -> list[Document]:
    layer = share.layer
    found = [_vector_layer(share, layer.id, share.tile_fields, layer.min_zoom)]
    paint = layer.paint
    if paint and paint.label and layer.geometry == "Polygon":
        low = max(layer.min_zoom, paint.label_zoom - 1)
        found.append(_vector_layer(share, layer.id + LABELS, label_fields(share), low))
    return found


def _vector_layer(share: Share, name: str, fields: Iterable[Any], least: int) -> Document:
    layer = share.layer
    kinds = {f.name: JSON_TYPES.get(layer.json_type(f.name), "String") for f in fields}
    return {
        "id": name,
        "description": layer.title,
        "minzoom": least,
        "maxzoom": MAX_ZOOM,
        "fields": {"code": "String", **kinds},
    }


def _layer(share: Share, root: str) -> Document:
    layer = share.layer
    schema = {
        f.name: {"title": layer.title_of(f.name), "type": layer.json_type(f.name)}
        for f in share.tile_fields
    }
    return {
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "dataType": "vector",
        "geometryDimension": POINTS[layer.geometry],
        "crs": CRS_URI,
        "minTileMatrix": str(layer.min_zoom),
        "maxTileMatrix": str(MAX_ZOOM),
        "propertiesSchema": {
            "type": "object",
            "properties": {"code": {"title": "编码", "type": "string"}, **schema},
        },
        "links": [_link("collection", f"{root}/collections/{layer.id}", layer.title)],
    }


def _brief(title: str, address: str, root: str) -> Document:
    return {
        "title": title,
        "dataType": "vector",
        "crs": CRS_URI,
        "tileMatrixSetId": MATRIX_SET,
        "tileMatrixSetURI": MATRIX_SET_URI,
        "links": [
            _link("self", address, title),
            _link(TILING_SCHEME, f"{root}/tileMatrixSets/{MATRIX_SET}", MATRIX_SET),
        ],
    }


def _list(request: HttpRequest, here: str, title: str, shares: list[Share]) -> Document:
    whole = tileset_of(shares, title, f"{here}/{MATRIX_SET}", root_url(request))
    return {"links": [_link("self", here, title)], "tilesets": [whole]}


def _share_with_place(request: HttpRequest, layer_id: str) -> Share:
    share = share_for(request, layer_id)
    if not share.layer.geometry:
        raise NotFound(_("图层“%(layer_id)s”没有瓦片") % {"layer_id": layer_id})
    return share


def _plain(request: HttpRequest) -> None:
    read_only(request.GET, ())
    if request.GET.get("f", "json") != "json":
        raise InvalidParameter(_("此处只有 json 一种格式"))


def _form(request: HttpRequest, default: str, *allowed: str) -> str:
    read_only(request.GET, (*allowed, "datetime"))
    form = request.GET.get("f", default)
    if form not in ("json", "tilejson"):
        raise InvalidParameter(_("f 应为 json 或 tilejson"))
    return form


def _query(request: HttpRequest) -> str:
    """What the address of each tile takes over from that of its tileset; never a key."""
    query = request.GET.copy()
    for name in set(query) - {"datetime", "collections"}:
        del query[name]
    return f"?{query.urlencode(safe=',:/')}" if query else ""


def _link(
    rel: str,
    href: str,
    title: str = "",
    media: str = "application/json",
    *,
    templated: bool = False,
) -> Document:
    found: Document = {"rel": rel, "type": media, "href": href}
    if title:
        found["title"] = title
    if templated:
        found["templated"] = True
    return found


def _json(document: Document) -> HttpResponse:
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    response["Vary"] = "Accept, Authorization, Cookie"
    return response

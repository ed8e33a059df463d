"""Styles: how the platform draws its layers, for any client that reads Mapbox styles.

One per visible layer and one of the whole map. A style names no other addresses than
those of our own tiles, and no field that its caller may not see.
"""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.declarations.cartography import as_seen, style
from layers.declarations.declarations import Layer
from layers.ogc.common.errors import InvalidParameter, NotFound, ogc_errors
from layers.ogc.common.negotiation import root_url, share_for
from layers.ogc.common.requests import read_only
from layers.ogc.tiles.matrices import MATRIX_SET
from layers.reading.shares import Share, shares_of
from layers.sharing.callers import api_caller
from spatial.city import city

MAPBOX = "application/vnd.mapbox.style+json"
WHOLE = "map"
WHOLE_TITLE = "全部图层"


@require_safe
@ogc_errors
def styles(request: HttpRequest) -> HttpResponse:
    """``/styles``: the styles that the caller may use."""
    _plain(request, ("json",))
    root = root_url(request)
    drawn = drawn_shares(request)
    listed = [_entry(root, WHOLE, WHOLE_TITLE), *(_of(root, share) for share in drawn)]
    return _answer({"default": WHOLE, "styles": listed, "links": [_link("self", f"{root}/styles")]})


@require_safe
@ogc_errors
def styles_of_collection(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/styles``: the style of a collection, if it is drawn."""
    share = share_for(request, layer_id)
    _plain(request, ("json",))
    here = f"{root_url(request)}/collections/{layer_id}"
    listed = [_of(here, share)] if is_drawn(share) else []
    document: dict[str, Any] = {"styles": listed, "links": [_link("self", f"{here}/styles")]}
    if listed:
        document["default"] = layer_id
    return _answer(document)


@require_safe
@ogc_errors
def style_of_collection(request: HttpRequest, layer_id: str, style_id: str) -> HttpResponse:
    """``/collections/{id}/styles/{id}``: the style of the collection, which bears its name."""
    share = share_for(request, layer_id)
    _plain(request, ("mbs", "json"))
    if style_id != layer_id or not is_drawn(share):
        raise NotFound(_("没有样式“%(style_id)s”") % {"style_id": style_id})
    return _sheet(request, [share], share.layer.title)


@require_safe
@ogc_errors
def style_sheet(request: HttpRequest, style_id: str) -> HttpResponse:
    """``/styles/{id}``: a style as Mapbox and MapLibre read it."""
    _plain(request, ("mbs", "json"))
    shares = drawn_shares(request)
    if style_id != WHOLE:
        shares = [share for share in shares if share.layer.id == style_id]
        if not shares:
            raise NotFound(_("没有样式“%(style_id)s”") % {"style_id": style_id})
    title = WHOLE_TITLE if style_id == WHOLE else shares[0].layer.title
    return _sheet(request, shares, title)


def _is_hidden(layer: Layer) -> bool:
    return bool(layer.paint and layer.paint.is_hidden_at_first)


def document_of(shares: Iterable[Share], title: str, root: str) -> dict[str, Any]:
    """The style of these shares, with the addresses of their tiles."""
    seen = [as_seen(share.layer, share.names) for share in shares]
    shown = [layer.id for layer in seen if len(seen) == 1 or not _is_hidden(layer)]
    tiles = {
        layer.id: f"{root}/collections/{layer.id}/tiles/{MATRIX_SET}/{{z}}/{{y}}/{{x}}"
        for layer in seen
    }
    view = city().view
    document = style(seen, shown, tiles, latitude=view.latitude)
    return {
        **document,
        "name": f"{city().name} · {title}",
        "center": [view.longitude, view.latitude],
        "zoom": view.zoom,
    }


def is_drawn(share: Share) -> bool:
    """Whether there is a style for a share."""
    return bool(share.layer.paint and share.layer.geometry)


def drawn_shares(request: HttpRequest) -> list[Share]:
    """The caller's shares that are drawn on maps."""
    return [share for share in shares_of(api_caller(request)) if is_drawn(share)]


def _sheet(request: HttpRequest, shares: Iterable[Share], title: str) -> HttpResponse:
    response = _answer(document_of(shares, title, root_url(request)))
    response["Content-Type"] = MAPBOX
    return response


def _of(base: str, share: Share) -> dict[str, Any]:
    return _entry(base, share.layer.id, share.layer.title)


def _entry(base: str, style_id: str, title: str) -> dict[str, Any]:
    sheet = _link("stylesheet", f"{base}/styles/{style_id}?f=mbs", MAPBOX)
    return {"id": style_id, "title": title, "links": [sheet]}


def _link(rel: str, href: str, media: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "type": media, "href": href}


def _plain(request: HttpRequest, forms: Iterable[str]) -> None:
    read_only(request.GET, ())
    if request.GET.get("f", "json") not in forms:
        raise InvalidParameter(_("f 应为 %(listed)s") % {"listed": "、".join(forms)})


def _answer(document: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    response["Vary"] = "Accept, Authorization, Cookie"
    response["Cache-Control"] = "private, no-cache"
    return response

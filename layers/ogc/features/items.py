"""Items and item of every collection: our own views, where Python passes bytes."""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.ogc.common.cursors import write_cursor
from layers.ogc.common.errors import NotFound, ogc_errors
from layers.ogc.common.etags import feature_etag, still_current, tagged, unless_held
from layers.ogc.common.negotiation import (
    GEOJSON,
    ITEM_FORMS,
    MEDIA_TYPES,
    PAGE_FORMS,
    carried_on,
    negotiated_format,
    root_url,
    share_for,
)
from layers.ogc.common.requests import ItemsQuery, read_items_query, read_only
from layers.ogc.features.counting import Count, count_of
from layers.ogc.features.format_pages import fg_item, fg_item_row, other_page
from layers.ogc.features.history import feature_url, links_json, mark_version, not_there, time_links
from layers.ogc.features.item_pages import item_page, items_page
from layers.ogc.formats.geojson import FeatureJson, Page, one_feature, page_of
from layers.ogc.formats.jsonfg import profile_of
from layers.reading.digests import tag_of
from layers.reading.revisions import access_class, revision
from layers.reading.shares import Share
from layers.reading.timestamps import read_stamp, read_version_id
from layers.sharing.callers import api_caller
from spatial.periods import at

Link = dict[str, str]
ITEM_PARAMETERS = (
    "datetime",
    "crs",
    "properties",
    "exclude-properties",
    "skip-geometry",
    "profile",
)


@require_safe
@ogc_errors
def items(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/items``: one page of features."""
    share = share_for(request, layer_id)
    form = _form(request, PAGE_FORMS)
    query = read_items_query(share, request.GET.dict())
    if form == "html":
        return _page_answer(request, share, query, form)
    etag = f'"{tag_of(access_class(share), revision(share), form, request.get_full_path())}"'
    make = partial(_page_answer, request, share, query, form)
    return unless_held(request, etag, make, public=share.layer.public)


def _page_answer(request: HttpRequest, share: Share, query: ItemsQuery, form: str) -> HttpResponse:
    if form not in ("json", "html"):
        return other_page(request, share, query, form, _links)
    page = page_of(share, query)
    count = count_of(share, query, page)
    links = _links(request, share, query, page, form)
    if form == "html":
        return items_page(request, share, page, count, links)
    return _geojson(_head(page, count, links) + page.features + b"]}", query.crs.uri)


def _form(request: HttpRequest, offered: Iterable[str]) -> str:
    """The format wanted; GeoJSON by a profile of JSON-FG is JSON-FG."""
    form = negotiated_format(request, offered, GEOJSON)
    return "jsonfg" if form == "json" and profile_of(request.GET.dict()) else form


@require_safe
@ogc_errors
def item(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """``/collections/{id}/items/{code}``: one feature, now or as of a moment."""
    share = share_for(request, layer_id)
    form = _form(request, ITEM_FORMS)
    read_only(request.GET, ITEM_PARAMETERS)
    query = read_items_query(share, request.GET.dict())
    number = revision(share)
    representation = tag_of(access_class(share), form, request.get_full_path())
    if held := still_current(request, number, representation):
        return tagged(HttpResponse(status=304), held, public=share.layer.public)
    row = fg_item_row(request, share, query) if form == "jsonfg" else ""
    code, query, found = _version(share, code, query, row)
    if found is None:
        raise not_there(request, share, code, query.as_of)
    if form == "html":
        times = time_links(feature_url(request, share, code), found)
        return item_page(request, share, found.text, [*_item_links(request, share, code), *times])
    etag = feature_etag(found.version, number, representation)
    return version_answer(request, share, code, query, found, etag, form)


@require_safe
@ogc_errors
def version(request: HttpRequest, layer_id: str, code: str, start: str) -> HttpResponse:
    """``/items/{code}/versions/{start}``: the version that began then, by an address of its own."""
    share = share_for(request, layer_id)
    read_only(request.GET, [name for name in ITEM_PARAMETERS if name != "datetime"])
    negotiated_format(request, ["json"], GEOJSON)
    moment = read_stamp(start)
    query = read_items_query(share, request.GET.dict())
    if moment is None:
        raise NotFound(_("“%(start)s”不是版本的名称，应形如 20200601T000000Z") % {"start": start})
    query = replace(query, as_of=at(moment))
    found = None if "\x00" in code else one_feature(share, code, query)
    if found is None or found.start != moment:
        raise not_there(request, share, code, query.as_of)
    representation = tag_of(access_class(share), "json", request.get_full_path())
    etag = feature_etag(found.version, revision(share), representation)
    return version_answer(request, share, code, query, found, etag)


def version_answer(
    request: HttpRequest,
    share: Share,
    code: str,
    query: ItemsQuery,
    found: FeatureJson,
    etag: str,
    form: str = "json",
) -> HttpResponse:
    """One version of a feature as GeoJSON or JSON-FG, its links in the body and in the headers."""
    times = time_links(feature_url(request, share, code), found)
    links = [*_item_links(request, share, code, form), *times]
    if form == "jsonfg":
        response = fg_item(request, share, query, found.text, links)
    else:
        body = found.text[:-1] + b',"links":' + links_json(links) + b"}"
        response = _geojson(body, query.crs.uri)
    tagged(response, etag, public=share.layer.public)
    public = share.layer.public and api_caller(request).is_anonymous
    return mark_version(response, times, found, query.as_of, public=public)


def _version(
    share: Share, code: str, query: ItemsQuery, row: str
) -> tuple[str, ItemsQuery, FeatureJson | None]:
    """The feature of that code, else the version of that id (``P1@20200601T000000Z``)."""
    if "\x00" in code:
        return code, query, None
    found = one_feature(share, code, query, row)
    named = read_version_id(code) if found is None else None
    if not named:
        return code, query, found
    then = replace(query, as_of=at(named[1]))
    found = one_feature(share, named[0], then, row)
    return (named[0], then, found) if found and found.start == named[1] else (code, query, None)


def _head(page: Page, count: Count, links: list[Link]) -> bytes:
    head = {
        "type": "FeatureCollection",
        "timeStamp": timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
        "numberMatched": count.number,
        "numberMatchedIsEstimate": not count.exact,
        "numberReturned": page.returned,
        "links": links,
    }
    return _json(head)[:-1] + b', "features": ['


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _geojson(body: bytes, crs_uri: str) -> HttpResponse:
    response = HttpResponse(body, content_type=GEOJSON)
    response["Content-Crs"] = f"<{crs_uri}>"
    return response


def _item_links(request: HttpRequest, share: Share, code: str, form: str = "json") -> list[Link]:
    here = root_url(request).removesuffix("/ogc") + request.get_full_path()
    feature = feature_url(request, share, code)
    others = [other for other in ITEM_FORMS if other != form]
    return [
        {"rel": "self", "type": MEDIA_TYPES[form], "href": here},
        *(_alternate(other, f"{feature}?f={other}") for other in others),
        {"rel": "collection", "type": "application/json", "href": collection_url(request, share)},
    ]


def _alternate(form: str, href: str) -> Link:
    return {"rel": "alternate", "type": MEDIA_TYPES[form], "href": href}


def collection_url(request: HttpRequest, share: Share) -> str:
    """The address of the collection."""
    return f"{root_url(request)}/collections/{share.layer.id}"


def _links(
    request: HttpRequest, share: Share, query: ItemsQuery, page: Page, form: str
) -> list[Link]:
    """self, every alternate, collection, and next while there is more."""
    kept = {k: v for k, v in request.GET.items() if k not in ("cursor", "offset", "token")}
    here = f"{collection_url(request, share)}/items"
    media_type = MEDIA_TYPES[form]
    told = urlencode({k: v for k, v in kept.items() if k != "f"})
    others = [other for other in PAGE_FORMS if other != form]
    links = [
        {"rel": "self", "type": media_type, "href": f"{here}?{urlencode(kept)}" if kept else here},
        *(_alternate(f, f"{here}?{told}{'&' if told else ''}f={f}") for f in others),
        {"rel": "collection", "type": "application/json", "href": collection_url(request, share)},
    ]
    if page.has_more:
        cursor = write_cursor(page.last, share)
        following = {**kept, "limit": str(query.limit), "cursor": cursor}
        address = f"{here}?{carried_on(request, following)}"
        links.append({"rel": "next", "type": media_type, "title": "下一页", "href": address})
    return links

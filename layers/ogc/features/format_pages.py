"""Items in other formats than GeoJSON and HTML, and one item as JSON-FG.

What a format has no place for, links and counts, is told in headers.
"""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from layers.ogc.common.negotiation import MEDIA_TYPES, root_url
from layers.ogc.common.requests import ItemsQuery
from layers.ogc.features.counting import Count, count_of
from layers.ogc.features.history import link_header
from layers.ogc.formats import jsonfg, tables
from layers.ogc.formats.documents import now, writing_of
from layers.ogc.formats.files import WriteFailed, room_for_a_file, write_table
from layers.ogc.formats.geojson import Page, page_of
from layers.ogc.formats.naming import disposition
from layers.reading.shares import Share

Link = dict[str, str]
LinksOf = Callable[[HttpRequest, Share, ItemsQuery, Page, str], list[Link]]


def other_page(
    request: HttpRequest, share: Share, query: ItemsQuery, form: str, links_of: LinksOf
) -> HttpResponse:
    """One page of features as CSV, JSON-FG or GIS file."""
    writing = None if form in tables.DRIVERS else writing_of(request, share, query, form)
    row = writing.row if writing else tables.line_sql(share, query, form)
    page = page_of(share, query, row, writing.sql_glue if writing else "")
    count = count_of(share, query, page)
    links = links_of(request, share, query, page, form)
    if writing:
        told = _members(page, count, links)
        body = writing.head(told) + page.features + writing.tail({})
    else:
        body = _file(share, query, page, form)
    content_type = writing.content_type if writing else MEDIA_TYPES[form]
    response = HttpResponse(body, content_type=content_type)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    if form == "jsonfg":
        response["Link"] = _profile(request)
    else:
        response["Link"] = link_header(links)
        response["OGC-NumberReturned"] = str(page.returned)
        if count.exact:
            response["OGC-NumberMatched"] = str(count.number)
        response["Content-Disposition"] = disposition(share, query, form)
    return response


def fg_item_row(request: HttpRequest, share: Share, query: ItemsQuery) -> str:
    """The expression that writes one item as JSON-FG."""
    plus = jsonfg.profile_of(request.GET.dict()) == "jsonfg-plus"
    return jsonfg.feature_fg_sql(share, query, plus=plus)


def fg_item(
    request: HttpRequest, share: Share, query: ItemsQuery, text: bytes, links: list[Link]
) -> HttpResponse:
    """One item as a JSON-FG document, from the feature's text."""
    schema = f"{root_url(request)}/collections/{share.layer.id}/schema"
    told = jsonfg.members(share, query, schema, single=True) | {"links": links}
    start = len(jsonfg.BEGINNING)
    root = json.dumps(told, ensure_ascii=False)[1:-1].encode()
    body = text[:start] + root + b"," + text[start:]
    response = HttpResponse(body, content_type=MEDIA_TYPES["jsonfg"])
    response["Content-Crs"] = f"<{query.crs.uri}>"
    return response


def _members(page: Page, count: Count, links: list[Link]) -> dict[str, Any]:
    return {
        "timeStamp": now(),
        "numberMatched": count.number,
        "numberMatchedIsEstimate": not count.exact,
        "numberReturned": page.returned,
        "links": links,
    }


def _file(share: Share, query: ItemsQuery, page: Page, form: str) -> bytes:
    """A page as a GIS file; it is small, a page being bounded."""
    with room_for_a_file() as (folder, _):
        path = folder / f"{share.layer.id}.{form}"
        table = tables.table_of(share, query, path, form)
        written = write_table(table, [page.features] if page.features else [])
        if written != page.returned:
            raise WriteFailed(f"{page.returned} rows were read, {written} written")
        return path.read_bytes()


def _profile(request: HttpRequest) -> str:
    name = jsonfg.profile_of(request.GET.dict()) or jsonfg.PROFILES[0]
    return f'<{jsonfg.PROFILE_URI}{name}>; rel="profile"'

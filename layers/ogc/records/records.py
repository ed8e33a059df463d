"""The catalogue as a collection of records (OGC API Records): one record per layer.

Every caller sees the records of the layers that it may know of; a hidden layer is absent
from lists, counts, filters and answers, as one that does not exist.
"""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.ogc.common.cursors import check_owner
from layers.ogc.common.errors import NotFound, ogc_errors
from layers.ogc.common.negotiation import (
    GEOJSON,
    JSON,
    SCHEMA,
    carried_on,
    negotiated_format,
    root_url,
)
from layers.ogc.common.requests import GEOMETRY, read_only
from layers.ogc.common.texts import in_reader_language
from layers.ogc.records.documents import (
    CATALOGUE,
    REL,
    catalogue_document,
    record_document,
    record_links,
)
from layers.ogc.records.queries import KINDS, TITLES, chosen, known_parameters, page_of
from layers.reading.digests import tag_of
from layers.reading.timestamps import iso
from layers.sharing.callers import api_caller
from layers.sharing.records import CatalogueRecord, record_of, records_of
from spatial.city import city

JSON_TYPES = {"date": ("string", "date"), "date-time": ("string", "date-time")}


@require_safe
@ogc_errors
def catalogue(request: HttpRequest) -> HttpResponse:
    """``/collections/catalogue``."""
    api_caller(request)
    form = negotiated_format(request)
    read_only(request.GET, ())
    document = described(request)
    if form == "html":
        return render(request, "ogc/catalogue.html", {"catalogue": document})
    return _json(document)


@require_safe
@ogc_errors
def records(request: HttpRequest) -> HttpResponse:
    """``/collections/catalogue/items``: the records that meet the parameters."""
    form = negotiated_format(request, json=GEOJSON)
    params = request.GET.dict()
    read_only(params, known_parameters())
    known = records_of(api_caller(request))
    if "cursor" in params:
        check_owner(params["cursor"], _owner(known))
    found = chosen(known, params)
    page, offset, limit = page_of(found, params)
    links = _page_links(request, form, (offset, limit, len(found)), _owner(known))
    if form == "html":
        context = {"records": page, "total": len(found), "links": links}
        return render(request, "ogc/records.html", context)
    root = root_url(request)
    document = {
        "type": "FeatureCollection",
        "timeStamp": iso(timezone.now().replace(microsecond=0)),
        "numberMatched": len(found),
        "numberReturned": len(page),
        "links": links,
        "features": [record_document(record, root) for record in page],
    }
    return _json(document, GEOJSON)


@require_safe
@ogc_errors
def record(request: HttpRequest, record_id: str) -> HttpResponse:
    """``/collections/catalogue/items/{id}``: one record."""
    form = negotiated_format(request, json=GEOJSON)
    read_only(request.GET, ())
    found = _record(request, record_id)
    if form == "html":
        links = record_links(found, root_url(request))
        return render(request, "ogc/record.html", {"record": found, "links": links})
    return _json(record_document(found, root_url(request)), GEOJSON)


@require_safe
@ogc_errors
def queryables(request: HttpRequest) -> HttpResponse:
    """``/collections/catalogue/queryables``."""
    shape = {"format": "geometry-polygon", "title": _("范围")}
    span = {"type": "array", "items": {"type": "string", "format": "date-time"}, "title": _("时间")}
    return _schema(request, "queryables", {GEOMETRY: shape, "time": span})


@require_safe
@ogc_errors
def sortables(request: HttpRequest) -> HttpResponse:
    """``/collections/catalogue/sortables``."""
    return _schema(request, "sortables", {})


def described(request: HttpRequest) -> dict[str, Any]:
    """The catalogue among the collections."""
    extent = city().extent
    bounds = (extent.west, extent.south, extent.east, extent.north)
    return catalogue_document(root_url(request), bounds)


def advertise(request: HttpRequest, document: Any) -> Any:
    """The list of collections with the catalogue in it, the landing page with a link to it."""
    if not isinstance(document, dict):
        return document
    if isinstance(document.get("collections"), list):
        document["collections"].append(described(request))
    elif any(link["rel"] == "service-desc" for link in document.get("links", [])):
        link = {"rel": f"{REL}/ogc-catalog", "type": GEOJSON, "title": _("数据目录")}
        document["links"].append({**link, "href": f"{_here(request)}/items"})
    return document


def _record(request: HttpRequest, record_id: str) -> CatalogueRecord:
    found = record_of(api_caller(request), record_id)
    if found is None:
        raise NotFound(_("目录中没有“%(record_id)s”") % {"record_id": record_id})
    return found


def _here(request: HttpRequest) -> str:
    return f"{root_url(request)}/collections/{CATALOGUE}"


def _owner(known: list[CatalogueRecord]) -> str:
    """What pages of these records are bound to: what their caller knows of, and what it may read."""
    return tag_of(*((r.layer.id, r.share.key if r.share else "") for r in known))


def _page_links(
    request: HttpRequest, form: str, place: tuple[int, int, int], owner: str
) -> list[dict[str, str]]:
    """self, alternate, collection, and the pages beside this one; those hold for this caller."""
    offset, limit, total = place
    kept = {k: v for k, v in request.GET.items() if k not in ("offset", "token", "f", "cursor")}
    media = {"json": GEOJSON, "html": "text/html"}

    def link(rel: str, form: str, **more: Any) -> dict[str, str]:
        query = urlencode({**kept, **more, "f": form})
        return {"rel": rel, "type": media[form], "href": f"{_here(request)}/items?{query}"}

    other = "json" if form == "html" else "html"
    links = [link("self", form, offset=offset), link("alternate", other, offset=offset)]
    links.append({"rel": "collection", "type": JSON, "href": _here(request)})
    beside = {"next": offset + limit if offset + limit < total else None}
    beside["prev"] = max(0, offset - limit) if offset else None
    for rel, start in beside.items():
        if start is not None:
            told = {**kept, "offset": str(start), "limit": str(limit), "cursor": owner, "f": form}
            address = f"{_here(request)}/items?{carried_on(request, told)}"
            links.append({"rel": rel, "type": media[form], "href": address})
    return links


def _schema(request: HttpRequest, what: str, more: dict[str, Any]) -> HttpResponse:
    api_caller(request)
    negotiated_format(request, ["json"], SCHEMA)
    read_only(request.GET, ())
    plain = {"id": {"type": "string", "title": TITLES["id"], "x-ogc-role": "id"}}
    for name, kind in KINDS.items():
        base, form = JSON_TYPES.get(kind, (kind, ""))
        plain[name] = {"type": base, "title": TITLES[name], **({"format": form} if form else {})}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{_here(request)}/{what}",
        "type": "object",
        "title": _("数据目录"),
        "properties": {**plain, **more},
        "additionalProperties": False,
    }
    return _json(in_reader_language(document), SCHEMA)


def _json(document: Any, media: str = JSON) -> HttpResponse:
    response = HttpResponse(json.dumps(document, ensure_ascii=False), content_type=media)
    response["Vary"] = "Accept, Accept-Language, Authorization, Cookie"
    response["Content-Language"] = get_language() or ""
    response["Cache-Control"] = "private, no-cache"
    return response

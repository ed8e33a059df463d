"""pygeoapi inside Django: landing page, collections, schemas, queryables.

pygeoapi's own Django views take one configuration for all; ours give each caller an
API object over what that caller may see, so that hidden layers are absent everywhere.
Claims of conformance are ours: only what our items and tiles meet (pygeoapi's own
list would claim what it does not answer here).
"""

import json
from collections.abc import Callable
from copy import copy
from functools import lru_cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from pygeoapi.api import API, APIRequest, describe_collections, get_collection_schema
from pygeoapi.api import landing_page as pygeoapi_landing_page
from pygeoapi.api.itemtypes import get_collection_queryables
from pygeoapi.util import render_j2_template

from layers.access.access import Caller, may_write
from layers.ogc.common.conformance import CONFORMANCE
from layers.ogc.common.errors import NotFound, ogc_errors
from layers.ogc.common.negotiation import JSON, SCHEMA, negotiated_format, root_url, share_for
from layers.ogc.common.provider import RegistryProvider
from layers.ogc.common.requests import GEOMETRY
from layers.ogc.coverages.terrain import terrain
from layers.ogc.coverages.views import advertise as advertise_terrain
from layers.ogc.edr.views import advertise as advertise_rain
from layers.ogc.features.history import describe_versioning
from layers.ogc.formats.links import IANA
from layers.ogc.openapi.document import openapi_document
from layers.ogc.processes.views import advertise as advertise_processes
from layers.ogc.records.records import advertise
from layers.ogc.server import compiled_pages
from layers.ogc.server.config import pygeoapi_config
from layers.ogc.server.map_links import lead_to_maps
from layers.reading.shares import Share, shares_of
from layers.sharing.callers import api_caller

OFFERED = {"zh": "zh-CN", "en": "en-US"}  # by what a client asks for
DEFAULT_LANGUAGE = "zh-CN"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
ABSENT = ("processes", "job-list", "tiling-schemes")
_making = Lock()
compiled_pages.install()

Answer = tuple[dict, int, str | bytes]


def api_for(caller: Caller, url: str) -> API:
    """pygeoapi's API object over what this caller may see, kept per set of shares, address and language.

    Its document offers the writing that this caller may do; whoever has not said yet who it
    is learns what a key might be granted.
    """
    with _making:
        shares = tuple(shares_of(caller))
        written = frozenset(share.layer.id for share in shares if _offers(caller, share))
        return _api(shares, url, written, get_language() or "")


def _offers(caller: Caller, share: Share) -> bool:
    return not share.layer.by_steps if caller.is_anonymous else may_write(caller, share.layer)


@lru_cache(maxsize=64)
def _api(shares: tuple[Share, ...], url: str, written: frozenset[str], language: str) -> API:
    config = pygeoapi_config(shares, url)
    config["metadata"]["has_terrain"] = terrain() is not None
    return API(config, openapi_document(shares, url, written))


def _answer(
    request: HttpRequest, operation: Callable[..., Answer], *args: Any, json_type: str = JSON
) -> HttpResponse:
    form = negotiated_format(request, json=json_type)
    api = api_for(api_caller(request), root_url(request))
    asked = APIRequest.from_django(_in_offered_language(request), api.locales)
    asked._format = form
    headers, status, content = operation(api, asked, *args)
    if form == "json":
        document = describe_versioning(request, _offered_only(json.loads(content)))
        document = lead_to_maps(request, document)
        document = advertise_rain(request, advertise_terrain(request, document))
        document = advertise_processes(request, advertise(request, document))
        content = json.dumps(document, ensure_ascii=False)
    response = HttpResponse(content, status=status)
    for name in ("Content-Type", "Content-Language"):
        if name in headers:
            response[name] = headers[name]
    return _in_language(response)


def _in_language(response: HttpResponse) -> HttpResponse:
    """The answer, kept apart by caches from that in another language."""
    response.headers.setdefault("Content-Language", get_language() or "")
    response["Vary"] = "Accept, Accept-Language, Cookie, Authorization"
    return response


def _in_offered_language(request: HttpRequest) -> HttpRequest:
    """The request as one for the language of the answer, chosen before (``webmap.web.language``).

    pygeoapi fails on others: Babel knows no locale ``zh_CN`` to compare them with.
    """
    language = OFFERED.get((get_language() or "").split("-")[0], DEFAULT_LANGUAGE)
    offered = copy(request)
    offered.META = {**request.META, "HTTP_ACCEPT_LANGUAGE": language}
    offered.__dict__.pop("headers", None)
    if "lang" in request.GET:
        params = request.GET.copy()
        params["lang"] = language
        offered.GET = params  # type: ignore[assignment]
    return offered


def _offered_only(document: Any) -> Any:
    """The document without links to what is not served here."""
    if isinstance(document, list):
        return [_offered_only(entry) for entry in document]
    if not isinstance(document, dict):
        return document
    found = {key: _offered_only(value) for key, value in document.items()}
    if isinstance(found.get("links"), list):
        found["links"] = [
            {**link, "rel": link["rel"].removeprefix(IANA)}
            for link in found["links"]
            if link.get("type") != "application/ld+json" and not link["rel"].endswith(ABSENT)
        ]
    return found


@require_safe
@ogc_errors
def landing_page(request: HttpRequest) -> HttpResponse:
    """``/ogc/``, and ``/ogc`` for clients that cut the slash."""
    return _answer(request, pygeoapi_landing_page)


@require_safe
@ogc_errors
def conformance(request: HttpRequest) -> HttpResponse:
    """``/ogc/conformance``."""
    document = {"conformsTo": list(CONFORMANCE)}

    def ours(api: API, asked: APIRequest) -> Answer:
        headers = asked.get_response_headers(**api.api_headers)
        if asked.format == "html":
            templates = api.config["server"]["templates"]
            page = render_j2_template(
                api.tpl_config, templates, "conformance.html", document, asked.locale
            )
            return headers, 200, page
        return headers, 200, json.dumps(document)

    return _answer(request, ours)


@require_safe
@ogc_errors
def collections(request: HttpRequest) -> HttpResponse:
    """``/ogc/collections``."""
    return _answer(request, describe_collections)


@require_safe
@ogc_errors
def collection(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/ogc/collections/{id}``."""
    return _answer(request, describe_collections, share_for(request, layer_id).layer.id)


@require_safe
@ogc_errors
def schema(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/ogc/collections/{id}/schema``."""
    share = share_for(request, layer_id)
    return _answer(request, get_collection_schema, share.layer.id, json_type=SCHEMA)


@require_safe
@ogc_errors
def queryables(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/ogc/collections/{id}/queryables``; pygeoapi leaves the titles out of it."""
    if negotiated_format(request, json=SCHEMA) == "json":
        return _schema_answer(request, layer_id, "queryables")
    share = share_for(request, layer_id)
    return _answer(request, get_collection_queryables, share.layer.id, json_type=SCHEMA)


@require_safe
@ogc_errors
def sortables(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/ogc/collections/{id}/sortables``."""
    negotiated_format(request, ["json"], SCHEMA)
    return _schema_answer(request, layer_id, "sortables")


def _schema_answer(request: HttpRequest, layer_id: str, what: str) -> HttpResponse:
    share = share_for(request, layer_id)
    properties = dict(RegistryProvider.fields_of(share.layer, share.names))
    properties["code"] |= {"x-ogc-role": "id"}
    if what == "queryables" and share.layer.geometry:
        shape = {"format": "geometry-any", "x-ogc-role": "primary-geometry", "title": _("图形")}
        properties = {GEOMETRY: shape, **properties}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{root_url(request)}/collections/{layer_id}/{what}",
        "type": "object",
        "title": share.layer.title_shown,
        "properties": properties,
        "additionalProperties": False,
    }
    response = HttpResponse(json.dumps(document, ensure_ascii=False), content_type=SCHEMA)
    return _in_language(response)


@require_safe
@ogc_errors
def openapi(request: HttpRequest) -> HttpResponse:
    """``/ogc/openapi``: one self-contained document over all of it."""
    form = negotiated_format(request, json=OPENAPI)
    api = api_for(api_caller(request), root_url(request))
    if form == "html":
        return render(request, "ogc/openapi.html", {"document": api.openapi})
    body = json.dumps(api.openapi, ensure_ascii=False)
    return _in_language(HttpResponse(body, content_type=OPENAPI))


@ogc_errors
def unknown(request: HttpRequest) -> HttpResponse:
    """Every other address below the API's root."""
    raise NotFound(_("没有这个地址：%(path)s") % {"path": request.path})

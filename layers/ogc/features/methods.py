"""Which methods a caller may use on a collection's items, and which view answers each.

Desktop clients learn from ``Allow`` whether to offer editing, so it is told per caller.
"""

from django.http import HttpRequest, HttpResponse

from layers.access.access import may_write
from layers.ogc.common.errors import MethodNotAllowed, ogc_errors
from layers.ogc.common.negotiation import share_for
from layers.ogc.common.requests import read_only
from layers.ogc.features import history, items, writing
from layers.ogc.features.bodies import FEATURE_TYPES, PATCH_TYPES
from layers.ogc.features.writing import READING
from layers.sharing.callers import api_caller

CREATING = ("POST",)
CHANGING = ("PUT", "PATCH", "DELETE")
CHANGES = {"PUT": writing.replace, "PATCH": writing.update, "DELETE": writing.end}


@ogc_errors
def items_resource(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/items`` by any method."""
    if request.method in ("GET", "HEAD"):
        return items.items(request, layer_id)
    if request.method == "POST":
        return writing.create(request, layer_id)
    return _told(request, layer_id, CREATING)


@ogc_errors
def item_resource(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """``/items/{code}`` by any method; with ``datetime`` it is a version, which nobody writes."""
    if request.method in ("GET", "HEAD"):
        return items.item(request, layer_id, code)
    if "datetime" in request.GET:
        return _told(request, layer_id, (), ignoring=("datetime",))
    change = CHANGES.get(request.method or "")
    return change(request, layer_id, code) if change else _told(request, layer_id, CHANGING)


@ogc_errors
def versions_resource(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """``/items/{code}/versions`` by any method."""
    if request.method in ("GET", "HEAD"):
        return history.time_map(request, layer_id, code)
    return _told(request, layer_id, ())


@ogc_errors
def version_resource(request: HttpRequest, layer_id: str, code: str, start: str) -> HttpResponse:
    """``/items/{code}/versions/{start}`` by any method: what was is not written."""
    if request.method in ("GET", "HEAD"):
        return items.version(request, layer_id, code, start)
    return _told(request, layer_id, ())


def _told(
    request: HttpRequest, layer_id: str, writes: tuple[str, ...], *, ignoring: tuple[str, ...] = ()
) -> HttpResponse:
    """The answer to OPTIONS: what this caller may do here.

    Raises:
        MethodNotAllowed: it was not OPTIONS.
    """
    share = share_for(request, layer_id)
    allowed = (*READING, *writes) if may_write(api_caller(request), share.layer) else READING
    if request.method != "OPTIONS":
        what = "历史版本不能改写；请写要素自身的地址" if not writes else "该地址不接受这种操作"
        raise MethodNotAllowed(what, ", ".join(allowed))
    read_only(request.GET, ignoring)
    response = HttpResponse()
    response["Allow"] = ", ".join(allowed)
    if "POST" in allowed:
        response["Accept-Post"] = ", ".join(FEATURE_TYPES)
    if "PATCH" in allowed:
        response["Accept-Patch"] = ", ".join(PATCH_TYPES)
    response["Cache-Control"] = "no-store"
    return response

"""What can go wrong with a request. The exceptions know no HTTP; one table maps them.

Every refusal is a problem document of RFC 9457 that also carries ``code`` and
``description``, the members of an OGC API exception.
"""

import json
from collections.abc import Callable
from functools import wraps
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from layers.cql2.errors import FilterError
from layers.errors import LayersError
from layers.reading.reading import QueryTimeout, RoleMissing, ValueOutOfRange
from layers.sharing.keys import AmbiguousKey, InvalidKey, key_in_address
from layers.sharing.limits import RateLimited
from layers.sharing.metering import note
from layers.sharing.refused_writes import reasoned
from spatial.periods import PeriodError
from spatial.versions.edits import VersionConflict

PROBLEM = "application/problem+json"
PROCESS_FAULTS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


class InvalidParameter(LayersError, ValueError):
    """A parameter with a value that cannot be read."""


class UnknownParameter(InvalidParameter):
    """A parameter that the operation does not know."""


class NotFound(LayersError, LookupError):
    """A collection, item or tile that does not exist, or not for this caller."""


class Gone(LayersError, LookupError):
    """A feature that existed, and does not at the moment asked for."""

    def __init__(self, message: str, links: list[dict[str, str]]) -> None:
        super().__init__(message)
        self.links = links
        listed = (f'<{link["href"]}>; rel="{link["rel"]}"' for link in links)
        self.headers = {"Link": ", ".join(listed)} if links else {}


class MethodNotAllowed(LayersError):
    """A method that the resource does not take, from this caller or from anybody."""

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.headers = {"Allow": allowed}


class NotAcceptable(LayersError, ValueError):
    """A format that is not offered."""


class Unauthenticated(LayersError, PermissionError):
    """Who asks must say who it is first."""


class Forbidden(LayersError, PermissionError):
    """The caller may see the resource, but not do this with it."""


class UnsupportedMediaType(LayersError, ValueError):
    """A body of a kind that is not taken."""


class ContentTooLarge(LayersError, ValueError):
    """A body, or an answer, beyond its bound."""


class InvalidBody(LayersError, ValueError):
    """A body that can be read and does not fit; every fault with the place of it."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.errors = [{"pointer": pointer, "detail": detail} for pointer, detail in faults]
        told = "；".join(f"{pointer} {detail}" for pointer, detail in faults[:3])
        super().__init__(
            _("%(told)s；共 %(number)s 处") % {"told": told, "number": len(faults)}
            if len(faults) > 3
            else told
        )


class InvalidInputs(InvalidBody):
    """Inputs of a process that do not fit it."""


class ProcessNotFound(NotFound):
    """A process that is not offered."""

    type = f"{PROCESS_FAULTS}/no-such-process"


class JobNotFound(NotFound):
    """A job that does not exist, has expired, or is somebody else's."""

    type = f"{PROCESS_FAULTS}/no-such-job"


class ResultNotReady(NotFound):
    """The result of a job that is still at work."""

    type = f"{PROCESS_FAULTS}/result-not-ready"


class PreconditionFailed(LayersError, ValueError):
    """If-Match names another version than the one that stands."""


class PreconditionRequired(LayersError, ValueError):
    """A write without If-Match."""


class TooManyUnderWay(LayersError, RuntimeError):
    """The caller has as much under way as it may."""

    headers = MappingProxyType({"Retry-After": "60"})


class ServerBusy(LayersError, RuntimeError):
    """The server has as much under way as it can hold."""

    headers = MappingProxyType({"Retry-After": "300"})


STATUS: dict[type[Exception], tuple[int, str, str]] = {
    UnknownParameter: (400, "InvalidParameterName", gettext_noop("参数不存在")),
    InvalidParameter: (400, "InvalidParameterValue", gettext_noop("参数有误")),
    FilterError: (400, "InvalidParameterValue", gettext_noop("过滤条件有误")),
    PeriodError: (400, "InvalidParameterValue", gettext_noop("时间有误")),
    ValueOutOfRange: (400, "InvalidParameterValue", gettext_noop("参数有误")),
    AmbiguousKey: (400, "InvalidParameterValue", gettext_noop("密钥不止一个")),
    InvalidInputs: (400, "InvalidParameterValue", gettext_noop("输入有误")),
    QueryTimeout: (400, "QueryTooExpensive", gettext_noop("查询耗时过长")),
    InvalidKey: (401, "Unauthorized", gettext_noop("密钥无效")),
    Unauthenticated: (401, "Unauthorized", gettext_noop("须先表明身份")),
    Forbidden: (403, "Forbidden", gettext_noop("没有权限")),
    NotFound: (404, "NotFound", gettext_noop("不存在")),
    MethodNotAllowed: (405, "MethodNotAllowed", gettext_noop("不能这样操作")),
    NotAcceptable: (406, "NotAcceptable", gettext_noop("不提供该格式")),
    VersionConflict: (409, "Conflict", gettext_noop("与现有数据冲突")),
    Gone: (410, "Gone", gettext_noop("已终止")),
    PreconditionFailed: (412, "PreconditionFailed", gettext_noop("已被改动")),
    ContentTooLarge: (413, "ContentTooLarge", gettext_noop("超出大小上限")),
    UnsupportedMediaType: (415, "UnsupportedMediaType", gettext_noop("不接受该格式")),
    InvalidBody: (422, "UnprocessableContent", gettext_noop("内容不符合要求")),
    PreconditionRequired: (428, "PreconditionRequired", gettext_noop("须注明所依据的版本")),
    RateLimited: (429, "TooManyRequests", gettext_noop("请求过于频繁")),
    TooManyUnderWay: (429, "TooManyRequests", gettext_noop("请求过于频繁")),
    RoleMissing: (503, "NotPublished", gettext_noop("图层没有发布")),
    ServerBusy: (503, "ServerBusy", gettext_noop("服务繁忙")),
}
WORDS: dict[type[Exception], str] = {
    ValueOutOfRange: gettext_noop("请求中有超出可计算范围的值"),
    QueryTimeout: gettext_noop("查询在时限内没有完成；请缩小范围或简化过滤条件"),
    AmbiguousKey: gettext_noop(
        "请求在多处带有密钥；请只留一处：Authorization 请求头，或一个 token 参数"
    ),
    InvalidKey: gettext_noop("密钥不存在、已到期或已吊销；请核对，或向数据管理员申请"),
}


def ogc_errors(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer a view's exceptions as problem documents, and have every answer counted."""
    name = view.__name__

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except tuple(STATUS) as error:
            response = refusal(error)
        _keep_apart(request, response)
        layer_id = kwargs.get("layer_id") or (args[0] if args else "")
        note(request, name, layer_id, response)
        return response

    return answered


def _keep_apart(request: HttpRequest, response: HttpResponse) -> None:
    """No cache gives an answer to somebody else; one whose address holds a key, to nobody."""
    if not response.has_header("Vary"):
        response["Vary"] = "Accept, Authorization, Cookie"
    if response.status_code >= 400:  # noqa: PLR2004
        patch_vary_headers(response, ["Accept-Language"])
    if key_in_address(request):
        response["Cache-Control"] = "private, no-store"


def refusal(error: Exception) -> HttpResponse:
    """The problem document for an exception of the table."""
    kind = next(kind for kind in type(error).__mro__ if kind in STATUS)
    status, code, title = STATUS[kind]
    detail = _(WORDS[kind]) if kind in WORDS else str(error)
    more = {
        name: getattr(error, name) for name in ("errors", "links", "type") if hasattr(error, name)
    }
    response = problem(status, code, _(title), detail, **more)
    for name, value in getattr(error, "headers", {}).items():
        response[name] = value
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="tujing", Basic realm="tujing"'
    reasoned(response, detail)
    return response


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> HttpResponse:
    """One problem document (RFC 9457)."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "description": detail,
    }
    text = json.dumps(body | more, ensure_ascii=False)
    response = HttpResponse(text, content_type=PROBLEM, status=status)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = get_language() or ""
    return response

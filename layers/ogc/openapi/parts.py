"""The pieces of which the OpenAPI document is made."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.ogc.common.requests import DEFAULT_LIMIT, LANGUAGES, MAX_LIMIT, offered_crs

GEOMETRY = {
    "type": "object",
    "nullable": True,
    "required": ["type"],
    "properties": {
        "type": {"type": "string"},
        "coordinates": {"type": "array", "items": {}},
        "geometries": {"type": "array", "items": {"type": "object"}},
    },
}
PROBLEM = {
    "type": "object",
    "required": ["status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "description": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "links": {"type": "array", "items": {"type": "object"}},
    },
}
LINKS = {"type": "array", "items": {"type": "object"}}
REFUSALS = {
    400: ("BadRequest", gettext_noop("参数有误")),
    401: ("Unauthorized", gettext_noop("密钥无效")),
    403: ("Forbidden", gettext_noop("没有权限")),
    404: ("NotFound", gettext_noop("不存在")),
    406: ("NotAcceptable", gettext_noop("不提供该格式")),
    409: ("Conflict", gettext_noop("与现有数据冲突")),
    410: ("Gone", gettext_noop("已终止")),
    412: ("PreconditionFailed", gettext_noop("已被他人改动")),
    413: ("TooLarge", gettext_noop("超出大小上限")),
    415: ("Unsupported", gettext_noop("不接受该格式")),
    422: ("Unprocessable", gettext_noop("内容不符合要求")),
    428: ("PreconditionRequired", gettext_noop("须注明所依据的版本")),
    429: ("TooManyRequests", gettext_noop("请求过于频繁")),
    503: ("ServerBusy", gettext_noop("服务繁忙")),
}
ALWAYS_REFUSED = (400, 401, 404, 406, 429)
TOO_LONG = {"414": {"description": gettext_noop("网址过长（由网页服务器答复）")}}


def get(
    operation: str,
    summary: str,
    parameters: list[dict[str, Any]],
    ok: dict[str, Any],
    *,
    tag: str = "",
    refusals: tuple[int, ...] = (),
) -> dict[str, Any]:
    """A path with its GET operation."""
    return {"get": described(operation, summary, parameters, ok, tag=tag, refusals=refusals)}


def described(
    operation: str,
    summary: str,
    parameters: list[dict[str, Any]],
    ok: dict[str, Any],
    *,
    tag: str = "",
    refusals: tuple[int, ...] = (),
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """One operation of any method; what every operation may refuse is added."""
    refused = {
        str(status): {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}
        for status in (*ALWAYS_REFUSED, *refusals)
    }
    return {
        "operationId": operation,
        "summary": summary,
        "parameters": parameters,
        "responses": {**ok, **refused, **TOO_LONG},
        **({"tags": [tag]} if tag else {}),
        **({"requestBody": body} if body else {}),
    }


def plain(
    operation: str,
    summary: str,
    tag: str = "",
    *,
    html: bool = True,
    media_type: str = "application/json",
) -> dict[str, Any]:
    """A path that answers a JSON document, and a page for people."""
    answer = ok(OBJECT, media_type, html=html)
    return get(operation, summary, [shared("f")] if html else [], answer, tag=tag)


OBJECT = {"type": "object"}


def ok(
    schema: dict[str, Any], media_type: str = "application/json", *, html: bool = True
) -> dict[str, Any]:
    """The answer of success."""
    content: dict[str, Any] = {media_type: {"schema": schema}}
    if html:
        content["text/html"] = {"schema": {"type": "string"}}
    return {"200": {"description": _("成功"), "content": content}}


NOT_MODIFIED = {"304": {"description": gettext_noop("客户端持有的仍是最新")}}


def shared(name: str) -> dict[str, str]:
    """A reference to one of the shared parameters."""
    return {"$ref": f"#/components/parameters/{name}"}


def in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter in the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def query(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A parameter in the query string."""
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


SCHEMA = "application/schema+json"
TEXT = {"type": "string"}
LISTED = {"style": "form", "explode": False}  # how clients write a value, the standard says
FLAG = {"type": "boolean", "default": False}


def parameters() -> dict[str, Any]:
    """The parameters that several operations share."""
    crs = {"type": "string", "enum": list(offered_crs())}
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    count = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    names = {"type": "array", "items": TEXT}
    listed = LISTED
    return {
        "f": query("f", _("格式"), {"type": "string", "enum": ["json", "html"]}),
        "bbox": query("bbox", _("范围"), box, **listed),
        "bbox-crs": query("bbox-crs", _("范围的坐标系"), crs),
        "crs": query("crs", _("坐标系"), crs),
        "datetime": query("datetime", _("时间：时刻或区间；不填为现在"), TEXT, **listed),
        "profile": query(
            "profile", _("区间内每个要素有多个版本时的表示；不填为各要素最后的版本"), TEXT
        ),
        "limit": query("limit", _("每页数量"), count, **listed),
        "offset": query("offset", _("跳过数量"), {"type": "integer", "minimum": 0, "default": 0}),
        "cursor": query("cursor", _("下一页标记，取自 next 链接"), TEXT),
        "filter": query("filter", _("CQL2 过滤条件"), TEXT),
        "filter-lang": query(
            "filter-lang",
            _("过滤条件的写法"),
            {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]},
        ),
        "filter-crs": query("filter-crs", _("过滤条件中图形的坐标系"), crs),
        "q": query("q", _("全文检索：各词均须出现"), TEXT),
        "sortby": query("sortby", _("排序：字段名，前加 - 为降序"), names, **listed),
        "properties": query("properties", _("只要这些字段"), names, **listed),
        "exclude-properties": query("exclude-properties", _("不要这些字段"), names, **listed),
        "skip-geometry": query("skip-geometry", _("不要图形"), FLAG),
    }


def responses() -> dict[str, Any]:
    """The refusals, each a problem document."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    return {name: {"description": text, "content": content} for name, text in REFUSALS.values()}

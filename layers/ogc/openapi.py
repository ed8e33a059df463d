"""One OpenAPI 3.0 document over the whole API, self-contained: no remote reference."""

from collections.abc import Iterable
from typing import Any

from layers.declarations import Layer
from layers.ogc.provider import property_schema
from layers.ogc.requests import DEFAULT_LIMIT, MAX_LIMIT, offered_crs
from spatial.city import city

GEOMETRY = {
    "type": "object",
    "nullable": True,
    "required": ["type", "coordinates"],
    "properties": {"type": {"type": "string"}, "coordinates": {"type": "array", "items": {}}},
}
EXCEPTION = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
}
LINKS = {"type": "array", "items": {"type": "object"}}


def openapi_document(layers: Iterable[Layer], url: str) -> dict[str, Any]:
    """The document for a caller who may see these layers at this address."""
    layers = list(layers)
    paths: dict[str, Any] = {
        "/": _plain("landingPage", "首页"),
        "/conformance": _plain("conformance", "符合性声明"),
        "/collections": _plain("collections", "图层列表"),
        "/openapi": _plain("openapi", "本文档"),
    }
    for layer in layers:
        paths |= _layer_paths(layer)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"图经 · {city().name}",
            "description": f"{city().name}空间信息平台开放接口",
            "version": "0.1.0",
        },
        "servers": [{"url": url}],
        "tags": [{"name": layer.id, "description": layer.title} for layer in layers],
        "paths": paths,
        "components": {
            "schemas": {"exception": EXCEPTION, "geometry": GEOMETRY},
            "parameters": _parameters(),
            "responses": _responses(),
        },
    }


def _layer_paths(layer: Layer) -> dict[str, Any]:
    here, tag = f"/collections/{layer.id}", {"tags": [layer.id]}
    shared = ["bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "cursor", "f"]
    filters = [_filter(layer, field.name) for field in layer.fields]
    feature = _feature(layer)
    paths = {
        here: _plain(f"{layer.id}.describe", layer.title, tag),
        f"{here}/schema": _plain(f"{layer.id}.schema", "字段定义", tag),
        f"{here}/queryables": _plain(f"{layer.id}.queryables", "可查询字段", tag),
        f"{here}/items": _get(
            f"{layer.id}.items",
            f"{layer.title}要素",
            [*map(_shared, shared), *filters],
            _ok(_feature_collection(feature), "application/geo+json"),
            tag,
        ),
        f"{here}/items/{{code}}": _get(
            f"{layer.id}.item",
            f"{layer.title}单个要素",
            [_path("code", {"type": "string"}), *map(_shared, ("datetime", "crs", "f"))],
            _ok(feature, "application/geo+json"),
            tag,
        ),
    }
    if layer.geometry:
        place = [_path(name, {"type": "integer", "minimum": 0}) for name in _TILE]
        paths[f"{here}/tiles"] = _plain(f"{layer.id}.tilesets", "瓦片集", tag, form=False)
        paths[f"{here}/tiles/WebMercatorQuad"] = _plain(
            f"{layer.id}.tileset", "瓦片集", tag, form=False
        )
        paths[f"{here}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = _get(
            f"{layer.id}.tile",
            "矢量瓦片",
            [*place, _shared("datetime")],
            {
                **_ok({"type": "string", "format": "binary"}, "application/vnd.mapbox-vector-tile"),
                "204": {"description": "瓦片内没有要素"},
            },
            tag,
        )
    return paths


_TILE = ("tileMatrix", "tileRow", "tileCol")


def _feature(layer: Layer) -> dict[str, Any]:
    properties = {f.name: property_schema(layer, f.name) | {"nullable": True} for f in layer.fields}
    moment = {"type": "string", "format": "date-time", "nullable": True}
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"$ref": "#/components/schemas/geometry"},
            "properties": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    **properties,
                    "valid_from": moment,
                    "valid_to": moment,
                },
            },
            "links": LINKS,
        },
    }


def _feature_collection(feature: dict) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": LINKS,
            "features": {"type": "array", "items": feature},
        },
    }


def _plain(
    operation: str, summary: str, more: dict | None = None, *, form: bool = True
) -> dict[str, Any]:
    parameters = [_shared("f")] if form else []
    return _get(operation, summary, parameters, _ok({"type": "object"}), more)


def _get(
    operation: str, summary: str, parameters: list, ok: dict, more: dict | None = None
) -> dict[str, Any]:
    refs = {"400": "BadRequest", "404": "NotFound", "406": "NotAcceptable"}
    errors = {code: {"$ref": f"#/components/responses/{name}"} for code, name in refs.items()}
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": parameters,
            "responses": {**ok, **errors},
            **(more or {}),
        }
    }


def _ok(schema: dict, media_type: str = "application/json") -> dict[str, Any]:
    content = {media_type: {"schema": schema}}
    if media_type != "application/vnd.mapbox-vector-tile":
        content["text/html"] = {"schema": {"type": "string"}}
    return {"200": {"description": "成功", "content": content}}


def _shared(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def _path(name: str, schema: dict) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, description: str, schema: dict, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _filter(layer: Layer, name: str) -> dict[str, Any]:
    """A published field as a parameter; its format and unit do not matter to equality."""
    schema = {k: v for k, v in property_schema(layer, name).items() if k in ("type", "format")}
    return _query(name, layer.title_of(name), schema)


def _parameters() -> dict[str, Any]:
    crs = {"type": "string", "enum": list(offered_crs())}
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    count = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    return {
        "f": _query("f", "格式", {"type": "string", "enum": ["json", "html"]}),
        "bbox": _query("bbox", "范围", box, style="form", explode=False),
        "bbox-crs": _query("bbox-crs", "范围的坐标系", crs),
        "crs": _query("crs", "坐标系", crs),
        "datetime": _query("datetime", "时间：时刻或区间；不填为现在", {"type": "string"}),
        "limit": _query("limit", "每页数量", count),
        "offset": _query("offset", "跳过数量", {"type": "integer", "minimum": 0, "default": 0}),
        "cursor": _query("cursor", "下一页标记，取自 next 链接", {"type": "string"}),
    }


def _responses() -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/exception"}}}
    texts = {"BadRequest": "参数有误", "NotFound": "不存在", "NotAcceptable": "不提供该格式"}
    return {name: {"description": text, "content": content} for name, text in texts.items()}

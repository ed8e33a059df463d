"""The part of the OpenAPI document about the catalogue."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.ogc.openapi import parts
from layers.ogc.records.documents import CATALOGUE
from layers.ogc.records.queries import DEFAULT_LIMIT, KINDS, MAX_LIMIT, TITLES

GEOJSON = "application/geo+json"
FORMATS = {"date": "date", "date-time": "date-time"}
SHARED = ("f", "bbox", "bbox-crs", "datetime", "offset", "cursor", "filter", "filter-crs", "sortby")
PHRASES = gettext_noop("全文检索：逗号分隔的任一短语；短语中的词须依次出现")


def paths() -> dict[str, Any]:
    """The catalogue, its records, and the catalogue for harvesters."""
    here = f"/collections/{CATALOGUE}"
    return {
        here: parts.plain(f"{CATALOGUE}.describe", _("数据目录"), CATALOGUE),
        f"{here}/queryables": _schema("queryables", _("目录的可查询字段")),
        f"{here}/sortables": _schema("sortables", _("目录的可排序字段")),
        f"{here}/items": parts.get(
            f"{CATALOGUE}.items",
            _("目录记录"),
            [*map(parts.shared, SHARED), *_own(), *_equal()],
            parts.ok(_collection(), GEOJSON),
            tag=CATALOGUE,
            refusals=(410,),
        ),
        f"{here}/items/{{recordId}}": parts.get(
            f"{CATALOGUE}.item",
            _("一个图层的目录记录"),
            [parts.in_path("recordId", parts.TEXT), parts.shared("f")],
            parts.ok(_record(), GEOJSON),
            tag=CATALOGUE,
        ),
        "/catalogue.jsonld": parts.plain(
            f"{CATALOGUE}.dcat",
            _("DCAT-AP 目录"),
            CATALOGUE,
            html=False,
            media_type="application/ld+json",
        ),
    }


def _schema(what: str, summary: str) -> dict[str, Any]:
    return parts.plain(
        f"{CATALOGUE}.{what}", summary, CATALOGUE, html=False, media_type=parts.SCHEMA
    )


def _own() -> list[dict[str, Any]]:
    names = {"type": "array", "items": parts.TEXT}
    listed = {"style": "form", "explode": False}
    count = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    external = {"type": "array", "items": {"type": "string", "pattern": "([^:]+:)?[^:]+"}}
    language = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
    return [
        parts.query("limit", _("每页数量"), count, **listed),
        parts.query("q", PHRASES, names, **listed),
        parts.query("type", _("资源类型"), names, **listed),
        parts.query("ids", _("图层标识"), names, **listed),
        parts.query("externalIds", _("目录编码，前面可加 urn:tujing:"), external, **listed),
        parts.query("filter-lang", _("过滤条件的写法"), language),
    ]


def _equal() -> list[dict[str, Any]]:
    return [
        parts.query(name, TITLES[name], _value(kind))
        for name, kind in KINDS.items()
        if name != "type"
    ]


def _value(kind: str) -> dict[str, Any]:
    if kind in FORMATS:
        return {"type": "string", "format": FORMATS[kind]}
    return {"type": kind}


def _record() -> dict[str, Any]:
    known = {name: {**_value(kind), "nullable": True} for name, kind in KINDS.items()}
    return {
        "type": "object",
        "required": ["type", "id", "time", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": parts.TEXT,
            "conformsTo": {"type": "array", "items": parts.TEXT},
            "time": {"type": "object", "nullable": True},
            "geometry": {"$ref": "#/components/schemas/geometry"},
            "properties": {"type": "object", "required": ["type", "title"], "properties": known},
            "links": parts.LINKS,
        },
    }


def _collection() -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": number,
            "numberReturned": number,
            "links": parts.LINKS,
            "features": {"type": "array", "items": _record()},
        },
    }

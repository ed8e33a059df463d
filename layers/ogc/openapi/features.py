"""The part of the OpenAPI document about collections and their features."""

from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.common.negotiation import ITEM_FORMS, PAGE_FORMS
from layers.ogc.common.provider import property_schema
from layers.ogc.openapi import formats, parts
from layers.reading.shares import Share

GEOJSON = "application/geo+json"
PAGE = (
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "profile",
    "limit",
    "offset",
    "cursor",
    "filter",
    "filter-lang",
    "filter-crs",
    "q",
    "sortby",
    "properties",
    "exclude-properties",
    "skip-geometry",
)
ONE = ("datetime", "crs", "properties", "exclude-properties", "skip-geometry")


def paths(share: Share) -> dict[str, Any]:
    """The paths of one collection."""
    layer = share.layer
    here, tag = f"/collections/{layer.id}", layer.id
    filters = [equal(share, field.name) for field in share.fields]
    filters.insert(0, parts.query("code", _("编码"), parts.TEXT))
    feature = feature_schema(share)
    return {
        here: parts.plain(f"{tag}.describe", layer.title_shown, tag),
        f"{here}/schema": parts.plain(f"{tag}.schema", _("字段定义"), tag, media_type=parts.SCHEMA),
        f"{here}/queryables": parts.plain(
            f"{tag}.queryables", _("可查询字段"), tag, media_type=parts.SCHEMA
        ),
        f"{here}/sortables": parts.plain(
            f"{tag}.sortables", _("可排序字段"), tag, html=False, media_type=parts.SCHEMA
        ),
        f"{here}/items": parts.get(
            f"{tag}.items",
            _("%(title)s要素") % {"title": layer.title_shown},
            [*map(parts.shared, PAGE), formats.parameter(PAGE_FORMS), *filters],
            formats.contents(PAGE_FORMS, json=_collection_schema(feature)) | parts.NOT_MODIFIED,
            tag=tag,
            refusals=(410,),
        ),
        f"{here}/items/{{code}}": parts.get(
            f"{tag}.item",
            _("%(title)s单个要素") % {"title": layer.title_shown},
            [
                parts.in_path("code", parts.TEXT),
                *map(parts.shared, ONE),
                formats.parameter(ITEM_FORMS),
            ],
            formats.contents(ITEM_FORMS, json=feature) | parts.NOT_MODIFIED,
            tag=tag,
            refusals=(410,),
        ),
    }


def feature_schema(share: Share) -> dict[str, Any]:
    """A feature of the share."""
    properties = {
        f.name: property_schema(share.layer, f.name) | {"nullable": True} for f in share.fields
    }
    moment = {"type": "string", "format": "date-time", "nullable": True}
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": parts.TEXT,
            "geometry": {"$ref": "#/components/schemas/geometry"},
            "properties": {
                "type": "object",
                "properties": {
                    "code": parts.TEXT,
                    **properties,
                    "valid_from": moment,
                    "valid_to": moment,
                },
            },
            "links": parts.LINKS,
        },
    }


def _collection_schema(feature: dict[str, Any]) -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": number,
            "numberMatchedIsEstimate": {"type": "boolean"},
            "numberReturned": number,
            "links": parts.LINKS,
            "features": {"type": "array", "items": feature},
        },
    }


def equal(share: Share, name: str) -> dict[str, Any]:
    """A visible field as a parameter; its format and unit do not matter to equality."""
    layer = share.layer
    schema = {k: v for k, v in property_schema(layer, name).items() if k in ("type", "format")}
    return parts.query(name, layer.field_title_shown(name), schema)

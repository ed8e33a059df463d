"""The part of the OpenAPI document about two dates compared."""

from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.features.comparing import SHARED
from layers.ogc.openapi import parts
from layers.ogc.openapi.features import GEOJSON, equal, feature_schema
from layers.reading.shares import Share


def paths(share: Share) -> dict[str, Any]:
    """What differs in one collection between two moments."""
    layer = share.layer
    moment = {"type": "string"}
    own = [
        parts.query("from", _("前一时刻"), moment, required=True),
        parts.query("to", _("后一时刻；不填为现在"), moment),
    ]
    return {
        f"/collections/{layer.id}/changes": parts.get(
            f"{layer.id}.changes",
            _("%(title)s两个时刻之间的增加、变化与终止") % {"title": layer.title_shown},
            [*own, *map(parts.shared, SHARED), *(equal(share, f.name) for f in share.fields)],
            parts.ok(_collection(share), GEOJSON, html=False) | parts.NOT_MODIFIED,
            tag=layer.id,
            refusals=(410,),
        )
    }


def _collection(share: Share) -> dict[str, Any]:
    feature = deepcopy(feature_schema(share))
    feature["properties"]["properties"]["properties"] |= {
        "change": {"type": "string", "enum": ["added", "changed", "ended"]},
        "changed": {"type": "array", "items": parts.TEXT},
        "before": {"type": "object"},
    }
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "from": parts.TEXT,
            "to": {**parts.TEXT, "nullable": True},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": parts.LINKS,
            "features": {"type": "array", "items": feature},
        },
    }

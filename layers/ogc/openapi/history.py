"""The part of the OpenAPI document about the versions of a feature."""

from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.openapi import parts
from layers.ogc.openapi.features import GEOJSON, feature_schema
from layers.reading.shares import Share

SELECTING = ("crs", "properties", "exclude-properties", "skip-geometry", "f")


def paths(share: Share) -> dict[str, Any]:
    """The Time Map of a feature, and each version by its own address."""
    layer = share.layer
    here, tag = f"/collections/{layer.id}/items/{{code}}/versions", layer.id
    code = parts.in_path("code", parts.TEXT)
    form = parts.query("f", _("格式"), {"type": "string", "enum": ["json", "link"]})
    answered = parts.ok(_time_map(), html=False)
    answered["200"]["content"]["application/link-format"] = {"schema": parts.TEXT}
    return {
        here: parts.get(
            f"{tag}.versions",
            _("%(title)s单个要素的历次版本") % {"title": layer.title_shown},
            [code, form],
            answered | parts.NOT_MODIFIED,
            tag=tag,
        ),
        f"{here}/{{start}}": parts.get(
            f"{tag}.version",
            _("自某一时间起生效的版本"),
            [code, parts.in_path("start", parts.TEXT), *map(parts.shared, SELECTING)],
            parts.ok(feature_schema(share), GEOJSON, html=False),
            tag=tag,
            refusals=(410,),
        ),
    }


def _time_map() -> dict[str, Any]:
    return {"type": "object", "required": ["links"], "properties": {"links": parts.LINKS}}

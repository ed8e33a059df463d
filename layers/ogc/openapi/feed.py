"""The part of the OpenAPI document about the change feed."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.ogc.features.changes import OPERATIONS
from layers.ogc.openapi import parts
from layers.ogc.openapi.features import feature_schema
from layers.reading.shares import Share

SINCE = gettext_noop("上一次回答的 next；不填则得到现在的标记")


def paths(share: Share) -> dict[str, Any]:
    """The feed of one collection."""
    layer = share.layer
    tag = layer.id
    since = parts.query("since", SINCE, parts.TEXT)
    shared = [parts.shared(name) for name in ("limit", "crs", "skip-geometry")]
    return {
        f"/collections/{layer.id}/feed": parts.get(
            f"{tag}.feed",
            _("%(title)s自某一标记以来的变更，按提交次序") % {"title": layer.title_shown},
            [since, *shared],
            parts.ok(_feed(share), html=False),
            tag=tag,
            refusals=(410,),
        )
    }


def _feed(share: Share) -> dict[str, Any]:
    number = {"type": "integer"}
    entry = {
        "type": "object",
        "properties": {
            "revision": number,
            "change": number,
            "at": {"type": "string", "format": "date-time"},
            "operation": {"type": "string", "enum": sorted(set(OPERATIONS.values()))},
            "code": parts.TEXT,
            "version": {**number, "nullable": True},
            "feature": {**feature_schema(share), "nullable": True},
        },
    }
    return {
        "type": "object",
        "required": ["next", "hasMore", "entries"],
        "properties": {
            "collection": parts.TEXT,
            "revision": number,
            "next": parts.TEXT,
            "hasMore": {"type": "boolean"},
            "links": parts.LINKS,
            "entries": {"type": "array", "items": entry},
        },
    }

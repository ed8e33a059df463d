"""The part of the OpenAPI document about styles."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.openapi import parts
from layers.ogc.openapi.tiles import form
from layers.ogc.tiles.styles import MAPBOX, WHOLE, is_drawn
from layers.reading.shares import Share


def paths(shares: Iterable[Share]) -> dict[str, Any]:
    """The styles that the caller may use."""
    shares = list(shares)
    ids = [WHOLE, *(share.layer.id for share in shares if is_drawn(share))]
    style_id = parts.in_path("styleId", {"type": "string", "enum": ids})
    listed = parts.ok(parts.OBJECT, html=False)
    found = {
        "/styles": parts.get("styles.list", _("样式列表"), [form(("json",))], listed),
        "/styles/{styleId}": parts.get(
            "styles.sheet",
            _("样式"),
            [style_id, form(("mbs", "json"))],
            parts.ok(parts.OBJECT, MAPBOX, html=False),
        ),
    }
    for share in shares:
        layer = share.layer
        found[f"/collections/{layer.id}/styles"] = parts.get(
            f"{layer.id}.styles",
            _("%(title)s样式列表") % {"title": layer.title_shown},
            [form(("json",))],
            listed,
            tag=layer.id,
        )
        if is_drawn(share):
            found[f"/collections/{layer.id}/styles/{layer.id}"] = parts.get(
                f"{layer.id}.style",
                _("%(title)s样式") % {"title": layer.title_shown},
                [form(("mbs", "json"))],
                parts.ok(parts.OBJECT, MAPBOX, html=False),
                tag=layer.id,
            )
    return found

"""The part of the OpenAPI document about tiles."""

from typing import Any

from layers.ogc.openapi import parts
from layers.shares import Share

MVT = "application/vnd.mapbox-vector-tile"
PLACE = ("tileMatrix", "tileRow", "tileCol")


def paths(share: Share) -> dict[str, Any]:
    """The paths of one collection's tiles; none where there is no geometry."""
    layer = share.layer
    if not layer.geometry:
        return {}
    here, tag = f"/collections/{layer.id}/tiles", layer.id
    place = [parts.in_path(name, {"type": "integer", "minimum": 0}) for name in PLACE]
    binary = {"type": "string", "format": "binary"}
    return {
        here: parts.plain(f"{tag}.tilesets", "瓦片集", tag, html=False),
        f"{here}/WebMercatorQuad": parts.plain(f"{tag}.tileset", "瓦片集", tag, html=False),
        f"{here}/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": parts.get(
            f"{tag}.tile",
            "矢量瓦片",
            [*place, parts.shared("datetime")],
            {
                **parts.ok(binary, MVT, html=False),
                **parts.NOT_MODIFIED,
                "204": {"description": "瓦片内没有要素"},
            },
            tag=tag,
        ),
    }

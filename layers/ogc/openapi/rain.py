"""The part of the OpenAPI document about what the rain gauges measured."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.coverages import covjson
from layers.ogc.edr.documents import GEOJSON, ID, QUERIES, TITLE
from layers.ogc.edr.readings import gauges_layer
from layers.ogc.openapi import parts
from layers.reading.shares import Share


def paths(shares: Iterable[Share]) -> dict[str, Any]:
    """Rain, for whom sees the gauges."""
    if gauges_layer() not in (share.layer.id for share in shares):
        return {}
    here = f"/collections/{ID}"
    found = {
        here: parts.plain(f"{ID}.collection", TITLE, ID),
        f"{here}/locations": parts.get(
            f"{ID}.locations",
            QUERIES["locations"],
            [parts.query("f", _("格式"), parts.TEXT)],
            parts.ok(parts.OBJECT, GEOJSON, html=False),
            tag=ID,
        ),
    }
    coords = parts.query("coords", _("WKT 图形"), parts.TEXT, required=True)
    code = parts.in_path("code", parts.TEXT)
    for name, title, first in (
        ("locations/{code}", _("一个雨量站的读数"), code),
        ("position", QUERIES["position"], coords),
        ("area", QUERIES["area"], coords),
    ):
        found[f"{here}/{name}"] = parts.get(
            f"{ID}.{name.split('/')[0]}{'.series' if '/' in name else ''}",
            title,
            [
                first,
                parts.query(
                    "datetime",
                    _("时段（按截止时刻）或时刻；不填为全部"),
                    parts.TEXT,
                    **parts.LISTED,
                ),
                parts.query("parameter-name", _("参数"), parts.TEXT),
                parts.query("crs", _("坐标系"), parts.TEXT),
                parts.query("f", _("格式"), parts.TEXT),
            ],
            parts.ok(parts.OBJECT, covjson.MEDIA, html=False),
            tag=ID,
            refusals=(413,),
        )
    return found

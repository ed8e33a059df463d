"""The part of the OpenAPI document about the terrain as a coverage."""

from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.coverages import covjson
from layers.ogc.coverages.documents import GEOTIFF, QUERIES
from layers.ogc.coverages.terrain import ID, TITLE, terrain
from layers.ogc.openapi import parts


def paths() -> dict[str, Any]:
    """The terrain, if there is one."""
    if terrain() is None:
        return {}
    here = f"/collections/{ID}"
    crs = parts.shared("crs")
    text = parts.TEXT
    found = {
        here: parts.plain(f"{ID}.collection", TITLE, ID),
        f"{here}/schema": parts.plain(
            f"{ID}.schema", _("字段"), ID, html=False, media_type=parts.SCHEMA
        ),
        f"{here}/coverage": parts.get(
            f"{ID}.coverage",
            _("格网的全部或一部分"),
            [
                parts.query("f", _("格式"), {"type": "string", "enum": ["tif", "covjson"]}),
                parts.shared("bbox"),
                parts.shared("bbox-crs"),
                parts.query(
                    "subset", _("如 Lat(27.6:27.7),Lon(111.6:111.7) 或 E(…:…),N(…:…)"), text
                ),
                parts.query("subset-crs", _("subset 的坐标系"), text),
                crs,
                parts.query("scale-factor", _("缩小倍数"), {"type": "number"}),
                parts.query("scale-size", _("如 Lon(400),Lat(300)：列数、行数"), text),
                parts.query("scale-axes", _("如 Lon(2),Lat(2)：各轴缩小倍数"), text),
                parts.query("properties", _("字段"), text),
            ],
            _coverage(),
            tag=ID,
            refusals=(413,),
        ),
    }
    coords = parts.query("coords", _("WKT 图形"), text, required=True)
    box = {**parts.parameters()["bbox"], "required": True}
    name = parts.query("parameter-name", _("参数"), text)
    for query, (title, _description) in QUERIES.items():
        where = box if query == "cube" else coords
        answer = parts.ok(parts.OBJECT, covjson.MEDIA, html=False)
        found[f"{here}/{query}"] = parts.get(
            f"{ID}.{query}",
            title,
            [where, parts.query("crs", _("坐标系"), text), name, parts.query("f", _("格式"), text)],
            answer,
            tag=ID,
            refusals=(413,),
        )
    return found


def _coverage() -> dict[str, Any]:
    content = {
        GEOTIFF: {"schema": {"type": "string", "format": "binary"}},
        covjson.MEDIA: {"schema": parts.OBJECT},
    }
    return {"200": {"description": _("成功"), "content": content}}

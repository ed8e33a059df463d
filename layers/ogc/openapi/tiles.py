"""The part of the OpenAPI document about tiles.

Operation ids end as OGC API - Tiles asks (table 11), so that clients find them by that.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.openapi import parts
from layers.ogc.tiles.matrices import MATRIX_SET, MAX_ZOOM
from layers.reading.shares import Share

MVT = "application/vnd.mapbox-vector-tile"
FILTERING = ("filter", "filter-lang", "filter-crs")
JSON = ("json",)
TILESET_FORMS = ("json", "tilejson")


def paths(share: Share) -> dict[str, Any]:
    """The paths of one collection's tiles; none where there is no geometry."""
    layer = share.layer
    if not layer.geometry:
        return {}
    here, prefix = f"/collections/{layer.id}/tiles", f"{layer.id}.collection.vector"
    chosen = [parts.shared(name) for name in FILTERING]
    return _paths(here, prefix, layer.title_shown, [], layer.id, chosen)


def dataset_paths(shares: Iterable[Share]) -> dict[str, Any]:
    """The paths of the matrix sets, and of tiles of all that the caller may see."""
    ids = [share.layer.id for share in shares if share.layer.geometry]
    chosen = parts.query(
        "collections",
        _("只要这些图层；不填为全部可见图层"),
        {"type": "array", "items": {"type": "string", **({"enum": ids} if ids else {})}},
        style="form",
        explode=False,
    )
    return {
        "/tileMatrixSets": _json(".getTileMatrixSetsList", _("瓦片矩阵集列表")),
        f"/tileMatrixSets/{MATRIX_SET}": _json(".getTileMatrixSet", _("瓦片矩阵集")),
        **_paths("/tiles", ".dataset.vector", _("全部图层"), [chosen]),
    }


def _paths(
    here: str,
    prefix: str,
    title: str,
    parameters: list[dict[str, Any]],
    tag: str = "",
    of_tile: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    described = [parts.shared("datetime"), *parameters]
    answer = parts.ok(parts.OBJECT, html=False)
    listed = [form(JSON), *parameters]
    return {
        here: parts.get(
            f"{prefix}.getTileSetsList",
            _("%(title)s瓦片集列表") % {"title": title},
            listed,
            answer,
            tag=tag,
        ),
        f"{here}/{MATRIX_SET}": parts.get(
            f"{prefix}.getTileSet",
            _("%(title)s瓦片集") % {"title": title},
            [form(TILESET_FORMS), *described],
            answer,
            tag=tag,
        ),
        f"{here}/{MATRIX_SET}/metadata": parts.get(
            f"{prefix}.getTileJSON",
            _("%(title)s瓦片集 TileJSON") % {"title": title},
            [form(TILESET_FORMS, "tilejson"), *described],
            answer,
            tag=tag,
        ),
        f"{here}/{MATRIX_SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": parts.get(
            f"{prefix}.getTile",
            _("%(title)s矢量瓦片") % {"title": title},
            [*_place(), form(("mvt",)), *described, *(of_tile or [])],
            {
                **parts.ok({"type": "string", "format": "binary"}, MVT, html=False),
                **parts.NOT_MODIFIED,
                "204": {"description": _("瓦片内没有要素")},
            },
            tag=tag,
        ),
    }


def form(offered: tuple[str, ...], default: str = "") -> dict[str, Any]:
    """The parameter ``f`` with these values."""
    return parts.query(
        "f", _("格式"), {"type": "string", "enum": list(offered), "default": default or offered[0]}
    )


def _place() -> list[dict[str, Any]]:
    most = {"tileMatrix": MAX_ZOOM, "tileRow": 2**MAX_ZOOM - 1, "tileCol": 2**MAX_ZOOM - 1}
    return [
        parts.in_path(name, {"type": "integer", "minimum": 0, "maximum": value})
        for name, value in most.items()
    ]


def _json(operation: str, summary: str) -> dict[str, Any]:
    return parts.get(operation, summary, [form(JSON)], parts.ok(parts.OBJECT, html=False))

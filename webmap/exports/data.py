"""The features of an export: read from the published views, clipped, bounded, counted.

Only the views of ``layers.reading.publish`` are read, so that what is not declared (names,
telephone numbers) cannot reach a file.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from layers.declarations.declarations import Field, Layer
from layers.ogc.common.requests import Box
from layers.ogc.formats.geojson import box_sql, relation
from layers.reading.reading import read
from layers.reading.shares import Share
from spatial.periods import AsOf
from webmap.web.values import layer_title, scheme_of, shown

PER_LAYER = 5_000
IN_ALL = 20_000
DIGITS = 7
TIMEOUT_MS = 60_000


@dataclass(frozen=True)
class DrawnLayer:
    """One layer of an export. ``total`` is what stands in the box, drawn or not."""

    share: Share
    features: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0

    @property
    def layer(self) -> Layer:
        """The declaration behind the share."""
        return self.share.layer

    @property
    def omitted(self) -> int:
        """How many features did not fit into the file."""
        return self.total - len(self.features)

    @property
    def title(self) -> str:
        """The layer's title in the language of the page."""
        return layer_title(self.layer)


def draw_layers(
    shares: list[Share], bbox: tuple[float, float, float, float], moment: AsOf
) -> list[DrawnLayer]:
    """Read the layers, first come first served within the bound for the whole file."""
    drawn: list[DrawnLayer] = []
    left = IN_ALL
    for share in shares:
        found = _read(share, bbox, moment, min(PER_LAYER, left))
        left -= len(found.features)
        drawn.append(found)
    return drawn


def popup_fields(share: Share) -> tuple[Field, ...]:
    """What a popup shows: the visible fields, but not which scheme their codes are of."""
    return tuple(f for f in share.fields if f.name != "scheme")


def _read(
    share: Share, bbox: tuple[float, float, float, float], moment: AsOf, most: int
) -> DrawnLayer:
    layer = share.layer
    versions, moment_params = relation(share, moment)
    where, box_params = box_sql(Box(bbox, 4326))
    names = [f.name for f in share.fields]
    columns = ", ".join(f'"{layer.column(name).column}"' for name in names)
    shape = "ST_Transform(geom, 4326)"
    clipped = f"ST_ClipByBox2D({shape}, ST_MakeEnvelope(%s, %s, %s, %s, 4326)::box2d)"
    rows = read(
        share,
        f"SELECT code, ST_AsGeoJSON(coalesce({clipped}, {shape}), {DIGITS}, 0), {columns}"
        f" FROM {versions} WHERE {where} ORDER BY code LIMIT %s",
        [*bbox, *moment_params, *box_params, most + 1],
        timeout_ms=TIMEOUT_MS,
    )
    total = len(rows)
    if total > most:
        counted = f"SELECT count(*) FROM {versions} WHERE {where}"
        total = read(share, counted, [*moment_params, *box_params], timeout_ms=TIMEOUT_MS)[0][0]
    features = [
        feature
        for code, geometry, *values in rows[:most]
        if (feature := _feature(share, code, geometry, dict(zip(names, values, strict=True))))
    ]
    touching = min(len(rows), most) - len(features)  # on the edge, nothing of it inside
    return DrawnLayer(share, features, total - touching)


def _feature(share: Share, code: str, geometry: str, values: dict) -> dict[str, Any] | None:
    layer = share.layer
    shape = json.loads(geometry)
    if not (shape.get("coordinates") or shape.get("geometries")):
        return None
    scheme_id = values.get("scheme") or ""
    properties = {
        f.name: shown(layer.column(f.name), values[f.name], scheme_of(layer, f.name, scheme_id))
        for f in popup_fields(share)
    }
    return {
        "type": "Feature",
        "geometry": shape,
        "properties": {"code": code, **properties},
        "paint": values.get(layer.paint.by) if layer.paint and layer.paint.by else None,
        "width_m": values.get(layer.paint.ground_width) if layer.paint else None,
        "schematic": bool(values.get("schematic")),
    }

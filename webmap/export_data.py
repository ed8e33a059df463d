"""The features of an export: read from the published views, clipped, bounded, counted.

Only the views of ``layers.publish`` are read, so that what is not declared (names,
telephone numbers) cannot reach a file.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from layers.declarations import Field, Layer
from layers.ogc.features import box_sql, relation
from layers.ogc.requests import Box
from spatial.periods import AsOf
from webmap.values import layer_title, scheme_of, shown

PER_LAYER = 5_000
IN_ALL = 20_000
DIGITS = 7
TIMEOUT_MS = 60_000


@dataclass(frozen=True)
class DrawnLayer:
    """One layer of an export. ``total`` is what stands in the box, drawn or not."""

    layer: Layer
    features: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0

    @property
    def omitted(self) -> int:
        """How many features did not fit into the file."""
        return self.total - len(self.features)

    @property
    def title(self) -> str:
        """The layer's title in the language of the page."""
        return layer_title(self.layer)


def draw_layers(
    layers: list[Layer], bbox: tuple[float, float, float, float], moment: AsOf
) -> list[DrawnLayer]:
    """Read the layers, first come first served within the bound for the whole file."""
    drawn: list[DrawnLayer] = []
    left = IN_ALL
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(TIMEOUT_MS)])
        for layer in layers:
            found = _read(cursor, layer, bbox, moment, min(PER_LAYER, left))
            left -= len(found.features)
            drawn.append(found)
    return drawn


def popup_fields(layer: Layer) -> tuple[Field, ...]:
    """What a popup shows: the declared fields, but not which scheme their codes are of."""
    return tuple(f for f in layer.fields if f.name != "scheme")


def _read(
    cursor: Any, layer: Layer, bbox: tuple[float, float, float, float], moment: AsOf, most: int
) -> DrawnLayer:
    versions, moment_params = relation(layer, moment)
    where, box_params = box_sql(Box(bbox, 4326))
    names = [f.name for f in layer.fields]
    columns = ", ".join(f'"{layer.column(name).column}"' for name in names)
    shape = "ST_Transform(geom, 4326)"
    clipped = f"ST_ClipByBox2D({shape}, ST_MakeEnvelope(%s, %s, %s, %s, 4326)::box2d)"
    cursor.execute(
        f"SELECT code, ST_AsGeoJSON(coalesce({clipped}, {shape}), {DIGITS}, 0), {columns}"
        f" FROM {versions} WHERE {where} ORDER BY code LIMIT %s",
        [*bbox, *moment_params, *box_params, most + 1],
    )
    rows = cursor.fetchall()
    total = len(rows)
    if total > most:
        cursor.execute(
            f"SELECT count(*) FROM {versions} WHERE {where}", [*moment_params, *box_params]
        )
        total = cursor.fetchone()[0]
    features = [
        feature
        for code, geometry, *values in rows[:most]
        if (feature := _feature(layer, code, geometry, dict(zip(names, values, strict=True))))
    ]
    touching = min(len(rows), most) - len(features)  # on the edge, nothing of it inside
    return DrawnLayer(layer, features, total - touching)


def _feature(layer: Layer, code: str, geometry: str, values: dict) -> dict[str, Any] | None:
    shape = json.loads(geometry)
    if not (shape.get("coordinates") or shape.get("geometries")):
        return None
    scheme_id = values.get("scheme") or ""
    properties = {
        f.name: shown(layer.column(f.name), values[f.name], scheme_of(layer, f.name, scheme_id))
        for f in popup_fields(layer)
    }
    return {
        "type": "Feature",
        "geometry": shape,
        "properties": {"code": code, **properties},
        "paint": values.get(layer.paint.by) if layer.paint and layer.paint.by else None,
        "width_m": values.get(layer.paint.ground_width) if layer.paint else None,
        "schematic": bool(values.get("schematic")),
    }

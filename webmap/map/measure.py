"""Measuring, in the city's own CRS and on the ellipsoid."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import shapely
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from shapely.geometry import shape

from spatial.city import city
from spatial.crs import reproject
from spatial.geometry import MU_PER_M2, measure
from webmap.web.errors import BadRequest, answering, as_json

MAX_BYTES = 100_000
MAX_POINTS = 2_000
MARGIN_DEG = 1.0
KINDS = ("LineString", "Polygon")
UNREADABLE = (
    ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError,
    RecursionError,  # brackets nested without end
)  # fmt: skip


class NotMeasurable(BadRequest):
    """A geometry that cannot be measured; the text says why."""


@require_POST
@answering(as_json)
def measured(request: HttpRequest) -> JsonResponse:
    """A GeoJSON line or polygon in longitude/latitude → its length and area."""
    geometry = read_geometry(request.body)
    plane = reproject(np.array([geometry]), 4326, city().projected)[0]
    found = measure(plane, geometry)
    answer = asdict(found) | {
        "area_ha": found.area_m2 / 10_000,
        "area_mu": found.area_m2 * MU_PER_M2,
        "crs": f"EPSG:{city().projected}",
    }
    return JsonResponse(answer)


def read_geometry(body: bytes) -> shapely.Geometry:
    """Read and check what was drawn.

    Raises:
        NotMeasurable: not GeoJSON, of another kind, too long, crossing itself, or far away.
    """
    if len(body) > MAX_BYTES:
        raise NotMeasurable(_("图形太大"))
    try:
        geometry = shape_in(json.loads(body))
    except (ValueError, RecursionError):  # brackets nested without end
        raise NotMeasurable(_("不是有效的 GeoJSON 图形")) from None
    if geometry.geom_type not in KINDS or geometry.is_empty:
        raise NotMeasurable(_("只能量算线和面"))
    if shapely.get_num_coordinates(geometry) > MAX_POINTS:
        raise NotMeasurable(_("顶点太多"))
    extent, m = city().extent, MARGIN_DEG
    near = shapely.box(extent.west - m, extent.south - m, extent.east + m, extent.north + m)
    if not near.covers(shapely.box(*geometry.bounds)):
        raise NotMeasurable(_("图形不在本市范围内"))
    if not geometry.is_valid:
        raise NotMeasurable(_("图形自相交，面积没有意义"))
    return geometry


def shape_in(document: Any) -> shapely.Geometry:
    """The shape of a GeoJSON geometry or Feature, of any kind.

    Raises:
        NotMeasurable: it is none.
    """
    try:
        return shape(_mapping(document))
    except UNREADABLE:
        raise NotMeasurable(_("不是有效的 GeoJSON 图形")) from None


def _mapping(document: Any) -> dict[str, Any]:
    """The geometry itself, also when it came as a Feature."""
    found = document["geometry"] if document.get("type") == "Feature" else document
    return {"type": found["type"], "coordinates": found["coordinates"]}

"""Areas to choose features in: a shape that was drawn or a feature, and what lies near it."""

from typing import Any

import numpy as np
import shapely
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from shapely.geometry import mapping

from layers.reading.queries import version_shown
from spatial.city import city
from spatial.crs import reproject
from spatial.periods import AsOf
from webmap.map.measure import shape_in
from webmap.map.parameters import moment_parameter, share_parameter
from webmap.web.errors import BadRequest, answering, as_json
from webmap.web.parsing import json_in

MOST_BYTES = 500_000
MOST_CORNERS = 20_000
MOST_REACH_M = 20_000.0
QUARTER = 8  # pieces of a quarter of a circle
DIGITS = 8  # of degrees: a millimetre
KINDS = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


@require_POST
@answering(as_json)
def area(request: HttpRequest) -> JsonResponse:
    """``{geometry | of: "layer/code", reach_m}`` as an area in degrees, with its size.

    The distance is measured in the city's own CRS.

    Raises:
        BadRequest: what was sent is no shape or has no extent.
        Http404: there is no such feature at that moment, or the caller may not see it.
    """
    wanted = _wanted(request)
    plane = _shape_of(request, wanted, moment_parameter(request))
    reach_m = reach_in(wanted.get("reach_m", 0))
    found = plane.buffer(reach_m, quad_segs=QUARTER) if reach_m else plane
    if found.geom_type not in ("Polygon", "MultiPolygon") or found.is_empty:
        raise BadRequest(_("点和线没有范围，请给出距离"))
    if shapely.get_num_coordinates(found) > MOST_CORNERS:
        raise BadRequest(_("图形的顶点太多"))
    degrees = reproject(np.array([found]), city().projected, 4326)[0]
    rounded = shapely.set_precision(degrees, 10.0**-DIGITS)
    if rounded.is_empty:
        raise BadRequest(_("点和线没有范围，请给出距离"))
    return JsonResponse({"geometry": mapping(rounded), "area_m2": round(found.area, 2)})


def _wanted(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise BadRequest(_("图形太大"))
    return json_in(request.body)


def reach_in(given: Any) -> float:
    """A distance in metres around a shape.

    Raises:
        BadRequest: it is none, or too far.
    """
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not 0 <= given <= MOST_REACH_M:
        raise BadRequest(_("距离应为 0 至 %(most)s 米") % {"most": f"{MOST_REACH_M:,.0f}"})
    return float(given)


def _shape_of(request: HttpRequest, wanted: dict[str, Any], as_of: AsOf) -> shapely.Geometry:
    """The shape in the city's CRS."""
    if "of" in wanted:
        return _feature(request, str(wanted["of"]), as_of)
    drawn = shape_in(wanted.get("geometry"))
    if drawn.geom_type not in KINDS or drawn.is_empty:
        raise BadRequest(_("不是有效的 GeoJSON 图形"))
    if shapely.get_num_coordinates(drawn) > MOST_CORNERS:
        raise BadRequest(_("图形的顶点太多"))
    extent = city().extent
    if not shapely.box(extent.west, extent.south, extent.east, extent.north).intersects(drawn):
        raise BadRequest(_("图形不在本市范围内"))
    if not drawn.is_valid:
        raise BadRequest(_("图形自相交，请重画"))
    return reproject(np.array([drawn]), 4326, city().projected)[0]


def _feature(request: HttpRequest, name: str, as_of: AsOf) -> shapely.Geometry:
    layer_id, _slash, code = name.partition("/")
    version = version_shown(share_parameter(request, layer_id), code, as_of)
    geometry = getattr(version, "geom", None)
    if geometry is None:
        raise Http404(_("没有这个要素"))
    return shapely.from_wkb(bytes(geometry.wkb))

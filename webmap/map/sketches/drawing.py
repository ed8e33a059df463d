"""What the drawing program asks while one draws: figures, typed coordinates, exact snapping."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from layers.reading.features import features
from layers.reading.shares import Share, share_by_id
from spatial.city import city
from spatial.crs import reproject
from spatial.periods import AsOf
from spatial.positions import position_of
from webmap.map.parameters import moment_parameter
from webmap.map.sketches.kept import body_of
from webmap.map.sketches.shapes import crossing_of, figures, geometry_in, written
from webmap.web.callers import caller_of
from webmap.web.errors import BadInput, BadRequest, answering, as_json

MOST_LINES, MOST_LETTERS = 2_000, 200_000
MOST_SNAPPED = 500
REACH_M = 5.0  # farther than a tile's corner can lie from the surveyed one


@require_POST
@answering(as_json)
def measured(request: HttpRequest) -> JsonResponse:
    """``{geometry}`` → its figures; where it crosses itself, the place and a repaired shape."""
    shape = geometry_in(body_of(request).get("geometry"))
    crossing = crossing_of(shape)
    answer: dict[str, Any] = {"figures": None if crossing else figures(shape)}
    answer["crs"] = f"EPSG:{city().projected}"
    if crossing:
        answer["fault"] = {
            "text": crossing.text(),
            "at": [crossing.longitude, crossing.latitude],
            "repair": written(crossing.repaired) if crossing.repaired else None,
        }
    return JsonResponse(answer)


@require_POST
@answering(as_json)
def typed(request: HttpRequest) -> JsonResponse:
    """``{text}``: one position a line, as people write them → ``points`` in the order of the lines.

    Raises:
        BadInput: a line is no position; the message says which, and what it holds.
    """
    text = body_of(request).get("text")
    if not isinstance(text, str) or len(text) > MOST_LETTERS:
        raise BadRequest(_("坐标太多，请改为导入文件"), "text")
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    if len(lines) > MOST_LINES:
        raise BadInput(_("坐标太多，请改为导入文件"), "text")
    if not lines:
        raise BadInput(_("请输入坐标，一行一个点"), "text")
    return JsonResponse({"points": [_position(number, line) for number, line in lines]})


def _position(number: int, line: str) -> dict[str, Any]:
    found = position_of(line, city())
    if found is None:
        said = {"number": number, "line": line[:40]}
        raise BadInput(_("第 %(number)s 行“%(line)s”不是坐标，或有两种读法") % said, "text")
    return {
        "lon": found.longitude,
        "lat": found.latitude,
        "reading": found.reading,
        "is_inside": found.is_inside,
    }


@require_POST
@answering(as_json)
def exact(request: HttpRequest) -> JsonResponse:
    """``{points: [{lon, lat, layer, code, is_corner}]}`` → where the register has them.

    A tile has the corners of a feature to some decimetres; what was snapped to one gets the
    coordinates that were surveyed. Null where there is nothing to snap to for the caller.
    """
    points = body_of(request).get("points")
    if not isinstance(points, list) or len(points) > MOST_SNAPPED:
        raise BadRequest(_("图形的顶点太多"), "points")
    moment = moment_parameter(request)
    shapes = _shapes(request, points, moment)
    return JsonResponse({"points": [_snapped(point, shapes) for point in points]})


def _shapes(
    request: HttpRequest, points: list[Any], moment: AsOf
) -> Mapping[tuple[str, str], shapely.Geometry]:
    """The features that points were snapped to, as the caller is shown them, in the plane."""
    wanted: dict[str, set[str]] = {}
    for point in points:
        if not isinstance(point, Mapping):
            raise BadRequest(_("图形应为 GeoJSON 要素的列表"), "points")
        wanted.setdefault(str(point.get("layer")), set()).add(str(point.get("code")))
    found: dict[tuple[str, str], shapely.Geometry] = {}
    for name, codes in wanted.items():
        share = share_by_id(caller_of(request), name)
        if share and share.layer.geometry:
            found |= {(name, code): shape for code, shape in _read(share, codes, moment)}
    return found


def _read(share: Share, codes: set[str], moment: AsOf) -> list[tuple[str, shapely.Geometry]]:
    rows = features(share).as_of(moment).filter(code__in=codes, geom__isnull=False)
    return [(row.code, shapely.from_wkb(bytes(row.geom.wkb))) for row in rows]


def _snapped(
    point: Mapping[str, Any], shapes: Mapping[tuple[str, str], shapely.Geometry]
) -> list[float] | None:
    shape = shapes.get((str(point.get("layer")), str(point.get("code"))))
    if shape is None:
        return None
    spot = geometry_in({"type": "Point", "coordinates": [point.get("lon"), point.get("lat")]})
    plane = reproject(np.array([spot]), 4326, city().projected)[0]
    nearest = _corner(shape, plane) if point.get("is_corner") else _on_edge(shape, plane)
    if shapely.distance(nearest, plane) > REACH_M:
        return None
    degrees = reproject(np.array([nearest]), city().projected, 4326)[0]
    return [round(degrees.x, 9), round(degrees.y, 9)]


def _corner(shape: shapely.Geometry, spot: shapely.Geometry) -> shapely.Geometry:
    corners = shapely.points(shapely.get_coordinates(shape))
    return corners[int(np.argmin(shapely.distance(corners, spot)))]


def _on_edge(shape: shapely.Geometry, spot: shapely.Geometry) -> shapely.Geometry:
    """The nearest point of a line, or of an area's outline; of points the nearest of them."""
    lines = shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
    if shapely.get_dimensions(lines) != 1:
        return _corner(shape, spot)
    parts = shapely.get_parts(lines)
    line = parts[int(np.argmin(shapely.distance(parts, spot)))]
    return shapely.line_interpolate_point(line, shapely.line_locate_point(line, spot))

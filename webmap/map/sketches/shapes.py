"""Shapes of sketches: read and bounded, measured, and where they cross themselves. No database.

Coordinates are longitude and latitude of the city's own datum, as the map has them.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import Geod
from shapely.geometry import mapping

from spatial.city import city
from spatial.crs import reproject
from spatial.geometry import MU_PER_M2, measure
from webmap.map.measure import shape_in
from webmap.web.errors import BadInput, BadRequest

MOST_FEATURES, MOST_CORNERS = 500, 20_000
MOST_NAME, MOST_NOTE = 60, 500
KINDS = ("Point", "LineString", "Polygon")
MANY = ("MultiPoint", "MultiLineString", "MultiPolygon")
DRAWN = ("point", "line", "polygon", "rectangle", "circle")
COLOUR = re.compile(r"#[0-9a-f]{6}")
PLACE = re.compile(r"\[([-\d.e+]+) ([-\d.e+]+)\]")
_EARTH = Geod(ellps="WGS84")
FAR_KM = 300.0  # from the city: beyond, its plane is stretched by a thousandth
DIGITS = 9  # of degrees: a tenth of a millimetre
MOST_LATITUDE = 85.0  # of the map


@dataclass(frozen=True)
class Crossing:
    """Where a shape crosses or touches itself, in degrees, and what it would be without that."""

    longitude: float
    latitude: float
    repaired: shapely.Geometry | None

    def text(self) -> str:
        """The place in words, in degrees and in the plane of the city."""
        point = np.array([shapely.Point(self.longitude, self.latitude)])
        plane = reproject(point, 4326, city().projected)[0]
        place = f"{self.longitude:.6f}°, {self.latitude:.6f}°（X {plane.y:.2f}  Y {plane.x:.2f}）"
        return _("图形在 %(place)s 处自相交") % {"place": place}


class CrossesItself(BadInput):
    """A shape that has no area, since it crosses itself; the message says where."""


def features_in(given: Any) -> list[dict[str, Any]]:
    """The GeoJSON features of a sketch, with nothing but what a sketch keeps.

    Raises:
        BadRequest: they are no features.
        BadInput: there are too many of them, or of their corners.
    """
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise BadRequest(_("图形应为 GeoJSON 要素的列表"), "features")
    if len(given) > MOST_FEATURES:
        most = {"most": f"{MOST_FEATURES:,}"}
        raise BadInput(_("一份草图最多 %(most)s 个图形，请分成几份") % most, "features")
    shapes = [geometry_in(one.get("geometry"), KINDS) for one in given]
    if sum(map(int, shapely.get_num_coordinates(np.array(shapes, object)))) > MOST_CORNERS:
        most = {"most": f"{MOST_CORNERS:,}"}
        raise BadInput(_("一份草图最多 %(most)s 个顶点，请分成几份") % most, "features")
    return [
        {"type": "Feature", "geometry": written(shape), "properties": _properties(one, shape)}
        for one, shape in zip(given, shapes, strict=True)
    ]


def geometry_in(given: Any, kinds: Sequence[str] = (*KINDS, *MANY)) -> shapely.Geometry:
    """A plane shape of GeoJSON that lies on the earth.

    Raises:
        BadRequest: it is none, or of a kind that is not drawn.
    """
    shape = shapely.force_2d(shape_in(given))
    if shape.geom_type not in kinds or shape.is_empty:
        raise BadRequest(_("不是有效的 GeoJSON 图形"), "geometry")
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        raise BadRequest(_("图形的顶点太多"), "geometry")
    west, south, east, north = shape.bounds
    is_finite = all(map(math.isfinite, (west, south, east, north)))
    on_earth = west >= -180 and east <= 180 and max(-south, north) <= MOST_LATITUDE
    if not is_finite or not on_earth:
        raise BadRequest(_("图形的坐标应为经度、纬度"), "geometry")
    return shape


def written(shape: shapely.Geometry) -> dict[str, Any]:
    """The shape as GeoJSON, to a tenth of a millimetre."""
    document = mapping(shape)
    return {"type": document["type"], "coordinates": _rounded(document["coordinates"])}


def _rounded(part: Any) -> Any:
    if isinstance(part, float | int):
        return round(float(part), DIGITS)
    return [_rounded(one) for one in part]


def _properties(feature: Mapping[str, Any], shape: shapely.Geometry) -> dict[str, Any]:
    given = feature.get("properties")
    given = given if isinstance(given, Mapping) else {}
    usual = {"Point": "point", "LineString": "line"}.get(shape.geom_type, "polygon")
    drawn = str(given.get("drawn"))
    found = {"drawn": drawn if drawn in DRAWN and _fits(drawn, shape) else usual}
    for name, most in (("name", MOST_NAME), ("note", MOST_NOTE)):
        text = given.get(name)
        if isinstance(text, str) and text.strip():
            found[name] = text.strip()[:most]
    colour = given.get("colour")
    if isinstance(colour, str) and COLOUR.fullmatch(colour.lower()):
        found["colour"] = colour.lower()
    return found


def _fits(drawn: str, shape: shapely.Geometry) -> bool:
    return {"point": "Point", "line": "LineString"}.get(drawn, "Polygon") == shape.geom_type


def in_plane(shapes: Sequence[shapely.Geometry]) -> np.ndarray:
    """Shapes in degrees as shapes in the plane of the city.

    Raises:
        BadInput: one lies so far away that the plane says nothing of it.
    """
    if any((away_km(shape.bounds) or 0) > FAR_KM for shape in shapes):
        raise BadInput(_("图形离本市太远，不能用本市坐标系表示"), "features")
    return reproject(np.array(shapes, object), 4326, city().projected)


def figures(shape: shapely.Geometry) -> dict[str, float]:
    """Length or perimeter and area, in the plane of the city and on the ellipsoid."""
    plane = in_plane([shape])[0]
    found = measure(plane, shape)
    return {
        "length_m": found.length_m,
        "area_m2": found.area_m2,
        "area_ha": found.area_m2 / 10_000,
        "area_mu": found.area_m2 * MU_PER_M2,
        "ellipsoidal_length_m": found.ellipsoidal_length_m,
        "ellipsoidal_area_m2": found.ellipsoidal_area_m2,
    }


def away_km(bounds: Sequence[float]) -> float | None:
    """How far a box of degrees lies from the city, in km; None where they meet.

    >>> away_km([111.6, 27.6, 111.7, 27.7]) is None, round(away_km([116.3, 39.9, 116.4, 40.0]))
    (True, 1329)
    """
    west, south, east, north = bounds
    extent = city().extent
    window = shapely.box(extent.west, extent.south, extent.east, extent.north)
    box = shapely.box(west, south, east, north)
    if window.intersects(box):
        return None
    here, there = shapely.shortest_line(window, box).coords
    return float(_EARTH.inv(*here, *there)[2] / 1000)


def crossing_of(shape: shapely.Geometry) -> Crossing | None:
    """Where an area crosses itself first; None where it is whole, or no area.

    >>> bow = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> found = crossing_of(bow)
    >>> (found.longitude, found.latitude), found.repaired.geom_type, found.repaired.area
    ((1.0, 1.0), 'MultiPolygon', 2.0)
    """
    if shapely.get_dimensions(shape) != 2 or shape.is_valid:
        return None
    place = PLACE.search(shapely.is_valid_reason(shape))
    first = shapely.get_coordinates(shape)[0]
    longitude, latitude = (float(place[1]), float(place[2])) if place else first
    repaired = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    areas = [one for one in shapely.get_parts(repaired) if one.geom_type == "Polygon" and one.area]
    return Crossing(float(longitude), float(latitude), _joined(areas))


def _joined(areas: Sequence[shapely.Geometry]) -> shapely.Geometry | None:
    if len(areas) < 2:
        return areas[0] if areas else None
    return shapely.multipolygons(areas)


def check_whole(shapes: Iterable[shapely.Geometry]) -> None:
    """Let shapes pass that do not cross themselves.

    Raises:
        CrossesItself: one does.
    """
    for shape in shapes:
        if crossing := crossing_of(shape):
            raise CrossesItself(crossing.text() + "；" + _("请先修正图形"), "geometry")

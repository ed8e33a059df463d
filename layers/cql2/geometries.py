"""Geometry literals: GeoJSON shapes and boxes of a filter, read into x, y order.

What is not a valid geometry is refused, not repaired: a bow tie made valid would select
other features than the ones that its author drew.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pyproj
import shapely

from layers.cql2.errors import FilterError
from layers.cql2.fields import FilterCrs
from layers.cql2.terms import Term

MAX_VERTICES = 100_000
MAX_COORDINATE = 1e8  # metres; two and a half times around the Earth
MIN_LINE, MIN_RING = 2, 4
NESTING = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
Position = tuple[float, float]


@cache
def is_geographic(epsg: int) -> bool:
    """Whether a CRS counts in degrees."""
    return pyproj.CRS.from_epsg(epsg).is_geographic


def shape(node: Mapping[str, Any], crs: FilterCrs) -> Term:
    """A GeoJSON geometry. Raises FilterError."""
    geometry = _geometry(node, crs)
    if shapely.get_num_coordinates(geometry) > MAX_VERTICES:
        raise FilterError(f"图形的顶点超过 {MAX_VERTICES} 个，请先化简")
    if not geometry.is_valid:
        reason = shapely.is_valid_reason(geometry)
        raise FilterError(f"{node['type']} 不是有效的图形：{reason}；请改正后再查询")
    return Term("geometry", value=geometry)


def bbox(numbers: Any, crs: FilterCrs) -> Term:
    """A BBOX of 4 or 6 numbers; the heights of 6 are left out, since the tests are flat.

    West of more than east is a box across the 180th meridian. Raises FilterError.
    """
    if not isinstance(numbers, Sequence) or isinstance(numbers, str) or len(numbers) not in (4, 6):
        raise FilterError("BBOX 应为 4 个或 6 个数")
    half = len(numbers) // 2
    west, south = _position(numbers[:half], crs)
    east, north = _position(numbers[half:], crs)
    if south > north:
        raise FilterError(f"BBOX 的下边界 {south:g} 大于上边界 {north:g}")
    if west <= east:
        return Term("geometry", value=_rectangle(west, south, east, north))
    if not is_geographic(crs.epsg):
        raise FilterError(f"BBOX 的左边界 {west:g} 大于右边界 {east:g}")
    halves = [_rectangle(west, south, 180.0, north), _rectangle(-180.0, south, east, north)]
    whole = [part for part in halves if part.geom_type == "Polygon"]
    return Term("geometry", value=shapely.MultiPolygon(whole) if whole else halves[0])


def _rectangle(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """A box; where it has no width or height, the line or point that is left of it."""
    if west > east:
        return shapely.Point()
    if west < east and south < north:
        return shapely.box(west, south, east, north)
    if (west, south) == (east, north):
        return shapely.Point(west, south)
    return shapely.LineString([(west, south), (east, north)])


def _geometry(node: Mapping[str, Any], crs: FilterCrs) -> shapely.Geometry:
    kind = str(node.get("type"))
    if kind == "GeometryCollection":
        return _collection(node.get("geometries"), crs)
    if kind not in NESTING:
        raise FilterError(f"不认识图形类型“{kind[:40]}”；可用：{'、'.join(NESTING)}")
    coordinates = node.get("coordinates")
    if kind == "Point":
        return shapely.Point(_position(coordinates, crs))
    if kind == "LineString":
        return shapely.LineString(_line(coordinates, crs))
    if kind == "Polygon":
        return _polygon(coordinates, crs)
    parts = _members(kind, coordinates)
    if kind == "MultiPoint":
        return shapely.MultiPoint([_position(part, crs) for part in parts])
    if kind == "MultiLineString":
        return shapely.MultiLineString([_line(part, crs) for part in parts])
    return shapely.MultiPolygon([_polygon(part, crs) for part in parts])


def _collection(members: Any, crs: FilterCrs) -> shapely.Geometry:
    parts = _members("GeometryCollection", members)
    if not all(isinstance(part, Mapping) and str(part.get("type")) in NESTING for part in parts):
        raise FilterError("GEOMETRYCOLLECTION 的成员应是点、线、面，不能再套一层")
    return shapely.GeometryCollection([_geometry(part, crs) for part in parts])


def _polygon(rings: Any, crs: FilterCrs) -> shapely.Polygon:
    shell, *holes = (_ring(ring, crs) for ring in _members("Polygon", rings))
    return shapely.Polygon(shell, holes)


def _ring(positions: Any, crs: FilterCrs) -> list[Position]:
    ring = [_position(position, crs) for position in _members("Polygon", positions)]
    if len(ring) < MIN_RING:
        raise FilterError(f"面的环要至少 {MIN_RING} 个点，给了 {len(ring)} 个")
    if ring[0] != ring[-1]:
        raise FilterError("面的环没有闭合：末点应与首点相同")
    return ring


def _line(positions: Any, crs: FilterCrs) -> list[Position]:
    line = [_position(position, crs) for position in _members("LineString", positions)]
    if len(line) < MIN_LINE:
        raise FilterError(f"线要至少 {MIN_LINE} 个点，给了 {len(line)} 个")
    return line


def _members(kind: str, value: Any) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise FilterError(f"{kind} 没有坐标")
    if len(value) > MAX_VERTICES:
        raise FilterError(f"图形的顶点超过 {MAX_VERTICES} 个，请先化简")
    return value


def _position(value: Any, crs: FilterCrs) -> Position:
    """x, y of a position; its height is left out."""
    if not isinstance(value, list) or len(value) not in (2, 3) or not all(map(_is_number, value)):
        raise FilterError("坐标应为 2 个或 3 个数")
    x, y = float(value[0]), float(value[1])
    if crs.flipped:
        x, y = y, x
    if is_geographic(crs.epsg):
        if abs(x) > 360 or abs(y) > 90:
            raise FilterError(f"经度 {x:g}、纬度 {y:g} 超出范围；请核对坐标的次序与 filter-crs")
    elif max(abs(x), abs(y)) > MAX_COORDINATE:
        raise FilterError(f"坐标 {x:g}、{y:g} 超出范围；请核对 filter-crs")
    return x, y


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300 and math.isfinite(value)

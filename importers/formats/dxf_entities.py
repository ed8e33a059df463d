"""Entities of a drawing as plane geometries, one each; nothing is joined, cut or exploded.

Coordinates are the world's (Autodesk DXF Reference, "Object Coordinate Systems"): a
mirrored entity is mirrored back. A height that all vertices share is kept beside the
geometry; one that varies is not, and the caller counts those. Units and CRS: the drawing's.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from ezdxf.entities.boundary_paths import PolylinePath

from importers.errors import ImportersError
from importers.formats import dxf_curves
from importers.formats.rings import assemble

POINT, LINE, AREA = "点", "线", "面"
FULL_TURN = 2 * math.pi
LARGEST = 1e9  # metres: beyond, it is no coordinate of a survey
SPLINE_SEGMENTS = 16  # of a knot span at least, each halved while it errs too much
MOST_KNOTS = 100_000
_FRAME = 16  # VERTEX flag: control point of a spline's frame, not on the line
_MESH = 16 | 64  # POLYLINE flags: polygon mesh, polyface mesh
_3D = 8


class UnusableEntity(ImportersError, ValueError):
    """An entity without a usable geometry; the message says why, for its sender."""


@dataclass(frozen=True)
class EntityShape:
    """An entity's geometry, its height (None: varies), the arcs in it."""

    shape: shapely.Geometry
    height: float | None
    arcs: int = 0


def family(entity: Any) -> str:
    """Whether an entity becomes a point, a line or an area; '' where it is not read."""
    kind = entity.dxftype()
    if kind in ("LWPOLYLINE", "POLYLINE"):
        if kind == "POLYLINE" and entity.dxf.get("flags", 0) & _MESH:
            return ""
        return AREA if is_closed(entity) else LINE
    if kind == "ELLIPSE":
        return AREA if _sweep(entity.dxf.start_param, entity.dxf.end_param) == FULL_TURN else LINE
    if kind == "SPLINE":
        return AREA if entity.closed else LINE
    if kind == "HATCH":
        paths = entity.paths.paths
        return AREA if paths and all(isinstance(p, PolylinePath) for p in paths) else ""
    return _FAMILIES.get(kind, "")


def is_closed(entity: Any) -> bool:
    """Whether a polyline is closed: by its flag, or because it ends where it begins."""
    return bool(_flag(entity)) or closes_itself(entity)


def closes_itself(entity: Any) -> bool:
    """Whether a polyline without the flag ends exactly where it begins."""
    if _flag(entity):
        return False
    if entity.dxftype() == "LWPOLYLINE":
        return len(entity) > 3 and tuple(entity[0][:2]) == tuple(entity[-1][:2])
    ends = [v.dxf.location for v in entity.vertices if not v.dxf.get("flags", 0) & _FRAME]
    return len(ends) > 3 and ends[0].x == ends[-1].x and ends[0].y == ends[-1].y


def draw(entity: Any, kind: str) -> EntityShape:
    """The geometry of an entity; ``kind`` is its family.

    Raises:
        UnusableEntity: it has none: too few points, or numbers that are no coordinates.
    """
    try:
        points, arcs = _READERS[entity.dxftype()](entity)
    except dxf_curves.ArcTooLarge as error:
        raise UnusableEntity("圆弧半径过大或不是数") from error
    for part in points:
        if not np.isfinite(part).all() or (len(part) and np.abs(part[:, :2]).max() > LARGEST):
            raise UnusableEntity("坐标不是数或过大")
    heights = np.concatenate([part[:, 2] for part in points])
    flat = bool(len(heights)) and bool((heights == heights[0]).all())
    shape = _shape(kind, [part[:, :2] for part in points])
    return EntityShape(shape, float(heights[0]) if flat else None, arcs)


def _shape(kind: str, parts: list[np.ndarray]) -> shapely.Geometry:
    if kind == AREA:
        if any(len(set(map(tuple, ring.tolist()))) < 3 for ring in parts):
            raise UnusableEntity("闭合图形不足三个不同的点")
        return shapely.Polygon(parts[0]) if len(parts) == 1 else assemble(parts)
    if kind == POINT:
        return shapely.Point(parts[0][0])
    if len(parts[0]) < 2:
        raise UnusableEntity("线不足两个点")
    return shapely.LineString(parts[0])


def _flag(entity: Any) -> bool:
    return bool(entity.closed if entity.dxftype() == "LWPOLYLINE" else entity.is_closed)


def _light_polyline(entity: Any) -> tuple[list[np.ndarray], int]:
    given = np.array(entity.get_points("xyb"), float).reshape(-1, 3)
    return _bulged(entity, given[:, :2], given[:, 2], entity.dxf.elevation)


def _polyline(entity: Any) -> tuple[list[np.ndarray], int]:
    vertices = [v for v in entity.vertices if not v.dxf.get("flags", 0) & _FRAME]
    points = np.array([v.dxf.location.xyz for v in vertices], float).reshape(-1, 3)
    if entity.dxf.get("flags", 0) & _3D:
        return [points], 0
    height = entity.dxf.elevation.z if entity.dxf.hasattr("elevation") else 0.0
    if not height and len(points) and (points[:, 2] == points[0, 2]).all():
        height = float(points[0, 2])  # R12 programs write it at the vertices
    bulges = np.array([v.dxf.get("bulge", 0.0) for v in vertices], float)
    return _bulged(entity, points[:, :2], bulges, height)


def _bulged(
    entity: Any, points: np.ndarray, bulges: np.ndarray, height: float
) -> tuple[list[np.ndarray], int]:
    if not np.isfinite(bulges).all() or not np.isfinite(points).all():
        raise UnusableEntity("坐标不是数或过大")
    drawn, arcs = dxf_curves.with_arcs(points, bulges, _flag(entity))
    return [_in_world(entity, drawn, height)], arcs


def _line(entity: Any) -> tuple[list[np.ndarray], int]:
    return [np.array([entity.dxf.start.xyz, entity.dxf.end.xyz], float)], 0


def _arc(entity: Any) -> tuple[list[np.ndarray], int]:
    first = math.radians(entity.dxf.start_angle)
    sweep = _sweep(first, math.radians(entity.dxf.end_angle))
    return _round(entity, first, sweep)


def _circle(entity: Any) -> tuple[list[np.ndarray], int]:
    return _round(entity, 0.0, FULL_TURN)


def _round(entity: Any, first: float, sweep: float) -> tuple[list[np.ndarray], int]:
    centre = entity.dxf.center
    drawn = dxf_curves.arc((centre.x, centre.y), entity.dxf.radius, first, sweep)
    if sweep == FULL_TURN and entity.dxftype() == "CIRCLE":
        drawn = drawn[:-1]  # the ring closes on the first point exactly
    return [_in_world(entity, drawn, centre.z)], 1


def _ellipse(entity: Any) -> tuple[list[np.ndarray], int]:
    first, last = entity.dxf.start_param, entity.dxf.end_param
    sweep = _sweep(first, last)
    axes = (entity.dxf.center.xyz, entity.dxf.major_axis.xyz, entity.minor_axis.xyz)
    drawn = dxf_curves.ellipse(*axes, first, sweep)
    return [drawn[:-1] if sweep == FULL_TURN else drawn], 1


def _spline(entity: Any) -> tuple[list[np.ndarray], int]:
    given = [tuple(p) for p in (*entity.control_points, *entity.fit_points)]
    frame = np.array(given, float).reshape(len(given), -1)
    if not len(frame) or not np.isfinite(frame).all() or np.abs(frame).max() > LARGEST:
        raise UnusableEntity("样条曲线没有可用的控制点")
    if len(frame) > MOST_KNOTS:
        raise UnusableEntity("样条曲线的控制点过多")
    curve = entity.construction_tool()
    points = [p.xyz for p in curve.flattening(dxf_curves.CHORD_ERROR_M, SPLINE_SEGMENTS)]
    return [np.array(points, float).reshape(-1, 3)], 1


def _hatch(entity: Any) -> tuple[list[np.ndarray], int]:
    rings, arcs = [], 0
    for path in entity.paths.paths:
        given = np.array(path.vertices, float).reshape(-1, 3)
        if not np.isfinite(given).all():
            raise UnusableEntity("坐标不是数或过大")
        drawn, count = dxf_curves.with_arcs(given[:, :2], given[:, 2], True)
        rings.append(_in_world(entity, drawn, entity.dxf.elevation.z))
        arcs += count
    return rings, arcs


def _spot(entity: Any) -> tuple[list[np.ndarray], int]:
    """A point's place; of a text the point that it is set out from."""
    kind = entity.dxftype()
    if kind == "POINT":
        place = entity.dxf.location
    elif kind == "MTEXT":
        place = entity.dxf.insert  # the only one that is given in the world's coordinates
    else:
        place = entity.get_placement()[1] if kind == "TEXT" else entity.dxf.insert
        place = entity.ocs().to_wcs(place)
    return [np.array([place.xyz], float)], 0


def _in_world(entity: Any, points: np.ndarray, height: float) -> np.ndarray:
    """Points (n, 2) at one height in the entity's own system as (n, 3) in the world's."""
    solid = np.column_stack([points, np.full(len(points), height)])
    ocs = entity.ocs()
    if not ocs.transform:
        return solid
    return np.array([p.xyz for p in ocs.points_to_wcs(solid.tolist())], float).reshape(-1, 3)


def _sweep(first: float, last: float) -> float:
    """From one angle counter-clockwise to the other, in (0, 2π]."""
    turn = (last - first) % FULL_TURN
    return FULL_TURN if turn < 1e-12 or FULL_TURN - turn < 1e-12 else turn


_FAMILIES = {
    "LINE": LINE, "ARC": LINE, "CIRCLE": AREA, "POINT": POINT, "INSERT": POINT,
    "TEXT": POINT, "MTEXT": POINT,
}  # fmt: skip
_READERS: dict[str, Callable[[Any], tuple[list[np.ndarray], int]]] = {
    "LWPOLYLINE": _light_polyline, "POLYLINE": _polyline, "LINE": _line, "ARC": _arc,
    "CIRCLE": _circle, "ELLIPSE": _ellipse, "SPLINE": _spline, "HATCH": _hatch,
    "POINT": _spot, "INSERT": _spot, "TEXT": _spot, "MTEXT": _spot,
}  # fmt: skip

"""Brings a geometry literal into the CRS of the column that it is compared with.

The literal is moved and never the column, so that a spatial index is used. Before a
projection it is cut to the window that holds every feature, since a projection is
defined for a part of the world only, and its edges get vertices, since they bend.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyproj
import shapely

from layers.cql2.errors import FilterError
from layers.cql2.fields import FilterCrs
from layers.cql2.geometries import is_geographic
from layers.cql2.terms import Term, Window
from spatial.crs import transformer

STEP_DEG, STEP_M = 0.01, 1000.0  # edges of that length bend by a centimetre
MAX_STEPS = 20_000
MARGIN_DEG = 2.0
WGS84 = 4326


@dataclass(frozen=True)
class LiteralTarget:
    """Where literals go: the column's CRS and the window of its features, if known.

    ``keeps_outside``: whether the relation asks if the literal reaches beyond a feature.
    """

    srid: int
    window: Window | None
    keeps_outside: bool


def placed(term: Term, crs: FilterCrs, target: LiteralTarget) -> Term:
    """The literal as SQL in the target's CRS. Raises FilterError where it has no place there."""
    geometry = term.value
    if crs.epsg != target.srid:
        bends = not (is_geographic(crs.epsg) and is_geographic(target.srid))
        window = None if is_geographic(target.srid) else target.window or _used(target.srid)
        if window:
            geometry = _cut(geometry, _region(window, crs), target.keeps_outside)
        if bends:
            geometry = _densified(geometry, STEP_DEG if is_geographic(crs.epsg) else STEP_M)
        geometry = _transformed(geometry, crs.epsg, target.srid)
    wkb = shapely.to_wkb(shapely.set_srid(geometry, target.srid), hex=True, include_srid=True)
    return Term("geometry", "%s::geometry", (wkb,), srid=target.srid)


@cache
def _used(epsg: int) -> Window | None:
    """The area of use of a projection with a margin: beyond it, what it says is nonsense."""
    area = pyproj.CRS.from_epsg(epsg).area_of_use
    if not area or area.west >= area.east:
        return None
    south, north = max(area.south - MARGIN_DEG, -89.0), min(area.north + MARGIN_DEG, 89.0)
    return area.west - MARGIN_DEG, south, area.east + MARGIN_DEG, north


def _region(window: Window, crs: FilterCrs) -> Window:
    if is_geographic(crs.epsg):
        return window
    return transformer(WGS84, crs.epsg).transform_bounds(*window, densify_pts=21)


def _cut(geometry: shapely.Geometry, region: Window, keeps_outside: bool) -> shapely.Geometry:
    """The part within the region.

    Features lie within it, so what is cut off matters only to relations that ask
    whether the literal reaches beyond a feature: for those a token stands outside.
    """
    west, south, east, north = geometry.bounds
    if west >= region[0] and south >= region[1] and east <= region[2] and north <= region[3]:
        return geometry
    parts = [
        piece
        for part in shapely.get_parts(geometry)
        for piece in shapely.get_parts(shapely.intersection(part, shapely.box(*region)))
        if not piece.is_empty and shapely.get_dimensions(piece) == shapely.get_dimensions(part)
    ]
    dimensions = int(shapely.get_dimensions(geometry))
    if keeps_outside:
        parts.append(_token(dimensions, region))
    return _gathered(parts, dimensions)


def _token(dimensions: int, region: Window) -> shapely.Geometry:
    """Something small of the same dimensions next to the region."""
    x, y, size = region[0], region[1], (region[2] - region[0]) / 100
    square = shapely.box(x - 2 * size, y - 2 * size, x - size, y - size)
    return (square.centroid, square.exterior, square)[dimensions]


def _gathered(parts: list[shapely.Geometry], dimensions: int) -> shapely.Geometry:
    if len(parts) == 1:
        return parts[0]
    makers = (shapely.MultiPoint, shapely.MultiLineString, shapely.MultiPolygon)
    return makers[dimensions](parts)


def _densified(geometry: shapely.Geometry, step: float) -> shapely.Geometry:
    if geometry.is_empty or not geometry.length:
        return geometry
    return shapely.segmentize(geometry, max(step, geometry.length / MAX_STEPS))


def _transformed(geometry: shapely.Geometry, source: int, target: int) -> shapely.Geometry:
    def moved(points: np.ndarray) -> np.ndarray:
        return np.column_stack(transformer(source, target).transform(points[:, 0], points[:, 1]))

    result = shapely.transform(geometry, moved)
    if not np.isfinite(shapely.get_coordinates(result)).all():
        raise FilterError(f"图形超出 EPSG:{target} 的范围；请核对坐标与 filter-crs，或缩小图形")
    return result if result.is_valid else _mended(result)


def _mended(geometry: shapely.Geometry) -> shapely.Geometry:
    """What was valid and is so no longer by a rounding: a hole that touched its shell."""
    dimensions = int(shapely.get_dimensions(geometry))
    parts = shapely.get_parts(shapely.make_valid(geometry))
    parts = shapely.get_parts(parts)  # a collection of collections
    return _gathered([p for p in parts if shapely.get_dimensions(p) == dimensions], dimensions)

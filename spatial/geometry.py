"""Pure geometry that every register needs; arrays of shapely geometries in metres."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Geod

_ELLIPSOID = Geod(a=6378137.0, rf=298.257222101)  # CGCS2000
COLLECTION = 7  # GEOS's number of a GeometryCollection
MU_PER_M2 = 3 / 2000  # 1 亩 = 2000/3 m²


@dataclass(frozen=True)
class Measure:
    """A length or area, in the plane of the city's CRS and on the ellipsoid (metres, m²)."""

    length_m: float
    area_m2: float
    ellipsoidal_length_m: float
    ellipsoidal_area_m2: float


def measure(plane: shapely.Geometry, geographic: shapely.Geometry) -> Measure:
    """Measure one geometry given both in the projected CRS and as longitude/latitude.

    A closed figure has its perimeter as length; a point has nothing.
    """
    if plane.geom_type.endswith("LineString"):
        return Measure(plane.length, 0.0, _ELLIPSOID.geometry_length(geographic), 0.0)
    area, perimeter = _ELLIPSOID.geometry_area_perimeter(geographic)
    return Measure(plane.length, plane.area, perimeter, abs(area))


def shapes_of(wkb: np.ndarray) -> np.ndarray:
    """The geometries of an array of WKB; None where it is damaged or of a kind GEOS cannot walk.

    GEOS reads some curves that no function of shapely can handle; in a collection they are
    found only when its coordinates are asked for.
    """
    try:
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:
        shapes = np.array([_shape_of(raw) for raw in wkb], object)
    for at in np.flatnonzero(shapely.get_type_id(shapes) == COLLECTION).tolist():
        try:
            shapely.get_coordinates(shapes[at])
        except shapely.errors.GEOSException:
            shapes[at] = None
    return shapes


def _shape_of(raw: bytes | None) -> shapely.Geometry | None:
    try:
        return shapely.from_wkb(raw, on_invalid="ignore")
    except NotImplementedError:
        return None


def first_point(geometries: np.ndarray) -> np.ndarray:
    """The first vertex of each geometry as (n, 2); NaN where empty or None."""
    found = np.full((len(geometries), 2), np.nan)
    coordinates, index = shapely.get_coordinates(geometries, return_index=True)
    rows, starts = np.unique(index, return_index=True)
    found[rows] = coordinates[starts]
    return found

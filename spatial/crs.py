"""Coordinate reference systems: always x = east (longitude), y = north (latitude).

EPSG says north, east for the Gauss-Kruger systems and latitude, longitude for the
geographic ones; inside this program the order is x, y everywhere, and only the
doors to the outside put the authority's order back.
"""

import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyproj
import shapely

from spatial.errors import SpatialError


class CrsError(SpatialError, ValueError):
    """A CRS that is unknown, undeclared or not accepted here."""


@dataclass(frozen=True)
class Claim:
    """What a file says in words of its coordinates, as in the head of a survey text.

    ``datum`` is cgcs2000, xian80, beijing54, wgs84, local, or '' where it says nothing;
    ``zone`` the zone number whose prefix the eastings bear (37 for 37 566 090 m), or
    None; ``degrees`` 3 or 6; ``is_geographic`` whether it gives longitude, latitude.
    """

    datum: str = ""
    zone: int | None = None
    degrees: int | None = None
    central_meridian: float | None = None
    is_geographic: bool = False


def epsg_of(crs_text: str | None) -> int | None:
    """The EPSG code behind WKT, PROJJSON or ``EPSG:n``; None if there is none.

    A .prj written by ESRI software names no authority; it is identified by its
    parameters, and only a certain match counts.
    """
    if not crs_text:
        return None
    try:
        crs = pyproj.CRS.from_user_input(crs_text)
    except pyproj.exceptions.CRSError as error:
        raise CrsError(f"坐标系定义无法识别：{crs_text[:80]}") from error
    return crs.to_epsg() or crs.to_epsg(min_confidence=90)


@cache
def transformer(source: int, target: int) -> pyproj.Transformer:
    """The x, y transformer between two EPSG codes (cached: making one costs 20 ms)."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def reproject(geometries: np.ndarray, source: int, target: int) -> np.ndarray:
    """Transform an array of shapely geometries between two EPSG codes; z is kept.

    Shapes are (n,); None stays None. Coordinates that cannot be transformed come
    back infinite, for the caller's checks to find.
    """
    if source == target:
        return geometries
    forward = transformer(source, target)

    def move(coordinates: np.ndarray) -> np.ndarray:
        moved = coordinates.copy()
        moved[:, 0], moved[:, 1] = forward.transform(coordinates[:, 0], coordinates[:, 1])
        return moved

    has_z = bool(np.any(shapely.has_z(geometries)))
    return shapely.transform(geometries, move, include_z=has_z)


@cache
def proj4_text(epsg: int) -> str:
    """The CRS in the notation that browsers' projection libraries read."""
    with warnings.catch_warnings():
        # The notation drops datum details; for coordinates under a cursor it is enough.
        warnings.simplefilter("ignore", UserWarning)
        return pyproj.CRS.from_epsg(epsg).to_proj4()

"""Arcs in WKB as chords of 1 mm at most from the arc: ISO curve types become plain ones.

Types and layout are those of OGC 06-103r4, section 8.2, and SQL/MM part 3. Each arc is given by
three points, which all stay vertices; a full circle by its start, the point across, the start.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from importers.errors import ImportersError
from importers.formats.dxf_curves import CHORD_ERROR_M, ArcTooLarge, segments

CURVES = frozenset(range(8, 13))
POINT, LINE, POLYGON, COLLECTION = 1, 2, 3, 7
ARCS, COMPOUND, CURVE_POLYGON = 8, 9, 10
KNOWN = frozenset(range(1, 13))
DIMENSIONS = {0: 2, 1: 3, 2: 3, 3: 4}  # by the thousands of the type: plane, Z, M, ZM
DEGREES = 360.0  # ordinates that are all smaller are degrees
DEGREE_ERROR = 9e-9  # a millimetre of a meridian
FLAT = 1e-9  # of the chord: less is no arc but a straight line


class UnreadCurve(ImportersError, ValueError):
    """A geometry of a kind that is none of these, or that breaks off."""


class BrokenCurve(UnreadCurve):
    """A curve of a known kind that is none: half an arc, parts that do not meet, a bad ring."""


@dataclass
class Stroked:
    """A geometry without arcs, and how many arcs it had."""

    shape: shapely.Geometry
    arcs: int


def is_curved(kind: int) -> bool:
    """Whether an ISO type of WKB may hold arcs."""
    return kind % 1000 in CURVES or kind % 1000 == COLLECTION


def stroked(wkb: bytes) -> Stroked:
    """The same geometry with its arcs as chords.

    Raises:
        UnreadCurve: see there; ``BrokenCurve`` where the kind is known.
    """
    reader = _Reader(wkb)
    try:
        shape = reader.geometry()
    except UnreadCurve:
        raise
    except (
        struct.error,
        ValueError,
        IndexError,
        ArcTooLarge,
        shapely.errors.GEOSException,
    ) as error:
        raise BrokenCurve(str(error)) from error
    return Stroked(shape, reader.arcs)


@dataclass
class _Reader:
    raw: bytes
    at: int = 0
    arcs: int = 0
    order: str = field(default="<", init=False)

    def geometry(self) -> shapely.Geometry:
        kind, width, has_z = self._head()
        if kind == POINT:
            return _with_z(shapely.Point, self._points(width, 1), has_z)
        if kind in (LINE, ARCS):
            return _with_z(shapely.LineString, self._curve(kind, width), has_z)
        if kind == COMPOUND:
            return _with_z(shapely.LineString, self._compound(), has_z)
        if kind in (POLYGON, CURVE_POLYGON):
            rings = [
                self._points(width) if kind == POLYGON else self._member()
                for _ in range(self._count())
            ]
            return shapely.Polygon(*_shell(rings, has_z)) if rings else shapely.Polygon()
        parts = [self.geometry() for _ in range(self._count())]
        return _gathered(kind, parts)

    def _head(self) -> tuple[int, int, bool]:
        self.order = "<" if self.raw[self.at] else ">"
        (kind,) = struct.unpack_from(f"{self.order}I", self.raw, self.at + 1)
        self.at += 5
        if kind % 1000 not in KNOWN or kind // 1000 not in DIMENSIONS:
            raise UnreadCurve(f"type {kind}")
        return kind % 1000, DIMENSIONS[kind // 1000], kind // 1000 in (1, 3)

    def _count(self) -> int:
        (count,) = struct.unpack_from(f"{self.order}I", self.raw, self.at)
        self.at += 4
        return count

    def _points(self, width: int, count: int | None = None) -> np.ndarray:
        count = self._count() if count is None else count
        found = np.frombuffer(self.raw, f"{self.order}f8", count * width, self.at)
        self.at += 8 * count * width
        return found.reshape(count, width)[:, :2].astype(float)

    def _member(self) -> np.ndarray:
        """A part of a curve: itself a line, arcs, or a row of them."""
        kind, width, _ = self._head()
        return self._compound() if kind == COMPOUND else self._curve(kind, width)

    def _curve(self, kind: int, width: int) -> np.ndarray:
        points = self._points(width)
        if kind == LINE:
            return points
        if kind != ARCS:
            raise UnreadCurve(f"type {kind}")
        if not len(points):
            return points
        if len(points) < 3 or len(points) % 2 == 0:
            raise BrokenCurve(f"{len(points)} points of arcs")
        drawn = [points[:1]]
        for i in range(0, len(points) - 2, 2):
            drawn.append(_arc(*points[i : i + 3]))
            self.arcs += len(drawn[-1]) > 2
        return np.concatenate(drawn)

    def _compound(self) -> np.ndarray:
        parts = [part for _ in range(self._count()) if len(part := self._member())]
        if not parts:
            return np.empty((0, 2))
        for one, other in pairwise(parts):
            gap = float(np.hypot(*(other[0] - one[-1])))
            if not gap <= _error(one[-1], other[0]):
                raise BrokenCurve(f"parts {gap:g} apart")
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _arc(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The points of an arc after its start, through the middle to the end."""
    error = _error(start, end)
    if (start == end).all():
        centre = (start + middle) / 2
        half = math.pi
        sweeps = (half, half)
    else:
        found = _centre(start, middle, end)
        if found is None:
            return np.array([middle, end])
        centre = found
        sweeps = _sweeps(start - centre, middle - centre, end - centre)
    radius = float(np.hypot(*(start - centre)))
    return np.concatenate(
        [
            _between(centre, radius, start, sweeps[0], error), middle[None, :],
            _between(centre, radius, middle, sweeps[1], error), end[None, :],
        ]
    )  # fmt: skip


def _error(start: np.ndarray, end: np.ndarray) -> float:
    """A millimetre in the unit of these points."""
    is_degrees = max(np.abs(start).max(), np.abs(end).max()) <= DEGREES
    return DEGREE_ERROR if is_degrees else CHORD_ERROR_M


def _centre(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> np.ndarray | None:
    """The centre of the circle through three points; None where they lie in a line."""
    (ax, ay), (bx, by) = middle - start, end - start
    area = ax * by - ay * bx
    a, b = ax * ax + ay * ay, bx * bx + by * by
    if abs(area) <= FLAT * max(a, b):
        return None
    return start + np.array([by * a - ay * b, ax * b - bx * a]) / (2 * area)


def _sweeps(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> tuple[float, float]:
    """The angles from start to middle and on to the end, both of the same sign."""
    first, second, third = (math.atan2(p[1], p[0]) for p in (start, middle, end))
    turn = 2 * math.pi
    one, both = (second - first) % turn, (third - first) % turn
    if one <= both:
        return one, both - one
    return one - turn, both - one


def _between(
    centre: np.ndarray, radius: float, start: np.ndarray, sweep: float, error: float
) -> np.ndarray:
    """The points of an arc without its ends."""
    count = segments(radius, sweep, error)
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    turns = first + sweep * np.arange(1, count) / count
    return centre + radius * np.column_stack([np.cos(turns), np.sin(turns)])


def _with_z(make: Callable[[Any], shapely.Geometry], xy: np.ndarray, has_z: bool) -> Any:
    """A geometry of these points; that it had heights stays visible, for it is told."""
    if has_z:
        xy = np.column_stack([xy, np.zeros(len(xy))])
    return make(xy)


def _shell(rings: list[np.ndarray], has_z: bool) -> tuple[np.ndarray, list[np.ndarray]]:
    if has_z:
        rings = [np.column_stack([ring, np.zeros(len(ring))]) for ring in rings]
    return rings[0], rings[1:]


def _gathered(kind: int, parts: list[shapely.Geometry]) -> shapely.Geometry:
    makers = {4: shapely.MultiPoint, 5: shapely.MultiLineString, 6: shapely.MultiPolygon}
    makers |= {11: shapely.MultiLineString, 12: shapely.MultiPolygon}
    return makers.get(kind, shapely.GeometryCollection)(parts)

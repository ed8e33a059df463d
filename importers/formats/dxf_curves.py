"""Arcs of drawings as chords, with a stated error: exact points of the arc, joined.

Units are those of the drawing (metres, as surveyed). A bulge is the tangent of a quarter of
the angle that a segment turns, positive counter-clockwise (Autodesk DXF Reference, group
code 42 of LWPOLYLINE and VERTEX).
"""

import math
from collections.abc import Sequence

import numpy as np

from importers.errors import ImportersError

CHORD_ERROR_M = 0.001  # an arc lies nowhere farther from its chord
WIDEST_STEP = math.pi / 4  # so that a small circle keeps its shape
MOST_SEGMENTS = 100_000  # of one arc: a circle of 500 km radius


class ArcTooLarge(ImportersError, ValueError):
    """An arc so large that its chords would be too many: no survey draws one."""


def segments(radius: float, angle: float, error: float = CHORD_ERROR_M) -> int:
    """How many equal chords keep the error for an arc of this radius and angle (radians).

    Raises:
        ArcTooLarge: more than ``MOST_SEGMENTS``, or the radius is no number.
    """
    if not math.isfinite(radius) or radius < 0:
        raise ArcTooLarge(radius)
    half = 2 * math.asin(math.sqrt(min(error / (2 * radius), 1.0))) if radius else math.pi
    step = min(2 * half, WIDEST_STEP)
    count = max(math.ceil(abs(angle) / step), 1)
    if count > MOST_SEGMENTS:
        raise ArcTooLarge(radius)
    return count


def arc(centre: Sequence[float], radius: float, start: float, sweep: float) -> np.ndarray:
    """Points (n, 2) from the start angle on, over ``sweep`` radians, both ends included."""
    turns = start + sweep * np.linspace(0.0, 1.0, segments(radius, sweep) + 1)
    return np.column_stack([centre[0] + radius * np.cos(turns), centre[1] + radius * np.sin(turns)])


def ellipse(
    centre: Sequence[float],
    major: Sequence[float],
    minor: Sequence[float],
    start: float,
    sweep: float,
) -> np.ndarray:
    """Points (n, 3) of centre + major·cos t + minor·sin t; the larger axis sets the step.

    An ellipse is a circle of its larger radius made narrower, which only lessens the error.

    Raises:
        ArcTooLarge: see ``segments``.
    """
    c, a, b = (np.asarray(v, float) for v in (centre, major, minor))
    if not np.isfinite([*c, *a, *b, start, sweep]).all():
        raise ArcTooLarge(float("nan"))
    count = segments(float(max(np.linalg.norm(a), np.linalg.norm(b))), sweep)
    t = (start + sweep * np.linspace(0.0, 1.0, count + 1))[:, None]
    return c + a * np.cos(t) + b * np.sin(t)


def with_arcs(points: np.ndarray, bulges: np.ndarray, is_closed: bool) -> tuple[np.ndarray, int]:
    """A polyline's vertices (n, 2) with its bulged segments as chords, and how many those are.

    The vertices given are kept exactly; the closing vertex is not repeated.
    """
    if not bulges.any():
        return points, 0
    found, arcs = [], 0
    last = len(points) if is_closed else len(points) - 1
    for i, point in enumerate(points):
        found.append(point[None, :])
        following = points[(i + 1) % len(points)]
        if i < last and bulges[i] and (point != following).any():
            found.append(_between(point, following, float(bulges[i])))
            arcs += 1
    return np.concatenate(found), arcs


def _between(start: np.ndarray, end: np.ndarray, bulge: float) -> np.ndarray:
    """The points of a bulged segment without its ends."""
    dx, dy = (end - start).tolist()
    angle = 4 * math.atan(bulge)
    radius = math.hypot(dx, dy) * (1 + bulge * bulge) / (4 * abs(bulge))
    count = segments(radius, angle)
    away = (1 - bulge * bulge) / (4 * bulge)  # from the middle of the chord to the centre
    centre = (start + end) / 2 + away * np.array([-dy, dx])
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    turns = first + angle * np.arange(1, count) / count
    return centre + radius * np.column_stack([np.cos(turns), np.sin(turns)])

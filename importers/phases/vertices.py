"""All vertices of many figures as flat arrays; metres in the city's projected CRS."""

from dataclasses import dataclass

import numpy as np
import shapely


@dataclass(frozen=True)
class Vertices:
    """All vertices of lines and rings: a segment runs from each but the last of its chain.

    ``row`` is the figure's position in the batch, ``chain`` numbers its rings or lines.
    """

    xy: np.ndarray
    row: np.ndarray
    chain: np.ndarray
    closed: bool

    @property
    def last(self) -> np.ndarray:
        """Which vertices end their chain."""
        return np.append(self.chain[1:] != self.chain[:-1], True)


def vertices(shapes: np.ndarray) -> Vertices:
    """The vertices of polygons' rings, or of lines; points have none."""
    areal = bool((shapely.get_dimensions(shapes) == 2).any())
    if areal:
        chains, owner = shapely.get_rings(shapes, return_index=True)
    else:
        chains, owner = shapely.get_parts(shapes, return_index=True)
    xy, chain = shapely.get_coordinates(chains, return_index=True)
    return Vertices(xy, owner[chain], chain, areal)


def spike_tips(
    every: Vertices, step: np.ndarray, square: np.ndarray, angle_deg: float, leg_m: float
) -> np.ndarray:
    """Vertices where a ring turns back on itself: index of each tip.

    ``step`` is from each vertex to the next, ``square`` its squared length. At a tip the
    angle is under ``angle_deg`` and both legs are over ``leg_m``. A ring's first vertex
    has its last segment before it.
    """
    ends = np.flatnonzero(every.last)
    starts = np.append(0, ends[:-1] + 1)
    before = np.arange(-1, len(step))  # the segment that arrives at each vertex
    before[starts] = ends - 1
    at = np.flatnonzero(~every.last)  # the closing vertex is the first one again
    into, out = before[at], at
    dot = step[into, 0] * step[out, 0] + step[into, 1] * step[out, 1]
    turned = np.flatnonzero(dot < 0)
    into, out, dot = into[turned], out[turned], dot[turned]
    legs = square[into] * square[out]
    sharp = dot**2 > np.cos(np.radians(angle_deg)) ** 2 * legs
    sharp &= np.minimum(square[into], square[out]) > leg_m**2
    return at[turned[sharp]]

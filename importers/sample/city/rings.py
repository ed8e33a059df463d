"""Cutting of small polygon rings: plain lists of points, fast for many small shapes.

A ring is a list of (x, y) without the closing point, counter-clockwise.
"""

from math import atan2, cos, hypot, sin

Point = tuple[float, float]
Ring = list[Point]


def area(ring: Ring) -> float:
    """Signed area, positive when counter-clockwise."""
    total, (x0, y0) = 0.0, ring[-1]
    for x1, y1 in ring:
        total += x0 * y1 - x1 * y0
        x0, y0 = x1, y1
    return total / 2


def middle(ring: Ring) -> Point:
    """The mean of the vertices."""
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


def span(ring: Ring, dx: float, dy: float) -> tuple[float, float]:
    """Least and greatest projection on the direction (dx, dy)."""
    along = [x * dx + y * dy for x, y in ring]
    return min(along), max(along)


def split(ring: Ring, through: Point, normal: Point) -> tuple[Ring, Ring]:
    """Both sides of a line: (against the normal, along the normal); either may be empty."""
    (px, py), (nx, ny) = through, normal
    below: Ring = []
    above: Ring = []
    sides = [(x - px) * nx + (y - py) * ny for x, y in ring]
    for i, (point, here) in enumerate(zip(ring, sides, strict=True)):
        (below if here <= 0 else above).append(point)
        j = (i + 1) % len(ring)
        if (here <= 0) != (sides[j] <= 0):
            part = here / (here - sides[j])
            crossing = (
                point[0] + part * (ring[j][0] - point[0]),
                point[1] + part * (ring[j][1] - point[1]),
            )
            below.append(crossing)
            above.append(crossing)
    return (below if len(below) > 2 else []), (above if len(above) > 2 else [])


def slice_between(ring: Ring, normal: Point, low: float, high: float) -> Ring:
    """The part whose projection on ``normal`` (a unit vector) lies in [low, high]."""
    nx, ny = normal
    kept = split(ring, (nx * high, ny * high), normal)[0]
    return split(kept, (nx * low, ny * low), normal)[1] if kept else []


def inset(ring: Ring, distances: list[float]) -> Ring:
    """A convex ring with edge i moved inwards by ``distances[i]`` metres; may be empty."""
    kept = ring
    for i, (x0, y0) in enumerate(ring):
        x1, y1 = ring[(i + 1) % len(ring)]
        length = hypot(x1 - x0, y1 - y0)
        if length < 1e-6 or not kept or distances[i] <= 0:
            continue
        nx, ny = -(y1 - y0) / length, (x1 - x0) / length
        kept = split(kept, (x0 + nx * distances[i], y0 + ny * distances[i]), (nx, ny))[1]
    return kept


def main_direction(ring: Ring) -> float:
    """Bearing (radians, from east) of the ring's edges, weighted by length, modulo 90°."""
    c = s = 0.0
    for i, (x0, y0) in enumerate(ring):
        x1, y1 = ring[(i + 1) % len(ring)]
        angle, length = 4 * atan2(y1 - y0, x1 - x0), hypot(x1 - x0, y1 - y0)
        c, s = c + length * cos(angle), s + length * sin(angle)
    return atan2(s, c) / 4

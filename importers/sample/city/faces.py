"""Town land cut into faces by streets, in plane coordinates: a polygon knows its streets."""

from dataclasses import dataclass, field
from math import cos, hypot, radians, sin

import numpy as np

from importers.sample.city.rings import area, middle

NO_STREET = -1


@dataclass
class Street:
    """A straight line of the plane that became a street; bent only on the ground."""

    kind: str
    name: str
    width_m: float
    through: tuple[float, float]
    direction: tuple[float, float]


@dataclass
class Face:
    """A convex piece of land out to the street axes: edge i bears street ``streets[i]``."""

    ring: list[tuple[float, float]]
    streets: list[int]
    use: str = "field"

    @property
    def area_m2(self) -> float:
        """Area in the plane."""
        return area(self.ring)

    @property
    def middle(self) -> tuple[float, float]:
        """The mean of the corners."""
        return middle(self.ring)


@dataclass
class Streets:
    """The streets made so far; a face refers to them by their place in the list."""

    all: list[Street] = field(default_factory=list)

    def add(self, kind: str, name: str, width_m: float, through, direction) -> int:
        """Append a street; direction need not be a unit vector."""
        length = hypot(*direction)
        unit = (direction[0] / length, direction[1] / length)
        self.all.append(Street(kind, name, width_m, through, unit))
        return len(self.all) - 1


def cut(face: Face, street: int, line: Street) -> tuple[Face, Face] | None:
    """Both sides of a street through a face, or None if it does not cross it well."""
    nx, ny = -line.direction[1], line.direction[0]
    sides = [(x - line.through[0]) * nx + (y - line.through[1]) * ny for x, y in face.ring]
    if min(sides) > -15 or max(sides) < 15:
        return None
    parts: tuple[tuple[list, list], tuple[list, list]] = (([], []), ([], []))
    for i, (point, here) in enumerate(zip(face.ring, sides, strict=True)):
        j, mine = (i + 1) % len(sides), here > 0
        parts[mine][0].append(point)
        parts[mine][1].append(face.streets[i])
        if mine != (sides[j] > 0):
            share = here / (here - sides[j])
            crossing = tuple(a + share * (b - a) for a, b in zip(point, face.ring[j], strict=True))
            for part, tag in ((parts[mine], street), (parts[not mine], face.streets[i])):
                part[0].append(crossing)
                part[1].append(tag)
    return tuple(Face(ring, tags) for ring, tags in parts)  # type: ignore[return-value]


def cut_all(faces: list[Face], street: int, line: Street, where=lambda face: True) -> list[Face]:
    """Every face the street runs through cut in two, for faces that ``where`` admits."""
    done: list[Face] = []
    for face in faces:
        both = cut(face, street, line) if where(face) else None
        done.extend(both or (face,))
    return done


def axis(face: Face) -> tuple[tuple[float, float], float, float]:
    """The unit direction of the face's longest edge, its length along it and across it."""
    best, direction = 0.0, (1.0, 0.0)
    for i, (x0, y0) in enumerate(face.ring):
        x1, y1 = face.ring[(i + 1) % len(face.ring)]
        length = hypot(x1 - x0, y1 - y0)
        if length > best:
            best, direction = length, ((x1 - x0) / length, (y1 - y0) / length)
    dx, dy = direction
    along = [x * dx + y * dy for x, y in face.ring]
    across = [y * dx - x * dy for x, y in face.ring]
    return direction, max(along) - min(along), max(across) - min(across)


def halving(face: Face, random: np.random.Generator) -> tuple[tuple, tuple]:
    """A point and direction for a street that halves the face across its long side."""
    (dx, dy), length, depth = axis(face)
    if length < depth:
        dx, dy = -dy, dx
    along = [x * dx + y * dy for x, y in face.ring]
    place = min(along) + (max(along) - min(along)) * random.uniform(0.4, 0.6)
    cx, cy = middle(face.ring)
    shift = place - (cx * dx + cy * dy)
    lean = radians(random.normal(0, 3.2))
    direction = (-dy * cos(lean) - dx * sin(lean), dx * cos(lean) - dy * sin(lean))
    return (cx + dx * shift, cy + dy * shift), direction

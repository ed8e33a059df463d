"""An area among the towns as a drawing of lines (SVG): without programs, on paper as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

WIDTH = 720
SIMPLER = 400  # a shape is drawn to this part of the county's width


@dataclass(frozen=True)
class DrawnArea:
    """A path and its colour, and what it is called."""

    path: str
    colour: str
    title: str


@dataclass(frozen=True)
class DrawnName:
    """A name and where it stands."""

    x: float
    y: float
    text: str
    is_strong: bool


@dataclass(frozen=True)
class AreaDrawing:
    """A county with its towns, and what is warned over it."""

    width: int
    height: int
    towns: tuple[DrawnArea, ...]
    areas: tuple[DrawnArea, ...]
    names: tuple[DrawnName, ...]


def drawing(
    towns: Mapping[str, tuple[str, BaseGeometry]],
    areas: Sequence[tuple[str, str, BaseGeometry]],
    named: frozenset[str],
) -> AreaDrawing | None:
    """Towns by code (name, outline), areas (title, colour, shape), whose names stand out.

    Projected metres; None where there are no towns.
    """
    shapes = [shape for _name, shape in towns.values()]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(
        [*shapes, *(shape for _t, _c, shape in areas if not shape.is_empty)]
    )
    scale = WIDTH / (east - west)
    tolerance = (east - west) / SIMPLER

    def place(x: float, y: float) -> tuple[float, float]:
        return round((x - west) * scale, 1), round((north - y) * scale, 1)

    def path(shape: BaseGeometry) -> str:
        parts = []
        for polygon in getattr(shape.simplify(tolerance), "geoms", [shape.simplify(tolerance)]):
            for ring in (polygon.exterior, *polygon.interiors):
                dots = " ".join(f"{px:g},{py:g}" for px, py in map(place, *ring.xy))
                parts.append(f"M{dots}Z")
        return "".join(parts)

    names = []
    for code, (name, shape) in towns.items():
        at = shape.representative_point()
        names.append(DrawnName(*place(at.x, at.y), name, code in named))
    return AreaDrawing(
        WIDTH,
        round((north - south) * scale),
        tuple(DrawnArea(path(shape), "", name) for name, shape in towns.values()),
        tuple(DrawnArea(path(s), colour, title) for title, colour, s in areas if not s.is_empty),
        tuple(names),
    )

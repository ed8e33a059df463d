"""Inputs that work here, for those who write their first request: the middle of the city."""

from typing import Any

from layers.access.access import ANONYMOUS
from layers.reading.shares import shares_of
from spatial.city import city

HALF_DEG = 0.004


def example_collection() -> str:
    """A collection that everybody may see."""
    return next((s.layer.id for s in shares_of(ANONYMOUS) if s.layer.geometry), "")


def example_point() -> dict[str, Any]:
    """A GeoJSON point in the middle of the city."""
    view = city().view
    return {"type": "Point", "coordinates": [view.longitude, view.latitude]}


def example_area() -> dict[str, Any]:
    """A GeoJSON square of some 800 m in the middle of the city."""
    x, y = city().view.longitude, city().view.latitude
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    ring = [[round(x + dx * HALF_DEG, 5), round(y + dy * HALF_DEG, 5)] for dx, dy in corners]
    return {"type": "Polygon", "coordinates": [ring]}

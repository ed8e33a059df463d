"""The tiny town and its people, as for the map's pages."""

from tests.webmap.map.conftest import clerk, planner

__all__ = ["clerk", "planner"]

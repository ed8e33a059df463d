"""Model fields that follow the city profile."""

from typing import Any

from django.contrib.gis.db import models

from spatial.city import city


class CityGeometryField(models.GeometryField):
    """A geometry in the city's projected CRS, stored exactly as surveyed.

    The SRID comes from the city profile and so stays out of the migrations: the
    same migrations build a database for any city. ``kinds`` are the geometry types
    a register accepts, in the words of the OGC (``("Polygon", "MultiPolygon")``).
    """

    def __init__(self, *args: Any, kinds: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.kinds = tuple(kinds)
        kwargs["srid"] = city().projected
        kwargs["spatial_index"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        """Leave out what the profile decides."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("srid", None)
        kwargs.pop("spatial_index", None)
        if self.kinds:
            kwargs["kinds"] = self.kinds
        return name, path, args, kwargs


POLYGONS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
POINTS = ("Point",)

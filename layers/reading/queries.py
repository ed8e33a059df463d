"""Reads over any declared layer at a moment: one record, what lies at a place or beside it.

They ask nobody's leave; every caller of these has asked ``layers.access.access`` before.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import (
    Area,
    AsGeoJSON,
    Distance,
    Intersection,
    MakeValid,
    Transform,
)
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection, transaction

from layers.declarations.declarations import Layer
from spatial.city import city
from spatial.crs import transformer
from spatial.periods import AsOf
from spatial.versions.models import VersionedFeature

MOST = 12
TOUCH_M2 = 0.5  # neighbours that only share an edge overlap by rounding
OUTLINE_DIGITS = 7


@dataclass(frozen=True)
class Neighbour:
    """A feature beside another: the area they share or the distance between them."""

    version: Any
    shared_m2: float = 0.0
    distance_m: float = 0.0


@contextmanager
def at_most(milliseconds: int) -> Iterator[None]:
    """Run the queries inside with a time limit; beyond it they raise OperationalError."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {milliseconds:d}")
        yield
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")


def version_of(layer: Layer, code: str, as_of: AsOf) -> Any:
    """The version of a code at a moment, or None."""
    if "\x00" in code:  # the database knows no such text
        return None
    return layer.model.objects.as_of(as_of).filter(code=code).select_related("opened_by").first()


def last_version_of(layer: Layer, code: str) -> Any:
    """The latest version of a code that ever stood, or None."""
    if "\x00" in code:
        return None
    return (
        layer.model.objects.filter(code=code, valid__isempty=False)
        .select_related("opened_by", "closed_by")
        .order_by("-valid")
        .first()
    )


def outline(version: VersionedFeature) -> dict[str, Any] | None:
    """The shape of a version as a GeoJSON geometry in longitude/latitude, or None."""
    if getattr(version, "geom", None) is None:
        return None
    text = (
        type(version)
        .objects.filter(pk=version.pk)
        .annotate(shape=AsGeoJSON(Transform("geom", 4326), precision=OUTLINE_DIGITS))
        .values_list("shape", flat=True)[0]
    )
    return json.loads(text) if text else None


def place(longitude: float, latitude: float) -> Point:
    """A point given in degrees, in the city's projected CRS."""
    x, y = transformer(4326, city().projected).transform(longitude, latitude)
    return Point(x, y, srid=city().projected)


def features_at(layer: Layer, point: Point, as_of: AsOf, reach_m: float) -> list[Neighbour]:
    """What lies at a point: areas that cover it, lines and points within reach, nearest first."""
    if not layer.geometry:
        return []
    standing: Any = layer.model.objects.as_of(as_of)
    if layer.geometry == "Polygon":
        return [Neighbour(v) for v in standing.filter(geom__intersects=point)[:MOST]]
    return _within(standing, point, reach_m)


def beside(layer: Layer, shape: GEOSGeometry, as_of: AsOf, reach_m: float = 0) -> list[Neighbour]:
    """What overlaps a shape (largest share first) or lies within reach of it (nearest first)."""
    if not layer.geometry or shape.empty:
        return []
    standing: Any = layer.model.objects.as_of(as_of)
    areal = layer.geometry == "Polygon" and shape.dims == 2
    if reach_m or not areal:
        return _within(standing, shape, reach_m or 0.5)
    shared = Area(Intersection(MakeValid("geom"), MakeValid(shape)))
    rows = standing.filter(geom__intersects=shape).annotate(shared=shared).order_by("-shared")
    found = [Neighbour(row, shared_m2=row.shared.sq_m) for row in rows[: MOST + 1]]
    return [item for item in found if item.shared_m2 > TOUCH_M2]


def _within(standing: Any, shape: GEOSGeometry, reach_m: float) -> list[Neighbour]:
    rows = (
        standing.filter(geom__dwithin=(shape, reach_m))
        .annotate(away=Distance("geom", shape))
        .order_by("away", "code")
    )
    return [Neighbour(row, distance_m=row.away.m) for row in rows[: MOST + 1]]

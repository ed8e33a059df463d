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
from spatial.versions.audiences import Audience, span_of
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


def versions_shown(layer: Layer, code: str, audience: Audience | None) -> list[Any]:
    """The versions of a code as an audience is shown them, oldest first.

    Their time and the change that began them are the audience's.
    """
    if "\x00" in code:  # the database knows no such text
        return []
    found = layer.model.objects.filter(code=code).select_related("opened_by", "closed_by")
    rows = list(found.order_by("id"))
    began = {row.valid.lower: row.opened_by for row in rows if not row.valid.isempty}
    shown = [row for row in rows if not (audience and getattr(row, f"{audience}_carried"))]
    for row in shown:
        row.valid = span_of(row, audience)
        row.opened_by = began.get(row.valid.lower, row.opened_by)
    return sorted((row for row in shown if not row.valid.isempty), key=lambda row: row.valid.lower)


def version_of(layer: Layer, code: str, as_of: AsOf, audience: Audience | None) -> Any:
    """The version of a code at a moment as an audience is shown it, or None."""
    versions = versions_shown(layer, code, audience)
    return next((version for version in versions if _stands(version, as_of)), None)


def last_version_of(layer: Layer, code: str, audience: Audience | None) -> Any:
    """The latest version of a code that ever stood as an audience is shown it, or None."""
    return next(reversed(versions_shown(layer, code, audience)), None)


def _stands(version: VersionedFeature, as_of: AsOf) -> bool:
    if as_of.is_now:
        return version.valid.upper is None
    return as_of.instant in version.valid


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

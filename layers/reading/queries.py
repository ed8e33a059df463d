"""Reads of what one caller is shown of a layer: one record, what lies at a place or beside it.

All are made from a share, whose database role reads them.
"""

import json
from collections.abc import Iterable, Sequence
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

from layers.reading.features import Features, features
from layers.reading.reading import TIMEOUT_MS
from layers.reading.shares import Share
from spatial.city import city
from spatial.crs import transformer
from spatial.periods import AsOf
from spatial.versions.models import Change

MOST = 12
TOUCH_M2 = 0.5  # neighbours that only share an edge overlap by rounding
OUTLINE_DIGITS = 7


@dataclass(frozen=True)
class Neighbour:
    """A feature beside another: the area they share or the distance between them."""

    version: Any
    shared_m2: float = 0.0
    distance_m: float = 0.0


def versions_shown(share: Share, code: str) -> list[Any]:
    """The versions of a code as the share shows them, oldest first.

    Each has the changes ``opened_by``, which began what it shows, and ``closed_by`` or None.
    """
    if "\x00" in code:  # the database knows no such text
        return []
    rows = list(features(share).filter(code=code).order_by("id"))
    began = {row.id: row.opened_by_id for row in rows if row.is_shown}
    versions = sorted((row for row in rows if not row.valid.isempty), key=_start)
    for version in versions:
        version.opened_by_id = began.get(version.id, version.opened_by_id)
    add_changes(versions)
    return versions


def add_changes(versions: Sequence[Any]) -> None:
    """Give versions the changes that began and ended them, as ``opened_by``, ``closed_by``."""
    wanted = {version.opened_by_id for version in versions}
    wanted |= {version.closed_by_id for version in versions if version.closed_by_id}
    changes = Change.objects.in_bulk(wanted)
    for version in versions:
        version.opened_by = changes.get(version.opened_by_id)
        version.closed_by = changes.get(version.closed_by_id)


def version_at(versions: Iterable[Any], as_of: AsOf) -> Any:
    """The one of the versions that stands at a moment, or None."""
    return next((version for version in versions if stands(version, as_of)), None)


def stands(version: Any, as_of: AsOf) -> bool:
    """Whether a version stands at a moment."""
    if as_of.is_now:
        return version.valid.upper is None
    return as_of.instant in version.valid


def outline(share: Share, version: Any) -> dict[str, Any] | None:
    """The shape of a version as a GeoJSON geometry in longitude/latitude, or None."""
    if getattr(version, "geom", None) is None:
        return None
    text = (
        features(share)
        .ever()
        .filter(code=version.code, id=version.id)
        .annotate(shape=AsGeoJSON(Transform("geom", 4326), precision=OUTLINE_DIGITS))
        .values_list("shape", flat=True)[0]
    )
    return json.loads(text) if text else None


def place(longitude: float, latitude: float) -> Point:
    """A point given in degrees, in the city's projected CRS."""
    x, y = transformer(4326, city().projected).transform(longitude, latitude)
    return Point(x, y, srid=city().projected)


def features_at(
    share: Share, point: Point, as_of: AsOf, reach_m: float, timeout_ms: int = TIMEOUT_MS
) -> list[Neighbour]:
    """What lies at a point: areas that cover it, lines and points within reach, nearest first.

    Raises:
        QueryTimeout: beyond the time limit.
    """
    if not share.layer.geometry:
        return []
    standing = features(share, timeout_ms).as_of(as_of)
    if share.layer.geometry == "Polygon":
        return [Neighbour(v) for v in standing.placed(geom__intersects=point)[:MOST]]
    return _within(standing, point, reach_m)


def beside(
    share: Share,
    shape: GEOSGeometry,
    as_of: AsOf,
    reach_m: float = 0,
    timeout_ms: int = TIMEOUT_MS,
) -> list[Neighbour]:
    """What overlaps a shape (largest share first) or lies within reach of it (nearest first).

    Raises:
        QueryTimeout: beyond the time limit.
    """
    if not share.layer.geometry or shape.empty:
        return []
    standing = features(share, timeout_ms).as_of(as_of)
    areal = share.layer.geometry == "Polygon" and shape.dims == 2
    if reach_m or not areal:
        return _within(standing, shape, reach_m or 0.5)
    shared = Area(Intersection(MakeValid("geom"), MakeValid(shape)))
    rows = standing.placed(geom__intersects=shape).annotate(shared=shared).order_by("-shared")
    found = [Neighbour(row, shared_m2=row.shared.sq_m) for row in rows[: MOST + 1]]
    return [item for item in found if item.shared_m2 > TOUCH_M2]


def _within(standing: Features, shape: GEOSGeometry, reach_m: float) -> list[Neighbour]:
    rows: Any = (
        standing.placed(geom__dwithin=(shape, reach_m))
        .annotate(away=Distance("geom", shape))
        .order_by("away", "code")
    )
    return [Neighbour(row, distance_m=row.away.m) for row in rows[: MOST + 1]]


def _start(version: Any) -> Any:
    return version.valid.lower

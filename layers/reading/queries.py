"""Reads of what one caller is shown of a layer: one record, what lies at a place or beside it.

All are made from a share, whose database role reads them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
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
MOST_VERSIONS = 30  # of one thing on a page; older ones are a page of their own
CHANGES = ("opened_by", "closed_by", "voided_by")
TOUCH_M2 = 0.5  # neighbours that only share an edge overlap by rounding
OUTLINE_DIGITS = 7


@dataclass(frozen=True)
class Neighbour:
    """A feature beside another: the area they share or the distance between them."""

    version: Any
    shared_m2: float = 0.0
    distance_m: float = 0.0


@dataclass(frozen=True)
class History:
    """Versions of one thing, oldest first, as many as a page shows; ``before``: what preceded them.

    ``total`` counts all that the share shows of the thing. Each version has its changes
    (``add_changes``); ``opened_by`` is the one that began what the share is shown.
    """

    versions: list[Any]
    before: Any
    total: int


def history_shown(share: Share, code: str, until: datetime | None = None) -> History:
    """The newest versions of a code that the share shows, or those that began until a moment."""
    ever = _ever(share, code)
    begun = ever.filter(valid__startswith__lte=until) if until else ever
    rows = list(begun.order_by("-valid")[: MOST_VERSIONS + 1])[::-1]
    is_whole = until is None and len(rows) <= MOST_VERSIONS
    total = len(rows) if is_whole else ever.count()
    carrying = [row.id for row in rows if not row.is_shown]
    if carrying:  # what they show began with an earlier version
        first = features(share).filter(code=code, id__in=carrying, is_shown=True)
        began = dict(first.values_list("id", "opened_by_id"))
        for row in rows:
            row.opened_by_id = began.get(row.id, row.opened_by_id)
    add_changes(rows)
    before = rows[0] if len(rows) > MOST_VERSIONS else None
    return History(rows[-MOST_VERSIONS:], before, total)


def version_shown(share: Share, code: str, as_of: AsOf) -> Any:
    """The version of a code that stands at a moment, else its last; None if there never was one."""
    ever = _ever(share, code)
    return ever.as_of(as_of).first() or ever.order_by("-valid").first()


def voided_versions(share: Share, code: str) -> list[Any]:
    """The latest versions of a code that undos voided, with their changes, newest first."""
    undone = features(share).filter(code=code, voided_by_id__isnull=False, is_shown=True)
    rows = list(undone.order_by("-id")[:MOST_VERSIONS])
    add_changes(rows)
    return rows


def _ever(share: Share, code: str) -> Features:
    """The versions of a code; none of one that no database can hold."""
    found = features(share)
    return found.none() if "\x00" in code else found.ever().filter(code=code)


def add_changes(versions: Sequence[Any]) -> None:
    """Give versions their changes, as ``opened_by``, ``closed_by`` and ``voided_by``, or None."""
    ids = {getattr(version, f"{name}_id") for version in versions for name in CHANGES}
    changes = Change.objects.in_bulk(ids - {None})
    for version in versions:
        for name in CHANGES:
            setattr(version, name, changes.get(getattr(version, f"{name}_id")))


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

"""Plain functions that make features for tests, in the city's projected CRS."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.db import connection
from django.db.models import Model

from spatial.city import city
from spatial.crs import transformer
from spatial.parcels.models import Parcel
from spatial.sealed.fields import column_of
from spatial.sealed.queries import open_values
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change


def moment(year: int, month: int = 1, day: int = 1, hour: int = 0) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def centre() -> tuple[float, float]:
    """Easting and northing of the city's centre in metres."""
    view = city().view
    return transformer(4326, city().projected).transform(view.longitude, view.latitude)


def square(dx: float = 0, dy: float = 0, side: float = 10) -> GEOSGeometry:
    """A square whose lower left corner lies dx, dy metres from the city's centre."""
    x, y = centre()
    x, y = round(x) + dx, round(y) + dy
    return Polygon.from_bbox((x, y, x + side, y + side)).__class__(
        ((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)),
        srid=city().projected,
    )


def spot(dx: float = 0, dy: float = 0) -> GEOSGeometry:
    """A point dx, dy metres from the city's centre."""
    x, y = centre()
    return Point(round(x) + dx, round(y) + dy, srid=city().projected)


def change(at: datetime, why: str = "测试") -> Change:
    """A change by the tester."""
    return record_change(who="tester", why=why, at=at)


def open_feature(model=Parcel, code: str = "P1", at: datetime | None = None, **values):
    """Open one feature and return its version."""
    values.setdefault("geom", square())
    apply(change(at or moment(2020)), model, [Edit(Action.OPEN, code, values)])
    return model.objects.current().get(code=code)


def personal(version: Model, name: str) -> str:
    """A sealed value of a version, in full."""
    field = version._meta.get_field(name)
    return open_values(column_of(type(version), field), [(version.code, getattr(version, name))])[0]


@contextmanager
def unguarded(model: type[Model]) -> Iterator[None]:
    """For a test of the owner's: write into a table as if its guards were not there."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER USER')
        yield
        cursor.execute(f'ALTER TABLE "{model._meta.db_table}" ENABLE TRIGGER USER')

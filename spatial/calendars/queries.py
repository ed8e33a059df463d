"""The city's working calendar as the clocks take it."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from spatial.calendars.models import CalendarYear, SpecialDay, WorkingHours
from spatial.city import city
from spatial.versions.models import Revision
from spatial.worktime import Calendar

REGISTER = "calendar"


def calendar() -> Calendar:
    """The calendar as it stands: hours, special days and known years of the tables."""
    with connection.cursor() as cursor:
        # With the transaction that wrote it: a number that was rolled back comes again.
        cursor.execute(
            f'SELECT number, xmin::text FROM "{Revision._meta.db_table}" WHERE register = %s',
            [REGISTER],
        )
        return _calendar(cursor.fetchone())


def day_of(moment: datetime) -> date:
    """The city's day at a moment."""
    return moment.astimezone(ZoneInfo(city().time_zone)).date()


def held_on(day: date) -> Q:
    """The rows of a table of dated rules (``Dated``) that hold on a day."""
    return Q(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


@lru_cache(maxsize=4)
def _calendar(_revision: tuple[int, str] | None) -> Calendar:
    return Calendar(
        hours=tuple(row.hours() for row in WorkingHours.objects.all()),
        exceptions=dict(SpecialDay.objects.values_list("day", "is_workday")),
        published=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        zone=ZoneInfo(city().time_zone),
    )

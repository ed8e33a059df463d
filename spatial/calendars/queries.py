"""The city's working calendar as the clocks take it."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection

from spatial.calendars.models import SpecialDay
from spatial.city import city
from spatial.versions.models import Revision
from spatial.worktime import Calendar

REGISTER = "calendar"


def calendar() -> Calendar:
    """The calendar as it stands: slots of the city's profile, special days of the table."""
    with connection.cursor() as cursor:
        # With the transaction that wrote it: a number that was rolled back comes again.
        cursor.execute(
            f'SELECT number, xmin::text FROM "{Revision._meta.db_table}" WHERE register = %s',
            [REGISTER],
        )
        return _calendar(cursor.fetchone())


@lru_cache(maxsize=4)
def _calendar(_revision: tuple[int, str] | None) -> Calendar:
    days = dict(SpecialDay.objects.values_list("day", "is_workday"))
    return Calendar(
        slots=city().working_slots,
        weekdays=frozenset(city().working_days),
        exceptions=days,
        published=frozenset(day.year for day in days),
        zone=ZoneInfo(city().time_zone),
    )

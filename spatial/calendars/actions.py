"""Writes of the calendar: whole years from a table of text, the first hours, what to tell."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.dispatch import Signal
from django.utils import timezone

from spatial.calendars.models import CalendarYear, SpecialDay, WorkingHours
from spatial.calendars.queries import REGISTER
from spatial.city import city
from spatial.errors import SpatialError
from spatial.versions.revisions import count_revision

SEED = Path(settings.BASE_DIR) / "data" / "calendar" / "days.csv"
KINDS = {"holiday": False, "workday": True, "休": False, "班": True}
MOST_ROWS = 5_000

FIRST_DAY = date(2000, 1, 1)  # of the hours that the profile gives: before every case

# Sent within the transaction, with ``since``, the first day that may differ: clocks that
# reach it, or ran on a guess, are set anew.
changed = Signal()


class InvalidCalendar(SpatialError, ValueError):
    """A table of days that cannot be taken; the message names the line."""


@transaction.atomic
def load_days(path: Path, source: str) -> frozenset[int]:
    """Take in a table of special days (``day,kind,name``): whole years, published with it.

    What stood of these years goes. Returns the years.

    Raises:
        InvalidCalendar: a line that is none, a day twice, or no day at all.
    """
    days = list(_read(path, source))
    years = frozenset(day.day.year for day in days)
    if not years:
        raise InvalidCalendar(f"{path.name} 里没有日期")
    for year in years:
        SpecialDay.objects.filter(day__year=year).delete()
    SpecialDay.objects.bulk_create(days)
    told = {"published_on": timezone.localdate(), "source": source}
    for year in years:
        CalendarYear.objects.update_or_create(year=year, defaults=told)
    announce(date(min(years), 1, 1))
    return years


def announce(since: date) -> None:
    """Have everybody know that the calendar has changed from a day on."""
    count_revision(REGISTER)
    changed.send(sender=SpecialDay, since=since)


def seed(using: str = "default", **_: Any) -> None:
    """Fill an empty calendar, once there are tables for it."""
    tables = connections[using].introspection.table_names()
    if WorkingHours._meta.db_table not in tables:
        return
    if not WorkingHours.objects.using(using).exists():
        WorkingHours.objects.using(using).create(**_hours_of_profile())
        count_revision(REGISTER)
    if not SpecialDay.objects.using(using).exists():
        load_days(SEED, "chinesecalendar 1.11（MIT）")


def _hours_of_profile() -> dict[str, Any]:
    slots = (f"{start:%H:%M}-{end:%H:%M}" for start, end in city().working_slots)
    return {
        "slots": " ".join(slots),
        "weekdays": list(city().working_days),
        "day_rule": WorkingHours.Rule(city().day_rule),
        "valid_from": FIRST_DAY,
        "source": "城市配置文件",
    }


def _read(path: Path, source: str) -> Iterator[SpecialDay]:
    seen: set[date] = set()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"day", "kind"} <= set(rows.fieldnames or ()):
            raise InvalidCalendar(f"{path.name} 首行应为 day,kind,name")
        for number, row in enumerate(rows, start=2):
            try:
                day = date.fromisoformat(row["day"].strip())
                is_workday = KINDS[row["kind"].strip()]
            except (ValueError, KeyError, AttributeError):
                raise InvalidCalendar(
                    f"{path.name} 第 {number} 行读不出：日期如 2027-01-01，kind 为 holiday 或 workday"
                ) from None
            if day in seen or number > MOST_ROWS:
                raise InvalidCalendar(f"{path.name} 第 {number} 行重复，或行数过多")
            seen.add(day)
            name = (row.get("name") or "").strip()[:40]
            yield SpecialDay(day=day, is_workday=is_workday, name=name, source=source)

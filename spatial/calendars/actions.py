"""The calendar's only writes: whole years at a time, from a table of text."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.dispatch import Signal

from spatial.calendars.models import SpecialDay
from spatial.calendars.queries import REGISTER
from spatial.versions.actions import count_revision

SEED = Path(settings.BASE_DIR) / "data" / "calendar" / "days.csv"
KINDS = {"holiday": False, "workday": True, "休": False, "班": True}
MOST_ROWS = 5_000

# Sent within the transaction, with ``years``: clocks that ran on a guess are set anew.
published = Signal()


class BadCalendar(ValueError):
    """A table of days that cannot be taken; the message names the line."""


@transaction.atomic
def load_days(path: Path, source: str) -> frozenset[int]:
    """Take in a table of special days (``day,kind,name``); each year in it is replaced whole.

    Returns the years.

    Raises:
        BadCalendar: a line that is none, a day twice, or no day at all.
    """
    days = list(_read(path, source))
    years = frozenset(day.day.year for day in days)
    if not years:
        raise BadCalendar(f"{path.name} 里没有日期")
    for year in years:
        SpecialDay.objects.filter(day__year=year).delete()
    SpecialDay.objects.bulk_create(days)
    announce(years)
    return years


def announce(years: frozenset[int]) -> None:
    """Have everybody know that the calendar of these years has changed."""
    count_revision(REGISTER)
    published.send(sender=SpecialDay, years=years)


def seed(using: str = "default", **_: Any) -> None:
    """Fill an empty calendar, once there is a table for it."""
    tables = connections[using].introspection.table_names()
    if SpecialDay._meta.db_table in tables and not SpecialDay.objects.using(using).exists():
        load_days(SEED, "chinesecalendar 1.11（MIT）")


def _read(path: Path, source: str) -> Iterator[SpecialDay]:
    seen: set[date] = set()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"day", "kind"} <= set(rows.fieldnames or ()):
            raise BadCalendar(f"{path.name} 首行应为 day,kind,name")
        for number, row in enumerate(rows, start=2):
            try:
                day = date.fromisoformat(row["day"].strip())
                is_workday = KINDS[row["kind"].strip()]
            except (ValueError, KeyError, AttributeError):
                raise BadCalendar(
                    f"{path.name} 第 {number} 行读不出：日期如 2027-01-01，kind 为 holiday 或 workday"
                ) from None
            if day in seen or number > MOST_ROWS:
                raise BadCalendar(f"{path.name} 第 {number} 行重复，或行数过多")
            seen.add(day)
            name = (row.get("name") or "").strip()[:40]
            yield SpecialDay(day=day, is_workday=is_workday, name=name, source=source)

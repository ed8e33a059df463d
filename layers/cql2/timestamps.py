"""Dates and instants: how they are read, and where a day begins and ends.

A date carries no time zone. Compared with an instant it is the whole day in the time
zone of the compilation.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from layers.cql2.errors import FilterError
from layers.cql2.terms import Term, joined

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,12})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def day(text: object) -> Term:
    """A date literal. Raises FilterError for a day that the calendar does not have."""
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            value = date.fromisoformat(text)
            return Term("date", "%s", (value,), value=value)
    except ValueError:
        pass
    raise FilterError(f"日期“{str(text)[:40]}”不对，应形如 2020-01-31")


def instant(text: object) -> Term:
    """A timestamp literal with its offset from UTC. Raises FilterError."""
    try:
        if isinstance(text, str) and _INSTANT.fullmatch(text):
            value = datetime.fromisoformat(text.upper()).astimezone(UTC)
            return Term("date-time", "%s", (value,), value=value)
    except (ValueError, OverflowError):
        pass
    raise FilterError(f"时刻“{str(text)[:40]}”不对，应形如 2020-01-31T08:00:00Z")


def day_or_instant(text: str) -> Term:
    """A text that stands where a date or an instant is wanted. Raises FilterError."""
    return instant(text) if len(text) > len("2020-01-31") else day(text)


def day_start(term: Term, zone: str) -> Term:
    """The first moment of a date."""
    if term.value is not None:
        return _moment(term.value, zone)
    return joined("date-time", f"(({{0}})::timestamp AT TIME ZONE '{zone}')", term)


def day_end(term: Term, zone: str) -> Term:
    """The moment at which a date is over: the first that is no longer in it."""
    if term.value is not None:
        return _moment(term.value, zone, days=1)
    return joined("date-time", f"(({{0}} + 1)::timestamp AT TIME ZONE '{zone}')", term)


def _moment(value: date, zone: str, days: int = 0) -> Term:
    try:
        begun = datetime.combine(value + timedelta(days=days), time.min, ZoneInfo(zone))
        moment = begun.astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar
        moment = _LAST if value.year > 1 else _FIRST
    return Term("date-time", "%s", (moment,), value=moment)

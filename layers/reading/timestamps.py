"""Moments as they are written outside: version ids, HTTP dates, closed intervals.

The store's periods are half-open, the standard's closed: at an instant that two versions
share the later one stands, which is the same; an interval also meets what ended just as
it began, which is not, and is said here.
"""

import re
from datetime import UTC, datetime
from typing import Any

from spatial.periods import AsOf
from spatial.versions.queries import as_of_sql

# A version outside: the code and the start of its validity, "P1@20200601T000000Z".
VERSION_ID = (
    "(code||'@'||replace(to_char(lower(valid) AT TIME ZONE 'UTC',"
    """ 'YYYYMMDD"T"HH24MISS.US"Z"'), '.000000Z', 'Z'))"""
)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STAMP = re.compile(r"\d{8}T\d{6}(\.\d{6})?Z")


def stamp(moment: datetime) -> str:
    """The name of a version among those of its feature: the start of its validity.

    >>> stamp(datetime(2020, 6, 1, tzinfo=UTC))
    '20200601T000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ").replace(".000000Z", "Z")


def read_stamp(text: str) -> datetime | None:
    """The moment that a version is named by, or None if it is no such name.

    >>> read_stamp("20200601T000000.000001Z").isoformat()
    '2020-06-01T00:00:00.000001+00:00'
    >>> read_stamp("2020") is None
    True
    """
    if not _STAMP.fullmatch(text) or not text.isascii():
        return None
    form = "%Y%m%dT%H%M%S.%fZ" if "." in text else "%Y%m%dT%H%M%SZ"
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def read_version_id(text: str) -> tuple[str, datetime] | None:
    """The code and the start in the id of a version, or None."""
    code, _, rest = text.rpartition("@")
    start = read_stamp(rest)
    return (code, start) if code and start else None


def iso(moment: datetime) -> str:
    """An instant in RFC 3339, in UTC.

    >>> iso(datetime(2020, 6, 1, tzinfo=UTC))
    '2020-06-01T00:00:00Z'
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def http_date(moment: datetime) -> str:
    """An instant as HTTP headers write it; whole seconds, since they know no others.

    >>> http_date(datetime(2020, 6, 1, 8, 30, 5, 999999, tzinfo=UTC))
    'Mon, 01 Jun 2020 08:30:05 GMT'
    """
    then = moment.astimezone(UTC)
    day = f"{DAYS[then.weekday()]}, {then.day:02} {MONTHS[then.month - 1]} {then.year:04}"
    return f"{day} {then.hour:02}:{then.minute:02}:{then.second:02} GMT"


def shown_sql(as_of: AsOf, alias: str = "") -> tuple[str, list[Any]]:
    """The condition that selects the versions of a moment in a published view, its parameters."""
    return (f"{alias}stands", []) if as_of.is_now else as_of_sql(as_of, f"{alias}valid")


def closed_sql(as_of: AsOf) -> tuple[str, list[Any]]:
    """The condition that a version, its end included, meets an interval, and its parameters."""
    clauses, params = ["NOT isempty(valid)"], []
    if as_of.start:
        clauses.append("(upper_inf(valid) OR upper(valid) >= %s)")
        params.append(as_of.start)
    if as_of.end:
        clauses.append("lower(valid) <= %s")
        params.append(as_of.end)
    return " AND ".join(clauses), params

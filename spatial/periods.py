"""Valid time: half-open periods, and the moment or span at which one reads.

``AsOf`` is the one value that everything that reads can take: pages, tiles, the
``datetime`` parameter of the OGC API, reports.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from spatial.errors import SpatialError

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_OPEN = ("", "..")


class PeriodError(SpatialError, ValueError):
    """A date, instant or interval that cannot be read."""


@dataclass(frozen=True)
class AsOf:
    """Now (no bound), an instant (both bounds equal), or a closed interval.

    ``None`` as a bound of an interval means open on that side; ``interval`` tells
    an interval open on both sides from now.
    """

    start: datetime | None = None
    end: datetime | None = None
    interval: bool = False

    @property
    def is_now(self) -> bool:
        """Whether this reads the current versions."""
        return self.start is None and self.end is None and not self.interval

    @property
    def instant(self) -> datetime | None:
        """The instant asked for, or None for now and for an interval."""
        return None if self.interval else self.start

    def __str__(self) -> str:
        if self.is_now:
            return ""
        if not self.interval:
            return _iso(self.start)
        return "/".join(_iso(bound) if bound else ".." for bound in (self.start, self.end))


NOW = AsOf()


def at(moment: datetime) -> AsOf:
    """The state at one instant (an aware datetime)."""
    return AsOf(moment, moment)


def parse_as_of(text: str | None, time_zone: str = "UTC") -> AsOf:
    """Read the ``datetime`` parameter of OGC API Features: an instant or an interval.

    A plain date as an instant means the end of that day in ``time_zone`` (a map
    "as of 1 May" shows what was recorded on 1 May); in an interval it means the
    day's first or last moment.

    >>> parse_as_of("2020-01-01T00:00:00Z").instant.isoformat()
    '2020-01-01T00:00:00+00:00'
    >>> parse_as_of(None).is_now
    True

    Raises:
        PeriodError: not RFC 3339, or an interval whose end precedes its start.
    """
    if text is None or text.strip() in ("", "now"):
        return NOW
    parts = text.strip().split("/")
    zone = ZoneInfo(time_zone)
    if len(parts) == 1:
        return at(_bound(parts[0], zone, end=True))
    if len(parts) != 2:
        raise PeriodError(f"时间区间只能有一个“/”：{text}")
    start, end = (
        None if part in _OPEN else _bound(part, zone, end=last)
        for part, last in zip(parts, (False, True), strict=True)
    )
    if start and end and end < start:
        raise PeriodError(f"时间区间的终点早于起点：{text}")
    return AsOf(start, end, interval=True)


def _bound(text: str, zone: ZoneInfo, *, end: bool) -> datetime:
    try:
        if _DATE.match(text):
            day = date.fromisoformat(text)
            if not end:
                return datetime.combine(day, time.min, zone).astimezone(UTC)
            return (
                datetime.combine(day + timedelta(days=1), time.min, zone)
                - timedelta(microseconds=1)
            ).astimezone(UTC)
        moment = datetime.fromisoformat(text.replace("z", "Z").replace("t", "T"))
        if "T" not in text.upper() or moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise PeriodError(
            f"时间“{text}”不符合 RFC 3339，应形如 2020-01-01 或 2020-01-01T00:00:00Z"
        ) from None


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""

"""How often a consumer may ask: a sliding minute over all processes together.

Each process counts for itself and adds, about once a second, what the others have written
down, so a consumer that asks many processes at once is stopped within that time.
"""

import time
from dataclasses import dataclass
from math import ceil

from django.db import connection, transaction

from layers.access.access import Caller
from layers.errors import LayersError
from layers.models import RequestMinute

MINUTE_S = 60
KEPT_MINUTES = 5
TABLE = f'"{RequestMinute._meta.db_table}"'
WRITE = (
    f"INSERT INTO {TABLE} AS m (consumer, minute, requests)"
    " SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])"
    " ON CONFLICT (consumer, minute) DO UPDATE SET requests = m.requests + excluded.requests"
)
READ = f"SELECT consumer, minute, requests FROM {TABLE} WHERE consumer = ANY(%s) AND minute >= %s"


class RateLimited(LayersError, RuntimeError):
    """A consumer asks more often than it may."""

    def __init__(self, per_minute: int, wait_s: int) -> None:
        super().__init__(f"每分钟最多 {per_minute:,} 次请求，请在 {wait_s} 秒后再试")
        self.headers = {"Retry-After": str(wait_s)}


@dataclass(slots=True)
class _Window:
    """The requests of one consumer in one minute."""

    here: int = 0
    written: int = 0  # of these
    elsewhere: int = 0

    @property
    def all(self) -> int:
        return self.here + self.elsewhere


_windows: dict[tuple[str, int], _Window] = {}
_NONE = _Window()


def admit(caller: Caller, now: float | None = None) -> None:
    """Count a request of a consumer.

    What was asked in the minute before counts by the part of it that lies within the last
    60 seconds.

    Raises:
        RateLimited: it has had its number; the request is not counted.
    """
    minute, gone_s = divmod(time.time() if now is None else now, MINUTE_S)
    key = (caller.name, int(minute))
    window = _windows.get(key) or _windows.setdefault(key, _Window())
    before = _windows.get((caller.name, int(minute) - 1), _NONE).all
    if window.all + before * (1 - gone_s / MINUTE_S) >= caller.per_minute:
        raise RateLimited(caller.per_minute, _wait_s(caller.per_minute, window.all, before, gone_s))
    window.here += 1


def exchange() -> None:
    """Tell the other processes what was asked here, and learn what was asked there."""
    this = int(time.time() // MINUTE_S)
    for key in [key for key in _windows if key[1] < this - 1]:
        del _windows[key]
    if not _windows:
        return
    news = {key: w.here - w.written for key, w in sorted(_windows.items()) if w.here > w.written}
    with transaction.atomic(), connection.cursor() as cursor:
        if news:
            names, minutes = zip(*news, strict=True)
            cursor.execute(WRITE, [list(names), list(minutes), list(news.values())])
        cursor.execute(READ, [[name for name, _ in _windows], this - 1])
        totals = {(name, minute): number for name, minute, number in cursor.fetchall()}
        cursor.execute(f"DELETE FROM {TABLE} WHERE minute < %s", [this - KEPT_MINUTES])
    for key, number in news.items():
        _windows[key].written += number
    for key, total in totals.items():
        window = _windows.setdefault(key, _Window())
        window.elsewhere = total - window.written


def forget() -> None:
    """Forget every window."""
    _windows.clear()


def _wait_s(most: int, now: int, before: int, gone_s: float) -> int:
    """Until when the part of the minute before has become small enough."""
    if now >= most:
        return max(1, ceil(MINUTE_S - gone_s))
    return max(1, ceil(MINUTE_S * (1 - (most - now) / before) - gone_s))

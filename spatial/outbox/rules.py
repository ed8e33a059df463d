"""The states of a delivery, when it waits, and for how long it is tried again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Channel(StrEnum):
    """By what a notice reaches somebody."""

    INBOX = "inbox"
    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"


class DeliveryState(StrEnum):
    """How a delivery stands; a claimed one whose lease has run out counts as queued."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    FAILED = "failed"
    READ = "read"


S = DeliveryState
# What leads from where to where; the inbox begins at DELIVERED, in the transaction of the order.
STEPS: dict[str, tuple[tuple[DeliveryState, ...], DeliveryState]] = {
    "claim": ((S.QUEUED, S.CLAIMED), S.CLAIMED),  # CLAIMED: once its lease has run out
    "deliver": ((S.CLAIMED,), S.DELIVERED),
    "put off": ((S.CLAIMED,), S.QUEUED),
    "give up": ((S.CLAIMED,), S.FAILED),
    "resend": ((S.FAILED,), S.QUEUED),
    "read": ((S.DELIVERED,), S.READ),
}

LEASE = timedelta(minutes=2)
BACKOFF = tuple(timedelta(seconds=s) for s in (30, 120, 600, 3_600, 14_400, 43_200))
MOST_LEVELS = 3  # of escalations


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts that failed; None: give up.

    >>> wait_after(1), wait_after(7)
    (datetime.timedelta(seconds=30), None)
    """
    return BACKOFF[attempts - 1] if attempts <= len(BACKOFF) else None


@dataclass(frozen=True)
class QuietRule:
    """Hours of the day in which nothing is sent that may wait; past midnight if they end earlier."""

    starts: time
    ends: time
    begins: date = date.min
    over: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether hours that begin on that day are quiet."""
        return self.begins <= day and (self.over is None or day < self.over)


def quiet_until(at: datetime, rules: Iterable[QuietRule], zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that a moment lies in; None where it lies in none.

    Of rules that hold on one day, the one that began last does.

    >>> night, here = QuietRule(time(22), time(7)), ZoneInfo("Asia/Shanghai")
    >>> quiet_until(datetime(2026, 1, 5, 23, tzinfo=here), [night], here).isoformat()
    '2026-01-06T07:00:00+08:00'
    >>> quiet_until(datetime(2026, 1, 6, 7, tzinfo=here), [night], here)
    """
    local = at.astimezone(zone)
    latest_first = sorted(rules, key=lambda rule: rule.begins, reverse=True)
    for day in (local.date() - timedelta(days=1), local.date()):
        rule = next((one for one in latest_first if one.holds_on(day)), None)
        if rule is None:
            continue
        last = day + timedelta(days=1) if rule.ends <= rule.starts else day
        begin, end = (
            datetime.combine(d, t, zone) for d, t in ((day, rule.starts), (last, rule.ends))
        )
        if begin <= local < end:
            return end
    return None

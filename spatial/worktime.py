"""Clocks of casework: when a limit ends, in working time or in all time. Pure.

A limit is an amount of one unit (GB/T 30428.8 and the cities' tables under it):

- 紧急工作时, 紧急工作日, 自然日 run on through nights and holidays;
- 工作时 runs only within the working slots of working days;
- 工作日 is a rule of the city: eight working hours, or the end of the Nth working day after
  the start.

The slots are those of the day that a clock passes, so summer hours count in summer. A pause
of length p moves a deadline by exactly p of the clock's own time.

>>> from datetime import datetime
>>> plain = Calendar((Hours(slots_of("08:00-12:00 14:00-18:00")),), published=frozenset({2026}))
>>> deadline(datetime(2026, 1, 5, 11, 30), TimeLimit(4, TimeUnit.WORK_HOUR), plain).at.isoformat()
'2026-01-05T17:30:00'
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
EIGHT_HOURS = timedelta(hours=8)
LONGEST_DAYS = 366 * 20  # of a search for working time; a calendar without any ends there


class TimeUnit(StrEnum):
    """What a limit is counted in."""

    URGENT_HOUR = "紧急工作时"
    URGENT_DAY = "紧急工作日"
    NATURAL_DAY = "自然日"
    WORK_HOUR = "工作时"
    WORK_DAY = "工作日"


class DayRule(StrEnum):
    """What a 工作日 is: eight working hours, or the end of the Nth working day."""

    HOURS = "hours"
    END_OF_DAY = "end-of-day"


CONTINUOUS = {
    TimeUnit.URGENT_HOUR: timedelta(hours=1),
    TimeUnit.URGENT_DAY: DAY,
    TimeUnit.NATURAL_DAY: DAY,
}


@dataclass(frozen=True)
class TimeLimit:
    """So much of a unit; the amount is positive and need not be whole."""

    amount: float
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not 0 < self.amount < 100_000:
            raise ValueError(f"时限应为正数：{self.amount}")

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"

    def times(self, number: int) -> "TimeLimit":
        """The limit so many times over: an extension adds one original limit."""
        return TimeLimit(self.amount * number, self.unit)


Slot = tuple[time, time]


def slots_of(text: str) -> tuple[Slot, ...]:
    """Working slots as written: ``08:00-12:00 14:00-18:00``.

    Raises:
        ValueError: they cannot be read.
    """
    try:
        pairs = [part.split("-") for part in text.split()]
        return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs)
    except ValueError:
        raise ValueError(f"工作时段读不出，应形如 08:00-12:00 14:00-18:00：{text[:60]}") from None


@dataclass(frozen=True)
class Hours:
    """Working slots, working weekdays and what a 工作日 is, from a day to a day (half-open).

    ``slots`` are local times in order, none past midnight.
    """

    slots: tuple[Slot, ...]
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})  # ISO: Monday is 1
    day_rule: DayRule = DayRule.HOURS
    begins: date = date.min
    ends: date | None = None

    def __post_init__(self) -> None:
        edges = [edge for slot in self.slots for edge in slot]
        if not edges or edges != sorted(set(edges)):
            raise ValueError("工作时段应按先后排列，互不重叠")
        if not self.weekdays <= set(range(1, 8)):
            raise ValueError("工作日应为 1 至 7")

    def holds_on(self, day: date) -> bool:
        """Whether these are hours of that day."""
        return self.begins <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True)
class Calendar:
    """The hours of work, and the days that differ from their weekday.

    ``exceptions`` say of a day whether it is worked (调休) or not (holiday); ``published``
    are the years whose exceptions are known. Without ``zone`` all moments are naive local
    times.
    """

    hours: tuple[Hours, ...]
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    published: frozenset[int] = frozenset()
    zone: ZoneInfo | None = None

    def __post_init__(self) -> None:
        if not self.hours:
            raise ValueError("日历中没有工作时间")

    @cached_property
    def _latest_first(self) -> list[Hours]:
        return sorted(self.hours, key=lambda hours: hours.begins, reverse=True)

    def hours_on(self, day: date) -> Hours:
        """The hours of a day: of those that hold, the ones that began last.

        A season's hours stand before the year's while they hold. Where none holds the last
        ones go on, so that a rule ended too early stops no clock.
        """
        begun = [hours for hours in self._latest_first if hours.begins <= day]
        held = (hours for hours in begun if hours.holds_on(day))
        return next(held, begun[0] if begun else self._latest_first[-1])

    def is_workday(self, day: date) -> bool:
        """Whether that day is worked, by the published calendar or else by its weekday."""
        known = self.exceptions.get(day)
        return day.isoweekday() in self.hours_on(day).weekdays if known is None else known

    def day_of(self, moment: datetime) -> date:
        """The local day of a moment."""
        return (moment.astimezone(self.zone) if self.zone else moment).date()

    def moment(self, day: date, at: time) -> datetime:
        """A local time of a day."""
        return datetime.combine(day, at, self.zone)

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from a moment on, the first one cut at it; ends after twenty years."""
        local = start.astimezone(self.zone) if self.zone else start
        for number in range(LONGEST_DAYS):
            day = local.date() + number * DAY
            if not self.is_workday(day):
                continue
            for begin, end in self.hours_on(day).slots:
                opened, closed = self.moment(day, begin), self.moment(day, end)
                if closed > start:
                    yield max(opened, local), closed


@dataclass(frozen=True)
class Deadline:
    """A moment; provisional when it rests on a year whose calendar is not published."""

    at: datetime
    is_provisional: bool = False


Pause = tuple[datetime, datetime]


def deadline(
    start: datetime,
    limit: TimeLimit,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    day_rule: DayRule = DayRule.HOURS,
) -> Deadline:
    """When a limit that began at ``start`` ends.

    ``pauses`` are closed spans during which the clock stood, in any order.

    Raises:
        ValueError: pauses overlap or end before they begin; a calendar that is never worked.
    """
    if limit.unit in CONTINUOUS:
        at = start + limit.amount * CONTINUOUS[limit.unit]
        for begin, end in _ordered(start, pauses):
            if begin < at:
                at += end - begin
        return Deadline(at)
    if limit.unit is TimeUnit.WORK_DAY and day_rule is DayRule.END_OF_DAY:
        at = _end_of_day(start, limit.amount, calendar)
    else:
        unit = EIGHT_HOURS if limit.unit is TimeUnit.WORK_DAY else timedelta(hours=1)
        at = after(start, limit.amount * unit, calendar)
    for begin, end in _ordered(start, pauses):
        if begin < at:
            at = after(at, worked(begin, end, calendar), calendar)
    return Deadline(at, _is_provisional(start, at, calendar))


def after(start: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    """The first moment by which so much working time has passed since ``start``.

    Raises:
        ValueError: there is not so much working time in twenty years.
    """
    if not amount:
        return start
    left = amount
    for begin, end in calendar.spans(start):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise ValueError("日历中没有足够的工作时间")


def worked(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """The working time between two moments."""
    total = timedelta()
    for begin, close in calendar.spans(start):
        if begin >= end:
            break
        total += min(close, end) - begin
    return total


def elapsed(start: datetime, end: datetime, unit: TimeUnit, calendar: Calendar) -> timedelta:
    """How far a clock of that unit has run between two moments."""
    return end - start if unit in CONTINUOUS else worked(start, end, calendar)


def _end_of_day(start: datetime, amount: float, calendar: Calendar) -> datetime:
    """The end of the last slot of the Nth working day after the day of the start."""
    days = max(1, -int(-amount // 1))
    first = calendar.day_of(start)
    for number in range(1, LONGEST_DAYS):
        day = first + number * DAY
        days -= calendar.is_workday(day)
        if not days:
            return calendar.moment(day, calendar.hours_on(day).slots[-1][1])
    raise ValueError("日历中没有足够的工作时间")


def _ordered(start: datetime, pauses: Sequence[Pause]) -> list[Pause]:
    """The pauses in order of time, cut to what follows the start."""
    found = sorted(pauses)
    for (_, before), (begin, _) in zip(found, found[1:], strict=False):
        if begin < before:
            raise ValueError("暂停的时段互相重叠")
    if any(end < begin for begin, end in found):
        raise ValueError("暂停的结束早于开始")
    return [(max(begin, start), end) for begin, end in found if end > start]


def _is_provisional(start: datetime, at: datetime, calendar: Calendar) -> bool:
    first, last = calendar.day_of(start).year, calendar.day_of(at).year
    return not set(range(first, last + 1)) <= calendar.published

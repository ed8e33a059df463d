"""Clocks of casework: the published vectors, and laws that hold for every limit.

The laws hold with hours that change by the season as with one table for all time.
"""

import csv
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spatial.worktime import (
    Calendar,
    DayRule,
    Hours,
    TimeLimit,
    TimeUnit,
    after,
    deadline,
    elapsed,
    slots_of,
    worked,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "calendar" / "days.csv"
ZONE = ZoneInfo("Asia/Shanghai")
HOURS = Hours(slots_of("08:00-12:00 14:00-18:00"))


def real() -> Calendar:
    with DATA.open(encoding="utf-8") as lines:
        days = {
            date.fromisoformat(row["day"]): row["kind"] == "workday"
            for row in csv.DictReader(lines)
        }
    years = frozenset(day.year for day in days)
    return Calendar((HOURS,), days, years, ZONE)


def summer(year: int) -> list[Hours]:
    """Hours of a summer; Saturdays are worked from June on."""
    slots, days = slots_of("08:00-12:00 14:30-17:30"), frozenset(range(1, 6))
    may, june = (date(year, 5, 1), date(year, 6, 1)), (date(year, 6, 1), date(year, 10, 1))
    return [
        Hours(slots, days, DayRule.HOURS, *may),
        Hours(slots, days | {6}, DayRule.END_OF_DAY, *june),
    ]


CALENDAR = real()
SEASONAL = replace(CALENDAR, hours=(HOURS, *(h for y in range(2004, 2028) for h in summer(y))))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        ("2026-02-13 16:00", 1, TimeUnit.WORK_DAY, "2026-02-14 16:00"),
        ("2026-02-14 17:00", 4, TimeUnit.WORK_HOUR, "2026-02-24 11:00"),
        ("2026-01-05 11:30", 4, TimeUnit.WORK_HOUR, "2026-01-05 17:30"),
        ("2026-09-30 10:00", 2, TimeUnit.WORK_DAY, "2026-10-09 10:00"),
        ("2026-02-15 23:30", 2, TimeUnit.URGENT_HOUR, "2026-02-16 01:30"),
        ("2026-01-05 07:00", 4, TimeUnit.WORK_HOUR, "2026-01-05 12:00"),
        ("2026-01-05 13:00", 4, TimeUnit.WORK_HOUR, "2026-01-05 18:00"),
        ("2026-01-05 18:00", 0.5, TimeUnit.WORK_HOUR, "2026-01-06 08:30"),
        ("2026-02-15 23:30", 1, TimeUnit.NATURAL_DAY, "2026-02-16 23:30"),
        ("2026-02-15 23:30", 2, TimeUnit.URGENT_DAY, "2026-02-17 23:30"),
    ],
)
def test_published_vectors(start, amount, unit, end):
    found = deadline(local(start), TimeLimit(amount, unit), CALENDAR)
    assert found.at == local(end)
    assert not found.is_provisional


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-02-13 16:00", 1, "2026-02-14 18:00"),
        ("2026-02-14 23:00", 1, "2026-02-24 18:00"),
        ("2026-01-09 09:00", 2, "2026-01-13 18:00"),
        ("2026-01-10 09:00", 0.5, "2026-01-12 18:00"),
    ],
)
def test_a_working_day_as_the_end_of_the_nth_day(start, days, end):
    limit = TimeLimit(days, TimeUnit.WORK_DAY)
    found = deadline(local(start), limit, CALENDAR, day_rule=DayRule.END_OF_DAY)
    assert found.at == local(end)


def test_across_a_year_without_calendar_it_is_provisional():
    found = deadline(local("2026-12-31 16:00"), TimeLimit(1, TimeUnit.WORK_DAY), CALENDAR)
    assert found.is_provisional
    assert found.at == local("2027-01-01 16:00")  # the guess: a Friday like any other
    holiday = {**CALENDAR.exceptions, date(2027, 1, 1): False}
    known = Calendar((HOURS,), holiday, CALENDAR.published | {2027}, ZONE)
    again = deadline(local("2026-12-31 16:00"), TimeLimit(1, TimeUnit.WORK_DAY), known)
    assert (again.at, again.is_provisional) == (local("2027-01-04 16:00"), False)


def test_a_clock_that_never_stops_needs_no_calendar():
    found = deadline(local("2030-01-01 00:00"), TimeLimit(2, TimeUnit.URGENT_HOUR), CALENDAR)
    assert not found.is_provisional


def test_utc_and_local_time_are_the_same_moment():
    start = local("2026-02-14 17:00")
    in_utc = deadline(start.astimezone(ZoneInfo("UTC")), TimeLimit(4, TimeUnit.WORK_HOUR), CALENDAR)
    assert in_utc.at == local("2026-02-24 11:00")


@pytest.mark.parametrize("amount", [0, -1, float("nan"), 1e9])
def test_a_limit_is_positive(amount):
    with pytest.raises(ValueError, match="时限"):
        TimeLimit(amount, TimeUnit.WORK_HOUR)


def test_a_calendar_is_checked():
    with pytest.raises(ValueError, match="先后"):
        Hours(((time(8), time(12)), (time(11), time(18))))
    for text in ("", "8-12", "08:00", "08:00-12:00-14:00", "14:00-18:00 08:00-12:00"):
        with pytest.raises(ValueError, match="时段"):
            Hours(slots_of(text))
    with pytest.raises(ValueError, match="1 至 7"):
        Hours(HOURS.slots, frozenset({0}))
    with pytest.raises(ValueError, match="没有工作时间"):
        Calendar(())
    with pytest.raises(ValueError, match="没有足够"):
        deadline(
            datetime(2026, 1, 1),
            TimeLimit(1, TimeUnit.WORK_HOUR),
            Calendar((Hours(HOURS.slots, frozenset()),)),
        )


@pytest.mark.parametrize(
    ("start", "amount", "unit", "end"),
    [
        # Thursday, the last day of winter hours: an hour of it, then a May Day of five days.
        ("2026-04-30 17:00", 4, TimeUnit.WORK_HOUR, "2026-05-06 11:00"),
        ("2026-04-30 17:00", 1, TimeUnit.WORK_DAY, "2026-05-06 17:30"),
        ("2026-07-06 11:30", 4, TimeUnit.WORK_HOUR, "2026-07-07 08:30"),
        # Friday; in summer Saturday is worked too.
        ("2026-07-03 17:00", 1, TimeUnit.WORK_HOUR, "2026-07-04 08:30"),
        ("2026-01-05 11:30", 4, TimeUnit.WORK_HOUR, "2026-01-05 17:30"),
    ],
)
def test_hours_are_those_of_the_day_that_passes(start, amount, unit, end):
    assert deadline(local(start), TimeLimit(amount, unit), SEASONAL).at == local(end)


def test_the_hours_of_a_day():
    base, (may, season) = HOURS, summer(2026)
    for day, found in (
        (date(2026, 4, 30), base),
        (date(2026, 5, 1), may),
        (date(2026, 6, 1), season),
        (date(2026, 9, 30), season),
        (date(2026, 10, 1), base),
    ):
        assert SEASONAL.hours_on(day) == found, day
    # One ended without another: the last that held goes on, the first holds before it.
    only = Calendar((season,))
    assert only.hours_on(date(2020, 1, 1)) == only.hours_on(date(2030, 1, 1)) == season


def test_the_end_of_a_day_is_that_of_its_own_hours():
    found = deadline(
        local("2026-04-30 09:00"),
        TimeLimit(1, TimeUnit.WORK_DAY),
        SEASONAL,
        day_rule=DayRule.END_OF_DAY,
    )
    assert found.at == local("2026-05-06 17:30")


def test_pauses_that_cannot_be_are_refused():
    start, limit = local("2026-01-05 09:00"), TimeLimit(4, TimeUnit.WORK_HOUR)
    first = (local("2026-01-05 10:00"), local("2026-01-05 11:00"))
    for pauses in ([first, first], [(first[1], first[0])]):
        with pytest.raises(ValueError, match="暂停"):
            deadline(start, limit, CALENDAR, pauses)


def test_a_pause_after_the_end_moves_nothing():
    start, limit = local("2026-01-05 09:00"), TimeLimit(2, TimeUnit.WORK_HOUR)
    late = [(local("2026-01-05 15:00"), local("2026-01-05 16:00"))]
    assert deadline(start, limit, CALENDAR, late).at == local("2026-01-05 11:00")


@pytest.mark.parametrize("unit", [TimeUnit.WORK_HOUR, TimeUnit.URGENT_HOUR])
def test_a_pause_counts_from_the_start_on(unit):
    """What was paused before the clock began is no pause of it, wholly or in part."""
    start, limit = local("2026-01-05 09:00"), TimeLimit(2, unit)
    before = (local("2026-01-05 08:00"), local("2026-01-05 08:30"))
    across = (local("2026-01-05 08:40"), local("2026-01-05 09:15"))
    assert deadline(start, limit, CALENDAR, [before]).at == local("2026-01-05 11:00")
    assert deadline(start, limit, CALENDAR, [before, across]).at == local("2026-01-05 11:15")


MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2026, 6, 1)).map(
    lambda found: found.replace(tzinfo=ZONE)
)
LIMITS = st.builds(
    TimeLimit,
    st.floats(0.25, 60).map(lambda hours: round(hours * 4) / 4),
    st.sampled_from(TimeUnit),
)
RULES = st.sampled_from(DayRule)
CALENDARS = st.sampled_from([CALENDAR, SEASONAL])


@given(MOMENTS, LIMITS, RULES, CALENDARS)
def test_never_earlier_than_the_start(start, limit, rule, calendar):
    assert deadline(start, limit, calendar, day_rule=rule).at > start


@given(MOMENTS, LIMITS, st.integers(1, 40), RULES, CALENDARS)
def test_monotonic_in_the_limit(start, limit, more, rule, calendar):
    longer = TimeLimit(limit.amount + more / 4, limit.unit)
    short = deadline(start, limit, calendar, day_rule=rule).at
    assert deadline(start, longer, calendar, day_rule=rule).at >= short


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=9)), LIMITS, RULES, CALENDARS)
def test_monotonic_in_the_start(start, later, limit, rule, calendar):
    first = deadline(start, limit, calendar, day_rule=rule).at
    assert deadline(start + later, limit, calendar, day_rule=rule).at >= first


@given(
    MOMENTS,
    LIMITS,
    st.timedeltas(timedelta(), timedelta(days=5)),
    st.timedeltas(timedelta(), timedelta(days=20)),
    RULES,
    CALENDARS,
)
def test_a_pause_moves_it_by_exactly_its_working_time(start, limit, begin, length, rule, calendar):
    plain = deadline(start, limit, calendar, day_rule=rule).at
    pause = (start + begin, start + begin + length)
    assume(pause[0] < plain)
    moved = deadline(start, limit, calendar, [pause], rule).at
    assert elapsed(plain, moved, limit.unit, calendar) == elapsed(*pause, limit.unit, calendar)


@given(MOMENTS, LIMITS, st.lists(st.integers(1, 2000), min_size=2, max_size=8), CALENDARS)
def test_what_is_not_paused_is_the_limit(start, limit, steps, calendar):
    """Counted the other way round: the time outside the pauses is the limit."""
    edges, at = [], start
    for minutes in steps:
        at += timedelta(minutes=minutes)
        edges.append(at)
    pauses = list(zip(edges[::2], edges[1::2], strict=False))
    end = deadline(start, limit, calendar, pauses).at
    inside = [(a, min(b, end)) for a, b in pauses if a < end]
    ran = elapsed(start, end, limit.unit, calendar) - sum(
        (elapsed(a, b, limit.unit, calendar) for a, b in inside), timedelta()
    )
    day = timedelta(hours=8) if limit.unit is TimeUnit.WORK_DAY else timedelta(days=1)
    unit = timedelta(hours=1) if limit.unit in (TimeUnit.WORK_HOUR, TimeUnit.URGENT_HOUR) else day
    assert ran == limit.amount * unit


@given(MOMENTS, st.timedeltas(timedelta(seconds=1), timedelta(days=30)), CALENDARS)
def test_after_and_worked_undo_each_other(start, amount, calendar):
    assert worked(start, after(start, amount, calendar), calendar) == amount

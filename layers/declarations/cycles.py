"""Whether a layer is kept as current as its declaration promises. Pure.

``data/update_cycles.csv`` says what each cycle means: so many days between two updates,
with a grace; or deadlines within the year, each to be met by an update in the days before
it. A cycle with neither follows events (a building completed), of which nobody can say
from the register alone whether one was missed.

>>> from datetime import UTC, datetime
>>> def day(text):
...     return datetime.fromisoformat(text).replace(tzinfo=UTC)
>>> cycle_standing("每月", day("2026-03-01"), day("2026-04-02")).state.value
'met'
>>> cycle_standing("每月", day("2026-03-01"), day("2026-05-02")).state.value
'overdue'
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "data" / "update_cycles.csv"


class CycleState(StrEnum):
    """How the promise stands."""

    MET = "met"
    OVERDUE = "overdue"
    EMPTY = "empty"  # nothing was ever recorded
    UNSCHEDULED = "unscheduled"  # follows events, not the calendar


@dataclass(frozen=True)
class Cycle:
    """What an update cycle asks for."""

    title_en: str = ""
    days: int = 0
    grace_days: int = 0
    deadlines: tuple[tuple[int, int], ...] = ()  # month, day


@dataclass(frozen=True)
class CycleStanding:
    """The state of a promise, and by when the next update is due, if that is known."""

    state: CycleState
    due: date | None = None


@cache
def cycles() -> Mapping[str, Cycle]:
    """Every known cycle, by its name."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["cycle"]: _cycle(row) for row in csv.DictReader(lines)}


def cycle_standing(name: str, last: datetime | None, now: datetime) -> CycleStanding:
    """Whether a cycle is kept, the last update having been recorded at ``last``.

    A cycle that the table does not know is taken for one that follows events.
    """
    cycle = cycles().get(name, Cycle())
    if last is None:
        return CycleStanding(CycleState.EMPTY)
    if cycle.deadlines:
        return _before_deadlines(cycle, last, now)
    if not cycle.days:
        return CycleStanding(CycleState.UNSCHEDULED)
    due = last + timedelta(days=cycle.days + cycle.grace_days)
    return CycleStanding(CycleState.MET if now <= due else CycleState.OVERDUE, due.date())


def _before_deadlines(cycle: Cycle, last: datetime, now: datetime) -> CycleStanding:
    """The last deadline that has passed asked for an update in the days before it, or since."""
    every = sorted(
        datetime(now.year + year, month, day, tzinfo=UTC)
        for year in (-1, 0, 1)
        for month, day in cycle.deadlines
    )
    passed = max(deadline for deadline in every if deadline <= now)
    coming = min(deadline for deadline in every if deadline > now)
    if last >= passed - timedelta(days=cycle.days):
        return CycleStanding(CycleState.MET, coming.date())
    return CycleStanding(CycleState.OVERDUE, passed.date())


def _cycle(row: Mapping[str, str]) -> Cycle:
    deadlines = [part.split("-") for part in row["deadlines"].split(";") if part]
    return Cycle(
        title_en=row["title_en"],
        days=int(row["days"] or 0),
        grace_days=int(row["grace_days"] or 0),
        deadlines=tuple((int(month), int(day)) for month, day in deadlines),
    )

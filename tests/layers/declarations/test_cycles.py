"""Whether a promise of updates is kept, at the edges of its time."""

from datetime import UTC, date, datetime

import pytest

from layers.declarations.cycles import CycleState, cycle_standing, cycles
from layers.declarations.registry import all_layers


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cycle", "last", "now", "state", "due"),
    [
        ("每日", "2026-05-01", "2026-05-03", CycleState.MET, date(2026, 5, 3)),
        ("每日", "2026-05-01", "2026-05-04", CycleState.OVERDUE, date(2026, 5, 3)),
        ("每季度", "2026-01-01", "2026-04-13", CycleState.MET, date(2026, 4, 13)),
        ("每季度", "2026-01-01", "2026-04-14", CycleState.OVERDUE, date(2026, 4, 13)),
        ("每年", "2024-12-31", "2026-02-01", CycleState.MET, date(2026, 2, 1)),
        ("每年", "2024-12-31", "2026-02-02", CycleState.OVERDUE, date(2026, 2, 1)),
        ("实时", "2000-01-01", "2026-01-01", CycleState.UNSCHEDULED, None),
        ("竣工后 30 日内", "2000-01-01", "2026-01-01", CycleState.UNSCHEDULED, None),
        ("没有这种周期", "2000-01-01", "2026-01-01", CycleState.UNSCHEDULED, None),
        # before and after the flood season: by 31 March and 31 October
        ("汛前汛后各一次", "2026-03-01", "2026-06-01", CycleState.MET, date(2026, 10, 31)),
        ("汛前汛后各一次", "2026-03-01", "2026-11-01", CycleState.OVERDUE, date(2026, 10, 31)),
        ("汛前汛后各一次", "2025-11-20", "2026-03-30", CycleState.MET, date(2026, 3, 31)),
        ("汛前汛后各一次", "2025-12-01", "2026-04-01", CycleState.OVERDUE, date(2026, 3, 31)),
        ("汛前汛后各一次", "2026-04-20", "2026-05-01", CycleState.MET, date(2026, 10, 31)),
    ],
)
def test_a_cycle_is_kept_until_its_grace_ends(cycle, last, now, state, due):
    found = cycle_standing(cycle, day(last), day(now))
    assert (found.state, found.due) == (state, due)


def test_nothing_recorded_is_neither_kept_nor_broken():
    assert cycle_standing("每日", None, day("2026-05-01")).state is CycleState.EMPTY


def test_every_declared_cycle_is_in_the_table():
    assert {layer.update_cycle for layer in all_layers()} <= set(cycles())

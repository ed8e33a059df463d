"""Quiet hours, attempts and the steps of a delivery, as values."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.outbox.rules import STEPS, DeliveryState, QuietRule, quiet_until, wait_after
from tests.spatial.outbox.clocks import HERE, local

NIGHT = QuietRule(time(22), time(7))
NOON = QuietRule(time(12), time(14), date(2026, 6, 1), date(2026, 9, 1))


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-01-05 21:59", None),
        ("2026-01-05 22:00", "2026-01-06 07:00"),
        ("2026-01-06 06:59", "2026-01-06 07:00"),
        ("2026-01-06 07:00", None),
        ("2026-01-06 12:30", None),
        ("2026-07-01 12:30", "2026-07-01 14:00"),  # of two, the one that began last
        ("2026-07-01 23:00", None),
        ("2026-06-01 03:00", "2026-06-01 07:00"),  # the night that began before
        ("2026-09-01 12:30", None),
        ("2026-09-01 22:30", "2026-09-02 07:00"),
    ],
)
def test_quiet_hours_by_the_day_on_which_they_begin(at, until):
    found = quiet_until(local(at), [NIGHT, NOON], HERE)
    assert found == (local(until) if until else None)


@given(st.datetimes(local("2026-01-01").replace(tzinfo=None)), st.times(), st.times())
def test_the_end_of_quiet_hours_is_to_come_within_a_day_and_loud(at, starts, ends):
    if starts == ends or at.year > 2100:
        return
    rule, moment = QuietRule(starts, ends), at.replace(tzinfo=HERE)
    until = quiet_until(moment, [rule], HERE)
    if until is not None:
        assert timedelta() < until - moment <= timedelta(days=1)
        assert quiet_until(until, [rule], HERE) is None


def test_attempts_wait_ever_longer_and_end():
    waits = [wait_after(n) for n in range(1, 8)]
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[-1] is None


def test_every_state_but_the_last_is_left():
    left = {state for sources, _target in STEPS.values() for state in sources}
    assert left == set(DeliveryState) - {DeliveryState.READ}
    assert {target for _sources, target in STEPS.values()} == set(DeliveryState)

"""Gauges that lie: each bad reading has its name, good ones have none."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from spatial.hazards.rules.gauges import (
    GaugeLimits,
    GaugeReading,
    clock_shift,
    doubt_of,
    doubtful_beside_neighbours,
    is_dead,
)

NOON = datetime(2026, 6, 1, 12)
HOUR = timedelta(hours=1)
STANDING = {(NOON - 2 * HOUR, NOON - HOUR): 5.0}


@pytest.mark.parametrize("start, end, mm, doubt", [
    (-1, 0, 12.5, None),
    (-1, 0, 0.0, None),
    (-0.1, 0, 24.0, None),
    (0, 1, 3.0, "future"),
    (-1, 0, -0.2, "negative"),
    (-1, 0, 2000.0, "impossible"),
    (-24, 0, 1800.0, None),
    (-2, -1, 5.0, "repeated"),
    (-2, -1, 6.0, "contradicted"),
    (0, 0, 1.0, "unfinished"),
    (-1, 0, float("nan"), "unfinished"),
])  # fmt: skip
def test_a_reading_is_refused_by_name(start, end, mm, doubt):
    reading = GaugeReading("A", NOON + start * HOUR, NOON + end * HOUR, mm)
    assert doubt_of(reading, NOON, GaugeLimits(), STANDING) == doubt


def test_a_clock_a_little_ahead_is_no_future():
    reading = GaugeReading("A", NOON, NOON + timedelta(minutes=4), 1.0)
    assert doubt_of(reading, NOON, GaugeLimits(), {}) is None


def test_a_gauge_that_never_spoke_is_dead():
    assert is_dead(None, NOON, HOUR, 3)
    assert not is_dead(NOON - 3 * HOUR, NOON, HOUR, 3)


def test_two_neighbours_are_too_few_to_doubt():
    x, y = np.array([0.0, 1, 2]), np.zeros(3)
    assert doubtful_beside_neighbours(x, y, np.array([0.0, 40, 40]), GaugeLimits()) == [None] * 3


def test_silent_neighbours_say_nothing():
    x, y = np.arange(5.0), np.zeros(5)
    rain = np.array([0.0, 40, 40, np.nan, np.nan])
    assert doubtful_beside_neighbours(x, y, rain, GaugeLimits()) == [None] * 5


def test_a_dry_day_shifts_no_clock():
    assert clock_shift(np.zeros(24), np.zeros(24), 3) == 0

"""Thresholds of rain: monotone, at the limit, and honest about gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.thresholds import Measured, Threshold, is_ordered, reached

ROWS = [
    Threshold("rain_1h", 30, WarningLevel.YELLOW),
    Threshold("rain_1h", 50, WarningLevel.ORANGE),
    Threshold("rain_24h", 100, WarningLevel.ORANGE),
    Threshold("rain_24h", 180, WarningLevel.RED, is_strict=True),
]
AMOUNTS = st.floats(0, 400) | st.just(float("nan"))
SHARES = st.sampled_from([0.0, 0.5, 0.95, 1.0])


def of(hour, day, covered=(1.0, 1.0)):
    one = {"rain_1h": (hour, covered[0]), "rain_24h": (day, covered[1])}
    measures = {
        name: Measured(np.array([value]), np.array([share])) for name, (value, share) in one.items()
    }
    return reached(ROWS, measures, 0.9)


@given(AMOUNTS, AMOUNTS, st.floats(0, 100))
def test_more_rain_never_lowers(hour, day, more):
    assert of(hour + more, day + more).levels[0] >= of(hour, day).levels[0]


@given(AMOUNTS, AMOUNTS, SHARES, SHARES)
def test_whole_is_what_was_measured_whole(hour, day, first, second):
    whole = min(first, second) >= 0.9 and not np.isnan([hour, day]).any()
    assert of(hour, day, (first, second)).is_whole[0] == whole


@pytest.mark.parametrize("hour, day, level", [
    (29.9, 99.9, WarningLevel.NONE), (30, 0, WarningLevel.YELLOW), (50, 0, WarningLevel.ORANGE),
    (0, 100, WarningLevel.ORANGE), (0, 180, WarningLevel.ORANGE), (0, 180.1, WarningLevel.RED),
])  # fmt: skip
def test_a_limit_itself_reaches_unless_it_is_strict(hour, day, level):
    assert of(hour, day).levels[0] == level


def test_the_reason_is_the_gravest_row_and_its_margin():
    got = of(31, 130)
    assert ROWS[got.binding[0]] == ROWS[2]
    assert got.margin[0] == 30
    near = of(29, 10)
    assert (ROWS[near.binding[0]], near.margin[0]) == (ROWS[0], -1)


def test_a_measure_that_is_not_there_leaves_the_place_unknown():
    one = {"rain_1h": Measured(np.array([60.0]), np.array([1.0]))}
    got = reached(ROWS, one, 0.9)
    assert (got.levels[0], got.is_whole[0]) == (WarningLevel.ORANGE, False)


def test_rows_that_contradict_are_found():
    assert is_ordered(ROWS)
    assert not is_ordered([*ROWS, Threshold("rain_1h", 20, WarningLevel.RED)])

"""Thresholds over past days: the budget is kept on the years they were tuned on, gaps are gaps."""

from datetime import date

import numpy as np
import pytest

from spatial.hazards.rules.hindcasts import (
    DailyRain,
    daily_levels,
    daily_measures,
    daily_rain,
    frequencies,
    tuned,
)
from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.thresholds import Threshold

BUDGET = dict(zip(list(WarningLevel)[1:], (30.0, 14, 5, 1.5), strict=True))


def test_a_missing_day_leaves_its_effective_rain_and_the_next_three_missing():
    rain = DailyRain(date(2020, 1, 1), np.array([1.0, 1, 1, 1, np.nan, 1, 1, 1, 1]))
    got = daily_measures(rain, 0.8)["effective_rain"]
    assert np.isnan(got).tolist() == [True] * 3 + [False] + [True] * 4 + [False]
    assert got[3] == pytest.approx(1 + 0.8 + 0.64 + 0.512)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_tuned_keeps_to_its_budget_and_one_millimetre_less_does_not(seed):
    values = np.random.default_rng(seed).gamma(0.3, 30.0, 7305)
    rows = tuned("rain_24h", values, BUDGET)
    assert [row.level for row in rows] == sorted(BUDGET)
    for row, found in zip(
        reversed(rows), frequencies(daily_levels(rows, {"rain_24h": values}), BUDGET), strict=True
    ):
        assert found.level == row.level
        assert found.is_within
        assert (values >= row.limit - 1).sum() / 20 > found.budget - 0.06


def test_limits_rise_even_where_the_budget_does_not_fall():
    rows = tuned("rain_24h", np.zeros(1000), dict.fromkeys(BUDGET, 5.0))
    assert [row.limit for row in rows] == [1.0, 2.0, 3.0, 4.0]


def test_days_without_rain_data_are_no_days():
    rows = [Threshold("rain_24h", 50, WarningLevel.RED, is_strict=True)]
    levels = daily_levels(rows, {"rain_24h": np.array([50.0, 51, np.nan, np.nan])})
    assert levels.tolist() == [0, 4, -1, -1]
    red = frequencies(levels, {})[0]
    assert (red.days, red.per_year, red.is_within) == (1, 182.625, None)
    assert frequencies(levels[2:], BUDGET)[0].per_year is None


def test_a_day_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        daily_rain([(date(2020, 1, 1), 1.0), (date(2020, 1, 1), 2.0)])
    with pytest.raises(ValueError, match="days"):
        daily_rain([])

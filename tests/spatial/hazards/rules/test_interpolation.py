"""Rain between gauges: weights sum to one, uncertainty grows, nothing is invented."""

import numpy as np

from spatial.hazards.rules.interpolation import krige, leave_one_out, widened

DICE = np.random.default_rng(5)
X, Y = DICE.uniform(0, 40_000, (2, 60))
AT_X, AT_Y = np.meshgrid(np.linspace(0, 40_000, 21), np.linspace(0, 40_000, 21))
RANGE = 12_000.0


def test_even_rain_stays_even():
    assert np.allclose(krige(X, Y, np.full(60, 7.0), AT_X, AT_Y, RANGE).mm, 7.0)


def test_a_shift_of_all_gauges_shifts_the_field():
    rain = DICE.uniform(10, 60, 60)
    one, two = (krige(X, Y, rain + more, AT_X, AT_Y, RANGE).mm for more in (0, 25))
    assert np.allclose(two - one, 25.0)


def test_far_from_gauges_it_is_less_sure():
    rain = DICE.uniform(10, 60, 60)
    near = krige(X, Y, rain, X[:1], Y[:1], RANGE).deviation_mm[0]
    far = krige(X, Y, rain, np.array([90_000.0]), np.array([90_000.0]), RANGE).deviation_mm[0]
    assert near < far / 2


def test_a_silent_gauge_takes_no_part_and_no_gauge_is_no_rain():
    rain = DICE.uniform(10, 60, 60)
    without = krige(X[1:], Y[1:], rain[1:], AT_X, AT_Y, RANGE).mm
    silent = np.concatenate([[np.nan], rain[1:]])
    assert np.array_equal(krige(X, Y, silent, AT_X, AT_Y, RANGE).mm, without)
    assert np.isnan(krige(X, Y, np.full(60, np.nan), AT_X, AT_Y, RANGE).mm).all()


def test_each_gauge_is_told_what_the_others_say():
    rain = 20 + X / 2_000
    assert np.nanmax(np.abs(leave_one_out(X, Y, rain, RANGE))) < 6


def test_a_plane_stays_a_plane_when_widened():
    rows, columns = np.mgrid[0:5, 0:4]
    fine = widened((rows + 10.0 * columns), 50, 40)
    inner = fine[10:40, 10:30]
    assert np.allclose(np.diff(inner, axis=0), 0.1, atol=1e-4)
    assert np.allclose(np.diff(inner, axis=1), 1.0, atol=1e-3)

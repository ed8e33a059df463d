"""Published values of the infinite slope: TRIGRS (USGS, public domain) and Landlab (MIT)."""

import numpy as np
import pytest

from spatial.hazards.rules import slope_stability as slope

DAY = 86_400
MINOR_CREEK = (15, 6, 2, 5e-9)
SOIL = (5e-8, 1e-6)


def test_minor_creek_before_the_rain():
    head = slope.head_after_rain_m(*MINOR_CREEK, 0, *SOIL, 84 * DAY, 84 * DAY)
    assert head == pytest.approx(3.3321, abs=5e-5)
    assert slope.factor_of_safety(15, 6, 4, 18, 22, head, 9.8) == pytest.approx(1.0123, abs=5e-5)


def test_minor_creek_after_84_days():
    head = slope.head_after_rain_m(*MINOR_CREEK, 1e-7, *SOIL, 84 * DAY, 84 * DAY)
    assert head == pytest.approx(3.5523, abs=5e-5)
    assert slope.factor_of_safety(15, 6, 4, 18, 22, head, 9.8) == pytest.approx(0.99106, abs=5e-6)


def test_without_the_bound_of_infiltration_the_head_would_be_far_off():
    bounded = slope.head_after_rain_m(*MINOR_CREEK, 5e-8, *SOIL, 84 * DAY, 84 * DAY)
    heavier = slope.head_after_rain_m(*MINOR_CREEK, 5e-6, *SOIL, 84 * DAY, 84 * DAY)
    assert heavier == bounded


@pytest.mark.parametrize("steep, deep, expected", [
    (31, 1.9, 0.9882), (35, 1.5, 0.9919), (32.5, 1.75, 0.9817),
])  # fmt: skip
def test_the_tutorial_of_trigrs_where_the_soil_is_full(steep, deep, expected):
    head = slope.saturated_head_m(steep, deep)
    got = slope.factor_of_safety(steep, deep, 8, 31, 22, head, 9.8)
    assert got == pytest.approx(expected, rel=5e-4)


@pytest.mark.parametrize("rain_mm, expected", [
    (0, 1.3723), (20, 1.2914), (60, 1.1296), (120, 0.9084),
])  # fmt: skip
def test_landlab_by_thickness(rain_mm, expected):
    steep = np.rad2deg(np.arctan(0.7))
    weight = 2000 * 9.81 / 1000
    full = slope.wetness(rain_mm / 1000, 50, 10, steep)
    got = slope.factor_of_safety_normal(steep, 1, 5, 33, weight, full, weight / 2)
    assert got == pytest.approx(expected, abs=2e-3)


def test_the_two_depths_agree_where_one_is_turned_into_the_other():
    steep, vertical = np.array([20.0, 30, 40]), np.array([1.0, 2, 3])
    thick = vertical * np.cos(np.deg2rad(steep))
    full = slope.factor_of_safety(
        steep, vertical, 5, 30, 20, slope.saturated_head_m(steep, vertical)
    )
    assert slope.factor_of_safety_normal(steep, thick, 5, 30, 20, 1.0) == pytest.approx(full)


def test_water_that_pulls_holds_nothing_and_level_ground_stands():
    assert slope.factor_of_safety(30, 2, 5, 30, 20, -3) == slope.factor_of_safety(
        30, 2, 5, 30, 20, 0
    )
    assert np.isinf(slope.factor_of_safety(0, 2, 5, 30, 20, 1))

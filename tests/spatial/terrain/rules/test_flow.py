"""Where water gathers: on a plane, in a valley, round a hole."""

import numpy as np
import pytest

from spatial.terrain.rules.distances import distance_m
from spatial.terrain.rules.flow import streams, upstream_area_m2, wetness_index


@pytest.mark.long
def test_a_valley_gathers_what_lies_beside_it_and_a_hole_stays_one():
    across, along = np.abs(np.arange(21.0) - 10), np.arange(30.0)[::-1]
    heights = np.add.outer(along, 5 * across).astype(np.float32)
    heights[12:15, 2:4] = np.nan
    area = upstream_area_m2(heights, 10.0)
    assert (np.isnan(area) == np.isnan(heights)).all()
    assert np.nanargmax(area[-1]) == 10
    # All of it leaves by the valley but what the hole and the edges take away.
    assert 0.75 * 630 * 100 < area[-1, 10] <= 630 * 100
    assert np.nanmin(area) == 100
    assert streams(area, 10_000)[20, 10]
    assert not streams(area, 10_000)[:, 2:4].any()


@pytest.mark.long
def test_a_pit_is_filled_and_its_water_goes_on():
    heights = np.add.outer(np.arange(20.0)[::-1], np.zeros(5)).astype(np.float32)
    heights[10, 2] = -50
    area = upstream_area_m2(heights, 1.0)
    assert np.nansum(area[-1]) + np.nansum(area[:, 0]) + np.nansum(area[:, -1]) > 90


def test_level_ground_is_wet_but_not_beyond_measure():
    got = wetness_index(np.array([1e4, 1e4, np.nan]), np.array([0.0, 30.0, 10.0]), 10.0)
    assert np.isfinite(got[:2]).all()
    assert got[0] > got[1]
    assert np.isnan(got[2])


def test_distances_are_between_centres_and_nothing_is_far_from_what_is_not():
    holds, known = np.zeros((5, 5), dtype=bool), np.ones((5, 5), dtype=bool)
    assert np.isnan(distance_m(holds, known, 10)).all()
    holds[0, 0], known[4, 4] = True, False
    got = distance_m(holds, known, 10)
    assert (got[0, 0], got[3, 4]) == (0, 50)
    assert np.isnan(got[4, 4])

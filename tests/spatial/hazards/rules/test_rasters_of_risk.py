"""Susceptibility × rain at every cell: monotone, never safe for want of data, counted by area."""

import numpy as np
import pytest

from spatial.hazards.rules.levels import LevelMatrix, WarningLevel
from spatial.hazards.rules.rasters_of_risk import area_levels, cell_levels, pooled_share
from spatial.hazards.rules.thresholds import Measured, Threshold

N, B, Y, O, R = WarningLevel  # noqa: E741
MATRIX = LevelMatrix(((N, N, B, Y, O), (N, B, Y, O, O), (N, B, Y, O, R), (N, Y, O, R, R)))
ROWS = [Threshold("rain", limit, level) for limit, level in ((60, B), (110, Y), (170, O), (270, R))]


def even(mm, covered=1.0, shape=(2, 2)):
    return {"rain": Measured(np.full(shape, float(mm)), np.full(shape, covered))}


@pytest.mark.parametrize(
    ("mm", "expected"),
    [
        (0, [N, N, N, N]),
        (60, [N, B, B, Y]),
        (59.9, [N, N, N, N]),
        (170, [Y, O, O, R]),
        (999, [O, O, R, R]),
    ],
)
def test_a_class_of_rain_begins_at_its_row(mm, expected):
    ground = np.array([[0, 1], [2, 3]], dtype=np.int8)
    found = cell_levels(MATRIX, ground, even(mm), ROWS)
    assert found.levels.ravel().tolist() == expected
    assert found.is_whole.all()


def test_more_rain_or_susceptibility_never_lowers_a_level():
    random = np.random.default_rng(5)
    ground = random.integers(0, 3, (40, 50)).astype(np.int8)
    mm = random.uniform(0, 300, (4, 5))
    less = cell_levels(MATRIX, ground, {"rain": Measured(mm, np.ones((4, 5)))}, ROWS).levels
    wetter = cell_levels(MATRIX, ground, {"rain": Measured(mm + 40, np.ones((4, 5)))}, ROWS).levels
    steeper = cell_levels(MATRIX, ground + 1, {"rain": Measured(mm, np.ones((4, 5)))}, ROWS).levels
    assert (wetter >= less).all()
    assert (wetter > less).any()
    assert (steeper >= less).all()


def test_what_is_missing_is_neither_safe_nor_known():
    ground = np.array([[3, 3, 3, 3, 3, 3, 3, -1]], dtype=np.int8)
    rain = {"rain": Measured(np.array([[300.0, 300, np.nan, np.nan]]), np.array([[1.0, 1, 0, 0]]))}
    found = cell_levels(MATRIX, ground, rain, ROWS)
    assert found.levels[0, 0] == R
    assert found.levels[0, 7] == -1
    assert found.is_whole[0].tolist() == [*[True] * 3, *[False] * 5]
    nothing = cell_levels(MATRIX, ground, {}, ROWS)
    assert not nothing.is_whole.any()
    areas = area_levels(found, ground, np.zeros((1, 8), dtype=np.int16), 1)
    assert areas.known_share(0) == 0.375


def test_areas_are_counted_each_by_itself_and_cells_of_none_are_left_out():
    ground = np.array([[0, 3], [3, -1], [3, 3]], dtype=np.int8)
    area = np.array([[0, 0], [0, 0], [1, -1]], dtype=np.int16)
    found = cell_levels(MATRIX, ground, even(60), ROWS)
    areas = area_levels(found, ground, area, 3)
    assert areas.cells.sum(axis=(1, 2)).tolist() == [4, 1, 0]
    assert (areas.share(0, Y), areas.share(1, Y), areas.share(2, Y)) == (0.5, 1.0, 0.0)
    assert areas.known_share(0) == 0.75
    assert (areas.susceptibility(0, Y), areas.susceptibility(2, Y)) == (3, None)


def test_a_share_is_of_the_cells_of_each_coarse_one():
    hit = np.zeros((5, 4), dtype=bool)
    hit[0, 0] = hit[4, :] = True
    assert pooled_share(hit, 2, 2).sum() > 0
    assert pooled_share(np.ones((7, 9), dtype=bool), 3, 4).tolist() == np.ones((3, 4)).tolist()
    assert pooled_share(hit, 5, 4).tolist() == hit.astype(float).tolist()

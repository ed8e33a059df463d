"""Shading has no cliff at the survey's edge and no seam between tiles, whatever the tile."""

import numpy as np
import pytest

from spatial.crs import transformer
from spatial.rasters import write_terrain
from spatial.relief import carried_on, terrain_tile, trusted
from tests.spatial.test_rasters import decode


@pytest.fixture
def hills(tmp_path):
    """60 km of hills between 100 and 900 m, in the city."""
    rows, columns = np.mgrid[0:600, 0:600]
    heights = 500 + 200 * np.sin(rows / 17) + 200 * np.cos(columns / 23)
    write_terrain(tmp_path / "terrain.tif", heights, 540_000, 3_100_000, 100, 4546)
    return tmp_path / "terrain.tif"


def _tile_at(zoom, x, y):
    lon, lat = transformer(4546, 4326).transform(x, y)
    column = (lon + 180) / 360 * 2**zoom
    row = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom
    return int(column), int(row)


@pytest.mark.parametrize("zoom", [8, 9, 10, 11])
def test_tiles_meet_without_a_step_at_the_edge_and_beyond(hills, zoom):
    for x, y in [(540_000, 3_070_000), (600_000, 3_100_000), (520_000, 3_040_000)]:
        column, row = _tile_at(zoom, x, y)
        here, east, south = (
            decode(terrain_tile(hills, zoom, column + a, row + d))
            for a, d in [(0, 0), (1, 0), (0, 1)]
        )
        for inner, seam in [
            (np.abs(np.diff(here[:, -8:], axis=1)), np.abs(here[:, -1] - east[:, 0])),
            (np.abs(np.diff(here[-8:], axis=0)), np.abs(here[-1] - south[0])),
        ]:
            assert seam.max() <= 1.5 * inner.max() + 4


def test_far_from_the_survey_the_ground_is_flat_and_one(hills):
    column, row = _tile_at(9, 380_000, 3_070_000)
    away = decode(terrain_tile(hills, 9, column, row))
    other = decode(terrain_tile(hills, 9, column, row - 3))
    assert np.ptp(away) < 0.1
    assert away.mean() == pytest.approx(other.mean(), abs=0.1)


def test_well_inside_the_survey_counts_whole(hills):
    column, row = _tile_at(13, 570_000, 3_070_000)
    tile = decode(terrain_tile(hills, 13, column, row))
    assert np.ptp(tile) > 50
    assert 99 <= tile.min() <= tile.max() <= 901


def test_heights_are_carried_on_and_sink():
    values = np.full((1, 9), np.nan)
    values[0, 0] = 100.0
    found = carried_on(values, 0.0)[0]
    assert np.all(np.diff(found) < 0)
    assert 0 < found[-1] < 40


def test_the_edge_is_not_trusted():
    values = np.full((9, 9), np.nan)
    values[2:7, 2:7] = 1.0
    share = trusted(values)
    assert share[2, 2] == 0.0
    assert 0 < share[3, 3] < 1
    assert share[4, 4] == 1.0

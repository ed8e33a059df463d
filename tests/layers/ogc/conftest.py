"""A terrain whose every value tells where its cell is."""

from types import SimpleNamespace

import numpy as np
import pytest

from spatial.city import city
from spatial.rasters import write_terrain
from tests.factories import centre

CELL, ROWS, COLUMNS = 10.0, 60, 80


@pytest.fixture(autouse=True)
def _no_terrain(settings, tmp_path):
    """Whatever terrain this machine has, tests have their own or none."""
    settings.TERRAIN = tmp_path / "none.tif"


@pytest.fixture
def land(settings, tmp_path, _no_terrain):
    """Height = easting of the cell's centre + 2 × its northing, from the lower left corner.

    The outermost column in the east has no data.
    """
    x, y = (round(v, -1) for v in centre())
    east, north = np.meshgrid(
        (np.arange(COLUMNS) + 0.5) * CELL, (np.arange(ROWS)[::-1] + 0.5) * CELL
    )
    heights = east + 2 * north
    heights[:, -1] = np.nan
    settings.TERRAIN = tmp_path / "terrain.tif"
    write_terrain(settings.TERRAIN, heights, x, y + ROWS * CELL, CELL, city().projected)
    return SimpleNamespace(
        x=x, y=y, east=x + COLUMNS * CELL, north=y + ROWS * CELL, heights=heights
    )

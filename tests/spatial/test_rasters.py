"""Terrain in, tiles out."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from spatial.crs import transformer
from spatial.rasters import RasterError, raster_info, write_terrain
from spatial.relief import terrain_tile


def decode(png: bytes) -> np.ndarray:
    red, green, blue = np.moveaxis(np.asarray(Image.open(BytesIO(png))).astype(float), 2, 0)
    return red * 256 + green + blue / 256 - 32768


def test_a_plane_comes_back_as_written(tmp_path):
    path = tmp_path / "terrain.tif"
    rows = np.arange(200)[:, None]
    heights = 100 + 2.5 * rows + np.zeros((200, 200))  # falls to the north
    write_terrain(path, heights, 563000, 3067000, 30, 4546)
    info = raster_info(path)
    assert (info.epsg, info.cell, info.shape) == (4546, 30, (200, 200))
    assert info.bounds == (563000, 3061000, 569000, 3067000)
    lon, lat = transformer(4546, 4326).transform(566000, 3064000)
    zoom, n = 14, 2**14
    column = (lon + 180) / 360 * n
    row = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * n
    tile = decode(terrain_tile(path, zoom, int(column), int(row)))
    found = tile[int(row % 1 * 256), int(column % 1 * 256)]
    assert found == pytest.approx(100 + 2.5 * 99.5, abs=6)  # a pixel is 8 m: 0.7 m of height


def test_both_pictures_say_the_same_and_one_weighs_less(tmp_path):
    path = tmp_path / "terrain.tif"
    heights = 300 + np.random.default_rng(7).normal(0, 20, (200, 200)).cumsum(0).cumsum(1) / 400
    write_terrain(path, heights, 563000, 3067000, 30, 4546)
    place = (12, 3318, 1720)
    png, webp = (terrain_tile(path, *place, form) for form in ("PNG", "WEBP"))
    assert np.array_equal(decode(png), decode(webp))
    assert np.all(decode(png) * 4 % 1 == 0)  # to a quarter of a metre
    assert len(webp) < 0.8 * len(png)


def test_where_nothing_is_known_there_is_no_cliff(tmp_path):
    path = tmp_path / "terrain.tif"
    write_terrain(path, np.full((200, 200), 500.0), 563000, 3067000, 30, 4546)
    far = decode(
        terrain_tile(path, 3, 0, 0)
    )  # sunk into the mean of the survey, as everywhere far away
    assert np.ptp(far) == 0
    assert far.mean() == pytest.approx(500, abs=0.1)
    lon, lat = transformer(4546, 4326).transform(566000, 3064000)
    column = int((lon + 180) / 360 * 2**11)
    row = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**11)
    tile = decode(terrain_tile(path, 11, column, row))
    assert np.abs(tile - 500).max() < 0.1


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(RasterError, match=r"none\.tif"):
        terrain_tile(tmp_path / "none.tif", 3, 0, 0)
    with pytest.raises(RasterError):
        raster_info(tmp_path / "none.tif")

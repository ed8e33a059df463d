"""The products of a small terrain: made by one command, beside the heights, with their holes."""

import numpy as np
import pytest
from django.contrib.gis.geos import LineString
from django.core.management import CommandError, call_command

from spatial.base.models import Road
from spatial.city import city
from spatial.rasters import raster_info, write_terrain
from spatial.terrain import products
from spatial.terrain.files import read_whole, tags_of
from spatial.terrain.rules import flow
from tests.factories import centre, open_feature, spot

pytestmark = pytest.mark.django_db


@pytest.fixture
def hills(settings, tmp_path):
    """A cone of 40 × 40 cells of 10 m with a hole."""
    settings.TERRAIN = tmp_path / "terrain.tif"
    x, y = centre()
    rows, columns = np.mgrid[0:40, 0:40]
    heights = (400 - 5 * np.hypot(rows - 20, columns - 20)).astype("float32")
    heights[5, 5] = np.nan
    write_terrain(settings.TERRAIN, heights, x, y + 400, 10.0, city().projected)
    return x, y


@pytest.fixture
def gathered(monkeypatch):
    """Upstream areas without the compiler: what pyflwdir answers is tested beside it."""
    monkeypatch.setattr(flow, "upstream_area_m2", lambda z, cell: np.where(np.isnan(z), z, 6e5))


def test_every_product_lies_as_the_heights_do_with_its_unit(hills, gathered):
    x, y = hills
    line = LineString([(x + 5, y + 5), (x + 5, y + 395)], srid=spot().srid)
    open_feature(Road, "R1", name="路", kind="local", geom=line)
    call_command("terrain_products")
    heights = read_whole(products.ELEVATION.path)
    for product in products.DERIVED:
        assert raster_info(product.path) == raster_info(products.ELEVATION.path), product.id
        cells = read_whole(product.path).values
        assert np.isnan(cells[5, 5]), product.id
        assert tags_of(product.path)["UNIT"] == product.unit
    slope = read_whole(products.SLOPE.path).values
    assert slope[20, 30] == pytest.approx(np.degrees(np.arctan(0.5)), abs=0.2)
    assert np.isnan(slope[4:7, 4:7]).all()
    roads = read_whole(products.ROAD_DISTANCE.path).values
    assert (roads[30, 0], roads[30, 9]) == (0, 90)
    assert read_whole(products.STREAM_DISTANCE.path).values[0, 0] == 0
    assert np.isnan(heights.values[5, 5])
    assert products.stale_products() == []


def test_products_of_earlier_heights_are_stale(hills, gathered, capsys):
    assert len(products.stale_products()) == len(products.DERIVED)
    call_command("terrain_products")
    products.SLOPE.path.unlink()
    assert products.stale_products() == [products.SLOPE]
    call_command("terrain_products", "--if-stale")
    assert products.stale_products() == []
    capsys.readouterr()
    call_command("terrain_products", "--if-stale")
    assert "最新" in capsys.readouterr().out


def test_without_heights_or_with_heights_in_degrees_nothing_is_made(settings, tmp_path):
    settings.TERRAIN = tmp_path / "terrain.tif"
    with pytest.raises(CommandError, match="没有地形高程"):
        call_command("terrain_products")
    write_terrain(settings.TERRAIN, np.zeros((64, 64), "float32"), 111.6, 27.7, 0.001, 4326)
    with pytest.raises(CommandError, match="投影坐标系"):
        call_command("terrain_products")
    assert not products.SLOPE.path.exists()


def test_without_pyflwdir_what_needs_none_is_there(hills, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyflwdir", None)
    with pytest.raises(CommandError, match="pyflwdir"):
        call_command("terrain_products")
    assert products.SLOPE.path.exists()
    assert not products.WETNESS.path.exists()

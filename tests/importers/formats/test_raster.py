"""Sheets of heights: where they lie, what is refused, and the served copy."""

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from importers.errors import DeliveryRefused
from importers.formats.opening import open_table
from importers.runs.raster_copies import sheet_path
from importers.runs.run import start
from importers.values.table import Ask
from spatial.base.models import TerrainSheet
from spatial.city import city

WEST, NORTH = 111.0, 28.0  # the sheet of one degree in which the city lies
STEP = 1 / 1200


def sheet(path, heights=None, nodata=-9999.0, crs="EPSG:4326", cell=STEP, **extra):
    heights = slope() if heights is None else heights
    bands = heights if heights.ndim == 3 else heights[None]
    profile = {
        "driver": "GTiff", "height": bands.shape[1], "width": bands.shape[2], "count": len(bands),
        "dtype": bands.dtype, "crs": crs, "transform": from_origin(WEST, NORTH, cell, cell),
        "nodata": nodata,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile | extra) as target:
        target.write(bands)
        target.update_tags(VERTICAL_DATUM="1985国家高程基准")
    return path


def slope():
    heights = 100 + np.add.outer(np.arange(1200), np.arange(1200)).astype("float32") / 4
    heights[:300, :300] = -9999
    return heights


def row_of(path, tmp_path):
    table = open_table(path, Ask(tmp_path))
    rows = next(table.batches(table.fields))
    return table, {k: v[0] for k, v in rows.columns.items()}, shapely.from_wkb(rows.wkb[0])


def test_a_sheet_is_one_row_with_the_outline_of_its_heights(tmp_path):
    table, row, outline = row_of(sheet(tmp_path / "N27E111.tif"), tmp_path)
    assert (row["code"], row["columns"], row["rows"]) == ("N27E111", 1200, 1200)
    assert row["minimum_m"] >= 100
    assert row["cell_m"] == pytest.approx(92.8, abs=0.1)
    assert row["vertical_datum"] == "1985国家高程基准"
    assert outline.area == pytest.approx(1 - 1 / 16, abs=1e-3)
    assert outline.bounds == pytest.approx((111, 27, 112, 28))
    assert table.remarks == ()


def test_a_tile_of_the_shuttle_mission_is_read_by_its_name(tmp_path):
    heights = np.full((1201, 1201), 250, ">i2")
    (tmp_path / "N27E111.hgt").write_bytes(heights.tobytes())
    _, row, outline = row_of(tmp_path / "N27E111.hgt", tmp_path)
    assert row["maximum_m"] == 250
    assert outline.contains(shapely.Point(111.5, 27.5))


@pytest.mark.parametrize(
    "heights, nodata, reason",
    [
        (np.full((9, 9), -9999.0), -9999.0, "没有一个有效的高程值"),
        (np.full((9, 9), np.nan), None, "没有一个有效的高程值"),
        (np.eye(9) * -32768.0, None, "没有声明的无效值"),
        (np.full((9, 9), 25_000.0), None, "不是以米为单位"),
        (np.ones((3, 9, 9), "uint8"), None, "3 个波段"),
    ],
)
def test_what_is_no_ground_is_refused(tmp_path, heights, nodata, reason):
    path = sheet(tmp_path / "a.tif", heights, nodata)
    with pytest.raises(DeliveryRefused, match=reason):
        open_table(path, Ask(tmp_path))


@pytest.mark.parametrize("name", ["a.tif", "a.hgt", "N27E111.hgt", "a.asc", "a.img"])
@pytest.mark.parametrize("content", [b"", b"noise" * 99, b"II*\0" + b"\xff" * 500])
def test_noise_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DeliveryRefused):
        open_table(tmp_path / name, Ask(tmp_path))


@pytest.mark.django_db
def test_committing_a_sheet_makes_its_served_copy(tmp_path, settings):
    settings.VAR = tmp_path / "var"
    path = sheet(tmp_path / "N27E111.tif")
    tried = start([path], "terrain-sheets", commit=False)
    assert tried.difference.rejected == 0  # though it reaches far beyond the city
    assert not (settings.VAR / "rasters").exists()
    start([path], "terrain-sheets", commit=True)
    kept = TerrainSheet.objects.current().get(code="N27E111")
    assert kept.geom.srid == city().projected
    with rasterio.open(sheet_path(kept.file)) as copy, rasterio.open(path) as original:
        assert copy.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert copy.overviews(1)
        assert copy.block_shapes == [(512, 512)]
        assert copy.transform == original.transform
        assert (copy.read(1) == original.read(1)).all()


@pytest.mark.django_db
def test_a_sheet_of_elsewhere_is_not_taken(tmp_path, settings):
    settings.VAR = tmp_path / "var"
    path = sheet(tmp_path / "far.tif", transform=from_origin(100, 40, STEP, STEP))
    found = start([path], "terrain-sheets", commit=True)
    assert found.difference.rejected == 1
    assert not TerrainSheet.objects.exists()

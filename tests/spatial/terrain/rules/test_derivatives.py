"""Slope, aspect and curvature beside gdaldem and beside a terrain that SAGA analysed."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio

from spatial.terrain.rules import derivatives
from spatial.terrain.rules.derivatives import (
    aspect_deg,
    plan_curvature,
    profile_curvature,
    slope_deg,
    slope_zt_deg,
)

TERRAIN = Path(__file__).resolve().parents[3] / "data" / "terrain"
MONGON = TERRAIN / "mongon_dem_30m.tif"


def heights_of(path, band=1):
    with rasterio.open(path) as source:
        return source.read(band, masked=True).astype("float32").filled(np.nan), source.res[0]


def gdaldem(tmp_path, mode, source, *options):
    out = tmp_path / f"{mode}.tif"
    command = ["gdaldem", mode, str(source), str(out), "-q", *options]
    subprocess.run(command, check=True, capture_output=True)
    return heights_of(out)[0]


@pytest.fixture
def with_holes(tmp_path):
    with rasterio.open(MONGON) as source:
        cells, profile = source.read().astype("float32"), source.profile
    cells[0, 20:25, 30:60] = cells[0, 80, 80] = np.nan
    path = tmp_path / "holes.tif"
    with rasterio.open(path, "w", **{**profile, "dtype": "float32", "nodata": np.nan}) as target:
        target.write(cells)
    return path


def test_slope_and_aspect_are_those_of_gdaldem(tmp_path):
    beside_gdaldem(MONGON, tmp_path)


def test_holes_stay_holes_and_blocks_leave_no_seam(with_holes, tmp_path, monkeypatch):
    monkeypatch.setattr(derivatives, "BLOCK_ROWS", 16)
    beside_gdaldem(with_holes, tmp_path)


def beside_gdaldem(ground, tmp_path):
    heights, cell = heights_of(ground)
    for ours, theirs in (
        (slope_deg(heights, cell), gdaldem(tmp_path, "slope", ground)),
        (
            slope_zt_deg(heights, cell),
            gdaldem(tmp_path, "slope", ground, "-alg", "ZevenbergenThorne"),
        ),
    ):
        assert (np.isnan(ours) == np.isnan(theirs)).all()
        assert np.nanmax(np.abs(ours - theirs)) < 1e-3
    ours, theirs = aspect_deg(heights, cell), gdaldem(tmp_path, "aspect", ground)
    assert (np.isnan(ours) == np.isnan(theirs)).all()
    turned = np.abs(ours - theirs)
    assert np.nanmax(np.minimum(turned, 360 - turned)) < 1e-2


def test_the_terrain_of_ecuador_has_the_slope_and_curvature_that_are_given_with_it():
    path = TERRAIN / "ecuador_terrain_10m.tif"
    heights, cell = heights_of(path, 4)
    for derivative, band in ((slope_zt_deg, 1), (plan_curvature, 2), (profile_curvature, 3)):
        ours, given = derivative(heights, cell), heights_of(path, band)[0]
        inner = (slice(1, -1), slice(1, -1))
        assert np.allclose(ours[inner], given[inner], rtol=1e-4, atol=1e-5)


def test_level_ground_faces_nowhere_and_a_strip_has_no_derivative():
    level = np.zeros((5, 5), dtype=np.float32)
    assert (slope_deg(level, 10)[1:-1, 1:-1] == 0).all()
    for derivative in (aspect_deg, plan_curvature, profile_curvature):
        assert np.isnan(derivative(level, 10)).all()
    assert np.isnan(slope_deg(level[:2], 10)).all()

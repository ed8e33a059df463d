"""Models over a small terrain: fitted where sites suffice, infinite slopes where not, outranked."""

from dataclasses import replace
from datetime import date

import geopandas
import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command

from spatial.city import city
from spatial.hazards.models import HazardSite
from spatial.rasters import RasterError, write_terrain
from spatial.susceptibility.actions import make_model
from spatial.susceptibility.models import SusceptibilityModel, SusceptibilitySetting
from spatial.susceptibility.queries import susceptibility_standing
from spatial.susceptibility.rulebook import SettingsMissing, numbers_on, seed
from spatial.susceptibility.surfaces import safety_surface
from spatial.terrain import products
from spatial.terrain.files import read_classes, read_whole
from spatial.terrain.rules.derivatives import slope_deg
from spatial.terrain.susceptibility_files import approved_path, leading_path, modelled_path
from tests.factories import centre, open_feature, spot

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 17)
SIDE, CELL = 60, 20.0


@pytest.fixture
def hills(settings, tmp_path):
    """A ridge, steep in the west, gentle in the east; a hole in the north-west corner."""
    seed()
    settings.TERRAIN = tmp_path / "terrain.tif"
    x, y = centre()
    columns = np.arange(SIDE)
    profile = np.where(columns < 30, columns * 14.0, 420 - (columns - 30) * 3.0)
    wave = 2 * np.sin(np.arange(SIDE) / 3)[:, None]
    heights = (profile[None, :] + wave).astype("float32")
    heights[:4, :4] = np.nan
    write_terrain(settings.TERRAIN, heights, x, y + SIDE * CELL, CELL, city().projected)
    slope = slope_deg(heights, CELL)
    write_terrain(products.SLOPE.path, slope, x, y + SIDE * CELL, CELL, city().projected)
    return x, y


def failed(count, accuracy="exact", east=(100, 500)):
    """Landslides along the steep side, each in a cell of its own."""
    for n in range(count):
        place = spot(east[0] + (n * 97) % (east[1] - east[0]), 60 + (n * 41) % 1050)
        open_feature(
            HazardSite, f"S{accuracy}{n}", name="滑坡", kind="landslide",
            occurred_on=date(2020, 6, 1), position_accuracy=accuracy, geom=place,
        )  # fmt: skip


@pytest.mark.slow(reason="scikit-learn is loaded and six models are fitted")
def test_sixty_dated_sites_make_a_fitted_model_with_its_scores(hills):
    failed(60)
    failed(5, accuracy="50km")
    row = make_model(DAY)
    assert (row.method, row.sites, row.vague_sites) == ("logistic", 60, 5)
    assert row.auc > 0.8
    assert len(row.folds) == 5
    assert [one["class"] for one in row.classes][-1] == "very_high"
    assert sum(one["sites"] for one in row.classes) == 60
    classes = read_classes(modelled_path())
    assert (classes[:5, :5] == -1).all()
    assert classes[30, 10] > classes[30, 50]
    shares = np.bincount(classes[classes >= 0]) / (classes >= 0).sum()
    assert shares[0] == pytest.approx(0.5, abs=0.03)
    assert susceptibility_standing().leading == row


def test_fewer_sites_leave_it_to_infinite_slopes_and_rank_them(hills):
    failed(12)
    row = make_model(DAY)
    assert (row.method, row.sites, row.folds) == ("infinite_slope", 12, [])
    assert row.auc > 0.7
    assert row.fitted_auc is None
    classes = read_classes(modelled_path())
    assert classes[30, 10] == 3
    assert classes[30, 50] == 0


def test_a_thickness_across_the_slope_is_not_a_vertical_depth(hills):
    numbers = numbers_on(DAY)
    slope = np.radians(read_whole(products.SLOPE.path).values[30, 10])
    vertical = safety_surface(numbers)
    across = safety_surface(replace(numbers, depth_is_normal=1))
    assert vertical[30, 10] - across[30, 10] > 0.02
    turned = replace(numbers, depth_is_normal=1, depth_m=float(numbers.depth_m * np.cos(slope)))
    assert safety_surface(turned)[30, 10] == pytest.approx(vertical[30, 10], abs=1e-5)
    assert np.isnan(vertical[:5, :5]).all()


def test_what_the_province_approved_outranks_the_model(hills, tmp_path, capsys):
    x, y = hills
    failed(3)
    model = make_model(DAY)
    halves = [shapely.box(x, y, x + 600, y + 1200), shapely.box(x + 500, y, x + 900, y + 1200)]
    frame = geopandas.GeoDataFrame(
        {"易发性": ["高易发区", "低"]}, geometry=halves, crs=city().projected
    )
    path = tmp_path / "approved.gpkg"
    frame.to_crs(4490).to_file(path)
    call_command("susceptibility", "--approved", str(path), "--source", "湘自资〔2023〕1号")
    standing = susceptibility_standing()
    assert (standing.approved.source, standing.modelled) == ("湘自资〔2023〕1号", model)
    assert standing.leading == standing.approved
    assert leading_path() == approved_path()
    classes = read_classes(approved_path())
    # Where two overlap the graver holds; what was not approved is no class.
    assert (classes[30, 10], classes[30, 27], classes[30, 40], classes[30, 55]) == (2, 2, 0, -1)


@pytest.mark.parametrize(
    ("names", "source", "words"),
    [(["高"], "", "批准文号"), (["危险"], "一号", "不认识的分级：危险")],
)
def test_areas_without_a_paper_or_of_an_unknown_class_are_refused(
    hills, tmp_path, names, source, words
):
    path = tmp_path / "areas.gpkg"
    box = shapely.box(*hills, hills[0] + 9, hills[1] + 9)
    geopandas.GeoDataFrame({"易发性": names}, geometry=[box], crs=city().projected).to_file(path)
    with pytest.raises(CommandError, match=words):
        call_command("susceptibility", "--approved", str(path), "--source", source)
    assert not SusceptibilityModel.objects.exists()


def test_without_slope_or_settings_nothing_is_made(hills):
    products.SLOPE.path.rename(products.SLOPE.path.with_suffix(".away"))
    with pytest.raises(RasterError, match="terrain_products"):
        make_model(DAY)
    products.SLOPE.path.with_suffix(".away").rename(products.SLOPE.path)
    SusceptibilitySetting.objects.filter(name="depth_m").delete()
    with pytest.raises(SettingsMissing, match="depth_m"):
        make_model(DAY)
    assert leading_path() is None

"""The matrix in a cycle: beside the other engines where there are classes, loud where it leads."""

import numpy as np
import pytest

from spatial.city import city
from spatial.rasters import Grid
from spatial.risk_levels.actions import run_cycle
from spatial.risk_levels.models import LeadingEngine, RiskLevel, RiskMatrixCell
from spatial.risk_levels.rulebook import RulesContradict, matrices_on
from spatial.terrain.files import write_cells
from spatial.terrain.susceptibility_files import modelled_path
from tests.factories import centre
from tests.spatial.risk_levels.test_cycles import (  # noqa: F401  (a fixture)
    EAST,
    HOUR,
    NIGHT,
    WEST,
    county,
    dry_days,
    rained,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_classes(settings, tmp_path):
    settings.TERRAIN = tmp_path / "terrain.tif"


def classed(west=3, east=0):
    """Classes over both towns, 200 m a cell: very high in the west, its south-western corner none."""
    x, y = centre()
    classes = np.full((50, 100), west, dtype=np.int8)
    classes[:, 50:] = east
    classes[48:, :2] = -1
    like = Grid(city().projected, x - 10_000, y + 5_000, 200.0, 200.0, np.zeros((50, 100)))
    write_cells(modelled_path(), like, classes, {})


def rain_everywhere(mm):
    dry_days(NIGHT - HOUR)
    for station in "ABCD":
        rained(station, mm)


def test_the_same_rain_is_graver_where_the_ground_is_worse(county):  # noqa: F811
    classed()
    rain_everywhere(120)
    cycle = run_cycle(NIGHT)
    west, east = (cycle.levels.get(place=place, engine="matrix") for place in (WEST, EAST))
    assert (west.level, west.is_known, west.susceptibility) == (3, True, 3)
    assert (east.level, east.is_known, east.susceptibility) == (1, True, 0)
    assert (west.measure, west.limit_mm) == ("effective_rain", 110)
    assert west.covered == pytest.approx(1 - 4 / 2500)
    assert west.where_zh.startswith("镇1")


def test_a_town_that_is_classed_in_part_is_at_least_at_its_level(county):  # noqa: F811
    classed(east=-1)
    rain_everywhere(300)
    cycle = run_cycle(NIGHT)
    east = cycle.levels.get(place=EAST, engine="matrix")
    assert (east.level, east.is_known, east.covered) == (0, False, 0)


def test_without_classes_it_takes_no_part_and_where_it_leads_it_is_loud(county):  # noqa: F811
    rain_everywhere(120)
    run_cycle(NIGHT)
    assert not RiskLevel.objects.filter(engine="matrix").exists()
    LeadingEngine.objects.update(engine="matrix")
    run_cycle(NIGHT + HOUR)
    for row in RiskLevel.objects.filter(engine="matrix"):
        assert (row.is_leading, row.is_known, row.level) == (True, False, 0)
    assert RiskLevel.objects.filter(engine="matrix").count() == 2


def test_rows_that_lower_a_level_for_more_rain_are_refused(county):  # noqa: F811
    assert matrices_on(NIGHT.date())[""].is_monotone()
    RiskMatrixCell.objects.filter(susceptibility="high", rain="I").update(level="IV")
    with pytest.raises(RulesContradict, match="倒挂"):
        matrices_on(NIGHT.date())

"""Components know their cell: when they come, when cells come, and as before after an undo."""

import geopandas as gpd
import pytest
import shapely

from grid.models import Component, GridCell
from importers.models import ImportIssue
from importers.outcome import Terms
from importers.run import start, undo
from spatial.base.models import District
from spatial.city import city
from tests.factories import open_feature, square
from tests.importers.files import gpkg, origin

pytestmark = pytest.mark.django_db
COMMUNITY = f"{city().adcode}001001"
WEST, EAST = f"{COMMUNITY}001", f"{COMMUNITY}002"
X, Y = origin()


@pytest.fixture(autouse=True)
def community(db):
    open_feature(District, COMMUNITY, name="村", level="village", geom=square(0, 0, 200))


def take(path, layer):
    return start([path], layer, None, Terms(partial=True), commit=True)


def cells(tmp_path, middle=100):
    rows = [(WEST, 0, middle), (EAST, middle, 200)]
    shapes = [shapely.box(X + a, Y, X + b, Y + 200) for _, a, b in rows]
    frame = gpd.GeoDataFrame(
        {
            "code": [code for code, *_ in rows],
            "community_code": COMMUNITY,
            "area_m2": shapely.area(shapes),
        },
        geometry=shapes,
        crs=city().projected,
    )
    return gpkg(tmp_path, frame, f"cells{middle}.gpkg")


def components(tmp_path, name, **columns):
    """Two covers, 60 m and 150 m from the west."""
    rows = {
        "code": [f"{city().adcode}0102{n:06d}" for n in (1, 2)],
        "scheme": "components_2020",
        "class_code": "0110",
    }
    points = [shapely.Point(X + x, Y + 50) for x in (60, 150)]
    frame = gpd.GeoDataFrame(rows | columns, geometry=points, crs=city().projected)
    return gpkg(tmp_path, frame, f"{name}.gpkg")


def where():
    return list(Component.objects.current().order_by("code").values_list("cell_code", flat=True))


def test_components_are_given_their_cell_and_a_second_delivery_changes_nothing(tmp_path):
    take(cells(tmp_path), "grid-cells")
    take(components(tmp_path, "a"), "components")
    assert where() == [WEST, EAST]
    for name, columns in (("b", {}), ("c", {"cell_code": ""})):
        again = take(components(tmp_path, name, **columns), "components").difference
        assert (again.changed, again.unchanged) == (0, 2), name


def test_a_component_in_another_cell_than_it_says_is_told(tmp_path):
    take(cells(tmp_path), "grid-cells")
    outcome = take(components(tmp_path, "a", cell_code=[WEST, WEST]), "components")
    (issue,) = ImportIssue.objects.filter(run=outcome.run, code="cell-of")
    assert WEST in issue.message
    assert where() == [WEST, WEST]  # what the surveyor says is not altered


def test_new_cells_are_written_into_components_and_undone_with_them(tmp_path):
    take(cells(tmp_path), "grid-cells")
    take(components(tmp_path, "a"), "components")
    run = take(cells(tmp_path, middle=50), "grid-cells").run
    assert where() == [EAST, EAST]
    undo(run.pk, who="甲", why="退回")
    assert where() == [WEST, EAST]
    assert GridCell.objects.current().get(code=WEST).geom.area == pytest.approx(20_000)

"""Components know their cell: when they come, when cells come, and as before after an undo."""

import geopandas as gpd
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry

from grid.models import Component, GridCell
from importers.errors import DeliveryRefused
from importers.models import ImportIssue, ImportRun
from importers.runs.outcome import Terms
from importers.runs.review import commit_run
from importers.runs.run import start, undo
from spatial.base.models import District
from spatial.city import city
from spatial.versions.actions import undo as undo_change
from tests.factories import moment, open_feature, spot, square
from tests.importers.files import gpkg, origin

pytestmark = pytest.mark.django_db
COMMUNITY = f"{city().adcode}001001"
WEST, EAST = f"{COMMUNITY}001", f"{COMMUNITY}002"
X, Y = origin()


@pytest.fixture(autouse=True)
def community(db):
    open_feature(District, COMMUNITY, name="村", level="village", geom=square(0, 0, 200))


def take(path, layer, commit=True, **terms):
    return start([path], layer, None, Terms(**{"partial": True} | terms), commit=commit)


def box(west, east):
    return shapely.box(X + west, Y, X + east, Y + 200)


def cell_file(tmp_path, name, cells, **columns):
    """A GeoPackage of cells, code → shape."""
    shapes = list(cells.values())
    values = {"code": list(cells), "community_code": [code[:12] for code in cells]}
    frame = gpd.GeoDataFrame(values | columns, geometry=shapes, crs=city().projected)
    return gpkg(tmp_path, frame, f"{name}.gpkg")


def cells(tmp_path, middle=100):
    """Two cells side by side."""
    shapes = {WEST: box(0, middle), EAST: box(middle, 200)}
    return cell_file(tmp_path, f"cells{middle}", shapes)


def found(outcome):
    issues = ImportIssue.objects.filter(run=outcome.run)
    return set(issues.values_list("code", "row"))


def components(tmp_path, name, dx=0, **columns):
    """Two covers, 60 m and 150 m from the west, or ``dx`` further east."""
    rows = {
        "code": [f"{city().adcode}0110{n:06d}" for n in (1, 2)],
        "scheme": "components_2020",
        "class_code": "0110",
    }
    points = [shapely.Point(X + x + dx, Y + 50) for x in (60, 150)]
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


@pytest.fixture
def neighbour(db):
    """The community to the east, with one cell."""
    other = f"{city().adcode}001002"
    open_feature(District, other, name="邻村", level="village", geom=square(200, 0, 200))
    values = {"community_code": other, "geom": square(200, 0, 200)}
    open_feature(GridCell, f"{other}001", **values)
    return f"{other}001"


def put(number, x, cell_code, at=None):
    values = {"scheme": "components_2020", "class_code": "0110", "cell_code": cell_code}
    return open_feature(Component, f"B{number}", at, geom=spot(x, 50), **values)


def test_on_the_border_of_two_communities_the_smallest_code_of_all_counts(tmp_path, neighbour):
    put(1, 200, "")
    shapes = {WEST: box(0, 100), EAST: box(100, 200), neighbour: box(200, 400)}
    shifted = shapes | {neighbour: shapely.segmentize(box(200, 400), 100)}
    take(cell_file(tmp_path, "both", shifted), "grid-cells")
    assert where() == [EAST]


def test_a_component_whose_cell_ends_keeps_no_dead_code(tmp_path):
    take(cells(tmp_path), "grid-cells")
    take(components(tmp_path, "a"), "components")
    run = take(cell_file(tmp_path, "ends", {WEST: box(0, 100)}), "grid-cells", ended=[EAST]).run
    assert where() == [WEST, ""]
    undo(run.pk, who="甲", why="退回")
    assert where() == [WEST, EAST]


def test_a_component_moved_out_of_every_cell_keeps_no_dead_code(tmp_path):
    take(cell_file(tmp_path, "one", {WEST: box(0, 100)}), "grid-cells")
    take(components(tmp_path, "a"), "components")
    assert where() == [WEST, ""]
    take(components(tmp_path, "b", dx=60), "components")
    assert where() == ["", ""]


def test_cells_of_a_past_date_are_taken_in_beside_younger_components(tmp_path):
    """The dry run and the commit agree; the components' past is not written over."""
    put(1, 60, "", moment(2019))
    put(2, 150, "", moment(2022))
    path = cells(tmp_path)
    dry = take(path, "grid-cells", commit=False, at=moment(2020))
    assert (dry.caution, dry.refusal) == ("", "")
    run = take(path, "grid-cells", at=moment(2020)).run
    assert where() == [WEST, EAST]
    older, younger = Component.objects.current().order_by("code")
    assert older.valid.lower == moment(2020)
    assert younger.valid.lower > moment(2022)
    undo(run.pk, who="甲", why="退回")
    assert where() == ["", ""]
    undo_change(ImportRun.objects.get(pk=run.pk).undo_change, who="甲", why="恢复")
    assert where() == [WEST, EAST]


def test_components_are_not_committed_by_cells_that_have_changed_since(tmp_path):
    take(cells(tmp_path), "grid-cells")
    dry = take(components(tmp_path, "a"), "components", commit=False).run
    take(cells(tmp_path, middle=50), "grid-cells")
    with pytest.raises(DeliveryRefused) as refused:
        commit_run(dry.pk, "甲")
    assert "重新试运行" in str(refused.value)
    again = take(components(tmp_path, "a"), "components", commit=False).run
    commit_run(again.pk, "甲")
    assert where() == [EAST, EAST]


def test_a_layer_of_multipolygons_with_one_part_each_is_held_to_every_rule(tmp_path):
    shapes = {
        WEST: shapely.MultiPolygon([box(0, 100)]),
        EAST: shapely.MultiPolygon([box(100, 210)]),
    }
    outcome = take(cell_file(tmp_path, "multi", shapes), "grid-cells")
    assert ("cell-outside", 2) in found(outcome)
    (cell,) = GridCell.objects.current()
    assert (cell.code, cell.geom.geom_type) == (WEST, "Polygon")


def test_what_stands_as_a_multipolygon_of_one_part_is_unchanged(tmp_path):
    shape = GEOSGeometry(memoryview(shapely.MultiPolygon([box(0, 200)]).wkb), srid=city().projected)
    open_feature(GridCell, WEST, community_code=COMMUNITY, geom=shape)
    outcome = take(cell_file(tmp_path, "same", {WEST: box(0, 200)}), "grid-cells")
    assert (outcome.difference.changed, outcome.difference.unchanged) == (0, 1)


def test_a_cell_in_two_parts_is_refused_and_the_others_still_looked_at(tmp_path):
    parts = shapely.MultiPolygon([box(0, 40), box(60, 100)])
    outcome = take(cell_file(tmp_path, "parts", {WEST: parts, EAST: box(100, 210)}), "grid-cells",
                   commit=False)  # fmt: skip
    assert {("multipart", 1), ("cell-outside", 2)} <= found(outcome)
    assert outcome.difference.rejected == 2


def test_what_is_beside_a_rejected_row_is_looked_at_again(tmp_path):
    """The new western cell reaches out, so the old one stays; the new eastern one lies on it."""
    take(cells(tmp_path), "grid-cells")
    shapes = {WEST: shapely.box(X - 20, Y, X + 50, Y + 200), EAST: box(50, 200)}
    outcome = take(cell_file(tmp_path, "new", shapes), "grid-cells", commit=False)
    assert {("cell-outside", 1), ("overlap", 2)} <= found(outcome)
    counts = outcome.difference
    assert (counts.added, counts.changed, counts.rejected) == (0, 0, 2)
    told = ImportIssue.objects.filter(run=outcome.run, code="cell-outside")
    assert told.count() == outcome.log.counts["error", "cell-outside"] == 1


def test_cells_bring_their_responsibility_grid(tmp_path):
    shapes = {WEST: box(0, 100), EAST: box(100, 200)}
    take(cell_file(tmp_path, "groups", shapes, 责任网格=["甲", "乙"]), "grid-cells")
    groups = (
        GridCell.objects.current().order_by("code").values_list("responsibility_code", flat=True)
    )
    assert list(groups) == ["甲", "乙"]


def test_whose_a_component_is_and_who_keeps_it_are_taken_in(tmp_path):
    """By the names of the standard, and by the titles of the fields."""
    standard = {"DeptName1": "城管局", "DeptName2": "水务公司", "DeptName3": "养护所"}
    frame = gpd.read_file(components(tmp_path, "a")).rename(columns={"code": "ObjID"})
    take(gpkg(tmp_path, frame.assign(**standard), "standard.gpkg"), "components")
    one = Component.objects.current().first()
    assert (one.department, one.owner, one.maintainer) == ("城管局", "水务公司", "养护所")
    take(components(tmp_path, "b", 权属单位="甲", 养护单位="乙"), "components")
    one = Component.objects.current().first()
    assert (one.department, one.owner, one.maintainer) == ("城管局", "甲", "乙")

"""The rules on a stage in the real database, beside what stands in the registers."""

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import LineString
from django.db import connection

from importers.checks import run_checks, scene
from importers.checks.rows import check_rows
from importers.checks.run_checks import check_stage
from importers.reading.encoding import encode
from importers.reading.registers import register_of
from importers.staging.staging import Stage, expect_many
from importers.values.batch import Batch
from importers.values.issues import Severity
from layers.declarations.registry import layer_of
from spatial.base.models import District
from spatial.city import city
from spatial.parcels.models import Building, Parcel
from spatial.pipes.models import PipeLine, PipePoint
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.importers.files import origin

pytestmark = pytest.mark.django_db

X, Y = origin()
OWN = city().adcode
P1, P2, P3 = (f"{OWN}001001GB{n:05d}" for n in (1, 2, 3))


@pytest.fixture
def cursor():
    with connection.cursor() as cursor:
        yield cursor


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def line(*points):
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def check(cursor, layer, *rows, ends=(), before=lambda stage: None):
    """Stage rows (dicts with code and geom) and apply the rules."""
    stage = Stage(424242)
    stage.create(cursor, layer_of(layer).model)
    names = [name for name in rows[0] if name != "geom"]
    columns = {name: np.array([row[name] for row in rows], object) for name in names}
    shapes = np.array([row["geom"] for row in rows], object) if "geom" in rows[0] else None
    stage.copy(cursor, encode(Batch("甲.shp", np.arange(1, len(rows) + 1), columns, shapes), 0))
    for code in ends:
        cursor.execute(f"INSERT INTO {stage.table} (action, code) VALUES ('end', %s)", [code])
    before(stage)
    checked = check_stage(cursor, stage.table, layer, ["甲.shp"])
    stage.drop(cursor)
    return checked


def kinds(checked):
    return sorted({issue.code for issue in checked})


def parcel(code, geom, **values):
    return {"code": code, "geom": geom, **values}


def test_an_overlap_with_what_stands_is_an_error_with_place_and_neighbour(cursor):
    open_feature(Parcel, P1, geom=square(0, 0))
    checked = check(cursor, "parcels", parcel(P2, box(8, 0, 18, 10)))
    (issue,) = [i for i in checked if i.code == "overlap"]
    assert (issue.file, issue.row, issue.severity) == ("甲.shp", 1, Severity.ERROR)
    assert P1 in issue.message
    assert issue.place.area == pytest.approx(20)
    assert box(8, 0, 10, 10).covers(shapely.Point(issue.x, issue.y))
    assert checked.errors == {(0, 1)}
    assert checked.totals["error", "overlap"] == 1


def test_what_the_stage_replaces_or_ends_is_no_neighbour(cursor):
    open_feature(Parcel, P1, geom=square(0, 0))
    assert not check(cursor, "parcels", parcel(P1, box(1, 0, 11, 10)))
    assert not check(cursor, "parcels", parcel(P2, box(1, 0, 11, 10)), ends=[P1])


def test_rows_left_out_are_not_examined_and_do_not_replace(cursor):
    def leave_out(stage):
        cursor.execute(f"UPDATE {stage.table} SET accepted = false WHERE code = %s", [P1])

    open_feature(Parcel, P1, geom=square(0, 0))
    rows = parcel(P1, box(100, 0, 110, 10)), parcel(P2, box(8, 0, 18, 10))
    checked = check(cursor, "parcels", *rows, before=leave_out)
    assert {(i.row, i.code) for i in checked} >= {(2, "overlap")}
    assert not [i for i in checked if i.row == 1]


def test_both_staged_rows_of_an_overlap_are_in_error_but_told_once(cursor):
    checked = check(cursor, "parcels", parcel(P1, box(0, 0, 10, 10)), parcel(P2, box(8, 0, 18, 10)))
    assert checked.errors == {(0, 1), (0, 2)}
    assert [i.row for i in checked if i.code == "overlap"] == [2]


def test_a_large_stage_is_looked_at_in_stretches_with_the_same_outcome(cursor, monkeypatch):
    rows = [parcel(f"{OWN}001001GB{n:05d}", box(n * 9, 0, n * 9 + 10, 10)) for n in range(1, 30)]
    whole = check(cursor, "parcels", *rows)
    monkeypatch.setattr(scene, "STRETCH", 7)
    monkeypatch.setattr(scene, "INDEX_FROM", 5)
    parts = check(cursor, "parcels", *rows)
    assert parts.totals == whole.totals
    assert parts.totals["error", "overlap"] == 28


def test_kept_findings_are_limited_but_all_are_counted(cursor, monkeypatch):
    monkeypatch.setattr(run_checks, "LIMIT", 3)
    rows = [parcel(f"{OWN}001001GB{n:05d}", box(n * 9, 0, n * 9 + 10, 10)) for n in range(1, 9)]
    checked = check(cursor, "parcels", *rows)
    assert len([i for i in checked if i.code == "overlap"]) == 3
    assert checked.totals["error", "overlap"] == 7
    assert len(checked.errors) == 8


def test_the_planner_setting_is_left_alone(cursor):
    expect_many(cursor)
    check(cursor, "parcels", parcel(P1, box(0, 0, 10, 10)))
    cursor.execute("SHOW enable_nestloop")
    assert cursor.fetchone()[0] == "off"


def test_the_registered_area_is_compared(cursor):
    def rows(area):
        return parcel(P1, box(0, 0, 10, 10), registered_area_m2=area)

    assert not check(cursor, "parcels", rows(100.4))
    assert not check(cursor, "parcels", rows(None))
    (issue,) = check(cursor, "parcels", rows(103.0))
    assert (issue.code, issue.field) == ("area", "registered_area_m2")
    assert issue.x is not None


def building(code, geom, parcel_code="", **values):
    return {"code": code, "geom": geom, "parcel_code": parcel_code, **values}


def test_a_building_that_leaves_its_parcel_is_found(cursor):
    open_feature(Parcel, P1, geom=square(0, 0))
    assert not check(cursor, "buildings", building(f"{P1}F0001", box(1, 1, 9, 9), P1))
    (issue,) = check(cursor, "buildings", building(f"{P1}F0001", box(5, 1, 13, 9), P1))
    assert issue.code == "outside-parcel"
    assert issue.place.area == pytest.approx(24)


def test_a_parent_that_ended_or_never_was_is_told_apart(cursor):
    rows = (
        building(f"{P1}F0001", box(1, 1, 9, 9), P1),
        building(f"{P2}F0001", box(20, 1, 29, 9), P2),
    )
    assert not check(cursor, "buildings", *rows)  # no parcels yet: nothing to refer to
    open_feature(Parcel, P3, geom=square(100, 0))
    open_feature(Parcel, P1, geom=square(0, 0))
    found = check(cursor, "buildings", *rows)
    assert [(i.row, i.code, i.field) for i in found] == [(2, "stale-parent", "parcel_code")]
    assert "不在登记簿中" in found[0].message


def test_a_parcel_that_ended_is_no_parent(cursor):
    open_feature(Parcel, P1, geom=square(0, 0))
    open_feature(Parcel, P3, geom=square(100, 0))
    apply(change(moment(2021)), Parcel, [Edit(Action.END, P1)])
    (issue,) = check(cursor, "buildings", building(f"{P1}F0001", box(1, 1, 9, 9), P1))
    assert issue.code == "stale-parent"
    assert "已经终止" in issue.message


def test_districts_may_come_with_their_parent(cursor):
    county = {
        "code": OWN,
        "name": "市",
        "level": "county",
        "parent_code": "",
        "geom": box(0, 0, 99, 99),
    }
    town = {
        "code": f"{OWN}001",
        "name": "镇",
        "level": "town",
        "parent_code": OWN,
        "geom": box(0, 0, 99, 99),
    }
    assert not check(cursor, "districts", county, town)
    assert kinds(check(cursor, "districts", county, {**town, "parent_code": "999999"})) == [
        "stale-parent"
    ]


def test_a_parcel_lies_in_the_district_that_it_and_its_code_name(cursor):
    here, there = f"{OWN}001001", f"{OWN}002002"
    for code, east in ((here, 0), (there, 1000)):
        open_feature(District, code, name=code, level="village", geom=square(east, 0, side=500))
    right = parcel(P1, box(10, 10, 20, 20), district_code=here)
    assert not check(cursor, "parcels", right)
    assert kinds(check(cursor, "parcels", {**right, "district_code": there})) == [
        "outside-district"
    ]
    moved = parcel(f"{there}GB00001", box(10, 10, 20, 20), district_code=here)
    assert kinds(check(cursor, "parcels", moved)) == ["code-place"]


def pipe(code, start, end, geom, **values):
    level = {"start_depth_m": 1.0, "end_depth_m": 1.0, "start_level_m": 99.0, "end_level_m": 99.0}
    about = {"code": code, "network": "JS", "start_code": start, "end_code": end, "laying": ""}
    return {**about, **level, "geom": geom, **values}


@pytest.fixture
def points(db):
    for number, (x, y) in enumerate([(0, 0), (50, 0), (100, 0), (50, 50)], start=1):
        kind = {"feature": "三通"} if number == 2 else {"fitting": "阀门"}
        open_feature(
            PipePoint, f"D{number}", network="JS", ground_level_m=100.0, geom=spot(x, y), **kind
        )


G1 = pipe("G1", "D1", "D2", line((0, 0), (50, 0)))
G2 = pipe("G2", "D2", "D3", line((50, 0), (100, 0)))
G3 = pipe("G3", "D2", "D4", line((50, 0), (50, 50)))


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize(
    "changes, rule",
    [
        ({}, None),
        ({"geom": line((50, 0), (50, 50.1))}, "pipe-dangling"),
        ({"end_code": "D9"}, "stale-parent"),
        ({"start_level_m": 98.5}, "pipe-level"),
        ({"end_depth_m": -2.0, "end_level_m": 102.0}, "pipe-above-ground"),
        ({"end_depth_m": -2.0, "end_level_m": 102.0, "laying": "架空"}, None),
        ({"end_depth_m": 41.0, "end_level_m": 59.0}, "pipe-slope"),
    ],
)
def test_a_pipe_with_one_thing_wrong_is_told_that_one(cursor, changes, rule):
    checked = check(cursor, "pipe-lines", G1, G2, {**G3, **changes})
    assert [(i.row, i.code) for i in checked] == ([(3, rule)] if rule else [])
    assert all(i.x is not None for i in checked)


@pytest.mark.usefixtures("points")
def test_a_pipe_to_its_own_start_is_found(cursor):
    assert "pipe-loop" in kinds(check(cursor, "pipe-lines", {**G1, "end_code": "D1"}))


@pytest.mark.usefixtures("points")
def test_a_pipe_drawn_twice_in_either_direction_is_found(cursor):
    back = pipe("G9", "D2", "D1", line((50, 0), (0, 0)))
    checked = check(cursor, "pipe-lines", G1, G2, G3, back)
    (issue,) = [i for i in checked if i.code == "pipe-duplicate"]
    assert (issue.row, "G1" in issue.message) == (4, True)
    assert {(0, 1), (0, 4)} <= checked.errors
    other = {**back, "network": "WS"}
    assert "pipe-duplicate" not in kinds(check(cursor, "pipe-lines", G1, G2, G3, other))


@pytest.mark.usefixtures("points")
def test_a_tee_has_three_pipes_counting_those_that_stand(cursor):
    assert kinds(check(cursor, "pipe-lines", G1, G2)) == ["pipe-degree"]
    values = {k: v for k, v in G3.items() if k not in ("code", "geom")}
    x, y = origin()
    geom = LineString((x + 50, y), (x + 50, y + 50), srid=city().projected)
    open_feature(PipeLine, "G3", geom=geom, **values)
    assert not check(cursor, "pipe-lines", G1, G2)
    point = {
        "code": "D2",
        "network": "JS",
        "feature": "三通",
        "fitting": "",
        "geom": shapely.Point(x + 50, y),
    }
    assert kinds(check(cursor, "pipe-points", point)) == ["pipe-degree"]  # one line so far


def test_a_point_is_a_feature_or_a_fitting(cursor):
    def point(number, feature, fitting):
        place = shapely.Point(X + number, Y)
        about = {"feature": feature, "fitting": fitting, "network": "JS"}
        return {"code": f"D{number}", **about, "geom": place}

    rows = point(1, "三通", ""), point(2, "", "阀门"), point(3, "三通", "阀门"), point(4, "", "")
    checked = check(cursor, "pipe-points", *rows)
    assert [(i.row, i.code) for i in checked] == [(3, "pipe-kind"), (4, "pipe-kind")]


def test_layers_without_figures_are_checked_too(cursor):
    open_feature(Building, f"{P1}F0001", geom=square())
    storey = {"code": "S1", "building_code": f"{P2}F0001", "number": 1}
    (issue,) = check(cursor, "storeys", storey)
    assert (issue.code, issue.x) == ("stale-parent", None)


def test_cells_of_a_city_are_held_against_their_community(cursor):
    community = f"{OWN}001001"
    values = {"name": "村", "level": "village", "geom": square(0, 0, 200)}
    open_feature(District, community, **values)
    open_feature(Building, f"{community}F001", geom=square(90, 40, 20))

    def cell(number, geom, prefix=community):
        return {
            "code": f"{prefix}{number:03d}",
            "community_code": community,
            "area_m2": geom.area,
            "geom": geom,
        }

    west, east = cell(1, box(0, 0, 100, 200)), cell(2, box(100, 0, 200, 200))
    checked = check(cursor, "grid-cells", west, east)
    assert kinds(checked) == ["cell-building"]  # the edge goes through the building
    assert checked.errors == {(0, 1), (0, 2)}
    whole = [cell(1, box(0, 0, 120, 200)), cell(2, box(120, 0, 200, 200))]
    assert not check(cursor, "grid-cells", *whole)
    part = check(cursor, "grid-cells", cell(1, box(0, 0, 120, 200)))
    assert kinds(part) == ["cell-cover"]
    assert "16,000" in part[0].message
    assert part[0].place.area == pytest.approx(16_000)
    far = [cell(1, box(0, 0, 120, 200)), cell(2, box(120, 0, 210, 200))]
    outside = check(cursor, "grid-cells", *far)
    assert [(i.code, i.row) for i in outside] == [("cell-outside", 2)]
    assert outside.errors == {(0, 2)}
    wrong = [cell(1, box(0, 0, 120, 200)), cell(2, box(120, 0, 200, 200), f"{OWN}001002")]
    assert [(i.code, i.row) for i in check(cursor, "grid-cells", *wrong)] == [("cell-code", 2)]


def test_standing_cells_count_when_part_of_a_community_is_brought_again(cursor):
    community = f"{OWN}001001"
    values = {"name": "村", "level": "village", "geom": square(0, 0, 200)}
    open_feature(District, community, **values)
    standing = {"community_code": community, "area_m2": 20_000.0, "geom": square(0, 0, 100)}
    open_feature(layer_of("grid-cells").model, f"{community}001", **standing)
    rest = box(0, 0, 200, 200) - box(0, 0, 100, 100)
    row = {"community_code": community, "area_m2": rest.area, "geom": rest}
    assert not check(cursor, "grid-cells", {"code": f"{community}002", **row})


def test_the_cell_that_reaches_out_is_told_and_not_the_one_nearest_to_there(cursor):
    community = f"{OWN}001001"
    open_feature(District, community, name="村", level="village", geom=square(0, 0, 200))
    about = {"community_code": community, "area_m2": None}
    hook = box(100, 0, 200, 200) | box(0, 200, 200, 205)
    rows = [
        {"code": f"{community}001", "geom": box(0, 0, 100, 200), **about},
        {"code": f"{community}002", "geom": hook, **about},
    ]
    checked = check(cursor, "grid-cells", *rows)
    assert [i.row for i in checked if i.code == "cell-outside"] == [2]


def test_a_standing_cell_outside_is_not_told_of_a_new_one(cursor):
    community = f"{OWN}001001"
    open_feature(District, community, name="村", level="village", geom=square(0, 0, 200))
    cell = layer_of("grid-cells").model
    open_feature(cell, f"{community}001", community_code=community, geom=square(-100, 0, 200))
    row = {"code": f"{community}002", "community_code": community, "geom": box(100, 0, 200, 200)}
    assert "cell-outside" not in kinds(check(cursor, "grid-cells", row))


def test_the_code_of_an_ended_cell_is_not_opened_again(cursor):
    community = f"{OWN}001001"
    cell, code = layer_of("grid-cells").model, f"{community}001"
    values = {"community_code": community, "geom": square(0, 0, 200)}
    row = {"code": code, "community_code": community, "geom": box(0, 0, 200, 200)}
    opened = change(moment(2020))
    apply(opened, cell, [Edit(Action.OPEN, code, values)])
    undo(opened, who="甲", why="误")
    assert not check(cursor, "grid-cells", row)  # what was undone never was
    open_feature(cell, code, moment(2021), **values)
    apply(change(moment(2022)), cell, [Edit(Action.END, code)])
    checked = check(cursor, "grid-cells", row)
    assert kinds(checked) == ["cell-code-ended"]
    assert checked.errors == {(0, 1)}


def test_responsibility_grids_of_imported_cells_are_looked_at(cursor):
    community, other = f"{OWN}001001", f"{OWN}001002"
    open_feature(District, community, name="村", level="village", geom=square(0, 0, 200))
    cell = layer_of("grid-cells").model

    def strip(number, group):
        return {
            "code": f"{community}{number:03d}",
            "community_code": community,
            "responsibility_code": group,
            "geom": box(number * 40, 0, number * 40 + 40, 200),
        }

    assert not check(cursor, "grid-cells", *(strip(n, "AABBB"[n]) for n in range(5)))
    apart = check(cursor, "grid-cells", *(strip(n, "ABBBA"[n]) for n in range(5)))
    assert [(i.code, i.severity) for i in apart] == [("cell-group", Severity.WARNING)]
    values = {"community_code": other, "responsibility_code": "B", "geom": square(900, 0, 9)}
    open_feature(cell, f"{other}001", **values)
    shared = check(cursor, "grid-cells", *(strip(n, "AABBB"[n]) for n in range(5)))
    assert ["跨社区" in i.message for i in shared] == [True]


def test_row_rules_are_those_of_the_register():
    shapes = np.array([box(0, 0, 10, 10)], object)
    batch = Batch("f", np.array([1]), {"code": np.array(["P1"], object)}, shapes)
    check_rows(batch, register_of(layer_of("parcels")))
    assert [i.code for i in batch.issues] == ["code-syntax"]
    assert batch.rejected.all()

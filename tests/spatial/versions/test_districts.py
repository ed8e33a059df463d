"""In which districts versions lie: at write, when borders move, after an undo."""

from itertools import product

import pytest
from django.contrib.gis.geos import LineString, MultiPolygon
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.base.models import Address, District, Road
from spatial.city import city
from spatial.hazards.models import HazardSite
from spatial.housing.models import Storey, Unit
from spatial.parcels.models import Parcel
from spatial.planning.models import PlanZone
from spatial.versions import actions, districts
from spatial.versions.actions import apply, undo
from spatial.versions.districts import has_moved, has_pending, pending, renew
from spatial.versions.edits import Action, Edit
from spatial.versions.models import DistrictPiece, Revision
from tests.factories import change, moment, open_feature, spot, square
from tests.laws import examples

pytestmark = pytest.mark.django_db

COUNTY, EAST, WEST = "431382", "431382002", "431382001"
NORTH_WEST, SOUTH_WEST = WEST + "002", WEST + "001"


def line(*places):
    """A line through places given in metres from the city's centre."""
    return LineString(*[spot(*place).coords for place in places], srid=city().projected)


def box(west, south, east, north):
    """A rectangle in metres from the city's centre."""
    x, y = spot().coords
    shape = square().from_bbox((x + west, y + south, x + east, y + north))
    shape.srid = city().projected
    return shape


@pytest.fixture
def land():
    """A county of two towns west and east of the centre; the western has two villages."""
    outlines = {
        COUNTY: box(-1000, -500, 1000, 500),
        WEST: box(-1000, -500, 0, 500),
        EAST: box(0, -500, 1000, 500),
        SOUTH_WEST: box(-1000, -500, 0, 0),
        NORTH_WEST: box(-1000, 0, 0, 300),  # above it is a wood that belongs to no village
    }
    opened = change(moment(2019), "勘界")
    edits = [Edit(Action.OPEN, code, {"name": code, "geom": g}) for code, g in outlines.items()]
    apply(opened, District, edits)
    renew(District)
    return opened


def of(model, code):
    """The codes of the districts of what stands, without the county's."""
    found = model.objects.current().get(code=code).in_districts
    assert not found or found[0] == COUNTY
    return found[1:]


def move(outlines, at=2021):
    """Move borders, and look up what lies near them."""
    made = change(moment(at), "调整")
    edits = [Edit(Action.REPLACE, c, {"name": c, "geom": g}) for c, g in outlines.items()]
    apply(made, District, edits)
    return made, renew(District)


WIDER_EAST = {
    WEST: box(-1000, -500, -300, 500),
    EAST: box(-300, -500, 1000, 500),
    SOUTH_WEST: box(-1000, -500, -300, 0),
    NORTH_WEST: box(-1000, 0, -300, 300),
}


@pytest.mark.parametrize(
    ("model", "shape", "expected"),
    [
        (Address, spot(100, 0), [EAST]),
        (Address, spot(-100, 10), [WEST, NORTH_WEST]),
        (Address, spot(-100, 400), [WEST]),  # in the wood
        (Address, spot(0, 100), [WEST, NORTH_WEST, EAST]),  # on the border
        (Address, spot(-0.05, 100), [WEST, NORTH_WEST]),  # within a hair of it
        (Address, spot(5000, 0), []),
        (Road, line((-300, -300), (300, -300)), [WEST, SOUTH_WEST, EAST]),
        (Road, line((-300, -300), (0.05, -300)), [WEST, SOUTH_WEST]),  # ends on the border
        (Road, line((-300, 0), (-100, 0)), [WEST, SOUTH_WEST, NORTH_WEST]),  # along it
        (Road, line((900, 0), (5000, 0)), [EAST]),  # out of the county
        (PlanZone, box(-50, 50, 0.05, 60), [WEST, NORTH_WEST]),
        (PlanZone, MultiPolygon(square(-50, -50), square(50, -50), srid=city().projected), [WEST, SOUTH_WEST, EAST]),
    ],
)  # fmt: skip
def test_a_feature_is_in_the_districts_into_which_it_reaches(land, model, shape, expected):
    found = open_feature(model, "X", geom=shape).in_districts
    assert found == ([COUNTY, *sorted(expected)] if expected else [])


def test_a_district_that_is_named_is_the_truth(land):
    named = open_feature(Parcel, "P1", geom=square(50, 50), district_code=SOUTH_WEST)
    assert named.in_districts == [COUNTY, WEST, SOUTH_WEST]
    assert open_feature(Parcel, "P2", district_code=WEST).in_districts == [COUNTY, WEST]
    assert open_feature(Parcel, "P3", geom=square(50, 50)).in_districts == [COUNTY, EAST]
    assert District.objects.current().get(code=WEST).in_districts == [COUNTY, WEST]
    assert not hasattr(Storey, "in_districts")


def test_a_feature_without_a_place_is_in_no_district(land):
    values = {"building_code": "B1", "floor_from": 1, "floor_to": 1, "room": "101", "geom": None}
    assert open_feature(Unit, "U1", **values).in_districts == []


def test_what_lies_near_borders_that_move_is_looked_up_anew_in_all_its_versions(land):
    sites = {"near": spot(-100, 10), "far": spot(-800, 10), "east": spot(500, 10)}
    for code, place in sites.items():
        open_feature(HazardSite, code, geom=place, name=code)
    edit = Edit(Action.REPLACE, "near", {"name": "旧", "geom": spot(-100, 20)})
    apply(change(moment(2020, 6)), HazardSite, [edit])
    open_feature(Parcel, "P1", geom=square(-100, 10), district_code=NORTH_WEST)
    made, found = move(WIDER_EAST)
    assert found == {"hazards.hazardsite": 2}
    assert not has_moved()
    assert [v.in_districts for v in HazardSite.objects.filter(code="near")] == [[COUNTY, EAST]] * 2
    assert of(HazardSite, "far") == [WEST, NORTH_WEST]
    assert of(Parcel, "P1") == [WEST, NORTH_WEST]
    assert Revision.objects.get(register="hazards.hazardsite@districts").number == 1
    assert Revision.objects.get(register="hazards.hazardsite").number == 4

    undo(made, who="tester", why="录错")
    assert has_moved()
    assert renew(District) == {"hazards.hazardsite": 2}
    assert of(HazardSite, "near") == [WEST, NORTH_WEST]


def test_what_is_written_after_borders_moved_is_of_the_new_ones(land):
    move(WIDER_EAST)
    open_feature(Road, "R", geom=line((-200, -10), (-100, -10)))
    assert of(Road, "R") == [EAST]
    assert renew(District) == {}


def test_an_undo_brings_back_versions_in_todays_districts(land):
    open_feature(Address, "A", geom=spot(-100, 10), full_address="甲")
    moved = change(moment(2020, 6))
    apply(moved, Address, [Edit(Action.REPLACE, "A", {"full_address": "乙", "geom": spot(500)})])
    move(WIDER_EAST)
    undo(moved, who="tester", why="录错")
    assert of(Address, "A") == [EAST]


def test_a_new_name_moves_no_border(land, django_assert_max_num_queries):
    pieces = set(DistrictPiece.objects.values_list("pk", flat=True))
    outline = District.objects.current().get(code=WEST).geom
    renamed = Edit(Action.REPLACE, WEST, {"name": "新名", "geom": outline})
    apply(change(moment(2021)), District, [renamed])
    assert not has_moved()
    assert set(DistrictPiece.objects.values_list("pk", flat=True)) == pieces


def test_a_district_that_ends_leaves_its_features_to_the_one_above(land):
    open_feature(Address, "A", geom=spot(-100, 10))
    apply(change(moment(2021)), District, [Edit(Action.END, NORTH_WEST)])
    assert renew(District) == {"base.address": 1}
    assert of(Address, "A") == [WEST]


def test_rows_of_an_earlier_release_are_filled_in_portions(land, monkeypatch):
    for number in range(5):
        open_feature(Address, f"A{number}", geom=spot(100 + number))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_address SET in_districts = NULL")
    assert has_pending()
    assert pending() == {"base.address": 5}
    monkeypatch.setattr(districts, "EACH", 2)
    seen = []
    assert renew(District, lambda *told: seen.append(told)) == {"base.address": 5}
    assert seen == [("base.address", 2, 5), ("base.address", 4, 5), ("base.address", 5, 5)]
    assert not has_pending()
    assert of(Address, "A4") == [EAST]


def test_many_at_once_lie_where_each_alone_does(land, monkeypatch):
    xs = (-1100, -500, -0.05, 0, 0.05, 300)
    shapes = {f"P{n}": square(x, y, 40) for n, (x, y) in enumerate(product(xs, (-0.05, 100, 280)))}
    named = {"N1": {"geom": square(50, 50), "district_code": SOUTH_WEST}}
    rows = {code: {"geom": shape} for code, shape in shapes.items()} | named
    alone = {code: open_feature(Parcel, code, **row).in_districts for code, row in rows.items()}
    monkeypatch.setattr(actions, "MANY", 1)
    replaced = [Edit(Action.REPLACE, code, row) for code, row in rows.items()]
    apply(change(moment(2021)), Parcel, replaced)
    assert {p.code: p.in_districts for p in Parcel.objects.current()} == alone


PLACES = st.tuples(st.integers(-1200, 1200), st.integers(-600, 600))
LINES = st.lists(st.tuples(PLACES, PLACES).filter(lambda ends: ends[0] != ends[1]), max_size=5)


@settings(
    max_examples=examples(10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ends=LINES, border=st.integers(-900, 900))
def test_the_towns_have_together_what_lies_in_the_county(land, ends, border):
    """Wherever the border runs no feature is lost at it; moved or written so is the same."""
    with transaction.atomic():
        codes = [f"R{number}" for number in range(len(ends))]
        for code, (start, end) in zip(codes, ends, strict=True):
            open_feature(Road, code, geom=line(start, end))
        west, east = box(-1000, -500, border, 500), box(border, -500, 1000, 500)
        move({WEST: west, EAST: east})
        roads = {v.code: v for v in Road.objects.current()}
        for code in codes:
            found = set(roads[code].in_districts)
            inside = roads[code].geom.intersects(box(-1000, -500, 1000, 500))
            assert bool(found & {WEST, EAST}) == inside == bool(found)
            again = open_feature(Road, f"{code}-", geom=roads[code].geom)
            assert again.in_districts == roads[code].in_districts
        transaction.set_rollback(True)

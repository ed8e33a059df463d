"""What the processes find: the right features, the right areas, nothing hidden."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.base.models import District, LandCover
from spatial.hazards.models import HazardSite
from spatial.parcels.models import Building, Parcel
from spatial.pipes.roles import PipeRole
from spatial.planning.models import Constraint
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.laws import examples
from tests.layers.ogc.processes.asking import box, execute, point
from tests.town import make_user

pytestmark = pytest.mark.django_db
METRES = st.integers(1, 240)  # whole: what overlaps by less than half a square metre is left out


def here(client, dx, dy, **more):
    answer = execute(client, "what-stands-here", {"point": point(dx, dy), **more})
    assert answer.status_code == 200, answer.content
    return {
        entry["collection"]: [feature["id"] for feature in entry["features"]]
        for entry in answer.json()["collections"]
    }


def test_what_stands_at_a_point_then_and_now(client, town):
    assert here(client, 20, 20)["buildings"] == ["B1"]
    then = here(client, 20, 20, datetime="2019-05-01")
    assert then["parcels"] == ["P1"]
    assert here(client, 20, 20)["parcels"] in (["P2"], ["P3"])


def test_points_are_found_within_reach_the_nearest_first(client):
    for code, dx in (("H1", 30), ("H2", 10), ("H3", 80)):
        open_feature(HazardSite, code, geom=spot(dx, 0), name=code, kind="landslide")
    assert here(client, 0, 0, reach=50) == {"hazard-sites": ["H2", "H1"]}
    assert here(client, 0, 0) == {}


def test_pipes_are_found_by_those_who_may_see_them(client, town):
    assert not {"pipe-lines", "units"} & here(client, 20, 20, reach=500).keys()
    client.force_login(make_user("pipes", PipeRole.PIPES))
    assert "pipe-lines" in here(client, 20, 20, reach=500)


def test_figures_count_only_the_part_inside(client):
    open_feature(Building, "B1", geom=square(0, 0, 10), storeys_above=3, usage="住宅")
    open_feature(Building, "B2", geom=square(20, 0, 10), storeys_above=5, usage="住宅")
    open_feature(Building, "B3", geom=square(100, 0, 10), storeys_above=9, usage="商业")
    asked = {"collection": "buildings", "area": box(-5, -5, 25, 50), "groupBy": "usage"}
    found = execute(client, "layer-statistics", asked).json()
    assert found["count"] == 2
    assert found["area_m2"] == pytest.approx(150, abs=0.01)
    storeys = found["fields"]["storeys_above"]
    assert (storeys["sum"], storeys["mean"]) == (8, 4)
    assert [(g["value"], g["count"]) for g in found["groups"]] == [("住宅", 2)]
    assert "completed_year" not in found["fields"]
    whole = execute(client, "layer-statistics", {"collection": "buildings"}).json()
    assert (whole["count"], whole["area_m2"]) == (3, pytest.approx(300))


def test_figures_of_a_district(client):
    open_feature(District, "431382002", geom=square(0, 0, 50), name="甲", level="town")
    open_feature(Building, "B1", geom=square(45, 0, 10))
    asked = {"collection": "buildings", "district": "431382002"}
    found = execute(client, "layer-statistics", asked).json()
    assert (found["count"], found["area_m2"]) == (1, pytest.approx(50, abs=0.01))
    answer = execute(client, "layer-statistics", {**asked, "district": "431382999"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/inputs/district"


def test_an_area_is_held_against_what_limits_it(client):
    open_feature(Constraint, "C1", geom=square(0, 0, 100), kind="farmland", name="基本农田")
    open_feature(Constraint, "C2", geom=square(50, 0, 100), kind="redline", name="红线")
    open_feature(HazardSite, "H1", geom=spot(120, 50), name="滑坡", kind="landslide")
    asked = {"area": box(0, 0, 100, 100), "reach": 30, "shapes": True}
    found = execute(client, "overlay-constraints", asked).json()
    assert found["area_m2"] == pytest.approx(10_000, rel=1e-6)
    layers = {layer["collection"]: layer for layer in found["layers"]}
    constraints = layers["constraints"]
    shares = [(f["code"], f["share"]) for f in constraints["features"]]
    assert shares == [("C1", pytest.approx(1, abs=1e-6)), ("C2", pytest.approx(0.5, abs=1e-6))]
    assert constraints["share"] == pytest.approx(1, abs=1e-6)  # counted once where both are
    assert constraints["features"][1]["overlap"]["type"] == "Polygon"
    assert layers["hazard-sites"]["features"][0]["distance_m"] == pytest.approx(20, abs=0.01)
    near = execute(client, "overlay-constraints", {"area": box(0, 0, 100, 100)}).json()
    assert {la["collection"]: la["count"] for la in near["layers"]}["hazard-sites"] == 0
    assert "pipe-lines" not in layers


@pytest.fixture
def seamless(db):
    """A hundred parcels without a gap."""
    grid = [(50 * (n % 10), 50 * (n // 10)) for n in range(100)]
    edits = [Edit(Action.OPEN, f"P{n}", {"geom": square(*at, 50)}) for n, at in enumerate(grid)]
    apply(change(moment(2020)), Parcel, edits)


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(west=METRES, south=METRES, width=METRES, height=METRES)
def test_the_parts_of_a_seamless_layer_make_up_the_area(
    client, seamless, west, south, width, height
):
    area = box(west, south, west + width, south + height)
    found = execute(client, "overlay-constraints", {"area": area}).json()
    parcels = next(la for la in found["layers"] if la["collection"] == "parcels")
    assert sum(f["area_m2"] for f in parcels["features"]) == pytest.approx(
        found["area_m2"], rel=1e-6, abs=0.1
    )
    figures = execute(client, "layer-statistics", {"collection": "parcels", "area": area}).json()
    assert figures["area_m2"] == pytest.approx(found["area_m2"], rel=1e-6, abs=0.1)


def test_landcover_of_the_whole_area_sums_to_it(client):
    open_feature(
        LandCover, "L1", geom=square(-100, -100, 400), scheme="gbt21010_2017", class_code="0101"
    )
    area = box(0, 0, 123.4, 56.7)
    found = execute(client, "overlay-constraints", {"area": area}).json()
    cover = next(la for la in found["layers"] if la["collection"] == "landcover")
    assert cover["area_m2"] == pytest.approx(found["area_m2"], rel=1e-6)

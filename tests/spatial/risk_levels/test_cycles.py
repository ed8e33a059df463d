"""Cycles over a night: levels rise with rain, are held by gaps, and are kept once each."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Polygon
from django.db import IntegrityError, transaction
from psycopg2.extras import DateTimeTZRange

from spatial.base.models import District
from spatial.hazards.models import RainReading, RainStation
from spatial.risk_levels.actions import catch_up, run_cycle, run_due_cycle
from spatial.risk_levels.models import RiskCycle, RiskLevel, RiskSetting, RiskThreshold
from spatial.risk_levels.queries import age_of, cycle_at, town_risks
from spatial.risk_levels.rulebook import RulesMissing, seed
from tests.factories import centre, moment, open_feature, spot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NIGHT = moment(2026, 6, 17, 18)
WEST, EAST = "431382101", "431382102"


def town(code, west, east):
    x, y = centre()
    box = Polygon.from_bbox((x + west, y - 5_000, x + east, y + 5_000))
    box.srid = spot().srid
    open_feature(District, code, name=f"镇{code[-1]}", level="town", geom=box)


@pytest.fixture
def county():
    seed()
    town(WEST, -10_000, 0)
    town(EAST, 0, 10_000)
    for code, dx in (("A", -6_000), ("B", -3_000), ("C", 3_000), ("D", 6_000)):
        open_feature(RainStation, code, name=code, geom=spot(dx, 0))


def rained(station, mm, end=NIGHT, hours=1):
    span = DateTimeTZRange(end - hours * HOUR, end)
    RainReading.objects.create(station=station, during=span, mm=mm)


def dry_days(end=NIGHT, stations="ABCD"):
    for station in stations:
        rained(station, 0, end, hours=96)


def level(code, engine="effective"):
    row = RiskLevel.objects.filter(place=code, engine=engine).order_by("-cycle__at").first()
    return row.level, row.is_known


def test_rain_in_the_west_raises_the_west(county):
    dry_days(NIGHT - HOUR)
    for station, mm in {"A": 80, "B": 70, "C": 2, "D": 0}.items():
        rained(station, mm)
    cycle = run_cycle(NIGHT)
    assert level(WEST) == (1, True)
    assert level(EAST)[0] == 0
    row = cycle.levels.get(place=WEST, engine="intensity")
    assert (row.measure, row.limit_mm, row.level) == ("rain_1h", 70, 4)
    assert row.value_mm > 70
    assert row.where_zh.startswith("镇1")


def test_gauges_that_fall_silent_hold_the_level_and_then_nothing_is_known(county):
    dry_days(NIGHT - HOUR)
    for station in "ABCD":
        rained(station, 120)
    run_cycle(NIGHT)
    assert level(WEST) == (2, True)
    run_cycle(NIGHT + 20 * HOUR)
    assert level(WEST) == (2, True)
    run_cycle(NIGHT + 45 * HOUR)
    assert level(WEST) == (2, False)


def test_dry_data_clear_and_a_few_readings_raise(county):
    dry_days()
    run_cycle(NIGHT)
    assert level(WEST, "intensity") == (0, True)
    rained("A", 90, NIGHT + 10 * HOUR)
    rained("B", 90, NIGHT + 10 * HOUR)
    run_cycle(NIGHT + 10 * HOUR)
    assert level(WEST, "intensity") == (4, True)


def test_a_town_without_any_reading_is_unknown_from_the_first_cycle(county):
    run_cycle(NIGHT)
    assert level(WEST) == (0, False)
    assert cycle_at(NIGHT).silent == ["A", "B", "C", "D"]
    assert age_of(cycle_at(NIGHT), NIGHT) is None


def test_a_moment_is_computed_once_and_never_out_of_order(county):
    dry_days()
    assert run_cycle(NIGHT)
    assert run_cycle(NIGHT) is None
    assert run_cycle(NIGHT - HOUR) is None
    assert RiskCycle.objects.count() == 1


def test_a_night_long_gone_is_computed_by_itself_and_once(county):
    dry_days()
    assert run_cycle(NIGHT + 30 * 24 * HOUR)
    assert len(catch_up(NIGHT, NIGHT + 6 * HOUR, 3 * HOUR)) == 3
    assert catch_up(NIGHT, NIGHT + 6 * HOUR, 3 * HOUR) == []


def test_the_clock_computes_each_interval_once(county):
    dry_days()
    assert run_due_cycle(NIGHT + timedelta(minutes=4)).at == NIGHT
    assert run_due_cycle(NIGHT + timedelta(minutes=9)) is None
    assert run_due_cycle(NIGHT + timedelta(minutes=10)).at == NIGHT + timedelta(minutes=10)


def test_a_kept_level_is_never_edited(county):
    dry_days()
    run_cycle(NIGHT)
    with pytest.raises(Exception, match="only ever added|permission denied"), transaction.atomic():
        RiskLevel.objects.update(level=0)


def test_the_gravest_and_the_unknown_come_first(county):
    dry_days(NIGHT - HOUR)
    for station, mm in {"A": 2, "B": 0, "C": 70, "D": 90}.items():
        rained(station, mm)
    run_cycle(NIGHT)
    risks = town_risks(cycle_at(NIGHT))
    assert [risk.leading.place for risk in risks] == [EAST, WEST]
    assert [other.engine for other in risks[0].others] == ["intensity"]


def test_rules_are_rows_of_a_day(county):
    dry_days(NIGHT - HOUR)
    for station in "ABCD":
        rained(station, 12)
    RiskThreshold.objects.filter(engine="effective").delete()
    RiskThreshold.objects.create(
        engine="effective", measure="effective_rain", level="I", limit_mm=10, zone=EAST,
        valid_from="2026-06-01", season_from="04-01", season_to="09-30",
    )  # fmt: skip
    run_cycle(NIGHT)
    assert level(EAST) == (4, True)
    assert level(WEST) == (0, False)


def test_without_settings_nothing_is_computed(county):
    RiskSetting.objects.filter(name="decay").delete()
    with pytest.raises(RulesMissing, match="decay"):
        run_cycle(NIGHT)


def test_a_season_may_pass_new_year():
    winter = RiskThreshold(season_from="11-01", season_to="02-28")
    assert [winter.is_in_season(day) for day in ("12-31", "01-01", "06-01")] == [True, True, False]
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskThreshold.objects.create(
            engine="x",
            measure="x",
            level="I",
            limit_mm=1,
            valid_from="2026-01-01",
            season_from="四月",
        )

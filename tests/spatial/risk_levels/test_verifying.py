"""Levels of two days beside what happened: by town and day, the unknown told, the vague left out."""

from datetime import date, timedelta

import pytest

from spatial.calendars.queries import day_of
from spatial.hazards.models import HazardSite, HazardWarning
from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.verification import Contingency
from spatial.risk_levels.actions import run_cycle
from spatial.risk_levels.verifying import LEADING, verify
from tests.factories import moment, open_feature, spot, square
from tests.spatial.risk_levels.test_cycles import (  # noqa: F401  (a fixture)
    HOUR,
    NIGHT,
    WEST,
    county,
    dry_days,
    rained,
)

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 17)
DRY = NIGHT - timedelta(days=1)
LOCAL = day_of(NIGHT)  # past midnight in the city


@pytest.fixture
def two_days(county):  # noqa: F811
    """A dry day, then a night of rain in the west that reaches blue there."""
    dry_days(NIGHT - HOUR)
    run_cycle(DRY)
    for station, mm in {"A": 80, "B": 70, "C": 2, "D": 0}.items():
        rained(station, mm)
    run_cycle(NIGHT)


def event(code, day, dx, accuracy="exact", kind="landslide"):
    open_feature(
        HazardSite, code, name=code, kind=kind, occurred_on=day,
        position_accuracy=accuracy, geom=spot(dx, 0),
    )  # fmt: skip


def test_a_town_and_a_day_make_one_case(two_days):
    day = LOCAL
    event("HIT", day, -5_000)
    event("MISSED", day, 5_000)
    event("VAGUE", day, -5_000, accuracy="50km")
    event("COLLAPSE", day, -5_000, kind="ground_collapse")
    event("EARLIER", date(2025, 6, 1), -5_000)
    found = verify(day - timedelta(days=2), day, WarningLevel.BLUE)
    leading = found.engines[0]
    assert leading.engine == LEADING
    # Before the first readings the dry day is unknown in part; what is not known counts nowhere.
    assert leading.table.hits == leading.table.misses == 1
    assert leading.table.total + leading.unknown == 4
    assert leading.table.always.pod == 1
    assert leading.table.never.pod == 0
    assert (found.days, found.vague_events) == (2, 1)
    assert [(one.code, one.level) for one in found.events] == [
        ("HIT", WarningLevel.BLUE), ("MISSED", WarningLevel.NONE),
    ]  # fmt: skip
    assert leading.warned == 1
    assert leading.warned_per_year == pytest.approx(365.25 / 3)
    assert 0 < leading.area_km2_per_year < 200 * 365.25 / 3
    assert {one.engine for one in found.engines} == {"", "effective", "intensity"}


def test_a_graver_level_is_reached_less_often_and_a_quiet_time_scores_nothing(two_days):
    day = LOCAL
    blue, red = (
        verify(day, day, level).engines[0] for level in (WarningLevel.BLUE, WarningLevel.RED)
    )
    assert (blue.warned, red.warned) == (1, 0)
    assert red.table == Contingency(0, 0, 0, 2)
    assert red.table.pod is None
    nothing = verify(date(2020, 1, 1), date(2020, 1, 2), WarningLevel.BLUE)
    assert (nothing.engines, nothing.days) == ((), 0)


def test_silence_is_neither_a_warning_nor_a_correct_one(county):  # noqa: F811
    run_cycle(NIGHT)
    day = LOCAL
    for score in verify(day, day, WarningLevel.BLUE).engines:
        assert (score.table.total, score.unknown) == (0, 2)


def test_issued_warnings_are_counted_once_each_and_exercises_not(county):  # noqa: F811
    start = moment(2026, 6, 17, 8)
    for code, status in (("W1", "Actual"), ("W2", "Exercise")):
        open_feature(
            HazardWarning, code, title=code, level="III", status=status, effective=start,
            expires=start + 6 * HOUR, geom=square(0, 0, 1000),
        )  # fmt: skip
    issued = verify(FIRST, FIRST, WarningLevel.BLUE).issued
    assert issued.number == 1
    assert issued.area_km2_per_year == pytest.approx(365.25, rel=0.01)

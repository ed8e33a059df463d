"""A cycle: computed once for a moment, kept for ever."""

from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from spatial.base.models import District
from spatial.calendars.queries import day_of
from spatial.hazards.rules.gauges import GaugeDoubt, GaugeLimits, GaugeReading, doubt_of
from spatial.hazards.rules.levels import Computed, LevelStanding, WarningLevel, settle
from spatial.periods import at
from spatial.refusals import Wrong
from spatial.risk_levels.computing import TownLevel, town_levels
from spatial.risk_levels.models import RiskCycle, RiskLevel, TypedRain
from spatial.risk_levels.rain import LONGEST, GaugedRain, rain_at
from spatial.risk_levels.rulebook import leader, leading_on, numbers_on, thresholds_on
from spatial.risk_levels.towns import town_cells

APART = timedelta(days=7)  # so far before any other a past night is computed by itself
LOCK = 7_316_110  # of the database: two clocks compute no cycle beside each other


class TypedRainRefused(Wrong):
    """Rain that was typed and cannot be."""


def run_cycle(moment: datetime) -> RiskCycle | None:
    """Compute the levels of every town at a moment and keep them; None where they are kept.

    What stood before is what the last earlier cycle left, so cycles are run in order of time;
    an earlier one is computed only where no later one can have come of it (``catch_up``).
    Raises RulesMissing.
    """
    began = monotonic()
    day = day_of(moment)
    numbers, thresholds = numbers_on(day), thresholds_on(day)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if _is_settled(moment, timedelta(hours=numbers.prolonged_h)):
            return None
        rain = rain_at(moment, numbers.decay, numbers.least_covered)
        towns = town_cells(at(moment), numbers.cell_m)
        before = standing_before(moment)
        found = town_levels(rain, towns, thresholds, numbers)
        cycle = RiskCycle.objects.create(
            at=moment,
            newest=max((at for at in rain.newest if at), default=None),
            gauges=len(rain.codes),
            silent=_silent(rain),
            doubtful=[c for c, doubt in zip(rain.codes, rain.doubts, strict=True) if doubt],
            seconds=monotonic() - began,
        )
        prolonged, leading = timedelta(hours=numbers.prolonged_h), leading_on(day)
        RiskLevel.objects.bulk_create(
            _row(
                cycle,
                level,
                before.get((level.place, level.engine)),
                prolonged,
                is_leading=leader(leading, level.place) == level.engine,
            )
            for level in found
        )
    return cycle


def type_rain(
    *, place: str, start: datetime, end: datetime, mm: float, channel: str, note: str, who: str
) -> TypedRain:
    """Keep what an officer learnt of a town's rain.

    Raises TypedRainRefused: a town that is not there, a time that is none, an impossible amount.
    """
    now = timezone.now()
    if not District.objects.current().filter(code=place, level=District.Level.TOWN).exists():
        raise TypedRainRefused("请选择乡镇", "Choose a town")
    if not timedelta(0) < end - start <= LONGEST:
        raise TypedRainRefused(
            "起止时间颠倒，或超过四天", "The times are reversed, or span four days"
        )
    doubt = doubt_of(GaugeReading(place, start, end, mm), now, GaugeLimits(), {})
    if doubt == GaugeDoubt.FUTURE:
        raise TypedRainRefused("截止时间还没有到", "The time has not come yet")
    if doubt:
        raise TypedRainRefused("雨量不可能这样大，也不能为负", "The amount cannot be")
    return TypedRain.objects.create(
        place=place,
        during=DateTimeTZRange(start, end),
        mm=mm,
        channel=channel,
        note=note,
        who=who,
    )


def _is_settled(moment: datetime, prolonged: timedelta) -> bool:
    """Whether the moment was computed, or a later one that stands on what stood then."""
    later = RiskCycle.objects.filter(at__gte=moment, at__lte=moment + APART + prolonged)
    return later.exists()


def catch_up(first: datetime, last: datetime, every: timedelta) -> list[RiskCycle]:
    """The cycles of a time gone by, in order; those that are kept already are left as they are."""
    found, moment = [], first
    while moment <= last:
        if cycle := run_cycle(moment):
            found.append(cycle)
        moment += every
    return found


def _silent(rain: GaugedRain) -> list[str]:
    """Gauges of which the last hour is missing."""
    covered = rain.measures["rain_1h"].covered
    return [code for code, share in zip(rain.codes, covered, strict=True) if share == 0]


def standing_before(moment: datetime) -> dict[tuple[str, str], LevelStanding]:
    """By town and engine, what the last cycle before a moment left standing."""
    last = RiskCycle.objects.filter(at__lt=moment).order_by("-at").first()
    if last is None:
        return {}
    return {
        (row.place, row.engine): LevelStanding(
            WarningLevel(row.level), row.is_known, row.changed_at, row.short_since
        )
        for row in last.levels.all()
    }


def _row(
    cycle: RiskCycle,
    found: TownLevel,
    before: LevelStanding | None,
    prolonged: timedelta,
    *,
    is_leading: bool,
) -> RiskLevel:
    stands = settle(before, Computed(found.level, found.is_whole), cycle.at, prolonged)
    return RiskLevel(
        cycle=cycle,
        place=found.place,
        engine=found.engine,
        is_leading=is_leading,
        level=stands.level,
        is_known=stands.is_known,
        changed_at=stands.changed_at,
        short_since=stands.short_since,
        measure=found.threshold.measure if found.threshold else "",
        value_mm=found.value_mm,
        limit_mm=found.threshold.limit if found.threshold else None,
        covered=found.covered,
        area_share=found.area_share,
        where_zh=found.where_zh,
        where_en=found.where_en,
    )


def run_due_cycle(now: datetime) -> RiskCycle | None:
    """The cycle of the last full interval, unless it was computed."""
    interval = timedelta(minutes=numbers_on(day_of(now)).interval_min)
    slot = now - (now - datetime(2000, 1, 1, tzinfo=now.tzinfo)) % interval
    if RiskCycle.objects.filter(at__gte=slot).exists():
        return None
    return run_cycle(slot)

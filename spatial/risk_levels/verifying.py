"""What levels said over a period, beside what happened: by town and day.

A day and town is warned when the level was reached in any cycle of the day. Where a day has
cycles but an engine knew nothing and reached nothing, it counts nowhere, and is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.gis.db.models.functions import Area, Transform
from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import TruncDate

from spatial.base.models import District
from spatial.city import city
from spatial.hazards.models import HazardWarning
from spatial.hazards.queries import REAL, dated_failures
from spatial.hazards.rules.hindcasts import DAYS_PER_YEAR
from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.verification import Contingency
from spatial.periods import at
from spatial.risk_levels.models import RiskLevel

LEADING = ""  # whichever engine led
PLACED = ("", "exact", "1km")  # positions that tell the town


@dataclass(frozen=True)
class TownEvent:
    """A dated failure that lies in a town, and what the leading engine said there that day."""

    code: str
    day: date
    place: str
    level: WarningLevel | None


@dataclass(frozen=True)
class EngineScore:
    """An engine over a period: its table, how often and how much it warned, what it did not know."""

    engine: str
    table: Contingency
    warned: int
    warned_per_year: float
    area_km2_per_year: float
    unknown: int


@dataclass(frozen=True)
class Issued:
    """Warnings that were issued in a period: how many, and their area together."""

    number: int
    per_year: float
    area_km2_per_year: float


@dataclass(frozen=True)
class LevelVerification:
    """A period verified: the leading engine first; events, and those placed too vaguely."""

    first: date
    last: date
    level: WarningLevel
    days: int
    engines: tuple[EngineScore, ...]
    events: tuple[TownEvent, ...]
    vague_events: int
    issued: Issued


def verify(first: date, last: date, level: WarningLevel) -> LevelVerification:
    """Verify the levels of every cycle from a day to another, both included."""
    start, end = _midnight(first), _midnight(last + timedelta(days=1))
    rows = list(_daily(start, end, level))
    years = ((last - first).days + 1) / DAYS_PER_YEAR
    areas = _town_areas(start)
    events, vague = _events(first, last, start)
    happened = {(event.place, event.day) for event in events}
    engines = sorted({row["engine"] for row in rows})
    scores = [
        _score(engine, [row for row in rows if row["engine"] == engine], happened, areas, years)
        for engine in engines
    ]
    leading = [row for row in rows if row["leads"]]
    if leading:
        scores.insert(0, _score(LEADING, leading, happened, areas, years))
    said = {(row["place"], row["day"]): WarningLevel(row["highest"]) for row in leading}
    return LevelVerification(
        first=first,
        last=last,
        level=level,
        days=len({row["day"] for row in rows}),
        engines=tuple(scores),
        events=tuple(
            TownEvent(event.code, event.day, event.place, said.get((event.place, event.day)))
            for event in events
        ),
        vague_events=vague,
        issued=_issued(start, end, years),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(city().time_zone))


def _daily(start: datetime, end: datetime, level: WarningLevel) -> QuerySet:
    """By town, engine, leading or not, and day: the highest level and its greatest share."""
    zone = ZoneInfo(city().time_zone)
    return (
        RiskLevel.objects.filter(cycle__at__gte=start, cycle__at__lt=end)
        .annotate(day=TruncDate("cycle__at", tzinfo=zone))
        .values("place", "engine", "day")
        .annotate(
            highest=Max("level"),
            knew=BoolOr("is_known"),
            leads=BoolOr("is_leading"),
            share=Max("area_share", filter=Q(level__gte=level)),
        )
    )


def _score(
    engine: str,
    rows: Iterable[dict[str, Any]],
    happened: set[tuple[str, date]],
    areas: dict[str, float],
    years: float,
) -> EngineScore:
    counts = {(warned, event): 0 for warned in (True, False) for event in (True, False)}
    unknown, area_km2 = 0, 0.0
    for row in rows:
        warned = row["share"] is not None
        if not warned and not row["knew"]:
            unknown += 1
            continue
        counts[warned, (row["place"], row["day"]) in happened] += 1
        area_km2 += areas.get(row["place"], 0.0) * (row["share"] or 0.0)
    table = Contingency(
        counts[True, True], counts[False, True], counts[True, False], counts[False, False]
    )
    number = table.hits + table.false_alarms
    return EngineScore(engine, table, number, number / years, area_km2 / years, unknown)


def _town_areas(moment: datetime) -> dict[str, float]:
    rows = (
        District.objects.as_of(at(moment))
        .filter(level=District.Level.TOWN, geom__isnull=False)
        .annotate(km2=Area(Transform("geom", city().projected)))
        .values_list("code", "km2")
    )
    return {code: area.sq_km for code, area in rows}


def _events(first: date, last: date, moment: datetime) -> tuple[list[TownEvent], int]:
    found, vague = [], 0
    towns = District.objects.as_of(at(moment)).filter(level=District.Level.TOWN)
    for site in dated_failures().filter(occurred_on__gte=first, occurred_on__lte=last):
        if site.position_accuracy not in PLACED:
            vague += 1
            continue
        for place in towns.filter(geom__contains=site.geom).values_list("code", flat=True)[:1]:
            found.append(TownEvent(site.code, site.occurred_on, place, None))
    return sorted(found, key=lambda event: (event.day, event.code)), vague


def _issued(start: datetime, end: datetime, years: float) -> Issued:
    ever = HazardWarning.objects.filter(valid__isempty=False)
    last = ever.order_by("code", "-valid").distinct("code")
    areas = list(
        HazardWarning.objects.filter(
            pk__in=last.values("pk"), status=REAL, effective__gte=start, effective__lt=end
        )
        .annotate(km2=Area(Transform("geom", city().projected)))
        .values_list("km2", flat=True)
    )
    area = sum(one.sq_km for one in areas if one is not None)
    return Issued(len(areas), len(areas) / years, area / years)

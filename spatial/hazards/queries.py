"""Reads of hazards: warnings in force, sites, and who is threatened; what gauges caught.

Those of registers take the features that the caller is shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.db.models.functions import Envelope, Transform
from django.db.models import Count, DateTimeField, F, Func, Q, Sum
from django.utils import timezone

from spatial.hazards.models import HazardSite, RainReading
from spatial.periods import AsOf
from spatial.versions.models import VersionedQuerySet

MOST_PAST = 12
SUM_HOURS = (1, 3, 24)
LATE = timedelta(hours=24)
SLOPE_KINDS = ("landslide", "rockfall", "debris_flow")  # what steepness brings down
REAL = "Actual"  # exercises, tests and drafts are on record too, and warn nobody


@dataclass(frozen=True)
class Threat:
    """How much is threatened: sites, households, people."""

    sites: int
    households: int
    people: int


@dataclass(frozen=True)
class WarningInForce:
    """A warning, and what its area holds at that moment."""

    warning: Any
    threat: Threat
    sites: list[Any]


def warnings_in_force(
    warnings: VersionedQuerySet, sites: VersionedQuerySet, as_of: AsOf, most_sites: int = 20
) -> list[WarningInForce]:
    """The warnings in force, the gravest first, each with the most threatened sites inside.

    In force is what is real and within its own hours, not merely on record; without hours
    it stands as long as its record.
    """
    found = []
    standing = warnings.as_of(as_of).filter(_in_hours(_hour(as_of)), status=REAL)
    for warning in standing.order_by("level", "-effective", "code"):
        inside = sites.as_of(as_of).filter(geom__intersects=warning.geom)
        worst = inside.defer("geom").order_by("-threatened_people", "code")[:most_sites]
        found.append(WarningInForce(warning, threat_of(inside), list(worst)))
    return found


def buildings_inside(buildings: VersionedQuerySet, warning: Any) -> int:
    """How many of the buildings of a moment stand in a warning's area; callers limit its time."""
    return buildings.filter(geom__intersects=warning.geom).count()


def dated_failures() -> VersionedQuerySet:
    """Every failure of a slope of which the day is on record, as its last version has it."""
    ever = HazardSite.objects.filter(valid__isempty=False)
    last = ever.order_by("code", "-valid").distinct("code")
    return HazardSite.objects.filter(
        pk__in=last.values("pk"), kind__in=SLOPE_KINDS, occurred_on__isnull=False
    ).order_by("code")


def sites_by_kind(sites: VersionedQuerySet) -> list[tuple[str, int, int]]:
    """(kind, number of sites of a moment, people threatened), the most frequent kind first."""
    rows = (
        sites.values("kind")
        .annotate(number=Count("id"), people=Sum("threatened_people"))
        .order_by("-number", "kind")
    )
    return [(row["kind"], row["number"], row["people"] or 0) for row in rows]


def past_warnings(warnings: VersionedQuerySet, before: datetime) -> list[Any]:
    """The latest warnings that ended before a moment, newest first; of their areas the box.

    Each is told once, by its last version; one that was prolonged and stands is not past.
    """
    ever = warnings.filter(valid__isempty=False)
    real = ever.filter(status=REAL)
    standing = real.filter(_in_hours(before), valid__contains=before).values("code")
    ended = real.filter(Q(valid__endswith__lte=before) | Q(expires__lte=before))
    last = (
        ended.filter(valid__startswith__lte=before)
        .exclude(code__in=standing)
        .order_by("code", "-valid")
        .distinct("code")
    )
    rows = ever.filter(pk__in=last.values("pk"))
    boxed = rows.defer("geom").annotate(box=Transform(Envelope("geom"), 4326))
    return list(boxed.order_by("-valid")[:MOST_PAST])


def _hour(as_of: AsOf) -> datetime:
    return as_of.instant or timezone.now()


def _in_hours(hour: datetime) -> Q:
    begun = Q(effective=None) | Q(effective__lte=hour)
    return begun & (Q(expires=None) | Q(expires__gt=hour))


def threat_of(sites: VersionedQuerySet) -> Threat:
    """What the sites of a moment threaten."""
    total = sites.aggregate(
        n=Count("id"), households=Sum("threatened_households"), people=Sum("threatened_people")
    )
    return Threat(total["n"], total["households"] or 0, total["people"] or 0)


@dataclass(frozen=True)
class Rain:
    """What a gauge caught up to its newest reading before a moment.

    ``sums`` are (hours, mm): of readings that ended within so many hours before ``until``;
    ``readings`` those of the last day, (end, mm), oldest first.
    """

    until: datetime
    sums: tuple[tuple[int, float], ...]
    readings: tuple[tuple[datetime, float], ...]
    is_late: bool

    @property
    def most_mm(self) -> float:
        """The greatest reading, for drawing."""
        return max((mm for _, mm in self.readings), default=0.0)


def rain_of(station: str, as_of: AsOf) -> Rain | None:
    """The rain at a gauge up to a moment, or None where it had measured nothing by then."""
    moment = as_of.instant or timezone.now()
    ends = RainReading.objects.filter(station=station).annotate(
        end=Func(F("during"), function="upper", output_field=DateTimeField())
    )
    until = ends.filter(end__lte=moment).order_by("-end").values_list("end", flat=True).first()
    if until is None:
        return None
    day = ends.filter(end__gt=until - LATE, end__lte=until).order_by("end")
    readings = tuple(day.values_list("end", "mm"))
    sums = tuple(
        (hours, sum(mm for end, mm in readings if end > until - timedelta(hours=hours)))
        for hours in SUM_HOURS
    )
    return Rain(until, sums, readings, is_late=moment - until > LATE)

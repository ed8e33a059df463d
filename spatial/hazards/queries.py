"""Reads of hazards at a moment: warnings in force, sites, and who is threatened."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum

from spatial.hazards.models import HazardSite, HazardWarning
from spatial.periods import AsOf

MOST_PAST = 12


@dataclass(frozen=True)
class Threat:
    """How much is threatened: sites, households, people."""

    sites: int
    households: int
    people: int


@dataclass(frozen=True)
class WarningInForce:
    """A warning, and what its area holds at that moment."""

    warning: HazardWarning
    threat: Threat
    sites: list[HazardSite]


def warnings_in_force(as_of: AsOf, most_sites: int = 20) -> list[WarningInForce]:
    """The warnings in force, the gravest first, each with the most threatened sites inside."""
    found = []
    for warning in HazardWarning.objects.as_of(as_of).order_by("level", "-effective", "code"):
        inside = HazardSite.objects.as_of(as_of).filter(geom__intersects=warning.geom)
        sites = inside.defer("geom").order_by("-threatened_people", "code")[:most_sites]
        found.append(WarningInForce(warning, _threat(inside), list(sites)))
    return found


def threat_as_of(as_of: AsOf) -> Threat:
    """What all registered sites threaten."""
    return _threat(HazardSite.objects.as_of(as_of))


def sites_by_kind(as_of: AsOf) -> list[tuple[str, int, int]]:
    """(kind, number of sites, people threatened), the most frequent kind first."""
    rows = (
        HazardSite.objects.as_of(as_of)
        .values("kind")
        .annotate(number=Count("id"), people=Sum("threatened_people"))
        .order_by("-number", "kind")
    )
    return [(row["kind"], row["number"], row["people"] or 0) for row in rows]


def past_warnings(before: datetime) -> list[HazardWarning]:
    """The latest warnings that ended before a moment, newest first; without their areas."""
    ended = HazardWarning.objects.filter(valid__isempty=False, valid__endswith__lte=before)
    return list(ended.defer("geom").order_by("-valid")[:MOST_PAST])


def _threat(sites: object) -> Threat:
    total = sites.aggregate(  # type: ignore[attr-defined]
        n=Count("id"), households=Sum("threatened_households"), people=Sum("threatened_people")
    )
    return Threat(total["n"], total["households"] or 0, total["people"] or 0)

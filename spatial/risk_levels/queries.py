"""What stands, and what stood at any moment of the past."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from spatial.risk_levels.models import RiskCycle, RiskLevel


@dataclass(frozen=True)
class TownRisk:
    """A town's level by the leading engine, what it had the cycle before, and the others'."""

    leading: RiskLevel
    before: RiskLevel | None
    others: tuple[RiskLevel, ...]


def cycle_at(moment: datetime) -> RiskCycle | None:
    """The last cycle up to a moment."""
    return RiskCycle.objects.filter(at__lte=moment).order_by("-at").first()


def town_risks(cycle: RiskCycle) -> list[TownRisk]:
    """Every town of a cycle, the gravest and the unknown first."""
    earlier = RiskCycle.objects.filter(at__lt=cycle.at).order_by("-at").first()
    before = {(row.place, row.engine): row for row in (earlier.levels.all() if earlier else ())}
    rows = list(cycle.levels.order_by("place", "engine"))
    found = [
        TownRisk(
            row,
            before.get((row.place, row.engine)),
            tuple(r for r in rows if r.place == row.place and not r.is_leading),
        )
        for row in rows
        if row.is_leading
    ]
    return sorted(found, key=lambda risk: (-risk.leading.level, risk.leading.is_known))


def age_of(cycle: RiskCycle, moment: datetime) -> timedelta | None:
    """How old the newest reading of a cycle is at a moment; None where it had none."""
    return moment - cycle.newest if cycle.newest else None

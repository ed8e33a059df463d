"""Reads of the housing register at a moment."""

from collections import defaultdict
from collections.abc import Iterable

from spatial.housing.models import Right, Storey, Unit
from spatial.periods import AsOf


def units_of(building_code: str, as_of: AsOf) -> list[Unit]:
    """The units of a building, from the lowest floor up; without their shapes."""
    standing = Unit.objects.as_of(as_of).filter(building_code=building_code)
    return list(standing.defer("geom").order_by("floor_from", "entrance", "position", "code"))


def storeys_of(building_code: str, as_of: AsOf) -> list[Storey]:
    """The storeys of a building from the top down."""
    standing = Storey.objects.as_of(as_of).filter(building_code=building_code)
    return list(standing.order_by("-number"))


def rights_on(unit_codes: Iterable[str], as_of: AsOf) -> dict[str, list[Right]]:
    """The rights that stand on units, by unit code."""
    found: dict[str, list[Right]] = defaultdict(list)
    for right in (
        Right.objects.as_of(as_of)
        .filter(unit_code__in=list(unit_codes))
        .select_related("opened_by")
        .order_by("valid", "code")
    ):
        found[right.unit_code].append(right)
    return found


def right_history(unit_code: str) -> list[Right]:
    """Every right that ever stood on a unit, latest first."""
    return list(
        Right.objects.filter(unit_code=unit_code, valid__isempty=False)
        .select_related("opened_by", "closed_by")
        .order_by("-valid", "code")
    )

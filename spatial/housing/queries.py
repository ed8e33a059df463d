"""Reads of the housing register; each takes the features that the caller is shown."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from spatial.versions.models import VersionedQuerySet


def units_of(units: VersionedQuerySet, building_code: str) -> list[Any]:
    """The units of a building, from the lowest floor up; without their shapes.

    ``units`` are those of one moment, as ``storeys`` and ``rights`` below.
    """
    mine = units.filter(building_code=building_code).defer("geom")
    return list(mine.order_by("floor_from", "entrance", "position", "code"))


def storeys_of(storeys: VersionedQuerySet, building_code: str) -> list[Any]:
    """The storeys of a building from the top down."""
    return list(storeys.filter(building_code=building_code).order_by("-number"))


def rights_on(rights: VersionedQuerySet, unit_codes: Iterable[str]) -> dict[str, list[Any]]:
    """The rights that stand on units, by unit code."""
    found: dict[str, list[Any]] = defaultdict(list)
    for right in rights.filter(unit_code__in=list(unit_codes)).order_by("valid", "code"):
        found[right.unit_code].append(right)
    return found


def right_history(rights: VersionedQuerySet, unit_code: str) -> list[Any]:
    """Every right that ever stood on a unit, latest first; ``rights`` are of all times."""
    ever = rights.filter(unit_code=unit_code, valid__isempty=False)
    return list(ever.order_by("-valid", "code"))

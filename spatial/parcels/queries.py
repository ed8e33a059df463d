"""Reads of parcels and buildings at a moment."""

from collections.abc import Iterable

from spatial.parcels.models import Building, Parcel
from spatial.periods import AsOf
from spatial.versions.models import Ancestry
from spatial.versions.queries import children_of, parents_of

REGISTER = Parcel._meta.label_lower


def building_as_of(code: str, as_of: AsOf) -> Building | None:
    """The building of that code at a moment, or None."""
    return Building.objects.as_of(as_of).filter(code=code).first()


def buildings_registered_on(parcel_codes: Iterable[str], as_of: AsOf) -> list[Building]:
    """The buildings registered on parcels, by code; without their shapes."""
    standing = Building.objects.as_of(as_of).filter(parcel_code__in=list(parcel_codes))
    return list(standing.defer("geom").order_by("code"))


def forebears(code: str) -> list[Ancestry]:
    """What a parcel came from."""
    return parents_of(REGISTER, code)


def successors(code: str) -> list[Ancestry]:
    """What a parcel became."""
    return children_of(REGISTER, code)

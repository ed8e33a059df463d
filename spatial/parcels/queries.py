"""Reads of the descent of parcels."""

from spatial.parcels.models import Parcel
from spatial.versions.models import Ancestry
from spatial.versions.queries import children_of, parents_of

REGISTER = Parcel._meta.label_lower


def forebears(code: str) -> list[Ancestry]:
    """What a parcel came from."""
    return parents_of(REGISTER, code)


def successors(code: str) -> list[Ancestry]:
    """What a parcel became."""
    return children_of(REGISTER, code)

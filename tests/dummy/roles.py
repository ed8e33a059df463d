"""The roles of park keeping; each is a group of that name."""

from enum import StrEnum


class ParkRole(StrEnum):
    """Who keeps parks."""

    KEEPER = "园林"

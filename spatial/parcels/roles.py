"""The roles of land administration; each is a group of that name."""

from enum import StrEnum


class LandRole(StrEnum):
    """Who keeps parcels."""

    LAND = "金土"

"""The roles of housing; each is a group of that name."""

from enum import StrEnum


class HousingRole(StrEnum):
    """Who keeps buildings, units and rights."""

    HOUSING = "以图管房"

"""The roles of geological hazards; each is a group of that name."""

from enum import StrEnum


class HazardRole(StrEnum):
    """Who is on duty for hazards."""

    HAZARD = "地灾值班"

"""The roles of planning; each is a group of that name."""

from enum import StrEnum


class PlanningRole(StrEnum):
    """Who plans."""

    PLANNER = "规划"

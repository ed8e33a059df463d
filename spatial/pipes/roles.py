"""The roles of pipe networks; each is a group of that name."""

from enum import StrEnum


class PipeRole(StrEnum):
    """Who keeps pipe networks."""

    PIPES = "管网"

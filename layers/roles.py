"""The roles of the platform itself; each is a group of that name.

The roles of a register stand in its own ``roles``; its ``AppConfig`` names them.
"""

from enum import StrEnum


class Role(StrEnum):
    """Who looks after what is registered and shared, and who looks after those."""

    STEWARD = "数据管理"
    AUDITOR = "审计"

"""What is refused of departments and people, in words for whoever acts."""

from spatial.errors import SpatialError


class PartyRefused(SpatialError, ValueError):
    """A value that cannot be taken. ``field`` names it, if one is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class HandoverNeeded(SpatialError, RuntimeError):
    """Somebody still has work in hand and cannot leave yet."""


class NotOwnParty(SpatialError, PermissionError):
    """The absence or deputy of somebody else."""

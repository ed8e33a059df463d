"""What office work refuses, in words for whoever acts."""

from spatial.errors import SpatialError


class CaseworkError(SpatialError):
    """The base of what the engine of office work refuses."""


class InvalidInput(CaseworkError, ValueError):
    """Something given that cannot be taken. ``field`` names it, if one is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class MatterConflict(CaseworkError, RuntimeError):
    """Somebody else has acted on the matter meanwhile."""


class NotResponsible(CaseworkError, PermissionError):
    """The matter is another department's, or another person's."""


class MatterNotFound(CaseworkError, LookupError):
    """There is no such matter."""


class DeadEnd(CaseworkError, ValueError):
    """A procedure with a state from which work may never get on."""

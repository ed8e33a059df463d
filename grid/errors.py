"""What can go wrong with a case, in words for whoever acts."""


class GridError(Exception):
    """The base of what city management refuses."""


class InvalidInput(GridError, ValueError):
    """Something given that cannot be taken. ``field`` names it, if one is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class OutsideCity(InvalidInput):
    """A position that lies in no district of the city."""


class CaseConflict(GridError, RuntimeError):
    """Somebody else has acted on the case meanwhile."""


class NotResponsible(GridError, PermissionError):
    """The case is another department's, or another inspector's."""


class CaseNotFound(GridError, LookupError):
    """There is no such case."""

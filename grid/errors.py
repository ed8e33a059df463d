"""What can go wrong with a case, in words for whoever acts."""


class Unfit(ValueError):
    """Something given that cannot be taken. ``field`` names it, if one is to blame."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class OutsideCity(Unfit):
    """A position that lies in no district of the city."""


class Overtaken(RuntimeError):
    """Somebody else has acted on the case meanwhile."""


class NotYours(PermissionError):
    """The case is another department's, or another inspector's."""


class NoCase(LookupError):
    """There is no such case."""

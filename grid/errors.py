"""What city management refuses beside the engine of office work."""

from spatial.casework.errors import InvalidInput


class GridError(Exception):
    """The base of what city management refuses."""


class OutsideCity(GridError, InvalidInput):
    """A position that lies in no district of the city."""

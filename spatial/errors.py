"""The base of the exceptions of this floor."""


class SpatialError(Exception):
    """The base of what the registers, and the values below them, refuse."""

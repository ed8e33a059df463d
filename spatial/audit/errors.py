"""What the audit refuses."""

from spatial.errors import SpatialError


class TooRecent(SpatialError, ValueError):
    """Events are to be dropped that must be kept, or that are not in the chain yet."""

"""What goes wrong with maps of others."""

from webmap.errors import WebmapError


class OutsideMapsFault(WebmapError, ValueError):
    """The list of outside maps is missing or unreadable, or an entry in it is wrong."""


class NothingThere(WebmapError):
    """The other side has no picture of this place."""


class OutsideUnavailable(WebmapError):
    """The other side does not answer, or not with a picture, or is left in peace for a while."""

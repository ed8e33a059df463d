"""The base of the exceptions of this floor."""


class WebmapError(Exception):
    """The base of what the pages refuse."""

"""The base of the exceptions of this floor."""


class LayersError(Exception):
    """The base of what publishing, sharing and the API refuse."""

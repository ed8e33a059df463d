"""Who asks for a page, in the terms of ``layers.access``: the same answer as for the API."""

from layers.callers import caller_of

__all__ = ["caller_of"]

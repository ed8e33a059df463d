"""Who asks for a page, in the terms of ``layers.access.access``: the same answer as for the API."""

from layers.sharing.callers import caller_of

__all__ = ["caller_of"]

"""The actor of casework behind a user, for the rooms above casework."""

from webmap.web.callers import actor_of

__all__ = ["actor_of"]

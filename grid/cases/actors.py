"""Who acts on a case beside the people of the centre."""

from grid.roles import PUBLIC
from spatial.casework.actors import CLOCK, Actor

__all__ = ["CLOCK", "Actor", "anybody"]


def anybody(name: str = "") -> Actor:
    """Somebody without an account."""
    return Actor(name or PUBLIC, frozenset({PUBLIC}))

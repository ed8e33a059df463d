"""Who acts on a case: a name, roles, a department, an area."""

from dataclasses import dataclass

from grid.roles import PUBLIC, SYSTEM


@dataclass(frozen=True)
class Actor:
    """Somebody, or a program. ``department`` is its name; ``districts`` are code prefixes."""

    name: str
    roles: frozenset[str]
    department: str = ""
    districts: tuple[str, ...] = ()

    def role_for(self, allowed: frozenset[str]) -> str:
        """In which of the allowed roles this one acts."""
        return next(iter(sorted(self.roles & allowed)), "")


CLOCK = Actor("系统", frozenset({SYSTEM}))


def anybody(name: str = "") -> Actor:
    """Somebody without an account."""
    return Actor(name or PUBLIC, frozenset({PUBLIC}))

"""Who acts on a case: a name, roles, a department, an area."""

from dataclasses import dataclass

from grid.roles import PUBLIC, SYSTEM


@dataclass(frozen=True)
class Actor:
    """Somebody, or a program. ``districts`` are code prefixes.

    ``department`` is its name of today; ``other_names`` are those that it has had, by which
    its earlier cases know it.
    """

    name: str
    roles: frozenset[str]
    department: str = ""
    districts: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    def is_of(self, department: str) -> bool:
        """Whether that is this one's department, by whatever name."""
        return bool(self.department) and department in (self.department, *self.other_names)

    def role_for(self, allowed: frozenset[str]) -> str:
        """In which of the allowed roles this one acts."""
        return next(iter(sorted(self.roles & allowed)), "")


CLOCK = Actor(SYSTEM, frozenset({SYSTEM}))


def anybody(name: str = "") -> Actor:
    """Somebody without an account."""
    return Actor(name or PUBLIC, frozenset({PUBLIC}))

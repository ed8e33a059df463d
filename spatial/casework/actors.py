"""Who acts on a matter: a name, roles, a department, an area, and in whose place."""

from dataclasses import dataclass

from spatial.casework.roles import SYSTEM


@dataclass(frozen=True)
class Actor:
    """Somebody, or a program. ``districts`` are code prefixes.

    ``department`` is its name of today; ``other_names`` are those that it has had, by which
    its earlier matters know it. ``principals`` are those whose deputy this one is now.
    """

    name: str
    roles: frozenset[str]
    department: str = ""
    districts: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    principals: tuple["Actor", ...] = ()

    def is_of(self, department: str) -> bool:
        """Whether that is this one's department, by whatever name."""
        return bool(self.department) and department in (self.department, *self.other_names)

    def role_for(self, allowed: frozenset[str]) -> str:
        """In which of the allowed roles this one acts."""
        return next(iter(sorted(self.roles & allowed)), "")

    @property
    def capacities(self) -> tuple["Actor", ...]:
        """This one, and everybody in whose place this one may act."""
        return (self, *self.principals)

    @property
    def all_roles(self) -> frozenset[str]:
        """The roles of all of these."""
        return frozenset(role for one in self.capacities for role in one.roles)

    @property
    def all_districts(self) -> tuple[str, ...]:
        """The areas of all of these."""
        return tuple(dict.fromkeys(area for one in self.capacities for area in one.districts))


CLOCK = Actor(SYSTEM, frozenset({SYSTEM}))

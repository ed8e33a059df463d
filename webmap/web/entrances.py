"""The entrances to the map, one for each profession that has one."""

from webmap.web.professions import Entrance, professions

__all__ = ["Entrance", "entrance_named", "entrances"]


def entrances() -> list[Entrance]:
    """Every entrance, in the order of the professions."""
    return [one.entrance for one in professions() if one.entrance]


def entrance_named(name: str) -> Entrance:
    """The entrance of that id; the first one for any other word."""
    every = entrances()
    return next((e for e in every if e.id == name), every[0])

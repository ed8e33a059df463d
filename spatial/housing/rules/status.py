"""The state of a unit, derived from the rights that stand on it; never stored.

Several rights stand at once; the one that binds most gives the unit its colour:
查封 > 异议 > 抵押 > 预告 > 已登记 > 未登记.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """One state of a unit: the kind of right behind it, its title, its colour."""

    id: str
    title: str
    colour: str


# What binds most comes first. Colours are pale enough for dark text on them.
STATES = (
    State("seizure", "查封", "#f2b8b5"),
    State("objection", "异议", "#e0c3ea"),
    State("mortgage", "抵押", "#f8d3b0"),
    State("notice", "预告", "#fbe9a9"),
    State("ownership", "已登记", "#cfe6d3"),
)
UNREGISTERED = State("unregistered", "未登记", "#f1efe9")


def unit_state(kinds: Iterable[str]) -> State:
    """The state that the kinds of the rights on a unit give it.

    >>> unit_state(["ownership", "mortgage"]).title
    '抵押'
    >>> unit_state([]).title
    '未登记'
    """
    standing = set(kinds)
    return next((state for state in STATES if state.id in standing), UNREGISTERED)


def states_in_order() -> tuple[State, ...]:
    """Every state, what binds most first: the legend."""
    return (*STATES, UNREGISTERED)

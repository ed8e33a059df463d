"""What follows from mergers and deputies, whoever reads them. Pure.

A merger takes place as its day begins, before names are looked up: what is renamed and merged on
one day bears, from that day on, the name of what it became.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

Mergers = Mapping[str, tuple[str, date]]  # a department: what it went into, on which day


def successor(code: str, mergers: Mergers, day: date) -> str:
    """What a department is on a day, through all mergers up to and on that day.

    Mergers that lead round in a circle, which the actions refuse, end where they began.

    >>> mergers = {"A": ("B", date(2026, 3, 1)), "B": ("C", date(2026, 3, 1))}
    >>> successor("A", mergers, date(2026, 3, 1)), successor("A", mergers, date(2026, 2, 28))
    ('C', 'A')
    """
    passed = {code}
    while code in mergers:
        into, on = mergers[code]
        if on > day or into in passed:
            break
        passed.add(into)
        code = into
    return code


def leads_back(code: str, into: str, mergers: Mergers) -> bool:
    """Whether a merger would close a circle, on whatever days.

    >>> leads_back("C", "A", {"A": ("B", date(2026, 3, 1)), "B": ("C", date(2027, 1, 1))})
    True
    """
    return code == successor(into, mergers, date.max)


@dataclass(frozen=True)
class Deputyship:
    """Who acts for whom, from a moment to a moment (None: until withdrawn); half-open."""

    principal: str
    deputy: str
    starts_at: datetime
    ends_at: datetime | None = None
    only_absent: bool = True

    def overlaps(self, other: "Deputyship") -> bool:
        """Whether both hold at some moment."""
        begins_first = other.ends_at is None or self.starts_at < other.ends_at
        return begins_first and (self.ends_at is None or other.starts_at < self.ends_at)


def chained_with(new: Deputyship, standing: Iterable[Deputyship]) -> Deputyship | None:
    """The deputyship with which a new one would be a chain of two; None without any.

    Two people who stand in for each other's absences are none: nobody acts for a third.
    """
    for one in standing:
        is_pair = (one.principal, one.deputy) == (new.deputy, new.principal)
        if is_pair and one.only_absent and new.only_absent:
            continue
        is_chained = one.principal == new.deputy or one.deputy == new.principal
        if is_chained and new.overlaps(one):
            return one
    return None

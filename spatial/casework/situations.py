"""What stands around a matter at a moment and decides what may be done to it.

A page asks many policies of one matter; each fact is read once, when it is first needed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from spatial.calendars.queries import calendar
from spatial.casework.models import Matter, MatterRequest


@dataclass(frozen=True)
class Situation:
    """A matter of any procedure at a moment."""

    matter: Any
    at: datetime

    @cached_property
    def day(self) -> date:
        """The city's day, by which dated rules are chosen."""
        return calendar().day_of(self.at)

    @cached_property
    def open_requests(self) -> dict[str, Any]:
        """The requests that wait for an answer, by kind."""
        raise NotImplementedError


@dataclass(frozen=True)
class SituatedMatter(Situation):
    """A matter without a register of its own."""

    @cached_property
    def requests(self) -> list[MatterRequest]:
        """Every request of the matter, newest first."""
        found = MatterRequest.objects.filter(matter_code=self.matter.code)
        return list(found.order_by("-id"))

    @cached_property
    def open_requests(self) -> dict[str, MatterRequest]:
        """The requests that wait for an answer, by kind; to several departments, the first."""
        return {one.kind: one for one in self.requests if one.granted is None}

    @cached_property
    def open_parts(self) -> list[str]:
        """What must end before the matter can: its parts, and what departments were asked."""
        asked = [one.department for one in self.requests if one.department and one.granted is None]
        return [one.code for one in self.children if one.closed_at is None] + asked

    @cached_property
    def children(self) -> list[Matter]:
        """The matters that are parts of this one."""
        return list(Matter.objects.current().filter(parent_code=self.matter.code).order_by("code"))

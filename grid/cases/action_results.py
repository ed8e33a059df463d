"""An action being taken, and what comes of it: what effects are given and give back."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from grid.cases.actors import Actor
from grid.cases.situations import Situation
from grid.models import Case


@dataclass(frozen=True)
class ActionResult:
    """One action being taken: on what, by whom, when, with what."""

    case: Case
    actor: Actor
    at: datetime
    given: dict[str, Any]

    @cached_property
    def situation(self) -> Situation:
        """What stands around the case as the action is taken."""
        return Situation(self.case, self.at)


@dataclass
class CaseEffect:
    """The values of the case that change, and what the step remembers."""

    values: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

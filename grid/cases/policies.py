"""In what capacity somebody may take an action on a case: the one place that decides it.

Buttons, actions and end points ask here. A department acts on its own cases, an inspector on
the tasks sent to them or to all of the area, the others on all; a superior acts in the stead
of whoever should. So a 值班长 may pass a check that waits for 王巡, as 代王巡; 王巡 does so in
the own right.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grid.cases.actors import Actor
from grid.cases.steps import TASKS
from grid.errors import NotYours
from grid.roles import SYSTEM, GridRole
from spatial.workflow import NotAllowed, Transition

if TYPE_CHECKING:
    from grid.models import Case


@dataclass(frozen=True)
class Capacity:
    """As which role somebody acts, and in whose stead if it is not the own right."""

    role: str
    instead_of: str = ""


def check_capacity(case: "Case", actor: Actor, transition: Transition) -> Capacity:
    """In what capacity this one may take the action; the state must be one that allows it.

    Raises:
        NotAllowed: in none of the roles.
        NotYours: it waits for another department or inspector.
    """
    mine = transition.roles & actor.roles
    if own := sorted(role for role in mine if _holds(case, actor, role)):
        return Capacity(own[0])
    if above := sorted(transition.superiors & actor.roles):
        return Capacity(above[0], _whose(case, transition))
    if GridRole.HANDLER in mine:
        raise NotYours("该案件由别的部门处置")
    if mine:
        raise NotYours("该任务已派给别的监督员")
    raise NotAllowed(f"{transition.title}须由{'、'.join(sorted(transition.roles))}办理")


def capacity(case: "Case", actor: Actor, transition: Transition) -> Capacity | None:
    """The same as a question; None where it may not be taken."""
    try:
        return check_capacity(case, actor, transition)
    except (NotAllowed, NotYours):
        return None


def _holds(case: "Case", actor: Actor, role: str) -> bool:
    if role == GridRole.HANDLER:
        return actor.is_of(case.department)
    if role == GridRole.INSPECTOR and case.step in TASKS:
        return case.inspector in ("", actor.name)
    return True


def _whose(case: "Case", transition: Transition) -> str:
    """Who should have taken the action: the department, the inspector, or a role."""
    if GridRole.HANDLER in transition.roles and case.department:
        return case.department
    if GridRole.INSPECTOR in transition.roles and case.inspector:
        return case.inspector
    return "、".join(sorted(transition.roles - {SYSTEM}))

"""What may be done to a matter, and by whom: the one place that every procedure asks.

``check_…`` raises and says why, ``can_…`` answers. Somebody acts in the own right, as the
deputy of somebody absent, or, as a superior, in the stead of whoever should, saying why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spatial.casework.actors import Actor
from spatial.casework.errors import InvalidInput, NotResponsible
from spatial.casework.procedures import NOTHING, Procedure
from spatial.workflow import RoleNotAllowed, Transition


@dataclass(frozen=True)
class Capacity:
    """As which role and of which department somebody acts; in whose stead, if it is not the
    own right; for whom, as a deputy."""

    role: str
    instead_of: str = ""
    deputy_of: str = ""
    department: str = ""


def can_see(procedure: Procedure, matter: Any, actor: Actor) -> bool:
    """Whether somebody may look at a matter, in the own right or as a deputy."""
    return any(procedure.policy.can_see(matter, one) for one in actor.capacities)


def check_capacity(
    procedure: Procedure, matter: Any, actor: Actor, transition: Transition
) -> Capacity:
    """In what capacity this one may take the action; the state must be one that allows it.

    Raises:
        RoleNotAllowed: in none of the roles.
        NotResponsible: it waits for another.
    """
    policy = procedure.policy
    for one in actor.capacities:
        mine = sorted(transition.roles & one.roles)
        if own := [r for r in mine if policy.holds_for(matter, one, r, transition)]:
            deputy_of = "" if one is actor else one.name
            return Capacity(own[0], deputy_of=deputy_of, department=one.department)
    for one in actor.capacities:
        if above := sorted(transition.superiors & one.roles):
            deputy_of = "" if one is actor else one.name
            whose = policy.whose(matter, transition)
            return Capacity(above[0], whose, deputy_of, one.department)
    if transition.roles & actor.all_roles:
        raise policy.not_theirs(matter, actor, transition)
    raise RoleNotAllowed(f"{transition.title}须由{'、'.join(sorted(transition.roles))}办理")


def capacity(
    procedure: Procedure, matter: Any, actor: Actor, transition: Transition
) -> Capacity | None:
    """The same as a question; None where it may not be taken."""
    try:
        return check_capacity(procedure, matter, actor, transition)
    except (RoleNotAllowed, NotResponsible):
        return None


def check_fits(
    procedure: Procedure, situation: Any, action: str, given: Mapping[str, Any] = NOTHING
) -> None:
    """An action, which the state and the role allow, may be taken on the matter.

    Raises:
        InvalidInput: it may not; the message says why.
    """
    if (kind := procedure.asked_by(action)) and kind in situation.open_requests:
        raise InvalidInput(f"已有一项{procedure.askings[kind].title}申请待审批")
    if (kind := procedure.answered_by(action)) and kind not in situation.open_requests:
        raise InvalidInput(f"没有待审批的{procedure.askings[kind].title}申请")
    ends = procedure.workflow.of(action).target in procedure.ended
    is_open = situation.matter.step not in procedure.ended
    if ends and is_open and (parts := getattr(situation, "open_parts", [])):
        raise InvalidInput(
            f"还有 {len(parts)} 项未办结的子事项或未答复的征询：{'、'.join(parts[:5])}"
        )
    procedure.policy.check(situation, action, given)


def can_take(
    procedure: Procedure, situation: Any, actor: Actor, transition: Transition
) -> Capacity | None:
    """In what capacity somebody may take an action now; None where it would be refused."""
    if situation.matter.step not in transition.sources:
        return None
    found = capacity(procedure, situation.matter, actor, transition)
    if found is None:
        return None
    try:
        check_fits(procedure, situation, transition.action)
    except InvalidInput:
        return None
    return found


def check_beginning(procedure: Procedure, actor: Actor) -> Capacity:
    """Somebody may begin a matter; returns in what capacity.

    A deputy receives at the desk in a principal's stead, and applies for nobody.

    Raises:
        RoleNotAllowed: in none of the roles.
    """
    first = procedure.first
    if role := actor.role_for(first.roles):
        return Capacity(role, department=actor.department)
    for one in actor.principals:
        if role := one.role_for(first.roles - procedure.policy.applicant_roles):
            return Capacity(role, deputy_of=one.name, department=one.department)
    raise RoleNotAllowed(f"{first.title}须由{'、'.join(sorted(first.roles))}办理")


def can_begin(procedure: Procedure, actor: Actor) -> bool:
    """Whether somebody may begin a matter."""
    try:
        check_beginning(procedure, actor)
    except RoleNotAllowed:
        return False
    return True


def can_amend(procedure: Procedure, matter: Any, actor: Actor, name: str) -> bool:
    """Whether somebody may correct a value of a matter."""
    try:
        check_amending(procedure, matter, actor, name)
    except (InvalidInput, RoleNotAllowed):
        return False
    return True


def check_amending(procedure: Procedure, matter: Any, actor: Actor, name: str) -> None:
    """Somebody may correct a value of a matter.

    Raises:
        InvalidInput: no such value can be corrected, or none of a matter like this.
        RoleNotAllowed: not by this one.
    """
    entry = procedure.amendable.get(name)
    if entry is None:
        raise InvalidInput(f"“{name[:40]}”不能更正", "field")
    if not (entry.roles & actor.all_roles and can_see(procedure, matter, actor)):
        who = "、".join(sorted(entry.roles))
        raise RoleNotAllowed(f"更正{entry.title}须由{who}办理")
    procedure.policy.check_amendable(matter)

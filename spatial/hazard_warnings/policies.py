"""Whose a warning is and what may be done to it: two persons at least, and never a machine.

Whoever wrote any of its text never signs it: not in the own right, not as a deputy, not as a
superior, not over the telephone.
"""

from collections.abc import Mapping
from typing import Any

from spatial.casework.actors import Actor
from spatial.casework.errors import InvalidInput, NotResponsible
from spatial.casework.models import Matter
from spatial.casework.procedures import Policy
from spatial.hazard_warnings.issuing import check_content
from spatial.hazard_warnings.roles import WarningRole
from spatial.hazard_warnings.rules.contents import content_of
from spatial.hazards.roles import HazardRole
from spatial.parties.queries import holders_of
from spatial.workflow import Transition

SIGNING = frozenset({"sign", "countersign"})
CHECKED = frozenset({"submit", "issue", "issue_spoken"})
CONTENT = "content"  # what a redraft is given


def drafters_of(matter: Matter) -> frozenset[str]:
    """Everybody who wrote some of its text."""
    return frozenset(matter.values.get("drafters", ()))


def check_signer(matter: Matter, *names: str) -> None:
    """These may sign a warning.

    Raises:
        InvalidInput: one of them wrote some of it.
    """
    if drafters_of(matter) & set(names):
        raise InvalidInput("拟稿或修改过内容的人不能签发，须由另一人签发", "signer")


def signers(matter: Matter, at: Any) -> tuple[str, ...]:
    """The accounts that may sign a warning at a moment."""
    names = holders_of(WarningRole.SIGNER, at)
    return tuple(name for name in names if name not in drafters_of(matter))


class WarningPolicy(Policy):
    """Everybody of the three roles sees every warning; four eyes hold."""

    seers = frozenset({HazardRole.HAZARD, *WarningRole})

    def holds_for(self, matter: Matter, actor: Actor, role: str, transition: Transition) -> bool:
        """Whether a warning is this one's for an action: nobody signs the own text."""
        if transition.action in SIGNING and actor.name in drafters_of(matter):
            return False
        if transition.action == "amend_call":
            return True  # the owed signature is somebody's by name, its record is not
        return self.holds(matter, actor, role)

    def not_theirs(self, matter: Matter, actor: Actor, transition: Transition) -> NotResponsible:
        """Why somebody who has the role may not take an action."""
        if transition.action in SIGNING and actor.name in drafters_of(matter):
            return NotResponsible("拟稿或修改过内容的人不能签发，须由另一人签发")
        return super().not_theirs(matter, actor, transition)

    def check(self, situation: Any, action: str, given: Mapping[str, Any]) -> None:
        """An action fits the warning as it stands.

        Raises:
            InvalidInput: a draft lacks something, or a redraft brings no text.
        """
        if action == "redraft" and CONTENT not in given:
            raise InvalidInput("请在拟稿页修改")
        if action in CHECKED:
            values = situation.matter.values
            if "towns" not in values:
                raise InvalidInput("还没有选定乡镇", "towns")
            check_content(content_of(values), situation.at)

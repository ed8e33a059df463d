"""What was sent before: the same UUID again is the same step, or it is refused.

Whoever heard no answer sends once more; that must change nothing. The same UUID with other
contents is no repetition: were it answered like one, what is new in it would be lost.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from spatial.casework.actors import Actor
from spatial.casework.errors import InvalidInput
from spatial.casework.procedures import Procedure

# What is given to an action beside a text, and kept in the details of its step.
APART = frozenset({"reason", "note", "photos", "until"})


def text_of(given: Mapping[str, Any]) -> str:
    """The text that a step keeps of what was given."""
    return str(given.get("reason") or given.get("note") or "")


def step_taken(
    procedure: Procedure,
    actor: Actor,
    uuid: UUID | None,
    code: str,
    action: str,
    given: Mapping[str, Any],
) -> Any | None:
    """The step, if this very one was taken on the matter before; the texts given are plain.

    Raises:
        InvalidInput: the UUID belongs to another step.
    """
    model = procedure.step_model
    step = model.objects.filter(uuid=uuid).first() if uuid else None
    if step is None:
        return None
    kept = procedure.kept if procedure.kept is not None else given.keys() - APART
    named = {name: given[name] for name in kept if given.get(name)}
    is_same = (
        (getattr(step, model.matter_field), step.action, step.who) == (code, action, actor.name)
        and step.text == text_of(given)
        and all(step.details.get(name, value) == value for name, value in named.items())
        and procedure.is_attached(code, given)
    )
    if not is_same:
        raise already_used()
    return step


def already_used() -> InvalidInput:
    """The refusal of a UUID that belongs to another step."""
    return InvalidInput(_("该操作标识已用于另一次操作；请刷新后重试"), "uuid")

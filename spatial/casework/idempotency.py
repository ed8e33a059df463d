"""What was sent before: the same UUID again is the same step, or it is refused.

Whoever heard no answer sends once more; that must change nothing. The same UUID with other
contents is no repetition: were it answered like one, what is new in it would be lost. So a step
keeps a digest of everything that it was given but for photos, of which fewer than before lose
nothing.
"""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from spatial.casework.actors import Actor
from spatial.casework.errors import InvalidInput
from spatial.casework.procedures import Procedure

SENT = "sent"  # the digest, in the details of a step
ABSENT: tuple[Any, ...] = (None, "", (), [])


def text_of(given: Mapping[str, Any]) -> str:
    """The text that a step keeps of what was given."""
    return str(given.get("reason") or given.get("note") or "")


def as_json(value: Any) -> Any:
    """A value of a form as JSON holds it."""
    if isinstance(value, Point):
        return {"type": "Point", "coordinates": [round(c, 3) for c in value.coords]}
    return value.isoformat() if isinstance(value, date) else value


def sent_with(uuid: UUID | None, given: Mapping[str, Any]) -> dict[str, str]:
    """What the details of a step keep of what was sent with a UUID; without one, nothing."""
    return {SENT: _digest(given)} if uuid else {}


def _digest(given: Mapping[str, Any]) -> str:
    named = {name: v for name, v in given.items() if name != "photos" and v not in ABSENT}
    text = json.dumps(named, ensure_ascii=False, sort_keys=True, default=_plain)
    return blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    plain = as_json(value)
    return str(value) if plain is value else plain


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
    digest = _digest(given)
    is_same = (
        (getattr(step, model.matter_field), step.action, step.who) == (code, action, actor.name)
        and step.text == text_of(given)
        and step.details.get(SENT, digest) == digest  # steps of earlier releases have none
        and procedure.is_attached(code, given)
    )
    if not is_same:
        raise already_used()
    return step


def already_used() -> InvalidInput:
    """The refusal of a UUID that belongs to another step."""
    return InvalidInput(_("该操作标识已用于另一次操作；请刷新后重试"), "uuid")

"""Warnings begun and redrafted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from spatial.casework.actions import take
from spatial.casework.actors import Actor
from spatial.casework.beginning import open_matter
from spatial.casework.models import Matter
from spatial.casework.policies import check_beginning
from spatial.hazard_warnings.policies import CONTENT
from spatial.hazard_warnings.procedure import GEO_WARNING
from spatial.hazard_warnings.rules.contents import WarningContent, marked_exercise, values_of


def draft_warning(actor: Actor, content: WarningContent, uuid: UUID | None = None) -> Matter:
    """Begin a warning as a draft; the same UUID again gives the draft that it began.

    Raises:
        RoleNotAllowed: by nobody who drafts.
        InvalidInput: a text too long.
    """
    check_beginning(GEO_WARNING, actor)
    content = marked_exercise(content)
    values = values_of(content) | {"drafters": [actor.name]}
    return open_matter(
        GEO_WARNING,
        actor,
        title=content.headline or str(GEO_WARNING.title),
        values=values,
        uuid=uuid,
    )


def redraft_warning(
    actor: Actor, code: str, content: WarningContent, *, expected: int, uuid: UUID | None = None
) -> Matter:
    """Revise a draft; whoever does is one of its drafters from then on. Raises as ``take``."""
    given: Mapping[str, Any] = {CONTENT: values_of(marked_exercise(content))}
    done: Matter = take(GEO_WARNING, actor, code, "redraft", given, expected=expected, uuid=uuid)
    return done

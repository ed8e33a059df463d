"""City management as a procedure of the engine of office work."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from grid.cases import clocks
from grid.cases.amendable import AMENDABLE, MAX_ADDRESS, MAX_DESCRIPTION
from grid.cases.conflicts import task_taken_back
from grid.cases.effects import EFFECTS
from grid.cases.idempotency import are_kept
from grid.cases.photos import Photo, store_photos
from grid.cases.policies import CasePolicy, check_photos
from grid.cases.rounds import is_against_the_last
from grid.cases.situations import CaseSituation
from grid.cases.steps import (
    ASIDE,
    IN_HAND,
    PHOTO_MOMENTS,
    RECALLS,
    REQUESTS,
    RESULTS_RECALLED,
    STATES,
    SUSPENDED,
    TASKS_RECALLED,
    WAITS_FOR,
    WORKFLOW,
)
from grid.models import Case, CasePhoto, CaseRequest, CaseStep
from spatial.casework.actors import Actor
from spatial.casework.acts import Act, Where
from spatial.casework.procedures import MAX_TEXT, Procedure, RequestKind
from spatial.workflow import Title

# The longest text of each field, in characters; others take a name.
MAX_OF: Mapping[str, int] = {
    "reason": MAX_TEXT,
    "note": MAX_TEXT,
    "because": MAX_TEXT,
    "words": MAX_DESCRIPTION,
    "description": MAX_DESCRIPTION,
    "address": MAX_ADDRESS,
    "name": 60,
    "phone": 30,
}
Kind = CaseRequest.Kind
ASKED = {
    Kind.EXTENSION: Title(Kind.EXTENSION.label, "Extension"),
    Kind.SUSPENSION: Title(Kind.SUSPENSION.label, "Suspension"),
    Kind.APPEAL: Title(Kind.APPEAL.label, "Appeal"),
}
# In which states a request stays open. An appeal is against a round that counts; with one
# that was taken back it lapses as the others do.
STAYS_IN = {
    Kind.EXTENSION: frozenset(IN_HAND),
    Kind.SUSPENSION: frozenset(IN_HAND),
    Kind.APPEAL: frozenset(STATES),
}


def keep_photos(
    photos: Sequence[Photo], code: str, action: str, actor: Actor, captured_at: datetime | None
) -> None:
    """Keep the photos that came with an action, which must be one that takes them.

    Raises:
        InvalidInput: too many, or the action takes none.
    """
    check_photos(action, len(photos))
    if photos:
        store_photos(photos, code, CasePhoto.Moment(PHOTO_MOMENTS[action]), actor.name, captured_at)


def _outlives(kind: str) -> Callable[[Act], bool]:
    """An appeal against an earlier round is not over with the present one."""
    return lambda act: kind == Kind.APPEAL and not is_against_the_last(act.matter.code)


def _attach(act: Act, where: Where) -> None:
    keep_photos(act.given["photos"], act.matter.code, act.action, act.actor, where.captured_at)


def _is_attached(code: str, given: Mapping[str, Any]) -> bool:
    return are_kept(code, given.get("photos") or [])


CASES = Procedure(
    "case",
    Title("案件", "Cases"),
    WORKFLOW,
    WAITS_FOR,
    policy=CasePolicy(),
    effects=EFFECTS,
    askings={
        kind: RequestKind(
            ASKED[Kind(kind)], *actions, STAYS_IN[Kind(kind)], frozenset(RECALLS), _outlives(kind)
        )
        for kind, actions in REQUESTS.items()
    },
    amendable=AMENDABLE,
    noun="案件",
    recalls=frozenset({"recall", *RESULTS_RECALLED, *TASKS_RECALLED} - {"reassign_task"}),
    reassigns=frozenset({"reassign", "reassign_task"}),
    aside=ASIDE,
    uncertain=frozenset({"merge"}),
    paused=frozenset({SUSPENDED}),
    max_of=MAX_OF,
    matter_model=Case,
    step_model=CaseStep,
    request_model=CaseRequest,
    situation=CaseSituation,
    clock=clocks.clock,
    explain_late=task_taken_back,
    attach=_attach,
    is_attached=_is_attached,
)

"""The law of casework: what is offered is not refused, and what is not offered is refused.

Held for every state, with every role and mixture of roles, in every situation that decides.
Each action is really taken, and taken back.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from grid.cases.actions import act
from grid.cases.actors import Actor
from grid.cases.photos import read_photo
from grid.cases.procedure import CASES
from grid.cases.queries import queue, visible_cases
from grid.cases.situations import CaseSituation
from grid.cases.steps import PUBLISHING, TASK_RESULTS, TASKS, WORKFLOW
from grid.models import Case, CasePhoto
from grid.roles import SYSTEM, GridRole
from spatial.casework.errors import InvalidInput, MatterConflict, NotResponsible
from spatial.casework.policies import can_see
from spatial.workflow import RoleNotAllowed, WrongState
from tests.grid.people import HYGIENE, ROADS, STREETS, picture
from tests.grid.situated import (
    ACTORS,
    FAR,
    NEAR,
    OTHER,
    PUBLICITY,
    ROLES,
    TRIALS,
    WHOSE,
    situated,
)
from webmap.casework.available_actions import Offer, offers
from webmap.casework.publicity import publicity

pytestmark = pytest.mark.django_db
TEXTS = {"reason": "理由", "note": "情况", "because": "不在岗", "words": "新的说法"}
# Everything that could be chosen; what is not among an offer's choices must be refused.
CHOICES = {
    "condition": ("1", "9"),
    "department": (STREETS, HYGIENE, "没有的部门"),
    "inspector": ("", "王巡", "陈巡", "没有的人"),
    "main": (NEAR, FAR, OTHER, "x"),
}
CHOSEN = {
    "file": "condition",
    "dispatch": "department",
    "reassign": "department",
    "ask_verify": "inspector",
    "send_check": "inspector",
    "reassign_task": "inspector",
    "merge": "main",
}
NOT_THEIRS = (RoleNotAllowed, NotResponsible, WrongState, MatterConflict)


def refusal(actor: Actor, case: Case, action: str, **given: Any) -> Exception | None:
    """Why an action is refused; None if it is taken. Nothing of it stays."""
    known = TEXTS | {"until": timezone.now() + timedelta(days=1)} | given
    try:
        with transaction.atomic():
            act(actor, case.code, action, known)
            raise InterruptedError
    except InterruptedError:
        return None
    except (ValueError, PermissionError, RuntimeError) as error:
        return error


def taken(actor: Actor, case: Case, action: str) -> Iterator[str]:
    """The choices with which an action is taken; "" of one that has none to make."""
    name = CHOSEN.get(action)
    for value in CHOICES[name] if name else ("",):
        why = refusal(actor, case, action, **({name: value} if name else {}))
        if why is None:
            yield value
        elif isinstance(why, NOT_THEIRS):
            return  # whatever is chosen


def choices(offer: Offer) -> set[str]:
    """The choices of an offer, of those that are tried."""
    if not offer.choice:
        return {""}
    return {value for value, _words in offer.choices} & set(CHOICES[offer.choice])


def sees(actor: Actor, case: Case) -> bool:
    """Whether the case opens for somebody; programs look at nothing, and act all the same."""
    is_listed = visible_cases(actor).filter(pk=case.pk).exists()
    assert can_see(CASES, case, actor) is is_listed, actor
    return is_listed or SYSTEM in actor.roles


def by_night(trials: list[tuple[str, str]]) -> Iterator[Any]:
    """The trials; at landing the plain case in every state, every other situation in one of its own.

    Which one goes round, so that no state is left out.
    """
    seen: dict[str, int] = {}
    for name, _state in trials:
        seen[name] = seen.get(name, 0) + 1
    chosen = {name: place % number for place, (name, number) in enumerate(seen.items())}
    at: dict[str, int] = {}
    for name, state in trials:
        at[name] = at.get(name, -1) + 1
        lands = name == "plain" or at[name] == chosen[name]
        yield pytest.param(name, state, marks=() if lands else pytest.mark.long)


@pytest.mark.parametrize(
    ("name", "state"), list(by_night([one for one in TRIALS if one[0] not in PUBLICITY]))
)
def test_offered_is_not_refused_and_not_offered_is(db, name, state):
    case, wrong = situated(name, state), []
    for actor in ACTORS if name in WHOSE else ROLES:
        may = offers(CaseSituation(case, timezone.now()), actor) if sees(actor, case) else []
        offered = {offer.action: choices(offer) for offer in may}
        for transition in WORKFLOW.leaving(state):
            action = transition.action
            if action not in PUBLISHING:
                done = set(taken(actor, case, action))
                if done != offered.get(action, set()):
                    wrong.append((actor.name, action, offered.get(action), done))
        if state in TASKS and actor.roles == {GridRole.INSPECTOR}:
            listed = queue(actor, state).filter(pk=case.pk).exists()
            results = {t.action for t in WORKFLOW.leaving(state)} & TASK_RESULTS
            assert (results <= offered.keys()) is listed, actor
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "state"), [one for one in TRIALS if one[0] in ("plain", *PUBLICITY)]
)
def test_published_is_what_is_offered_to_be(db, name, state):
    case, wrong = situated(name, state), []
    photos = list(CasePhoto.objects.filter(case_code=case.code))
    for actor in ACTORS:
        shown = publicity(CaseSituation(case, timezone.now()), actor, photos)
        for thing in (shown["said"], *shown["before"]) if sees(actor, case) else ():
            for action, may in (("publish", thing.may_publish), ("withhold", thing.may_withhold)):
                if may is not (refusal(actor, case, action, item=thing.item) is None):
                    wrong.append((actor.name, action, thing.item, may))
    assert wrong == []


@pytest.mark.parametrize("state", [state for name, state in TRIALS if name == "public"])
def test_no_state_allows_what_its_table_does_not(db, state):
    case = situated("public", state)
    everybody = next(actor for actor in ACTORS if actor.roles == set(GridRole))
    leaving = {transition.action for transition in WORKFLOW.leaving(state)}
    assert {
        offer.action for offer in offers(CaseSituation(case, timezone.now()), everybody)
    } <= leaving
    for transition in WORKFLOW.transitions:
        if transition.action not in leaving:
            why = refusal(everybody, case, transition.action, item="words", department=HYGIENE)
            assert isinstance(why, WrongState), transition.action


def test_each_round_of_handling_has_its_appeal(db):
    """A granted appeal exempts one round; the department of the next may appeal again."""
    for name, is_offered in (("exempt", False), ("exempt in the round before", True)):
        with transaction.atomic():
            case = situated(name, "handling")
            assert (
                "appeal"
                in {offer.action for offer in offers(CaseSituation(case, timezone.now()), ROADS)}
            ) is is_offered
            transaction.set_rollback(True)


def test_photos_are_asked_for_where_they_are_taken(db):
    """With what is offered beside the form for photos, a photo is refused by name."""
    case, photos = situated("plain", "handling"), [read_photo(picture(30, 40))]
    has_photos = {
        offer.action: offer.has_photos
        for offer in offers(CaseSituation(case, timezone.now()), ROADS)
    }
    assert has_photos == {
        action: action == "finish"
        for action in (
            "finish",
            "return_dispatch",
            "ask_extension",
            "ask_suspension",
            "appeal",
            "remark",
        )
    }
    with pytest.raises(InvalidInput, match="备注不收照片"):
        act(ROADS, case.code, "remark", {"note": "看"}, photos=photos)

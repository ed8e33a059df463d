"""What somebody may do with a case just now, and what each of it asks for."""

from dataclasses import dataclass

from grid.cases.actors import Actor
from grid.cases.policies import can_have_photos
from grid.cases.procedure import CASES
from grid.cases.rounds import appealable
from grid.cases.situations import AREA, CaseSituation
from grid.cases.steps import ANSWERS, DISPATCHES, PUBLISHING, TASKS_SENT, WORDS, WORKFLOW
from grid.rules import rulebook
from layers.access.masking import masked_within
from spatial.casework.policies import Capacity, can_take
from spatial.casework.titles import title_shown
from spatial.workflow import Title, Transition
from webmap.casework.presentation import round_title

# What goes on straight comes first and stands out.
FORWARD = {
    "accept",
    "confirm",
    "file",
    "dispatch",
    "finish",
    "resume",
    "send_check",
    "pass_check",
    "close",
    *ANSWERS,
}
SIMPLE = {"reason": WORDS["reason"], "note": Title("情况说明", "What was done or found")}


@dataclass(frozen=True)
class Offer:
    """An action that may be taken, with the fields of its form."""

    action: str
    title: str
    is_forward: bool
    text: str = ""  # the name of its text field, if it has one
    text_title: str = ""
    is_text_needed: bool = False
    has_photos: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # of ``choice``: value, words
    choice: str = ""
    chosen: str = ""
    has_until: bool = False
    instead_of: str = ""  # in whose stead, which asks for a reason of its own
    deputy_of: str = ""  # whose deputy takes it, which asks for none


def offers(situation: CaseSituation, actor: Actor) -> list[Offer]:
    """What this one may do with the case, what goes on straight first.

    What is published has forms of its own, beside the photo or the words.
    """
    found = [
        _offer(situation, transition, may, actor)
        for transition in WORKFLOW.leaving(situation.case.step)
        if transition.action not in PUBLISHING
        and (may := can_take(CASES, situation, actor, transition)) is not None
    ]
    return sorted(found, key=lambda offer: not offer.is_forward)


def appeal_offer(situation: CaseSituation, actor: Actor) -> list[Offer]:
    """The appeal of a department that has not the case any more; nothing where there is none."""
    transition = WORKFLOW.of("appeal")
    may = can_take(CASES, situation, actor, transition)
    return [_offer(situation, transition, may, actor)] if may else []


def _offer(situation: CaseSituation, transition: Transition, may: Capacity, actor: Actor) -> Offer:
    text = next((name for name in SIMPLE if name in transition.needs), "reason")
    choice, choices, chosen = _choices(situation, transition.action, actor)
    return Offer(
        transition.action,
        title_shown(transition.title),
        transition.action in FORWARD,
        text,
        title_shown(SIMPLE[text]),
        text in transition.needs,
        can_have_photos(transition.action),
        tuple(choices),
        choice,
        chosen,
        "until" in transition.needs,
        may.instead_of,
        may.deputy_of,
    )


def _choices(
    situation: CaseSituation, action: str, actor: Actor
) -> tuple[str, list[tuple[str, str]], str]:
    """The name of what is to be chosen, (value, words) of each choice, the one chosen before."""
    case, today = situation.case, situation.day
    if action == "file":
        told = [
            (row.condition_code, f"{row.condition}（{rulebook.handling_limit(row)}）")
            for row in situation.conditions
        ]
        return "condition", told, told[0][0] if len(told) == 1 else ""
    if action in DISPATCHES:
        may = situation.departments if action == "dispatch" else situation.other_departments
        meant = (one.name_on(today) for one in may if case.department in one.all_names())
        names = [one.name_on(today) for one in may]
        return "department", [(name, name) for name in names], next(meant, "")
    if action == "merge":
        told = [
            (c.code, f"{c.code}（{far:.0f} m）{masked_within(c.description)[:20]}")
            for c, far in situation.duplicates
        ]
        return "main", told, ""
    if action == "appeal":
        mine = appealable(case, actor)
        told = [(str(one.dispatch), round_title(one)) for one in mine]
        return ("round", told, told[-1][0]) if len(told) > 1 else ("", [], "")
    if action == "reassign_task":
        return "inspector", situation.other_inspectors, ""
    if action in TASKS_SENT:
        return "inspector", [AREA, *situation.inspectors], case.inspector
    return "", [], ""

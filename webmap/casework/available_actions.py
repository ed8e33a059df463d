"""What somebody may do with a case just now, and what each of it asks for."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.effects import MOST_EXTENSIONS
from grid.cases.policies import Capacity, capacity
from grid.cases.queries import appeal_granted, extensions_granted, likely_duplicates, open_request
from grid.cases.steps import ASIDE, DISPATCHES, TASKS_SENT, WORKFLOW
from grid.models import Case, CaseRequest
from grid.roles import GridRole
from grid.rules import rulebook
from layers.access.masking import masked_within
from spatial.workflow import Transition

Kind = CaseRequest.Kind
ANSWERS = {
    "grant_extension": Kind.EXTENSION,
    "refuse_extension": Kind.EXTENSION,
    "suspend": Kind.SUSPENSION,
    "refuse_suspension": Kind.SUSPENSION,
    "grant_appeal": Kind.APPEAL,
    "refuse_appeal": Kind.APPEAL,
}
ASKS = {
    "ask_extension": Kind.EXTENSION,
    "ask_suspension": Kind.SUSPENSION,
    "appeal": Kind.APPEAL,
}
WITH_PHOTOS = {"confirm", "deny", "finish", "pass_check", "fail_check"}
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
PUBLISHING = ASIDE - {"remark"}
SIMPLE = {"reason": "理由", "note": "情况说明"}


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


def offers(case: Case, actor: Actor) -> list[Offer]:
    """What this one may do with the case, what goes on straight first.

    What is published has forms of its own, beside the photo or the words.
    """
    found = []
    for transition in WORKFLOW.leaving(case.step):
        may = capacity(case, actor, transition)
        if may and transition.action not in PUBLISHING and _fits(case, transition.action):
            found.append(_offer(case, transition, may))
    return sorted(found, key=lambda offer: not offer.is_forward)


def _offer(case: Case, transition: Transition, may: Capacity) -> Offer:
    text = next((name for name in SIMPLE if name in transition.needs), "reason")
    choice, choices, chosen = _choices(case, transition.action)
    return Offer(
        transition.action,
        transition.title,
        transition.action in FORWARD,
        text,
        SIMPLE[text],
        text in transition.needs,
        transition.action in WITH_PHOTOS,
        tuple(choices),
        choice,
        chosen,
        "until" in transition.needs,
        may.instead_of,
    )


def inspectors(district_code: str = "") -> list[tuple[str, str]]:
    """(user name, name) of those who may be sent, those of the area first."""
    users = User.objects.filter(groups__name=GridRole.INSPECTOR.value, is_active=True)
    known = [
        (user, any(district_code.startswith(d) for d in user.staff.districts))
        if hasattr(user, "staff")
        else (user, False)
        for user in users.select_related("staff").order_by("username")
    ]
    known.sort(key=lambda pair: not pair[1])
    return [(user.username, user.get_full_name() or user.username) for user, _near in known]


def _fits(case: Case, action: str) -> bool:
    if action in ANSWERS:
        return open_request(case.code, ANSWERS[action]) is not None
    if action in ASKS and open_request(case.code, ASKS[action]) is not None:
        return False
    if action == "ask_extension":
        late = case.due_at is not None and timezone.now() > case.due_at
        return extensions_granted(case.code) < MOST_EXTENSIONS and not late
    if action == "appeal":
        return not (case.is_exempt and appeal_granted(case.code))
    if action == "reassign":
        return case.limit_amount is not None and bool(_choices(case, action)[1])
    if action == "reassign_task":
        return bool(_choices(case, action)[1])
    return action != "merge" or bool(likely_duplicates(case))


def _choices(case: Case, action: str) -> tuple[str, list[tuple[str, str]], str]:
    today = rulebook.day_of(timezone.now())
    if action == "file":
        rows = rulebook.limits_for(case.kind, case.scheme, case.class_code, today)
        told = [
            (row.condition_code, f"{row.condition}（{rulebook.handling_limit(row)}）")
            for row in rows
        ]
        return "condition", told, told[0][0] if len(told) == 1 else ""
    if action in DISPATCHES:
        names = {d.name_on(today): d.all_names() for d in rulebook.departments(today)}
        meant = next((name for name, every in names.items() if case.department in every), "")
        if action == "dispatch":
            return "department", [(name, name) for name in names], meant
        return "department", [(name, name) for name in names if name != meant], ""
    if action == "merge":
        near = likely_duplicates(case)
        told = [
            (c.code, f"{c.code}（{far:.0f} m）{masked_within(c.description)[:20]}")
            for c, far in near
        ]
        return "main", told, ""
    if action in TASKS_SENT:
        told = [("", "本片区监督员"), *inspectors(case.district_code)]
        if action == "reassign_task":
            return "inspector", [row for row in told if row[0] != case.inspector], ""
        return "inspector", told, case.inspector
    return "", [], ""

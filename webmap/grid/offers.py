"""What somebody may do with a case just now, and what each of it asks for."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from grid import rulebook
from grid.actors import Actor
from grid.effects import MOST_EXTENSIONS
from grid.models import Case, CaseRequest
from grid.queries import extensions_granted, likely_duplicates, open_request
from grid.roles import GridRole
from grid.steps import WORKFLOW
from layers.masking import masked_within

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
TO_INSPECTORS = {"ask_verify", "send_check"}
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


def offers(case: Case, actor: Actor) -> list[Offer]:
    """What this one may do with the case, what goes on straight first."""
    found = []
    for transition in WORKFLOW.leaving(case.step, actor.roles):
        if not _is_yours(case, actor, transition.roles) or not _fits(case, transition.action):
            continue
        text = next((name for name in SIMPLE if name in transition.needs), "reason")
        if transition.action in WITH_PHOTOS | {"confirm", "pass_check"}:
            text = "note" if "note" in transition.needs else text
        choice, choices, chosen = _choices(case, transition.action)
        found.append(
            Offer(
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
            )
        )
    return sorted(found, key=lambda offer: not offer.is_forward)


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


def _is_yours(case: Case, actor: Actor, roles: frozenset[str]) -> bool:
    here = roles & actor.roles
    if here == {GridRole.HANDLER}:
        return actor.is_of(case.department)
    if here == {GridRole.INSPECTOR}:
        return case.inspector in ("", actor.name)
    return True


def _fits(case: Case, action: str) -> bool:
    if action in ANSWERS:
        return open_request(case.code, ANSWERS[action]) is not None
    if action in ASKS and open_request(case.code, ASKS[action]) is not None:
        return False
    if action == "ask_extension":
        late = case.due_at is not None and timezone.now() > case.due_at
        return extensions_granted(case.code) < MOST_EXTENSIONS and not late
    if action == "appeal":
        return not case.is_exempt
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
    if action == "dispatch":
        known = rulebook.departments(today)
        names = {d.name_on(today): d.all_names() for d in known}
        meant = (name for name, every in names.items() if case.department in every)
        return "department", [(name, name) for name in names], next(meant, "")
    if action == "merge":
        near = likely_duplicates(case)
        told = [
            (c.code, f"{c.code}（{far:.0f} m）{masked_within(c.description)[:20]}")
            for c, far in near
        ]
        return "main", told, ""
    if action in TO_INSPECTORS:
        return "inspector", [("", "本片区监督员"), *inspectors(case.district_code)], case.inspector
    return "", [], ""

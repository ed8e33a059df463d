"""What somebody may do with a matter just now, each with the form that it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from grid.rules import rulebook
from spatial.casework.amending import value_of
from spatial.casework.consulting import can_answer, can_consult
from spatial.casework.policies import can_amend, can_take
from spatial.casework.titles import title_shown
from spatial.workflow import Transition
from webmap.matters.forms import (
    AnswerForm,
    ConsultForm,
    MatterForm,
    UnaskForm,
    amend_fields,
    fields_of,
    form_of,
)
from webmap.matters.guards import MatterRequestContext

AMEND, CONSULT, ANSWER, UNASK = "amend", "consult", "answer", "unask"


@dataclass(frozen=True)
class MatterOffer:
    """Something that may be done, and its form. ``path`` follows the matter's address."""

    id: str
    title: str
    path: str
    form: MatterForm
    action: str = ""
    is_forward: bool = False
    is_open: bool = False  # sent before, and refused
    instead_of: str = ""
    deputy_of: str = ""
    name: str = ""  # of the value that is corrected


def offers(
    request: MatterRequestContext, situation: Any, sent: Mapping[str, Any] | None = None
) -> list[MatterOffer]:
    """What this one may do with the matter, what moves it on first.

    ``sent`` is a form that was refused: where it may still be sent, it is open and as it was
    filled in.
    """
    acts = [
        _act(request, situation.matter, transition, sent, may.instead_of, may.deputy_of)
        for transition in request.procedure.workflow.leaving(situation.matter.step)
        if (may := can_take(request.procedure, situation, request.actor, transition)) is not None
    ]
    asked = [
        *_consult(request, situation, sent),
        *_answer(request, situation, sent),
        *_unask(request, situation, sent),
    ]
    return sorted(acts, key=lambda one: not one.is_forward) + asked


def amendments_offered(
    request: MatterRequestContext, matter: Any, sent: Mapping[str, Any] | None = None
) -> list[MatterOffer]:
    """The values that this one may correct."""
    found = []
    for name, entry in request.procedure.amendable.items():
        if not can_amend(request.procedure, matter, request.actor, name):
            continue
        mine = _sent_to(sent, AMEND, name)
        before = entry.read(matter) if entry.read else value_of(matter, name)
        form = amend_form(request, name)(mine, **_fresh(matter, f"{AMEND}-{name}", value=before))
        title = _("更正%(what)s") % {"what": title_shown(entry.title)}
        found.append(
            MatterOffer(f"{AMEND}-{name}", title, AMEND, form, is_open=bool(mine), name=name)
        )
    return found


def act_form(
    request: MatterRequestContext, matter: Any, transition: Transition, instead_of: str = ""
) -> type[MatterForm]:
    """The form of an action."""
    return form_of(fields_of(request.pages, transition, matter, instead_of), with_files=True)


def amend_form(request: MatterRequestContext, name: str) -> type[MatterForm]:
    """The form by which a value is corrected."""
    return form_of(amend_fields(request.pages, name))


def department_names() -> list[str]:
    """The departments that can be asked today."""
    today = rulebook.day_of(timezone.now())
    return [one.name_on(today) for one in rulebook.departments(today)]


def _act(
    request: MatterRequestContext,
    matter: Any,
    transition: Transition,
    sent: Mapping[str, Any] | None,
    instead_of: str,
    deputy_of: str,
) -> MatterOffer:
    mine = _sent_to(sent, "act", transition.action)
    form = act_form(request, matter, transition, instead_of)(
        mine, **_fresh(matter, transition.action)
    )
    is_forward = not instead_of and _is_forward(request, matter, transition)
    return MatterOffer(
        transition.action, title_shown(transition.title), "act", form, transition.action,
        is_forward, bool(mine), instead_of, deputy_of,
    )  # fmt: skip


def _is_forward(request: MatterRequestContext, matter: Any, transition: Transition) -> bool:
    """Whether an action moves the matter on as those should for whom it waits."""
    moves = transition.lands_in(matter.step) != matter.step
    is_theirs = request.procedure.waits_for.get(matter.step) in transition.roles
    return moves and is_theirs and transition.action not in request.procedure.recalls


def _consult(
    request: MatterRequestContext, situation: Any, sent: Mapping[str, Any] | None
) -> list[MatterOffer]:
    if not can_consult(request.procedure, situation, request.actor):
        return []
    mine = _sent_to(sent, CONSULT)
    form = ConsultForm(department_names(), mine, **_fresh(situation.matter, CONSULT))
    return [MatterOffer(CONSULT, _("征询部门意见"), CONSULT, form, is_open=bool(mine))]


def asked_departments(situation: Any) -> list[str]:
    """The departments that were asked and have not answered."""
    return [one.department for one in situation.requests if one.granted is None and one.department]


def _unask(
    request: MatterRequestContext, situation: Any, sent: Mapping[str, Any] | None
) -> list[MatterOffer]:
    waiting = asked_departments(situation)
    if not waiting or not can_consult(request.procedure, situation, request.actor):
        return []
    mine = _sent_to(sent, UNASK)
    form = UnaskForm(waiting, mine, **_fresh(situation.matter, UNASK))
    return [MatterOffer(UNASK, _("撤回征询"), UNASK, form, is_open=bool(mine))]


def _answer(
    request: MatterRequestContext, situation: Any, sent: Mapping[str, Any] | None
) -> list[MatterOffer]:
    if not any(can_answer(request.actor, name) for name in asked_departments(situation)):
        return []
    mine = _sent_to(sent, ANSWER)
    form = AnswerForm(mine, **_fresh(situation.matter, ANSWER))
    return [MatterOffer(ANSWER, _("答复征询"), ANSWER, form, is_forward=True, is_open=bool(mine))]


def _sent_to(sent: Mapping[str, Any] | None, path: str, name: str = "") -> Any:
    """The form that was refused, if it is the one of that path and action or value."""
    is_it = sent is not None and sent.get("sent") == path and sent.get("name", "") == name
    return sent if is_it else None


def _fresh(matter: Any, id_: str, **initial: Any) -> dict[str, Any]:
    return {
        "initial": {"expected": matter.pk, "uuid": uuid4(), **initial},
        "auto_id": f"{id_}-%s",
    }

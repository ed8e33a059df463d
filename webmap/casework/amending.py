"""What was told of a case is corrected at the desk: a form for each value, before and after shown."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grid.cases.actions import amend_case
from grid.cases.actors import Actor
from grid.cases.amendable import AMENDABLE, class_choices
from grid.cases.procedure import CASES, MAX_OF
from grid.cases.queries import components_near
from grid.cases.situations import CaseSituation
from grid.models import Case
from spatial.casework.policies import can_amend
from spatial.casework.titles import amended_shown
from webmap.casework.cases import case_for, shown
from webmap.casework.guards import StaffRequest, casework
from webmap.casework.presentation import class_title, component_rows, degrees
from webmap.web.errors import Refusal, answering, as_text, is_script
from webmap.web.forms import ParsedField, PlaceField, RequestForm, TextField
from webmap.web.guards import MOST_SENT, bounded
from webmap.web.parsing import uuid_in, version_in

CONFLICT = 409


class AmendForm(RequestForm):
    """A value, as it should be, and why; the version of the case that the form was made for."""

    field = TextField()
    value = TextField()
    point = PlaceField(is_needed=False)
    reason = TextField()
    expected = ParsedField(version_in)
    uuid = ParsedField(uuid_in)

    def value_given(self) -> Any:
        """The value: a place of the form, or its text."""
        given = self.cleaned_data
        return given["point"] if given["field"] == "geom" else given["value"]


@dataclass(frozen=True)
class AmendOffer:
    """A value that may be corrected: as it is now, and the input of its form."""

    name: str
    title: str
    value: str = ""
    now: str = ""  # the value as people say it, where it is chosen from a list
    choices: tuple[tuple[str, list[tuple[str, str]]], ...] = ()
    max_length: int = 0
    place: tuple[float, float] | None = None


def amend_offers(situation: CaseSituation, actor: Actor) -> list[AmendOffer]:
    """What of the case this one may correct."""
    return [
        _offer(situation, name)
        for name in AMENDABLE
        if can_amend(CASES, situation.case, actor, name)
    ]


def _offer(situation: CaseSituation, name: str) -> AmendOffer:
    case, title = situation.case, amended_shown(CASES, name)
    if name == "geom":
        return AmendOffer(name, title, place=degrees(case.geom))
    if name == "class_code":
        value = f"{case.kind}/{case.class_code}"
        now = class_title(case) + (f"（{case.condition}）" if case.condition else "")
        return AmendOffer(name, title, value, now, tuple(class_choices(situation)))
    if name == "component_code":
        near = component_rows(components_near(case.geom))
        rows = [(row["code"], f"{row['title']}（{row['far_m']} m）{row['code']}") for row in near]
        choices = ("", [("", _("不涉及部件")), *rows])
        return AmendOffer(name, title, case.component_code, case.component_code, (choices,))
    if name == "is_public":
        is_public = "1" if case.is_public else "0"
        choices = ("", [("1", _("是")), ("0", _("否"))])
        return AmendOffer(name, title, is_public, "", (choices,))
    return AmendOffer(name, title, getattr(case, name), max_length=MAX_OF[name])


@bounded(MOST_SENT)
@require_http_methods(["GET", "HEAD", "POST"])
@casework
def amended(request: StaffRequest, code: str) -> HttpResponseBase:
    """``/grid/cases/{code}/amend``: the forms, and a correction; it is answered with the case."""
    case = case_for(request, code)
    return _amended(request, case) if request.method == "POST" else _forms(request, case)


def _refused(request: StaffRequest, refusal: Refusal, case: Case) -> HttpResponseBase:
    """The case as it stands for a script, whose form keeps what was written; else the form."""
    fresh = case_for(request, case.code)
    if not is_script(request):
        return _forms(request, fresh, refusal)
    if refusal.status == CONFLICT:
        return shown(request, fresh, error=refusal.text, status=refusal.status)
    return as_text(request, refusal)


@answering(_refused)
def _amended(request: StaffRequest, case: Case) -> HttpResponseBase:
    form = AmendForm(request.POST).checked()
    given = form.cleaned_data
    amend_case(
        request.actor,
        case.code,
        given["field"],
        form.value_given(),
        reason=given["reason"],
        expected=given["expected"],
        uuid=given["uuid"],
    )
    return shown(request, case_for(request, case.code), is_done=True)


def _forms(request: StaffRequest, case: Case, refusal: Refusal | None = None) -> HttpResponse:
    """The forms; after a refusal with what was written in one of them."""
    context: dict[str, Any] = {
        "case": case,
        "offers": amend_offers(CaseSituation(case, timezone.now()), request.actor),
        "error": refusal.text if refusal else "",
        "written": request.POST if refusal else None,
        "tab": "desk",
    }
    template = "grid/amend.html" if is_script(request) else "grid/amend_page.html"
    return render(request, template, context, status=refusal.status if refusal else 200)

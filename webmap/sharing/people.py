"""Where somebody stands in the registers: searched by exact name or number, with a reason."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from grid.cases.policies import can_see_reporter
from grid.cases.queries import cases_reported_by
from layers.reading.personal import (
    MOST_REASON,
    PersonFound,
    check_frequency,
    find_people,
    layers_searched,
    record_reading,
)
from spatial.sealed.queries import MOST_FOUND
from webmap.sharing.guards import page
from webmap.web.callers import caller_of
from webmap.web.guards import StaffRequest, with_roles
from webmap.web.people import may_find_people
from webmap.web.values import layer_title

MOST_TEXT = 200  # characters
CASES = "cases"
REPORTER = ("reporter_name", "reporter_phone")


class PeopleSearchForm(forms.Form):
    """Whom, and why."""

    text = forms.CharField(label=_("姓名、电话或证号"), max_length=MOST_TEXT)
    reason = forms.CharField(label=_("查阅事由"), max_length=MOST_REASON)


@with_roles(may_find_people)
def people(request: StaffRequest) -> HttpResponse:
    """``/sharing/people``: the form, and what was found by it; each search is logged."""
    form = PeopleSearchForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "most": MOST_FOUND}
    if form.is_valid():
        text, reason = form.cleaned_data["text"], form.cleaned_data["reason"]
        context["rows"] = [*_features(request, text, reason), *_cases(request, text, reason)]
    return page(request, "people", 422 if form.errors else 200, **context)


def _features(request: StaffRequest, text: str, reason: str) -> list[dict[str, Any]]:
    caller = caller_of(request)
    if not layers_searched(caller):
        return []
    return [_row(found) for found in find_people(caller, text, reason)]


def _row(found: PersonFound) -> dict[str, Any]:
    return {
        "title": layer_title(found.layer),
        "field": found.layer.column(found.field).verbose_name,
        "code": found.code,
        "mask": found.mask,
        "stands": found.stands,
        "path": f"/panel/{found.layer.id}/{found.code}",
    }


def _cases(request: StaffRequest, text: str, reason: str) -> list[dict[str, Any]]:
    if not can_see_reporter(request.actor):
        return []
    check_frequency(request.actor.name, CASES)
    record_reading(request.actor.name, CASES, "", REPORTER, reason)
    return [
        {
            "title": _("案件"),
            "field": _("举报人"),
            "code": code,
            "mask": mask,
            "stands": True,
            "path": f"/grid/cases/{code}",
        }
        for code, mask in cases_reported_by(request.actor, text)
    ]

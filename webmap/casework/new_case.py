"""A case that somebody tells the centre: by telephone, by letter, in person."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from grid.cases.actions import report
from grid.cases.queries import components_near
from webmap.casework.desk import class_groups
from webmap.casework.forms import SOURCES, NewCaseForm
from webmap.casework.guards import StaffRequest, registrars
from webmap.casework.presentation import component_rows
from webmap.web.errors import Refusal, answering, as_json
from webmap.web.guards import MOST_SENT, bounded
from webmap.web.parsing import point_in


@require_safe
@registrars
def new(request: StaffRequest) -> HttpResponse:
    """``/grid/new``: the form of a case that somebody tells the centre."""
    return _form(request)


@require_safe
@registrars
@answering(as_json)
def components(request: StaffRequest) -> JsonResponse:
    """``/grid/new/components``: the components that a case at a place may name, nearest first."""
    point = point_in(request.GET.get("lon", ""), request.GET.get("lat", ""))
    return JsonResponse({"components": component_rows(components_near(point))})


def _form(request: StaffRequest, refusal: Refusal | None = None) -> HttpResponse:
    """The form; after a refusal with what was written in it."""
    context: dict[str, Any] = {"groups": class_groups(), "sources": SOURCES}
    if refusal:
        context |= {"error": refusal.text, "given": request.POST}
    return render(request, "grid/new.html", context, status=refusal.status if refusal else 200)


@bounded(MOST_SENT)
@require_POST
@registrars
@answering(_form)
def registered(request: StaffRequest) -> HttpResponse:
    """``/grid/cases``: the case is taken down."""
    form = NewCaseForm(request.POST, request.FILES).checked()
    case = report(request.actor, form.told())
    return JsonResponse({"code": case.code}, status=201)

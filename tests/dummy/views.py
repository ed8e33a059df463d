"""The pages of park keeping."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.declarations.registry import layer_of
from layers.reading.offices import features_shown
from tests.dummy.profession import PROFESSION
from webmap.map.overview import overview_page
from webmap.map.parameters import moment_parameter
from webmap.web.callers import caller_of


@require_safe
def upkeep(request: HttpRequest) -> HttpResponse:
    """The benches that are broken."""
    shown = features_shown(caller_of(request), layer_of("benches"))
    benches = shown.current().filter(state="broken").order_by("code")
    return render(request, "dummy/upkeep.html", {"benches": benches})


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How many parks there are."""
    as_of = moment_parameter(request)
    parks = features_shown(caller_of(request), layer_of("parks"))
    number = parks.as_of(as_of).count()
    return overview_page(request, PROFESSION.entrance, as_of, {"parks": number})

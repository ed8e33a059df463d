"""地灾预警: the warnings in force at a moment, and what they threaten."""

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.access.access import may_see
from layers.declarations.registry import layer_of
from layers.reading.queries import at_most
from spatial.codes import scheme
from spatial.hazards.models import HazardWarning
from spatial.hazards.queries import (
    buildings_inside,
    past_warnings,
    sites_by_kind,
    threat_as_of,
    warnings_in_force,
)
from spatial.outages import is_away
from spatial.periods import AsOf, at
from webmap.map.parameters import day_of, layer_parameter, moment_parameter
from webmap.web.callers import caller_of

TIMEOUT_MS = 3000


@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """The list panel of the hazards entrance."""
    layer_parameter(request, "warnings")
    layer_parameter(request, "hazard-sites")
    as_of = moment_parameter(request)
    levels, kinds = scheme("warning_levels"), scheme("hazard_kinds")
    past = past_warnings(as_of.instant or timezone.now())
    context = {
        "day": day_of(as_of),
        "warnings": [
            {
                "found": found,
                "buildings": _buildings(request, found.warning, as_of),
                "level": levels.name(found.warning.level),
                "colour": levels.colour(found.warning.level),
            }
            for found in warnings_in_force(as_of)
        ],
        "past": [
            {
                "warning": w,
                "at": str(at(max(w.valid.lower, w.effective or w.valid.lower))),
                "level": levels.name(w.level).split("（")[0],
                "colour": levels.colour(w.level),
            }
            for w in past
        ],
        "threat": threat_as_of(as_of),
        "kinds": [
            {"name": kinds.name(kind), "colour": kinds.colour(kind), "number": n, "people": p}
            for kind, n, p in sites_by_kind(as_of)
        ],
    }
    return render(request, "panel/warnings.html", context)


def _buildings(request: HttpRequest, warning: HazardWarning, as_of: AsOf) -> Any:
    """How many buildings are inside; None if that may not be seen or takes too long."""
    if not may_see(caller_of(request), layer_of("buildings")):
        return None
    try:
        with at_most(TIMEOUT_MS):
            return buildings_inside(warning, as_of)
    except OperationalError as error:
        if is_away(error):
            raise
        return None

"""地灾预警: the warnings in force at a moment, and what they threaten."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from layers.declarations.registry import layer_of
from layers.reading.features import features
from layers.reading.offices import page_share
from layers.reading.reading import QueryTimeout
from spatial.hazards.queries import (
    buildings_inside,
    past_warnings,
    sites_by_kind,
    threat_of,
    warnings_in_force,
)
from spatial.languages import shown_scheme
from spatial.periods import AsOf, at
from webmap.map.parameters import day_of, moment_parameter, share_parameter
from webmap.web.callers import caller_of

TIMEOUT_MS = 3000


@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """The list panel of the hazards entrance."""
    warned = features(share_parameter(request, "warnings"))
    sites = features(share_parameter(request, "hazard-sites"))
    as_of = moment_parameter(request)
    levels, kinds = shown_scheme("warning_levels"), shown_scheme("hazard_kinds")
    past = past_warnings(warned, as_of.instant or timezone.now())
    context = {
        "day": day_of(as_of),
        "warnings": [
            {
                "found": found,
                "buildings": _buildings(request, found.warning, as_of),
                "level": levels.name(found.warning.level),
                "colour": levels.colour(found.warning.level),
            }
            for found in warnings_in_force(warned, sites, as_of)
        ],
        "past": [
            {
                "warning": w,
                "at": str(at(max(w.valid.lower, w.effective or w.valid.lower))),
                "bounds": ",".join(f"{degrees:.5f}" for degrees in w.box.extent) if w.box else "",
                "level": levels.name(w.level).split("（")[0],
                "colour": levels.colour(w.level),
            }
            for w in past
        ],
        "threat": threat_of(sites.as_of(as_of)),
        "kinds": [
            {"name": kinds.name(kind), "colour": kinds.colour(kind), "number": n, "people": p}
            for kind, n, p in sites_by_kind(sites.as_of(as_of))
        ],
    }
    return render(request, "panel/warnings.html", context)


def _buildings(request: HttpRequest, warning: Any, as_of: AsOf) -> Any:
    """How many buildings are inside; None if that may not be seen or takes too long."""
    share = page_share(caller_of(request), layer_of("buildings"))
    if share is None:
        return None
    try:
        return buildings_inside(features(share, TIMEOUT_MS).as_of(as_of), warning)
    except QueryTimeout:
        return None

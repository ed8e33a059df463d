"""地灾预警: the warnings in force at a moment, and what they threaten."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from spatial.codes import scheme
from spatial.hazards.queries import (
    past_warnings,
    sites_by_kind,
    threat_as_of,
    warnings_in_force,
)
from spatial.periods import at
from webmap.pages.asking import asked_layer, asked_moment, day_of


@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """The list panel of the hazards entrance."""
    asked_layer(request, "warnings")
    asked_layer(request, "hazard-sites")
    as_of = asked_moment(request)
    levels, kinds = scheme("warning_levels"), scheme("hazard_kinds")
    past = past_warnings(as_of.instant or timezone.now())
    context = {
        "day": day_of(as_of),
        "warnings": [
            {
                "found": found,
                "level": levels.name(found.warning.level),
                "colour": levels.colour(found.warning.level),
            }
            for found in warnings_in_force(as_of)
        ],
        "past": [
            {
                "warning": w,
                "at": str(at(w.valid.lower)),
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

"""此处有什么: every visible register at one point, at one moment."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.declarations.declarations import Layer
from layers.reading.queries import features_at, place
from layers.reading.reading import QueryTimeout
from layers.reading.shares import Share
from spatial.languages import shown_scheme
from spatial.periods import AsOf
from webmap.map.parameters import day_of, moment_parameter, place_parameter, shown_shares
from webmap.map.records import heading, layer_title
from webmap.web.professions import tables_of

TIMEOUT_MS = 5000


@dataclass(frozen=True)
class RegisterSection:
    """What one register has at the point."""

    layer: Layer
    title: str
    reach_m: float
    items: list[dict[str, Any]]


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """Everything at a point that the caller may see."""
    longitude, latitude = place_parameter(request)
    as_of = moment_parameter(request)
    point = place(longitude, latitude)
    sections: list[RegisterSection] = []
    try:
        for share in sorted(shown_shares(request), key=lambda share: share.layer.here_rank):
            sections.append(_section(share, point, as_of))
        late = False
    except QueryTimeout:
        late = True
    context = {
        "late": late,
        "sections": [section for section in sections if section.items],
        "longitude": longitude,
        "latitude": latitude,
        "east_m": point.x,
        "north_m": point.y,
        "day": day_of(as_of),
    }
    return render(request, "panel/here.html", context)


def _section(share: Share, point: Any, as_of: AsOf) -> RegisterSection:
    layer = share.layer
    tables = tables_of(layer.id)
    items = [
        {
            "link": f"{layer.id}/{found.version.code}",
            "name": heading(share, found.version),
            "class": _class(share, found.version),
            "distance_m": found.distance_m,
            "tables": [(table.caption, table.facts(found.version)) for table in tables],
        }
        for found in features_at(share, point, as_of, layer.here_reach_m, TIMEOUT_MS)
    ]
    reach = 0.0 if layer.geometry == "Polygon" else layer.here_reach_m
    return RegisterSection(layer, layer_title(layer), reach, items)


def _class(share: Share, version: Any) -> dict[str, str]:
    """The class that colours the feature: its code, name and colour."""
    for declared in share.fields:
        value = getattr(version, declared.name)
        if declared.scheme and value:
            codes = shown_scheme(getattr(version, "scheme", "") or declared.scheme)
            shown = value if value.isdigit() else ""
            return {"name": codes.name(value), "code": shown, "colour": codes.colour(value)}
    return {}

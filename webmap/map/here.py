"""此处有什么: every visible register at one point, at one moment."""

from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from layers.declarations.declarations import Layer
from layers.reading.queries import at_most, found_at, place
from spatial.codes import scheme
from spatial.outages import is_away
from spatial.periods import AsOf
from webmap.map.parameters import asked_moment, asked_place, day_of, shown_layers
from webmap.map.records import heading, layer_title
from webmap.web.values import NOTHING

TIMEOUT_MS = 5000
# plans and constraints first: this is the planner's question
ORDER = (
    "plan-zones", "constraints", "parcels", "buildings", "units", "landcover", "water", "roads",
    "addresses", "pipe-lines", "pipe-points", "hazard-sites", "warnings", "grid-cells",
    "components", "cases", "districts",
)  # fmt: skip
REACH_M = {"hazard-sites": 200.0, "pipe-lines": 10.0, "pipe-points": 10.0, "roads": 15.0}
DEFAULT_REACH_M = 10.0
LIMITS = (
    ("max_floor_area_ratio", _("容积率"), "≤", ""),
    ("max_density_pct", _("建筑密度"), "≤", "%"),
    ("min_green_pct", _("绿地率"), "≥", "%"),
    ("max_height_m", _("建筑限高"), "≤", "m"),
)


@dataclass(frozen=True)
class Section:
    """What one register has at the point."""

    layer: Layer
    title: str
    reach_m: float
    items: list[dict[str, Any]]


@require_safe
def here(request: HttpRequest) -> HttpResponse:
    """Everything at a point that the caller may see."""
    longitude, latitude = asked_place(request)
    as_of = asked_moment(request)
    point = place(longitude, latitude)
    sections: list[Section] = []
    try:
        with at_most(TIMEOUT_MS):
            for layer in _ordered(shown_layers(request)):
                sections.append(_section(layer, point, as_of))
        late = False
    except OperationalError as error:
        if is_away(error):
            raise
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


def _ordered(layers: list[Layer]) -> list[Layer]:
    known = [layer for layer in layers if layer.id in ORDER]
    return sorted(known, key=lambda layer: ORDER.index(layer.id))


def _section(layer: Layer, point: Any, as_of: AsOf) -> Section:
    reach_m = REACH_M.get(layer.id, DEFAULT_REACH_M)
    items = [
        {
            "link": f"{layer.id}/{found.version.code}",
            "name": heading(layer, found.version),
            "class": _class(layer, found.version),
            "distance_m": found.distance_m,
            "limits": limits_of(found.version) if layer.id == "plan-zones" else [],
        }
        for found in found_at(layer, point, as_of, reach_m)
    ]
    reach = 0.0 if layer.geometry == "Polygon" else reach_m
    return Section(layer, layer_title(layer), reach, items)


def _class(layer: Layer, version: Any) -> dict[str, str]:
    """The class that colours the feature: its code, name and colour."""
    for declared in layer.fields:
        value = getattr(version, declared.name, "")
        if declared.scheme and value:
            codes = scheme(getattr(version, "scheme", "") or declared.scheme)
            shown = value if value.isdigit() else ""
            return {"name": codes.name(value), "code": shown, "colour": codes.colour(value)}
    return {}


def limits_of(version: Any) -> list[tuple[Any, str]]:
    """The control figures of a plan zone, in words."""
    found = []
    for name, title, sign, unit in LIMITS:
        value = getattr(version, name)
        found.append((title, NOTHING if value is None else f"{sign} {value:g}{unit}"))
    return found

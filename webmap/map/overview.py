"""What an entrance's panel shows before a click: the city, its plan, its housing in figures."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.gis.db.models.functions import Area
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.access.access import may_see
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_of
from layers.reading.revisions import revision
from spatial.codes import scheme
from spatial.parcels.models import Building
from spatial.periods import AsOf
from spatial.planning.models import PlanZone
from spatial.versions.figures import Tallied, standing, tallied, whole_day
from webmap.map.parameters import asked_layer, asked_moment, day_of, shown_layers
from webmap.web.callers import caller_of
from webmap.web.entrances import entrance_named
from webmap.web.values import layer_title

M2_PER_HA = 10_000
STOREY_CLASSES = ((1, "1–3"), (4, "4–6"), (7, "7–11"), (12, "12–18"), (19, "19+"))


@require_safe
def general(request: HttpRequest) -> HttpResponse:
    """How much of everything the city's registers hold at a moment."""
    as_of = asked_moment(request)
    layers = shown_layers(request)
    numbers = _numbers(layers, as_of)
    counts = [
        {"layer": layer, "title": layer_title(layer), "number": numbers[layer.id]}
        for layer in layers
    ]
    return _page(request, "general", as_of, {"counts": [c for c in counts if c["number"]]})


@require_safe
def planning(request: HttpRequest) -> HttpResponse:
    """The plan's balance of land by use."""
    layer = asked_layer(request, "plan-zones")
    as_of = asked_moment(request)
    uses = _land_balance(as_of, revision(layer))
    total_ha = sum(use["ha"] for use in uses)
    most = max((use["ha"] for use in uses), default=1)
    shown = [
        use | {"percent": 100 * use["ha"] / total_ha, "width": 100 * use["ha"] / most}
        for use in uses
    ]
    return _page(request, "planning", as_of, {"uses": shown, "total_ha": total_ha})


@require_safe
def housing(request: HttpRequest) -> HttpResponse:
    """The city's buildings by height class; units only for who may see them."""
    layer = asked_layer(request, "buildings")
    as_of = asked_moment(request)
    units = layer_of("units")
    context: dict[str, Any] = dict(_stock(as_of, revision(layer)))
    shown = [layer, units] if may_see(caller_of(request), units) else [layer]
    context |= _numbers(shown, as_of)
    return _page(request, "housing", as_of, context)


def _page(request: HttpRequest, name: str, as_of: AsOf, context: dict[str, Any]) -> HttpResponse:
    context |= {"entrance": entrance_named(name), "day": day_of(as_of)}
    return render(request, f"panel/overview_{name}.html", context)


def _numbers(layers: Iterable[Layer], as_of: AsOf) -> dict[str, int]:
    """How many features of each layer stand at a moment, by layer id."""
    known = standing(_day(as_of)) if _is_kept(as_of) else {}
    return {
        layer.id: known[layer.register]
        if layer.register in known
        else _counted(layer.id, as_of, revision(layer))
        for layer in layers
    }


def _is_kept(as_of: AsOf) -> bool:
    """Whether figures are kept of a moment: of now, and of the end of each day."""
    return as_of.is_now or _day(as_of) is not None


def _day(as_of: AsOf) -> date | None:
    return whole_day(as_of.instant) if as_of.instant else None


@lru_cache(maxsize=512)
def _counted(layer_id: str, as_of: AsOf, revision: int) -> int:
    """What is not kept, counted once per revision of the register and moment."""
    return layer_of(layer_id).model.objects.as_of(as_of).count()


@lru_cache(maxsize=64)
def _land_balance(as_of: AsOf, revision: int) -> list[dict[str, Any]]:
    """Hectares by land use, the largest first; each code in its own edition's words."""
    found = []
    for (use, scheme_id), number, area_m2 in _plan_areas(as_of):
        codes = scheme(scheme_id or "land_sea_use_2023")
        found.append(
            {
                "code": use,
                "name": codes.name(use),
                "colour": codes.colour(use),
                "number": number,
                "ha": area_m2 / M2_PER_HA,
            }
        )
    return sorted(found, key=lambda use: -use["ha"])


def _plan_areas(as_of: AsOf) -> list[Tallied]:
    """Zones and their area by land use and coding scheme."""
    known = tallied(PlanZone, "land_use", _day(as_of)) if _is_kept(as_of) else None
    if known is not None:
        return known
    rows = (
        PlanZone.objects.as_of(as_of)
        .annotate(size=Area("geom"))
        .values_list("land_use", "scheme")
        .annotate(number=Count("id"), total=Sum("size"))
    )
    return [Tallied((use, scheme_id), n, total.sq_m) for use, scheme_id, n, total in rows]


def _storeys(as_of: AsOf) -> list[Tallied]:
    """Buildings and their floor area by number of storeys."""
    known = tallied(Building, "storeys_above", _day(as_of)) if _is_kept(as_of) else None
    if known is not None:
        return known
    rows = (
        Building.objects.as_of(as_of)
        .values_list("storeys_above")
        .annotate(number=Count("id"), area=Sum("floor_area_m2"))
    )
    return [Tallied((storeys,), number, area or 0.0) for storeys, number, area in rows]


@lru_cache(maxsize=64)
def _stock(as_of: AsOf, revision: int) -> dict[str, Any]:
    """Buildings by number of storeys, and their floor area."""
    classes: dict[int, int] = {}
    area_m2 = 0.0
    for (storeys,), number, total_m2 in _storeys(as_of):
        bound = max((b for b, _ in STOREY_CLASSES if b <= max(1, storeys)))
        classes[bound] = classes.get(bound, 0) + number
        area_m2 += total_m2
    colours = layer_of("buildings").paint.colours  # type: ignore[union-attr]
    most = max(classes.values(), default=1)
    heights = [
        {
            "title": title,
            "number": classes.get(bound, 0),
            "width": 100 * classes.get(bound, 0) / most,
            "colour": colours.get(str(bound), ("", "#cda777"))[1],
        }
        for bound, title in STOREY_CLASSES
    ]
    return {"heights": heights, "area_ha": area_m2 / M2_PER_HA}

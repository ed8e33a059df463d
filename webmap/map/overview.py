"""What the general entrance's panel shows before a click: how much of everything there is."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_of
from spatial.periods import AsOf
from spatial.versions.queries import revision_of
from webmap.map.parameters import asked_moment, day_of, shown_layers
from webmap.map.profession import PROFESSION
from webmap.web.professions import Entrance
from webmap.web.values import layer_title

M2_PER_HA = 10_000


@require_safe
def general(request: HttpRequest) -> HttpResponse:
    """How much of everything the city's registers hold at a moment."""
    as_of = asked_moment(request)
    counts = [
        {"layer": layer, "title": layer_title(layer), "number": count_of(layer, as_of)}
        for layer in shown_layers(request)
    ]
    shown = {"counts": [c for c in counts if c["number"]]}
    return overview_page(request, PROFESSION.entrance, as_of, shown)


def overview_page(
    request: HttpRequest, entrance: Entrance | None, as_of: AsOf, context: dict[str, Any]
) -> HttpResponse:
    """The overview of an entrance, by the template of its name."""
    assert entrance  # noqa: S101  (a profession with an overview has one)
    context |= {"entrance": entrance, "day": day_of(as_of)}
    return render(request, f"panel/overview_{entrance.id}.html", context)


def count_of(layer: Layer, as_of: AsOf) -> int:
    """How many features of a layer stand at a moment."""
    return _counted(layer.id, as_of, revision_of(layer.model))


@lru_cache(maxsize=512)
def _counted(layer_id: str, as_of: AsOf, revision: int) -> int:
    """Counted once per revision of the register and moment."""
    return layer_of(layer_id).model.objects.as_of(as_of).count()

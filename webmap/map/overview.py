"""What the general entrance's panel shows before a click: how much of everything there is."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_of
from layers.reading.revisions import register_revision
from spatial.periods import AsOf
from spatial.versions.figures import standing, whole_day
from webmap.map.parameters import day_of, moment_parameter, shown_layers
from webmap.map.profession import PROFESSION
from webmap.web.professions import Entrance
from webmap.web.values import layer_title

M2_PER_HA = 10_000


@require_safe
def general(request: HttpRequest) -> HttpResponse:
    """How much of everything the city's registers hold at a moment."""
    as_of = moment_parameter(request)
    layers = shown_layers(request)
    numbers = numbers_of(layers, as_of)
    counts = [
        {"layer": layer, "title": layer_title(layer), "number": numbers[layer.id]}
        for layer in layers
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


def numbers_of(layers: Iterable[Layer], as_of: AsOf) -> dict[str, int]:
    """How many features of each layer stand at a moment, by layer id."""
    known = standing(kept_day(as_of)) if is_kept(as_of) else {}
    return {
        layer.id: known[layer.register]
        if layer.register in known
        else _counted(layer.id, as_of, register_revision(layer))
        for layer in layers
    }


def is_kept(as_of: AsOf) -> bool:
    """Whether figures are kept of a moment: of now, and of the end of each day."""
    return as_of.is_now or kept_day(as_of) is not None


def kept_day(as_of: AsOf) -> date | None:
    """The day at whose end a moment is, in the city's time; None for now and other moments."""
    return whole_day(as_of.instant) if as_of.instant else None


@lru_cache(maxsize=512)
def _counted(layer_id: str, as_of: AsOf, revision: int) -> int:
    """What is not kept, counted once per revision of the register and moment."""
    return layer_of(layer_id).model.objects.as_of(as_of).count()

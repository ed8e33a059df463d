"""What the general entrance's panel shows before a click: how much of everything there is."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.reading.features import features
from layers.reading.revisions import register_revision
from layers.reading.shares import Share
from spatial.periods import AsOf
from spatial.versions.figures import standing, whole_day
from webmap.map.parameters import day_of, moment_parameter, shown_shares
from webmap.map.profession import PROFESSION
from webmap.web.professions import Entrance
from webmap.web.values import layer_title

M2_PER_HA = 10_000


@require_safe
def general(request: HttpRequest) -> HttpResponse:
    """How much of everything the city's registers hold at a moment."""
    as_of = moment_parameter(request)
    shares = shown_shares(request)
    numbers = numbers_of(shares, as_of)
    layers = [share.layer for share in shares]
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


def numbers_of(shares: Iterable[Share], as_of: AsOf) -> dict[str, int]:
    """How many features of each share stand at a moment, by the id of its layer."""
    known = standing(kept_day(as_of)) if is_kept(as_of) else {}
    return {
        share.layer.id: known[share.layer.register]
        if share.layer.register in known
        else _counted(share, as_of, register_revision(share.layer))
        for share in shares
    }


def is_kept(as_of: AsOf) -> bool:
    """Whether figures are kept of a moment: of now, and of the end of each day."""
    return as_of.is_now or kept_day(as_of) is not None


def kept_day(as_of: AsOf) -> date | None:
    """The day at whose end a moment is, in the city's time; None for now and other moments."""
    return whole_day(as_of.instant) if as_of.instant else None


@lru_cache(maxsize=512)
def _counted(share: Share, as_of: AsOf, revision: int) -> int:
    """What is not kept, counted once per share, revision of the register and moment."""
    return features(share).as_of(as_of).count()

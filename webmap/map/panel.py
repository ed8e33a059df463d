"""The record of one feature: what it is, what it was, what stands around it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layers.access.access import may_see_personal
from layers.declarations.declarations import Layer
from layers.reading.personal import full_values, masked_values
from layers.reading.queries import (
    History,
    history_shown,
    outline,
    stands,
    version_at,
    version_shown,
)
from layers.reading.shares import Share
from spatial.geometry import MU_PER_M2
from spatial.periods import AsOf, at
from webmap.map.parameters import day_of, moment_parameter, share_parameter
from webmap.map.records import eras_of, heading, layer_title, rows_of, secrets_of
from webmap.map.surroundings import surroundings_of
from webmap.web.callers import caller_of
from webmap.web.professions import fragments_of


@require_safe
def panel(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """The record of a feature at a moment; 404 for what never existed or may not be seen."""
    share = share_parameter(request, layer_id)
    as_of = moment_parameter(request)
    return render(request, "panel/record.html", record_context(request, share, code, as_of))


@require_safe
def history(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """The part of a record's timeline that goes back from ``at``; 404 for what never existed."""
    share = share_parameter(request, layer_id)
    shown = history_shown(share, code, moment_parameter(request).instant)
    if not shown.total:
        raise Http404(_("没有这个要素"))
    context = {"layer": share.layer, "code": code, **timeline(request, share, shown)}
    return render(request, "panel/timeline.html", context)


def existing_version(share: Share, code: str, as_of: AsOf) -> Any:
    """The version of a code at a moment, else its last.

    Raises:
        Http404: there is none.
    """
    version = version_shown(share, code, as_of)
    if version is None:
        raise Http404(_("没有这个要素"))
    return version


def timeline(request: HttpRequest, share: Share, shown: History) -> dict[str, Any]:
    """What the timeline of a record shows: eras, newest first, and where the older ones begin."""
    return {
        "eras": eras_of(share, shown, caller_of(request)),
        "total": shown.total,
        "older_at": str(at(shown.before.valid.lower)) if shown.before else "",
    }


@require_POST
def personal(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """The personal fields in full, for who may have them; the reading is logged first."""
    share = share_parameter(request, layer_id)
    check_personal(request, share.layer)
    version = existing_version(share, code, moment_parameter(request))
    texts = full_values(caller_of(request), share, [version], code)
    context = {"secrets": secrets_of(share.layer, texts.get(version.id, {})), "revealed": True}
    return render(request, "panel/personal.html", context)


def check_personal(request: HttpRequest, layer: Layer) -> None:
    """Refuse who may not have the personal fields of a layer in full.

    Raises:
        Http404: alike for who may not read them, and where there are none.
    """
    if not layer.personal or not may_see_personal(caller_of(request), layer):
        raise Http404(_("您没有查看个人信息的权限"))


def record_context(request: HttpRequest, share: Share, code: str, as_of: AsOf) -> dict[str, Any]:
    """Everything that the record page shows.

    Raises:
        Http404: nothing of that code ever stood.
    """
    caller, layer = caller_of(request), share.layer
    shown = history_shown(share, code)
    version = version_at(shown.versions, as_of)
    if version is None:
        older = shown.before or not shown.versions
        version = existing_version(share, code, as_of) if older else shown.versions[-1]
    is_standing = stands(version, as_of)
    moment = as_of if is_standing else at(version.valid.lower)
    shape = outline(share, version)
    texts = masked_values(share, [version]).get(version.id, {})
    context: dict[str, Any] = {
        "layer": layer,
        "layer_title": layer_title(layer),
        "code": version.code,
        "heading": heading(share, version),
        "version": version,
        "stands": is_standing,
        "future": not is_standing and as_of.instant and version.valid.lower > as_of.instant,
        "day": day_of(as_of),
        "at": str(as_of),
        "last_at": str(at(version.valid.lower)),
        "rows": rows_of(share, version, caller, moment),
        "secrets": secrets_of(layer, texts),
        "may_reveal": may_see_personal(caller, layer),
        "anonymous": caller.is_anonymous,
        **timeline(request, share, shown),
        "groups": surroundings_of(layer, version, caller, moment),
        "shape": shape,
        "bbox": _bbox(shape),
        "measured": _measured(layer, version),
        "schematic": getattr(version, "schematic", False),
        "fragments": [],
    }
    for fragment in fragments_of(layer.id):
        context |= fragment.context(version.code, moment, caller)
        context["fragments"].append(fragment.template)
    return context


def _measured(layer: Layer, version: Any) -> dict[str, float]:
    """The size of the shape as stored: areas and lengths in the plane of the city's CRS."""
    shape = getattr(version, "geom", None)
    if shape is None or layer.geometry == "Point":
        return {}
    if layer.geometry == "LineString":
        return {"length_m": shape.length}
    return {"area_m2": shape.area, "area_mu": shape.area * MU_PER_M2}


def _bbox(shape: dict[str, Any] | None) -> str:
    """West, south, east, north in degrees, for the map to fly to."""
    if not shape:
        return ""
    xs: list[float] = []
    ys: list[float] = []

    def walk(part: Any) -> None:
        if isinstance(part[0], (int, float)):
            xs.append(part[0])
            ys.append(part[1])
        else:
            for item in part:
                walk(item)

    walk(shape["coordinates"])
    return ",".join(f"{value:.7f}" for value in (min(xs), min(ys), max(xs), max(ys)))

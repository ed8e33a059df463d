"""The record of one feature: what it is, what it was, what stands around it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layers.access.access import may_see_personal
from layers.declarations.declarations import Layer
from layers.models import PersonalRead
from layers.reading.queries import last_version_of, outline, version_of
from layers.reading.shares import page_audience
from spatial.geometry import MU_PER_M2
from spatial.periods import AsOf, at
from webmap.map.parameters import day_of, layer_parameter, moment_parameter
from webmap.map.records import eras_of, heading, layer_title, rows_of, secrets_of
from webmap.map.surroundings import surroundings_of
from webmap.web.callers import caller_of
from webmap.web.professions import fragments_of


@require_safe
def panel(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """The record of a feature at a moment; 404 for what never existed or may not be seen."""
    layer = layer_parameter(request, layer_id)
    as_of = moment_parameter(request)
    version = version_shown(request, layer, code, as_of)
    if version is None:
        raise Http404(_("没有这个要素"))
    return render(request, "panel/record.html", record_context(request, layer, version, as_of))


def version_shown(request: HttpRequest, layer: Layer, code: str, as_of: AsOf) -> Any:
    """The version of a code at a moment, else its last, as the caller is shown it; or None."""
    shown_to = page_audience(caller_of(request), layer)
    return version_of(layer, code, as_of, shown_to) or last_version_of(layer, code, shown_to)


@require_POST
def personal(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """The personal fields in full, for who may have them; the reading is logged first."""
    layer = layer_parameter(request, layer_id)
    version = log_personal_read(request, layer, layer, code)
    context = {
        "secrets": secrets_of(layer, version, caller_of(request), full=True),
        "revealed": True,
    }
    return render(request, "panel/personal.html", context)


def log_personal_read(request: HttpRequest, shown: Layer, layer: Layer, code: str) -> Any:
    """Log that the caller reads the personal fields of a layer; the version that is shown.

    ``shown`` is the layer whose feature has the code; ``layer`` holds the personal fields.

    Raises:
        Http404: the caller may not read them, or there is no such feature.
    """
    caller = caller_of(request)
    if not layer.personal or not may_see_personal(caller, layer):
        raise Http404(_("您没有查看个人信息的权限"))
    version = version_shown(request, shown, code, moment_parameter(request))
    if version is None:
        raise Http404(_("没有这个要素"))
    PersonalRead.objects.create(
        who=caller.name, layer=layer.id, code=code, fields="、".join(layer.personal)
    )
    return version


def record_context(request: HttpRequest, layer: Layer, version: Any, as_of: AsOf) -> dict[str, Any]:
    """Everything that the record page shows."""
    caller = caller_of(request)
    stands = _stands(version, as_of)
    moment = as_of if stands else at(version.valid.lower)
    shape = outline(version)
    context: dict[str, Any] = {
        "layer": layer,
        "layer_title": layer_title(layer),
        "code": version.code,
        "heading": heading(layer, version),
        "version": version,
        "stands": stands,
        "future": not stands and as_of.instant and version.valid.lower > as_of.instant,
        "day": day_of(as_of),
        "at": str(as_of),
        "last_at": str(at(version.valid.lower)),
        "rows": rows_of(layer, version, caller, moment),
        "secrets": secrets_of(layer, version, caller),
        "may_reveal": may_see_personal(caller, layer),
        "anonymous": caller.is_anonymous,
        "eras": eras_of(layer, version.code, caller),
        "groups": surroundings_of(layer, version, caller, moment),
        "shape": shape,
        "bbox": _bbox(shape),
        "measured": _measured(layer, version),
        "schematic": version.schematic,
        "fragments": [],
    }
    for fragment in fragments_of(layer.id):
        context |= fragment.context(version.code, moment, caller)
        context["fragments"].append(fragment.template)
    return context


def _stands(version: Any, as_of: AsOf) -> bool:
    valid = version.valid
    if as_of.is_now:
        return valid.upper is None
    return valid.lower <= as_of.instant and (valid.upper is None or as_of.instant < valid.upper)


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

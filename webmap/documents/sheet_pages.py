"""The form for map sheets, on a page of its own that the map links to with its state."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from layers.declarations.registry import all_layers
from layers.reading.shares import share_of
from spatial.city import city
from webmap.documents.contents import content_of
from webmap.documents.layout import PAPERS, SCALES
from webmap.documents.orders import order
from webmap.documents.parameters import line_of
from webmap.exports.requests import exportable
from webmap.exports.views import asker_of
from webmap.web.callers import caller_of
from webmap.web.entrances import entrance_named
from webmap.web.errors import Refusal, answering
from webmap.web.values import layer_title

KIND = "sheets"
FIELDS = ("title", "mode", "points", "paper", "orientation", "scale", "at", "atlas", "codes")
DEFAULTS = {"mode": "point", "paper": "a3", "orientation": "landscape", "scale": "1000"}


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The form with what was filled in, and why it is not drawn."""
    return _form(request, request.POST, refusal.text, refusal.status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@answering(_refused)
def form(request: HttpRequest) -> HttpResponse:
    """``/documents/sheets``: the form, filled from the map's state; sent, it orders the sheets."""
    if request.method != "POST":
        return _form(request, request.GET)
    params = content_of(KIND).order(request)
    row = order(KIND, params, asker_of(request), get_language() or "zh-hans")
    return redirect("document", row.pk)


def _chosen(given: Mapping[str, Any]) -> list[str]:
    """The layers ticked in the form, or named by the map's link."""
    ticked = given.getlist("layer")  # type: ignore[attr-defined]
    return ticked or [part for part in given.get("layers", "").split(",") if part]


def _form(
    request: HttpRequest, given: Mapping[str, Any], problem: str = "", status: int = 200
) -> HttpResponse:
    caller = caller_of(request)
    chosen = set(_chosen(given)) or set(entrance_named("general").layers)
    values = {name: line_of(given.get(name) or DEFAULTS.get(name, ""), 20_000) for name in FIELDS}
    if not values["points"]:
        values["points"] = f"{city().view.longitude},{city().view.latitude}"
    known = [la for la in all_layers() if exportable(la, caller) and share_of(caller, la)]
    context = {
        "given": values,
        "problem": problem,
        "modes": (
            ("point", _("一幅，以一点为中心")),
            ("extent", _("一幅，含整个范围（两个对角点）")),
            ("area", _("分幅，覆盖范围")),
            ("line", _("分幅，沿一条线")),
            ("atlas", _("图集，一个要素一幅")),
        ),
        "papers": tuple(PAPERS),
        "scales": tuple((str(scale), f"1∶{scale:,}") for scale in SCALES),
        "layers": [(la.id, layer_title(la), la.id in chosen) for la in known],
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "documents/sheets.html", context, status=status)

"""以图管房: a building's unit table; who may not see units sees the building's facts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layers.access.access import may_see
from layers.declarations.registry import layer_of
from webmap.housing.unit_table import UnitTable, rights_view, unit_table
from webmap.map.panel import log_personal_read, record_context, version_shown
from webmap.map.parameters import layer_parameter, moment_parameter
from webmap.web.callers import caller_of


@require_safe
def units(request: HttpRequest, code: str) -> HttpResponse:
    """The building's record with its unit table on top, as of a moment."""
    layer = layer_parameter(request, "buildings")
    as_of = moment_parameter(request)
    version = version_shown(request, layer, code, as_of)
    if version is None:
        raise Http404(_("没有这幢建筑"))
    context: dict[str, Any] = record_context(request, layer, version, as_of)
    if may_see(caller_of(request), layer_of("units")):
        context["table"] = unit_table(code, as_of) if context["stands"] else None
        context["area_m2"] = _area_m2(context["table"])
        context["may_see_units"] = True
    return render(request, "panel/units.html", context)


@require_POST
def personal_rights(request: HttpRequest, code: str) -> HttpResponse:
    """The rights on a unit with the holders in full; the reading is logged first."""
    log_personal_read(request, layer_parameter(request, "units"), layer_of("rights"), code)
    as_of = moment_parameter(request)
    context = {"rights": rights_view(code, as_of, caller_of(request), full=True)}
    return render(request, "panel/rights.html", context)


def _area_m2(table: UnitTable | None) -> float | None:
    """The floor areas of a table's units together; None where none is known."""
    cells = [cell for floor in table.floors for cell in floor.cells] if table else []
    areas = [cell.unit.floor_area_m2 for cell in cells if cell.unit]
    known = [area for area in areas if area is not None]
    return sum(known) if known else None

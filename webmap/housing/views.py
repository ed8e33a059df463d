"""以图管房: a building's unit table; who may not see units sees the building's facts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from layers.declarations.registry import layer_of
from webmap.housing.unit_table import UnitTable, housing_shares, rights_view, unit_table
from webmap.map.panel import check_personal, existing_version, record_context
from webmap.map.parameters import moment_parameter, share_parameter
from webmap.web.callers import caller_of


@require_safe
def units(request: HttpRequest, code: str) -> HttpResponse:
    """The building's record with its unit table on top, as of a moment."""
    share = share_parameter(request, "buildings")
    as_of = moment_parameter(request)
    context: dict[str, Any] = record_context(request, share, code, as_of)
    shares = housing_shares(caller_of(request))
    if shares:
        context["table"] = unit_table(shares, code, as_of) if context["stands"] else None
        context["area_m2"] = _area_m2(context["table"])
        context["may_see_units"] = True
    return render(request, "panel/units.html", context)


@require_POST
def personal_rights(request: HttpRequest, code: str) -> HttpResponse:
    """The rights on a unit with the holders in full; the reading is logged first."""
    share = share_parameter(request, "units")
    check_personal(request, layer_of("rights"))
    as_of = moment_parameter(request)
    existing_version(share, code, as_of)
    reason = request.POST.get("reason", "")
    context = {"rights": rights_view(code, as_of, caller_of(request), reason=reason)}
    return render(request, "panel/rights.html", context)


def _area_m2(table: UnitTable | None) -> float | None:
    """The floor areas of a table's units together; None where none is known."""
    cells = [cell for floor in table.floors for cell in floor.cells] if table else []
    areas = [cell.unit.floor_area_m2 for cell in cells if cell.unit]
    known = [area for area in areas if area is not None]
    return sum(known) if known else None

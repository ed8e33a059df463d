"""What the planning entrance's panel shows before a click: the plan's balance of land."""

from functools import lru_cache
from typing import Any

from django.contrib.gis.db.models.functions import Area
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from layers.reading.features import features
from layers.reading.revisions import register_revision
from layers.reading.shares import Share
from spatial.languages import shown_scheme
from spatial.periods import AsOf
from spatial.versions.figures import Tallied, tallied
from webmap.map.overview import M2_PER_HA, is_kept, kept_day, overview_page
from webmap.map.parameters import moment_parameter, share_parameter
from webmap.planning.profession import PROFESSION


@require_safe
def planning(request: HttpRequest) -> HttpResponse:
    """The plan's balance of land by use."""
    share = share_parameter(request, "plan-zones")
    as_of = moment_parameter(request)
    uses = _land_balance(share, as_of, register_revision(share.layer))
    total_ha = sum(use["ha"] for use in uses)
    most = max((use["ha"] for use in uses), default=1)
    shown = [
        use | _named(use) | {"percent": 100 * use["ha"] / total_ha, "width": 100 * use["ha"] / most}
        for use in uses
    ]
    return overview_page(request, PROFESSION.entrance, as_of, {"uses": shown, "total_ha": total_ha})


def _named(use: dict[str, Any]) -> dict[str, str]:
    """The name of a use in its own edition's words, and its colour."""
    codes = shown_scheme(use["scheme"])
    return {"name": codes.name(use["code"]), "colour": codes.colour(use["code"])}


@lru_cache(maxsize=64)
def _land_balance(share: Share, as_of: AsOf, revision: int) -> list[dict[str, Any]]:
    """Hectares by land use, the largest first; each code with its edition."""
    found = []
    for (use, scheme_id), number, area_m2 in _plan_areas(share, as_of):
        found.append(
            {
                "code": use,
                "scheme": scheme_id or "land_sea_use_2023",
                "number": number,
                "ha": area_m2 / M2_PER_HA,
            }
        )
    return sorted(found, key=lambda use: -use["ha"])


def _plan_areas(share: Share, as_of: AsOf) -> list[Tallied]:
    """Zones and their area by land use and coding scheme."""
    known = tallied(share.layer.model, "land_use", kept_day(as_of)) if is_kept(as_of) else None
    if known is not None:
        return known
    rows = (
        features(share)
        .as_of(as_of)
        .annotate(size=Area("geom"))
        .values_list("land_use", "scheme")
        .annotate(number=Count("id"), total=Sum("size"))
    )
    return [Tallied((use, scheme_id), n, total.sq_m) for use, scheme_id, n, total in rows]

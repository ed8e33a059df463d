"""What the planning entrance's panel shows before a click: the plan's balance of land."""

from functools import lru_cache
from typing import Any

from django.contrib.gis.db.models.functions import Area
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from spatial.codes import scheme
from spatial.periods import AsOf
from spatial.planning.models import PlanZone
from spatial.versions.queries import revision_of
from webmap.map.overview import M2_PER_HA, overview_page
from webmap.map.parameters import asked_layer, asked_moment
from webmap.planning.profession import PROFESSION


@require_safe
def planning(request: HttpRequest) -> HttpResponse:
    """The plan's balance of land by use."""
    layer = asked_layer(request, "plan-zones")
    as_of = asked_moment(request)
    uses = _land_balance(as_of, revision_of(layer.model))
    total_ha = sum(use["ha"] for use in uses)
    most = max((use["ha"] for use in uses), default=1)
    shown = [
        use | {"percent": 100 * use["ha"] / total_ha, "width": 100 * use["ha"] / most}
        for use in uses
    ]
    return overview_page(request, PROFESSION.entrance, as_of, {"uses": shown, "total_ha": total_ha})


@lru_cache(maxsize=64)
def _land_balance(as_of: AsOf, revision: int) -> list[dict[str, Any]]:
    """Hectares by land use, the largest first; each code in its own edition's words."""
    rows = (
        PlanZone.objects.as_of(as_of)
        .annotate(size=Area("geom"))
        .values("scheme", "land_use")
        .annotate(number=Count("id"), total=Sum("size"))
    )
    found = []
    for row in rows:
        codes = scheme(row["scheme"] or "land_sea_use_2023")
        use = row["land_use"]
        found.append(
            {
                "code": use,
                "name": codes.name(use),
                "colour": codes.colour(use),
                "number": row["number"],
                "ha": row["total"].sq_m / M2_PER_HA,
            }
        )
    return sorted(found, key=lambda use: -use["ha"])

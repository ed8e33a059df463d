"""What the housing entrance's panel shows before a click: the city's buildings in figures."""

from functools import lru_cache
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from layers.declarations.registry import layer_of
from layers.reading.features import features
from layers.reading.offices import page_share
from layers.reading.revisions import register_revision
from layers.reading.shares import Share
from spatial.periods import AsOf
from spatial.versions.figures import Tallied, tallied
from webmap.housing.profession import PROFESSION
from webmap.map.overview import M2_PER_HA, is_kept, kept_day, numbers_of, overview_page
from webmap.map.parameters import moment_parameter, share_parameter
from webmap.web.callers import caller_of

STOREY_CLASSES = ((1, "1–3"), (4, "4–6"), (7, "7–11"), (12, "12–18"), (19, "19+"))


@require_safe
def housing(request: HttpRequest) -> HttpResponse:
    """The city's buildings by height class; units only for who may see them."""
    share = share_parameter(request, "buildings")
    as_of = moment_parameter(request)
    units = page_share(caller_of(request), layer_of("units"))
    context: dict[str, Any] = dict(_stock(share, as_of, register_revision(share.layer)))
    shown = [share, units] if units else [share]
    context |= numbers_of(shown, as_of)
    return overview_page(request, PROFESSION.entrance, as_of, context)


def _storeys(share: Share, as_of: AsOf) -> list[Tallied]:
    """Buildings and their floor area by number of storeys."""
    known = tallied(share.layer.model, "storeys_above", kept_day(as_of)) if is_kept(as_of) else None
    if known is not None:
        return known
    rows = (
        features(share)
        .as_of(as_of)
        .values_list("storeys_above")
        .annotate(number=Count("id"), area=Sum("floor_area_m2"))
    )
    return [Tallied((storeys,), number, area or 0.0) for storeys, number, area in rows]


@lru_cache(maxsize=64)
def _stock(share: Share, as_of: AsOf, revision: int) -> dict[str, Any]:
    """Buildings by number of storeys, and their floor area."""
    classes: dict[int, int] = {}
    area_m2 = 0.0
    for (storeys,), number, total_m2 in _storeys(share, as_of):
        bound = max((b for b, _ in STOREY_CLASSES if b <= max(1, storeys)))
        classes[bound] = classes.get(bound, 0) + number
        area_m2 += total_m2
    colours = share.layer.paint.colours  # type: ignore[union-attr]
    most = max(classes.values(), default=1)
    heights = [
        {
            "title": title,
            "number": classes.get(bound, 0),
            "width": 100 * classes.get(bound, 0) / most,
            "colour": colours.get(str(bound), ("", "#cda777"))[1],
        }
        for bound, title in STOREY_CLASSES
    ]
    return {"heights": heights, "area_ha": area_m2 / M2_PER_HA}

"""``/outside/{id}/{z}/{x}/{y}``: a picture of a map of others, for who may see it.

Only the hosts of the city's list are asked, for tiles that touch the city. What is kept is given
out so long as its map says, and beyond that while the other side is down.
"""

import logging
from io import BytesIO

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from PIL import Image

from layers.sharing.callers import caller_of
from spatial.city import city
from spatial.crs import transformer
from webmap.outside.declarations import OutsideMap, may_see_outside, outside_maps
from webmap.outside.errors import NothingThere, OutsideMapsFault, OutsideUnavailable
from webmap.outside.fetching import REST_S, kind_of
from webmap.outside.kept_tiles import keep, kept, place_of
from webmap.outside.pictures import tile_picture
from webmap.outside.tilings import tile_bounds

MARGIN_DEG = 0.6  # beside the city's extent: as far as the map can be moved
FRESH_S = 3600


def _transparent() -> bytes:
    """One transparent pixel: MapLibre takes no empty answer for a picture."""
    out = BytesIO()
    Image.new("RGBA", (1, 1)).save(out, "PNG")
    return out.getvalue()


EMPTY = _transparent()
log = logging.getLogger(__name__)


@require_safe
def tile(request: HttpRequest, map_id: str, zoom: int, column: int, row: int) -> HttpResponse:
    """One tile; 404 alike for what is unknown and for what is hidden, 503 while the other side is down."""
    one = outside_maps().get(map_id)
    if one is None or not may_see_outside(caller_of(request), one):
        raise Http404
    if not _is_in_range(one, zoom, column, row):
        raise Http404
    path = place_of(one.id, zoom, column, row)
    known = kept(path)
    if known and known[1] <= one.kept_hours:
        return _answer(one, known[0])
    try:
        body = tile_picture(one, zoom, column, row)
    except NothingThere:
        body = EMPTY
    except (OutsideUnavailable, OutsideMapsFault) as error:
        if known:
            return _answer(one, known[0])
        log.info("outside map %s: %s", one.id, error)
        return HttpResponse(status=503, headers={"Retry-After": str(round(REST_S))})
    keep(path, body)
    return _answer(one, body)


def _is_in_range(one: OutsideMap, zoom: int, column: int, row: int) -> bool:
    if not one.min_zoom <= zoom <= one.max_zoom or max(column, row) >= 2**zoom:
        return False
    west, south, east, north = transformer(3857, 4326).transform_bounds(
        *tile_bounds(zoom, column, row)
    )
    extent = city().extent
    return (
        west <= extent.east + MARGIN_DEG
        and east >= extent.west - MARGIN_DEG
        and south <= extent.north + MARGIN_DEG
        and north >= extent.south - MARGIN_DEG
    )


def _answer(one: OutsideMap, body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type=kind_of(body) or "image/png")
    scope = "public" if one.public else "private"
    response["Cache-Control"] = f"{scope}, max-age={FRESH_S}"
    response["X-Content-Type-Options"] = "nosniff"
    return response

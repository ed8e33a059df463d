"""Vector tiles: of one collection, and of all that the caller may see."""

from collections.abc import Callable, Hashable, Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.cql2.compiling import Filter
from layers.ogc.common.errors import InvalidParameter, NotFound, ogc_errors
from layers.ogc.common.etags import holds, tag_of_bytes
from layers.ogc.common.negotiation import share_for
from layers.ogc.common.requests import filter_parameter, read_only
from layers.ogc.tiles.cache import CachedTile, tiles
from layers.ogc.tiles.drawing import MOST_BYTES, draw
from layers.ogc.tiles.matrices import TilePlace
from layers.ogc.tiles.packing import LEAST_BYTES, gzipped, takes_gzip
from layers.reading.revisions import access_class, forget, revision
from layers.reading.shares import Share, shares_of
from layers.sharing.callers import api_caller
from spatial.city import city
from spatial.periods import NOW, AsOf, parse_as_of

MVT = "application/vnd.mapbox-vector-tile"
PARAMETERS = ("datetime",)
FILTERING = ("filter", "filter-lang", "filter-crs")
FRESH_S = 60  # how long an edit may take to show on a map that is open to everybody
PUBLIC, PERSONAL = f"public, max-age={FRESH_S}", "private, no-cache"
VARY = "Accept, Authorization, Cookie, Accept-Encoding"


@require_safe
@ogc_errors
def tile(request: HttpRequest, layer_id: str, zoom: int, row: int, column: int) -> HttpResponse:
    """One tile; 204 when nothing is in it, 304 when the client has it."""
    share = share_for(request, layer_id)
    place = TilePlace(zoom, row, column)
    if not place.is_in_range or not share.layer.geometry:
        raise NotFound(
            _("没有瓦片 %(zoom)s/%(row)s/%(column)s") % {"zoom": zoom, "row": row, "column": column}
        )
    as_of = _moment(request, (*PARAMETERS, *FILTERING))
    chosen = filter_parameter(share, request.GET) if "filter" in request.GET else None
    kept = cached_tile(share, place, as_of, chosen=chosen)
    return _answer(
        request,
        kept.body,
        kept.etag,
        lambda: tiles.packed(_key(share, place, as_of, MOST_BYTES, chosen), kept),
        public=share.layer.public,
    )


@require_safe
@ogc_errors
def dataset_tile(request: HttpRequest, zoom: int, row: int, column: int) -> HttpResponse:
    """One tile of all layers that the caller may see, or of those in ``collections``."""
    place = TilePlace(zoom, row, column)
    if not place.is_in_range:
        raise NotFound(
            _("没有瓦片 %(zoom)s/%(row)s/%(column)s") % {"zoom": zoom, "row": row, "column": column}
        )
    as_of = _moment(request, (*PARAMETERS, "collections"))
    shares = chosen_shares(request)
    bodies = [kept.body for kept in fitting(shares, place, as_of)]
    body = b"".join(bodies)
    public = all(share.layer.public for share in shares)
    return _answer(request, body, tag_of_bytes(body), lambda: gzipped(body), public=public)


def cached_tile(
    share: Share,
    place: TilePlace,
    as_of: AsOf,
    most_bytes: int = MOST_BYTES,
    chosen: Filter | None = None,
) -> CachedTile:
    """A tile from memory, or drawn now."""
    layer, register = share.layer, share.register
    tiles.catch_up(register, revision(share), lambda: _revision_anew(share))
    key = _key(share, place, as_of, most_bytes, chosen)
    kept = tiles.get(key)
    if kept is None:
        if place.zoom < layer.min_zoom:
            return EMPTY
        body, number, window = draw(share, place, as_of, most_bytes, chosen)
        kept = CachedTile(body, tag_of_bytes(body), register, number, window)
        tiles.put(key, kept)
    return kept


def _key(
    share: Share, place: TilePlace, as_of: AsOf, most_bytes: int, chosen: Filter | None = None
) -> Hashable:
    key = (access_class(share), place, as_of, most_bytes)
    return (*key, chosen) if chosen else key


def fitting(shares: Iterable[Share], place: TilePlace, as_of: AsOf) -> list[CachedTile]:
    """The tiles of several layers; the largest drawn anew with fewer features if all are too much."""
    found = [(share, cached_tile(share, place, as_of)) for share in shares]
    bound = common_bound([len(kept.body) for _, kept in found], MOST_BYTES)
    return [
        kept if len(kept.body) <= bound else cached_tile(share, place, as_of, bound)
        for share, kept in found
    ]


def common_bound(sizes: Sequence[int], most: int) -> int:
    """The bound that, set on each of the sizes, keeps their sum within ``most``.

    >>> common_bound([10, 20, 90], 150)
    150
    >>> common_bound([10, 20, 90], 80)
    50
    """
    left = most
    if sum(sizes) <= most:
        return most
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return share
        left -= size
    return left


def chosen_shares(request: HttpRequest) -> list[Share]:
    """The caller's shares with a place, of those in ``collections`` if that is given.

    Raises:
        InvalidParameter: alike for a collection that does not exist and one that is hidden.
    """
    visible = {s.layer.id: s for s in shares_of(api_caller(request)) if s.layer.geometry}
    asked = request.GET.get("collections", "")
    if not asked:
        return list(visible.values())
    names = dict.fromkeys(name.strip() for name in asked.split(","))
    for name in names:
        if name not in visible:
            raise InvalidParameter(_("collections 中没有可用的图层“%(name)s”") % {"name": name})
    return [visible[name] for name in names]


def _moment(request: HttpRequest, allowed: Iterable[str]) -> AsOf:
    if not request.META.get("QUERY_STRING"):
        return NOW
    read_only(request.GET, allowed)
    if request.GET.get("f", "mvt") != "mvt":
        raise InvalidParameter(_("瓦片只有 mvt 一种格式"))
    return parse_as_of(request.GET.get("datetime"), city().time_zone)


def _answer(
    request: HttpRequest, body: bytes, etag: str, packed: Callable[[], bytes], *, public: bool
) -> HttpResponse:
    """The tile, compressed for who takes it so; that is another representation with its own tag.

    What anybody may have is used again for ``FRESH_S`` without asking; who comes with a
    session or a key sees every edit at once.
    """
    accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
    is_packed = len(body) >= LEAST_BYTES and takes_gzip(accepted)
    tag = f'{etag[:-1]}-gz"' if is_packed else etag
    headers = {"ETag": tag, "Vary": VARY, "Cache-Control": PERSONAL}
    if public and api_caller(request).is_anonymous:
        headers["Cache-Control"] = PUBLIC
    if holds(request, tag):
        return HttpResponse(status=304, headers=headers)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    content = packed() if is_packed else body
    return HttpResponse(content, MVT, 200 if body else 204, headers=headers)


def _revision_anew(share: Share) -> int:
    forget()
    return revision(share)


EMPTY = CachedTile(b"", tag_of_bytes(b""), "", 0, (0.0, 0.0, 0.0, 0.0))

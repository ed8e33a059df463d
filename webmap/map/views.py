"""The map page: many entrances, one template, one program; and its style."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.declarations.cartography import legend, size_legend, style
from layers.declarations.declarations import SCHEMATIC
from layers.reading.features import features
from layers.reading.offices import page_shares
from layers.reading.revisions import register_revision
from layers.reading.shares import Share, shares_of
from layers.sharing.callers import caller_of
from spatial.city import city
from spatial.crs import proj4_text
from spatial.rasters import RasterError
from spatial.relief import terrain_tile
from spatial.versions.figures import ever_schematic
from spatial.versions.queries import days_of_change
from webmap.map.legends import values_in_use
from webmap.map.sketches.texts import sketch_context
from webmap.map.table.texts import table_context
from webmap.outside.declarations import maps_for
from webmap.web.entrances import Entrance, entrance_named, entrances
from webmap.web.professions import professions
from webmap.web.values import in_english, layer_title

MAX_TERRAIN_ZOOM = 15
PICTURES = {"webp": "image/webp", "png": "image/png"}
MOST_DAYS = 300
OUTSIDE = "outside-"  # before the ids of maps of others, which have no layer of ours


def visible_shares(request: HttpRequest) -> list[Share]:
    """What the caller may see of the published layers."""
    return shares_of(caller_of(request))


@require_safe
def map_page(request: HttpRequest, entrance: str = "") -> HttpResponse:
    """One entrance to the map."""
    chosen = entrance_named(entrance)
    outside = outside_entries(request)
    context = {
        "entrance": chosen,
        "groups": layer_groups(visible_shares(request), chosen),
        "outside": outside,
        "overlays": [one for one in outside if not one["is_basemap"]],
        "config": page_config(request, chosen),
        "has_terrain": settings.TERRAIN.exists(),
        **table_context(),
        **sketch_context(),
    }
    get_token(request)
    return render(request, "map/map.html", context)


@require_safe
def map_style(request: HttpRequest) -> JsonResponse:
    """The MapLibre style of an entrance for this caller: only layers that may be seen."""
    chosen = entrance_named(request.GET.get("entrance", ""))
    layers = [share.layer for share in visible_shares(request)]
    tiles = {
        layer.id: request.build_absolute_uri(f"/ogc/collections/{layer.id}/tiles/WebMercatorQuad/")
        + "{z}/{y}/{x}"
        for layer in layers
    }
    terrain = request.build_absolute_uri("/terrain/") + "{z}/{x}/{y}.webp"
    document = style(
        layers,
        chosen.layers,
        tiles,
        latitude=city().view.latitude,
        solid=chosen.solid,
        terrain=terrain if settings.TERRAIN.exists() else "",
        relief=chosen.relief,
        muted=dict(chosen.muted),
    )
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def terrain(request: HttpRequest, zoom: int, column: int, row: int, form: str) -> HttpResponse:
    """One terrain tile (Terrarium) as WebP, which weighs half, or PNG; the terrain is public base data."""
    if form not in PICTURES or zoom > MAX_TERRAIN_ZOOM or column >= 2**zoom or row >= 2**zoom:
        raise Http404
    try:
        written = settings.TERRAIN.stat().st_mtime_ns
        etag = f'"{written:x}-{zoom}-{column}-{row}-{form}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponse(status=304)
        picture = _terrain(settings.TERRAIN, written, zoom, column, row, form)
        response = HttpResponse(picture, content_type=PICTURES[form])
    except (OSError, RasterError) as error:
        raise Http404(_("没有地形数据")) from error
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    return response


@lru_cache(maxsize=256)
def _terrain(path: Path, written: int, zoom: int, column: int, row: int, form: str) -> bytes:
    """A tile costs 50 to 150 ms; kept until the file is written anew."""
    return terrain_tile(path, zoom, column, row, form.upper())


def layer_groups(shares: list[Share], entrance: Entrance) -> list[dict[str, Any]]:
    """The layer tree: groups of layers with their legends."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for share in sorted(shares, key=_rank):
        layer = share.layer
        if layer.paint:
            groups.setdefault(layer.group, []).append(
                {
                    "layer": layer,
                    "title": layer_title(layer),
                    "shown": layer.id in entrance.layers,
                    "legend": legend(layer, values_in_use(share)),
                    "sizes": size_legend(layer),
                    "shape": layer.paint.kind,
                }
            )
    order = list(dict.fromkeys(share.layer.group for share in shares))
    return [{"title": title, "layers": groups[title]} for title in order if title in groups]


def _rank(share: Share) -> int:
    return -share.layer.paint.rank if share.layer.paint else 0


def page_config(request: HttpRequest, entrance: Entrance) -> dict[str, Any]:
    """What the page's program needs to know."""
    view = city().view
    days = days_of_change(_counted_names(request), MOST_DAYS)
    extent = city().extent
    return {
        "entrance": entrance.id,
        "style": f"/map/style?entrance={entrance.id}",
        "centre": [view.longitude, view.latitude],
        "zoom": view.zoom + entrance.zoom,
        "pitch": entrance.pitch,
        "bearing": entrance.bearing,
        "bounds": [extent.west, extent.south, extent.east, extent.north],
        "projected": {"epsg": city().projected, "proj4": proj4_text(city().projected)},
        "layers": list(entrance.layers),
        "relief": entrance.relief,
        "fragment": entrance.fragment,
        "pitches": {one.path: one.pitch for one in entrances() if one.pitch},
        "wide": [one.path for one in entrances() if one.whole],
        "whole": entrance.whole,
        "records": dict(entrance.records),
        "picks_place": entrance.picks_place,
        "first": days[0] if days else "",
        "days": days,
        "schematic": _shows_schematic(visible_shares(request)),
        "today": timezone.localdate().isoformat(),
        "outside": outside_entries(request),
        "readings": readings_for(request),
        "keeps_bookmarks": request.user.is_authenticated,
    }


def readings_for(request: HttpRequest) -> list[dict[str, str]]:
    """The numbers that professions write beside points of layers that the caller may see."""
    seen = {share.layer.id for share in visible_shares(request)}
    return [
        {"layer": each.layer, "address": each.address}
        for one in professions()
        for each in one.readings
        if each.layer in seen
    ]


def outside_entries(request: HttpRequest) -> list[dict[str, Any]]:
    """The maps of others that the caller may see, as the page needs them: no address, no key."""
    english = in_english()
    return [
        {
            "id": f"{OUTSIDE}{one.id}",
            "title": one.title_en if english else one.title,
            "attribution": (one.attribution_en if english else "") or one.attribution,
            "is_basemap": one.is_basemap,
            "tiles": request.build_absolute_uri(f"/outside/{one.id}/") + "{z}/{x}/{y}",
            "zooms": [one.min_zoom, one.max_zoom],
        }
        for one in maps_for(caller_of(request))
    ]


def _counted_names(request: HttpRequest) -> list[str]:
    """The names under which the changes are counted that the caller is shown."""
    return [share.register for share in page_shares(caller_of(request))]


def _shows_schematic(shares: list[Share]) -> bool:
    """Whether any of these shares holds or has held schematic data."""
    known = ever_schematic()
    return any(
        known[share.layer.register]
        if share.layer.register in known
        else _has_schematic(share, register_revision(share.layer))
        for share in shares
        if SCHEMATIC.name in share.names
    )


@lru_cache(maxsize=256)
def _has_schematic(share: Share, revision: int) -> bool:
    """Looked up once per revision of a register of which no figures are kept."""
    return features(share).filter(schematic=True).exists()

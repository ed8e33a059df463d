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

from layers.access.access import may_see, may_see_personal
from layers.declarations.audiences import revision_name
from layers.declarations.cartography import legend, style
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers, layer_of
from layers.reading.revisions import register_revision
from layers.reading.shares import page_audience, shares_of
from layers.sharing.callers import caller_of
from spatial.city import city
from spatial.crs import proj4_text
from spatial.rasters import RasterError, terrain_tile
from spatial.versions.figures import ever_schematic
from spatial.versions.queries import days_of_change
from webmap.map.legends import values_in_use
from webmap.web.entrances import Entrance, entrance_named, entrances

MAX_TERRAIN_ZOOM = 15
MOST_DAYS = 300


def visible_layers(request: HttpRequest) -> list[Layer]:
    """The published layers that the caller may see."""
    return [share.layer for share in shares_of(caller_of(request))]


@require_safe
def map_page(request: HttpRequest, entrance: str = "") -> HttpResponse:
    """One entrance to the map."""
    chosen = entrance_named(entrance)
    layers = visible_layers(request)
    context = {
        "entrance": chosen,
        "groups": layer_groups(layers, chosen),
        "config": page_config(request, chosen),
        "has_terrain": settings.TERRAIN.exists(),
    }
    get_token(request)
    return render(request, "map/map.html", context)


@require_safe
def map_style(request: HttpRequest) -> JsonResponse:
    """The MapLibre style of an entrance for this caller: only layers that may be seen."""
    chosen = entrance_named(request.GET.get("entrance", ""))
    layers = visible_layers(request)
    tiles = {
        layer.id: request.build_absolute_uri(f"/ogc/collections/{layer.id}/tiles/WebMercatorQuad/")
        + "{z}/{y}/{x}"
        for layer in layers
    }
    terrain = request.build_absolute_uri("/terrain/") + "{z}/{x}/{y}.png"
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
def terrain(request: HttpRequest, zoom: int, column: int, row: int) -> HttpResponse:
    """One terrain tile (Terrarium PNG); the terrain is public base data."""
    if zoom > MAX_TERRAIN_ZOOM or column >= 2**zoom or row >= 2**zoom:
        raise Http404
    try:
        written = settings.TERRAIN.stat().st_mtime_ns
        etag = f'"{written:x}-{zoom}-{column}-{row}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponse(status=304)
        response = HttpResponse(
            _terrain(settings.TERRAIN, written, zoom, column, row), content_type="image/png"
        )
    except (OSError, RasterError) as error:
        raise Http404(_("没有地形数据")) from error
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=3600"
    return response


@lru_cache(maxsize=256)
def _terrain(path: Path, written: int, zoom: int, column: int, row: int) -> bytes:
    """A tile costs 50 to 100 ms; kept until the file is written anew."""
    return terrain_tile(path, zoom, column, row)


def layer_groups(layers: list[Layer], entrance: Entrance) -> list[dict[str, Any]]:
    """The layer tree: groups of layers with their legends."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for layer in sorted(layers, key=lambda la: -(la.paint.rank if la.paint else 0)):
        if layer.paint:
            groups.setdefault(layer.group, []).append(
                {
                    "layer": layer,
                    "shown": layer.id in entrance.layers,
                    "legend": legend(layer, values_in_use(layer)),
                    "shape": layer.paint.kind,
                }
            )
    order = list(dict.fromkeys(layer.group for layer in layers))
    return [{"title": title, "layers": groups[title]} for title in order if title in groups]


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
        "time_zone": city().time_zone,
        "fragment": entrance.fragment,
        "pitches": {one.path: one.pitch for one in entrances() if one.pitch},
        "wide": [one.path for one in entrances() if one.zoom < 0],
        "records": dict(entrance.records),
        "picks_place": entrance.picks_place,
        "first": days[0] if days else "",
        "days": days,
        "schematic": _shows_schematic(visible_layers(request)),
        "today": timezone.localdate().isoformat(),
    }


def _counted_names(request: HttpRequest) -> list[str]:
    """The names under which the changes are counted that the caller is shown."""
    caller = caller_of(request)
    return [
        revision_name(layer, page_audience(caller, layer))
        for layer in all_layers()
        if may_see(caller, layer) or may_see_personal(caller, layer)
    ]


def _shows_schematic(layers: list[Layer]) -> bool:
    """Whether any of these layers holds or has held schematic data."""
    known = ever_schematic()
    return any(
        known[layer.register]
        if layer.register in known
        else _has_schematic(layer.id, register_revision(layer))
        for layer in layers
    )


@lru_cache(maxsize=256)
def _has_schematic(layer_id: str, revision: int) -> bool:
    """Looked up once per revision of a register of which no figures are kept."""
    return layer_of(layer_id).model.objects.filter(schematic=True).exists()

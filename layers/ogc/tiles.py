"""Vector tiles, written by the database."""

import math
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from layers.declarations import Layer
from layers.ogc.errors import NotThere, ogc_errors
from layers.ogc.etags import tag_of, unless_held
from layers.ogc.features import relation
from layers.ogc.requests import CRS84
from layers.ogc.sharing import share_for
from layers.reading import read
from layers.revisions import revision
from layers.shares import Share
from spatial.city import city
from spatial.periods import AsOf, parse_as_of

MVT = "application/vnd.mapbox-vector-tile"
MATRIX_SET = "WebMercatorQuad"
MAX_ZOOM = 22
WORLD_M = 40075016.685578488
MAX_FEATURES = 60_000
TILE_MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"


@require_safe
@ogc_errors
def tile(request: HttpRequest, layer_id: str, zoom: int, row: int, column: int) -> HttpResponse:
    """One tile; 204 when nothing is in it, 304 when the client has it."""
    share = share_for(request, layer_id)
    layer = share.layer
    if zoom > MAX_ZOOM or row >= 2**zoom or column >= 2**zoom or not layer.geometry:
        raise NotThere(f"没有瓦片 {zoom}/{row}/{column}")
    as_of = parse_as_of(request.GET.get("datetime"), city().time_zone)
    number = revision(layer)
    etag = f'"{tag_of(share.key, number, as_of, zoom, row, column)}"'

    def made() -> HttpResponse:
        body = tile_bytes(share, zoom, row, column, as_of, number)
        return HttpResponse(body, content_type=MVT, status=200 if body else 204)

    return unless_held(request, etag, made, public=layer.public)


@require_safe
@ogc_errors
def tilesets(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/tiles``: the tilesets of a collection."""
    layer = share_for(request, layer_id).layer
    return JsonResponse({"links": [], "tilesets": [_tileset(request, layer)]})


@require_safe
@ogc_errors
def tileset(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/tiles/WebMercatorQuad``: one tileset."""
    return JsonResponse(_tileset(request, share_for(request, layer_id).layer))


@lru_cache(maxsize=4096)
def tile_bytes(share: Share, zoom: int, row: int, column: int, as_of: AsOf, revision: int) -> bytes:
    """The tile as the database writes it; kept until the register's next revision."""
    if zoom < share.layer.min_zoom:
        return b""
    sql, params = tile_sql(share, zoom, row, column, as_of)
    return bytes(read(share, sql, params, spatial=True)[0][0])


def tile_sql(share: Share, zoom: int, row: int, column: int, as_of: AsOf) -> tuple[str, list]:
    """The query of one tile and its parameters.

    The envelope is a constant expression and every SRID an integer: both decide
    whether PostGIS uses its index and its PROJ cache. What is smaller than a pixel
    is left out, and outlines are thinned to half a pixel.
    """
    layer = share.layer
    fields = "".join(f', "{layer.column(f.name).column}" AS "{f.name}"' for f in share.tile_fields)
    versions, moment = relation(share, as_of)
    shape, bound = _thinned(layer, zoom)
    source = f"FROM {versions} WHERE geom && {_window(zoom, row, column)}{bound}"
    sql = _mvt(layer.id, fields, shape, zoom, row, column, source, buffer=64)
    if not _names_areas(layer, zoom):
        return f"SELECT {sql}", moment
    inside = "ST_PointOnSurface(geom)"
    labels = _mvt(layer.id + LABELS, fields, inside, zoom, row, column, source, buffer=0)
    return f"SELECT {sql} || {labels}", moment * 2


LABELS = ":label"


def _mvt(
    name: str,
    fields: str,
    shape: str,
    zoom: int,
    row: int,
    column: int,
    source: str,
    *,
    buffer: int,
) -> str:
    """A scalar subquery that writes one layer of a tile."""
    geom = f"ST_AsMVTGeom(ST_Transform({shape}, 3857), {_envelope(zoom, row, column)}, 4096, {buffer}, true)"
    rows = f"SELECT code{fields}, {geom} AS geom {source} LIMIT {MAX_FEATURES}"
    return (
        f"(SELECT coalesce(ST_AsMVT(t, '{name}', 4096, 'geom'), ''::bytea)"
        f" FROM ({rows}) AS t WHERE geom IS NOT NULL)"
    )


def _envelope(zoom: int, row: int, column: int) -> str:
    return f"ST_TileEnvelope({zoom:d}, {column:d}, {row:d})"


def _window(zoom: int, row: int, column: int) -> str:
    """The tile and a margin, in the storage CRS."""
    margin = WORLD_M / 2**zoom / 16
    expanded = f"ST_Expand({_envelope(zoom, row, column)}, {margin:.3f})"
    return f"ST_Transform({expanded}, {city().projected})"


def _names_areas(layer: Layer, zoom: int) -> bool:
    """Whether the tile carries a point per area for its name, so that it is named once."""
    paint = layer.paint
    return bool(
        paint and paint.label and layer.geometry == "Polygon" and zoom >= paint.label_zoom - 1
    )


def pixel_m(zoom: int) -> float:
    """The ground size of a 512-pixel tile's pixel at the city, in metres."""
    return WORLD_M / 2**zoom / 512 * math.cos(math.radians(city().view.latitude))


def _thinned(layer: Layer, zoom: int) -> tuple[str, str]:
    pixel = pixel_m(zoom)
    if zoom >= 16 or layer.geometry == "Point":
        return "geom", ""
    shape = f"ST_Simplify(geom, {pixel / 2:.3f}, true)"
    if layer.geometry == "Polygon":
        return shape, f" AND ST_Area(geom) > {(1.5 * pixel) ** 2:.3f}"
    return shape, ""


def _tileset(request: HttpRequest, layer: Layer) -> dict:
    base = request.build_absolute_uri(f"/ogc/collections/{layer.id}/tiles/{MATRIX_SET}")
    template = base + "/{tileMatrix}/{tileRow}/{tileCol}"
    return {
        "title": layer.title,
        "dataType": "vector",
        "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
        "tileMatrixSetId": MATRIX_SET,
        "tileMatrixSetURI": TILE_MATRIX_SET_URI,
        "layers": [{"id": layer.id, "dataType": "vector", "title": layer.title}],
        "boundingBox": {
            "lowerLeft": [city().extent.west, city().extent.south],
            "upperRight": [city().extent.east, city().extent.north],
            "crs": CRS84,
        },
        "links": [
            {"rel": "self", "type": "application/json", "href": base},
            {"rel": "item", "type": MVT, "href": template, "templated": True},
        ],
    }

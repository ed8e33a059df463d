"""OGC API Coverages and EDR over the terrain."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.ogc.common.errors import (
    ContentTooLarge,
    InvalidParameter,
    NotAcceptable,
    NotFound,
    ogc_errors,
)
from layers.ogc.common.negotiation import SCHEMA, accepted, negotiated_format, root_url
from layers.ogc.common.requests import Crs, read_bbox, read_crs, read_only
from layers.ogc.coverages import covjson, terrain
from layers.ogc.coverages.documents import GEOTIFF, JSON, collection_document, schema_document
from layers.ogc.coverages.parameters import (
    MOST_CELLS,
    MOST_TEXT_CELLS,
    PARAMETERS,
    CoverageGrid,
    grid_of,
    projected_bounds,
    read_coverage,
)
from layers.ogc.coverages.places import read_area, read_points
from layers.ogc.coverages.terrain import FIELD, Terrain
from layers.sharing.callers import api_caller
from spatial.crs import transformer
from spatial.rasters import Grid, read_grid, sample, snapped, warped_shape

FORMS = {"tif": GEOTIFF, "covjson": covjson.MEDIA}
EDR_PARAMETERS = ("coords", "crs", "parameter-name")


@require_safe
@ogc_errors
def collection(request: HttpRequest) -> HttpResponse:
    """``/collections/terrain``."""
    api_caller(request)
    found = _terrain()
    read_only(request.GET, ())
    document = collection_document(found, root_url(request))
    if negotiated_format(request) == "html":
        return render(request, "ogc/terrain.html", {"terrain": document, "info": found.info})
    return as_json(document)


@require_safe
@ogc_errors
def schema(request: HttpRequest) -> HttpResponse:
    """``/collections/terrain/schema``."""
    api_caller(request)
    _terrain()
    negotiated_format(request, ["json"], SCHEMA)
    read_only(request.GET, ())
    return as_json(schema_document(root_url(request)), SCHEMA)


@require_safe
@ogc_errors
def coverage(request: HttpRequest) -> HttpResponse:
    """``/collections/terrain/coverage``: the grid, or a part of it, at its scale or another."""
    api_caller(request)
    found, form = _terrain(), _form(request)
    read_only(request.GET, PARAMETERS)
    most = MOST_CELLS if form == "tif" else MOST_TEXT_CELLS
    asked = read_coverage(found, request.GET.dict(), most)
    grid = grid_of(found, asked)
    if form == "covjson":
        return as_json(covjson.grid_document(grid, asked.crs), covjson.MEDIA)
    response = HttpResponse(grid.as_geotiff((FIELD,)), content_type=GEOTIFF)
    response["Content-Disposition"] = f'attachment; filename="{terrain.ID}.tif"'
    return _kept(response)


@require_safe
@ogc_errors
def position(request: HttpRequest) -> HttpResponse:
    """``/collections/terrain/position``: the height at one point, or at several."""
    found, crs = _edr(request, EDR_PARAMETERS)
    points = read_points(request.GET.get("coords", ""), crs)
    x, y = transformer(crs.epsg, found.info.epsg).transform(points[:, 0], points[:, 1])
    values = sample(found.path, np.column_stack([x, y]))
    if len(points) == 1:
        (px, py), value = points[0], float(values[0])
        if value != value:
            raise NotFound(_("该位置没有高程数据"))
        return _covjson(covjson.point_document(float(px), float(py), crs, value))
    return _covjson(covjson.points_document(points, crs, values))


@require_safe
@ogc_errors
def area(request: HttpRequest) -> HttpResponse:
    """``/collections/terrain/area``: the grid within a polygon; null outside of it."""
    found, crs = _edr(request, EDR_PARAMETERS)
    shape = read_area(request.GET.get("coords", ""), crs)
    grid = _part(found, shape.bounds, crs)
    outside = grid.outside([shapely.geometry.mapping(shape)])
    values = np.where(outside, np.nan, grid.values)
    cut = Grid(grid.epsg, grid.west, grid.north, grid.cell_x, grid.cell_y, values)
    return _covjson(covjson.grid_document(cut, crs))


@require_safe
@ogc_errors
def cube(request: HttpRequest) -> HttpResponse:
    """``/collections/terrain/cube``: the grid within a rectangle."""
    found, crs = _edr(request, ("bbox", "crs", "parameter-name"))
    if not request.GET.get("bbox"):
        raise InvalidParameter(_("bbox 必填"))
    boxes = read_bbox(request.GET["bbox"], crs)
    if len(boxes) > 1:
        raise InvalidParameter(_("bbox 跨越 180° 经线，不在本市"))
    return _covjson(covjson.grid_document(_part(found, boxes[0].bounds, crs), crs))


def advertise(request: HttpRequest, document: Any) -> Any:
    """The list of collections with the terrain in it."""
    found = terrain.terrain()
    if found and isinstance(document, dict) and isinstance(document.get("collections"), list):
        document["collections"].append(collection_document(found, root_url(request)))
    return document


def _terrain() -> Terrain:
    found = terrain.terrain()
    if found is None:
        raise NotFound(_("没有图层“%(id)s”") % {"id": terrain.ID})
    return found


def _edr(request: HttpRequest, parameters: tuple[str, ...]) -> tuple[Terrain, Crs]:
    """The terrain and the CRS of an EDR query; its other parameters are checked."""
    api_caller(request)
    found = _terrain()
    read_only(request.GET, parameters)
    form = request.GET.get("f", "CoverageJSON")
    if form.lower() not in ("coveragejson", "covjson", "json"):
        raise InvalidParameter(_("不提供格式 %(form)s；可用：CoverageJSON") % {"form": form[:20]})
    for name in request.GET.get("parameter-name", FIELD).split(","):
        if name.strip() != FIELD:
            raise InvalidParameter(
                _("没有参数“%(name)s”；只有 %(field)s")
                % {"name": name.strip()[:40], "field": FIELD}
            )
    return found, crs_named(request.GET)


def crs_named(params: Mapping[str, str]) -> Crs:
    """EDR names a CRS by its URI, or by its short name of ``crs_details``."""
    text = params.get("crs", "")
    if text.upper().startswith("EPSG:"):
        text = f"http://www.opengis.net/def/crs/EPSG/0/{text[5:]}"
    return read_crs(None if text in ("", "CRS84") else text, "crs")


def _part(found: Terrain, bounds: tuple[float, float, float, float], crs: Crs) -> Grid:
    """The grid of a box of a CRS, in that CRS, its cells as large as the terrain's."""
    own = projected_bounds(bounds, crs.epsg, found.info.epsg)
    fitted = snapped(found.info, own)
    if fitted is None:
        raise NotFound(_("该范围没有高程数据"))
    asked = CoverageGrid(*fitted, crs)
    if crs.epsg != found.info.epsg:
        asked = CoverageGrid(*warped_shape(found.info, fitted[0], crs.epsg), crs)
    if asked.cells > MOST_TEXT_CELLS:
        raise ContentTooLarge(
            _("共 %(cells)s 个格，上限 %(most_text_cells)s；请缩小范围，或用 coverage 并缩放")
            % {"cells": f"{asked.cells:,}", "most_text_cells": f"{MOST_TEXT_CELLS:,}"}
        )
    return read_grid(found.path, asked.bounds, asked.shape, crs.epsg)


def _form(request: HttpRequest) -> str:
    asked = request.GET.get("f")
    if asked:
        form = {"geotiff": "tif", "json": "covjson", "coveragejson": "covjson"}.get(
            asked.lower(), asked.lower()
        )
        if form not in FORMS:
            raise InvalidParameter(
                _("不提供格式 %(asked)s；可用：%(listed)s")
                % {"asked": asked[:20], "listed": "、".join(FORMS)}
            )
        return form
    media = accepted(request, [GEOTIFF, covjson.MEDIA, "application/prs.coverage+json", JSON])
    if media is None:
        raise NotAcceptable(_("只提供 %(listed)s") % {"listed": "、".join(FORMS.values())})
    return "tif" if media == GEOTIFF else "covjson"


def _covjson(document: dict[str, Any]) -> HttpResponse:
    return as_json(document, covjson.MEDIA)


def as_json(document: Any, media: str = JSON) -> HttpResponse:
    """A document that differs by caller, to be asked for again each time."""
    return _kept(HttpResponse(json.dumps(document, ensure_ascii=False), content_type=media))


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Accept, Authorization, Cookie"
    return response

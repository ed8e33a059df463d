"""OGC API EDR over what the rain gauges measured: whoever sees the gauges sees it."""

from typing import Any

import shapely
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.ogc.common.errors import InvalidParameter, NotFound, ogc_errors
from layers.ogc.common.negotiation import negotiated_format, root_url
from layers.ogc.common.requests import Crs, read_only
from layers.ogc.coverages import covjson
from layers.ogc.coverages.places import read_area, read_points
from layers.ogc.coverages.views import as_json, crs_named
from layers.ogc.edr import readings
from layers.ogc.edr.documents import (
    FIELD,
    GEOJSON,
    ID,
    collected_document,
    collection_document,
    locations_document,
    series_document,
)
from layers.reading.shares import Share, share_by_id
from layers.sharing.callers import api_caller
from spatial.city import city
from spatial.crs import transformer
from spatial.periods import AsOf, parse_as_of

SERIES = ("datetime", "parameter-name", "crs")


@require_safe
@ogc_errors
def collection(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/rain``."""
    share = _share(request, layer_id)
    form = negotiated_format(request)
    read_only(request.GET, ())
    spans = readings.spans(share)
    document = collection_document(root_url(request), spans)
    if form == "html":
        gauges = [(gauge, spans.get(gauge.code)) for gauge in readings.gauges(share)]
        return render(request, "ogc/rain.html", {"rain": document, "gauges": gauges})
    return as_json(document)


@require_safe
@ogc_errors
def locations(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/rain/locations``: the gauges."""
    share = _share(request, layer_id)
    read_only(request.GET, ())
    _check_form(request, "GeoJSON")
    spans = readings.spans(share)
    return as_json(locations_document(root_url(request), readings.gauges(share), spans), GEOJSON)


@require_safe
@ogc_errors
def location(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """``/collections/rain/locations/{code}``: what one gauge measured."""
    share, crs, when = _asked(request, layer_id, SERIES)
    gauge = readings.gauge_of(share, code)
    if gauge is None:
        raise NotFound(_("没有雨量站“%(code)s”") % {"code": code[:40]})
    return _one(share, gauge, crs, when)


@require_safe
@ogc_errors
def position(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/rain/position``: what the nearest gauge measured."""
    share, crs, when = _asked(request, layer_id, ("coords", *SERIES))
    points = read_points(request.GET.get("coords", ""), crs)
    if len(points) > 1:
        raise InvalidParameter(_("coords 应为一个 POINT"))
    x, y = transformer(crs.epsg, city().projected).transform(*points[0])
    gauge = readings.nearest_gauge(share, x, y) if abs(x) + abs(y) < 1e9 else None
    if gauge is None:
        raise NotFound(
            _("该位置 %(km)s 公里以内没有雨量站") % {"km": f"{readings.REACH_M / 1000:g}"}
        )
    return _one(share, gauge, crs, when)


@require_safe
@ogc_errors
def area(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/rain/area``: what the gauges within a polygon measured."""
    share, crs, when = _asked(request, layer_id, ("coords", *SERIES))
    shape = read_area(request.GET.get("coords", ""), crs)
    move = transformer(crs.epsg, city().projected)
    moved = shapely.transform(shape, lambda x, y: move.transform(x, y), interleaved=False)
    if not shapely.is_valid(moved):
        raise InvalidParameter(_("coords 超出坐标系的适用范围"))
    chosen = readings.gauges_inside(share, moved)
    several = readings.series(share, chosen, when)
    return as_json(collected_document(several, crs), covjson.MEDIA)


def advertise(request: HttpRequest, document: Any) -> Any:
    """The list of collections with rain in it, for who may see the gauges."""
    share = share_by_id(api_caller(request), readings.gauges_layer())
    if share and isinstance(document, dict) and isinstance(document.get("collections"), list):
        spans = readings.spans(share)
        document["collections"].append(collection_document(root_url(request), spans))
    return document


def _share(request: HttpRequest, layer_id: str) -> Share:
    share = share_by_id(api_caller(request), layer_id)
    if share is None:
        raise NotFound(_("没有图层“%(id)s”") % {"id": ID})
    return share


def _asked(
    request: HttpRequest, layer_id: str, parameters: tuple[str, ...]
) -> tuple[Share, Crs, AsOf]:
    share = _share(request, layer_id)
    read_only(request.GET, parameters)
    _check_form(request, "CoverageJSON")
    for name in request.GET.get("parameter-name", FIELD).split(","):
        if name.strip() != FIELD:
            raise InvalidParameter(
                _("没有参数“%(name)s”；只有 %(field)s")
                % {"name": name.strip()[:40], "field": FIELD}
            )
    when = parse_as_of(request.GET.get("datetime"), city().time_zone)
    return share, crs_named(request.GET), when


def _one(share: Share, gauge: readings.Gauge, crs: Crs, when: AsOf) -> HttpResponse:
    found = readings.series(share, [gauge], when)[0]
    return as_json(series_document(found, crs), covjson.MEDIA)


def _check_form(request: HttpRequest, form: str) -> None:
    names = {"json", form.lower(), {"CoverageJSON": "covjson"}.get(form, "")}
    if request.GET.get("f", form).lower() not in names:
        raise InvalidParameter(
            _("不提供格式 %(asked)s；可用：%(form)s")
            % {"asked": request.GET["f"][:20], "form": form}
        )

"""The page of a check: what is asked is read here, the answer is a part of the sketch's panel."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from layers.ogc.common.errors import ContentTooLarge, InvalidBody, TooManyUnderWay
from layers.ogc.formats.slots import slot_of
from layers.ogc.processes.views import SYNC_MS, SYNC_PER_CALLER
from layers.sharing.callers import address_of
from spatial.city import city
from spatial.periods import PeriodError, parse_as_of
from webmap.map.sketches.checking import MOST_LAYERS, Order, area_in, checked
from webmap.map.sketches.kept import body_of
from webmap.map.sketches.shapes import MOST_NAME, check_whole, geometry_in
from webmap.map.table.areas import reach_in
from webmap.web.callers import caller_of
from webmap.web.errors import BadInput, BadRequest, TooLarge, TooOften, answering, as_json

MOST_SHAPES = 500


@require_POST
@answering(as_json)
def check(request: HttpRequest) -> HttpResponse:
    """``{geometries, reach_m, title, at, layers}`` → the findings, as a part of the panel.

    Raises:
        CrossesItself: one of the shapes does; the message says where.
        TooOften: the caller has too many checks under way.
    """
    order = order_in(body_of(request))
    caller = caller_of(request)
    try:
        with slot_of(caller, address_of(request), "计算", SYNC_PER_CALLER):
            found = checked(caller, order, SYNC_MS)
    except TooManyUnderWay as error:
        raise TooOften(_("上一次核对还没有做完，请稍候再试。")) from error
    except InvalidBody as error:
        raise BadInput(str(error), "geometries") from error
    except ContentTooLarge as error:
        raise TooLarge(str(error), "geometries") from error
    return render(request, "sketch/check.html", {"check": found, **_context(found)})


def order_in(given: dict[str, Any]) -> Order:
    """What is to be checked.

    Raises:
        BadRequest: it cannot be read.
        BadInput: there is no area, it crosses itself, or the day lies ahead.
    """
    shapes = given.get("geometries")
    if not isinstance(shapes, list) or not 1 <= len(shapes) <= MOST_SHAPES:
        raise BadRequest(_("请先画出或选出要核对的图形"), "geometries")
    check_whole(geometry_in(one) for one in shapes)
    layers = given.get("layers") or []
    if not isinstance(layers, list) or not all(isinstance(one, str) for one in layers):
        raise BadRequest(_("图层应为名称的列表"), "layers")
    title = " ".join(str(given.get("title") or "").split())[:MOST_NAME]
    area = area_in(shapes, reach_in(given.get("reach_m", 0)))
    return Order(area, title, _day(given.get("at")), tuple(dict.fromkeys(layers))[:MOST_LAYERS])


def _day(given: Any) -> str:
    text = given if isinstance(given, str) else ""
    try:
        moment = parse_as_of(text or None, city().time_zone)
    except PeriodError as error:
        raise BadRequest(str(error), "at") from error
    if moment.interval or (moment.instant and moment.instant > timezone.now()):
        raise BadInput(_("这里只接受一个不晚于今天的日期"), "at")
    return text


def _context(found: Any) -> dict[str, Any]:
    """What the template needs beside the answer: the pieces for the map, the order for a report."""
    pieces = [
        {"type": "Feature", "geometry": piece.overlap, "properties": {"key": piece.key}}
        for limit in found.limits
        for piece in limit.pieces
        if piece.overlap
    ]
    return {
        "pieces": {"type": "FeatureCollection", "features": pieces},
        "wanted": found.order.params(),
        "crs": f"EPSG:{city().projected}",
    }

"""What the map's pages are asked with: a moment, a layer, a place; and what they refuse."""

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access.access import Sharing, may_see, visible
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers, layer_named
from spatial.city import city
from spatial.periods import AsOf, PeriodError, parse_as_of
from webmap.web.callers import caller_of
from webmap.web.errors import BadRequest

MARGIN_DEG = 0.5


def moment_parameter(request: HttpRequest) -> AsOf:
    """``at=``: a date or an instant; nothing means now.

    Raises:
        BadRequest: it cannot be read.
    """
    try:
        moment = parse_as_of(request.GET.get("at"), city().time_zone)
    except PeriodError as error:
        raise BadRequest(str(error)) from error
    if moment.interval:
        raise BadRequest(_("这里只接受一个日期，不接受时间区间"))
    return moment


def layer_parameter(request: HttpRequest, layer_id: str) -> Layer:
    """The layer of that id if the caller may see it.

    Raises:
        Http404: alike for what does not exist and for what is hidden.
    """
    layer = layer_named(layer_id)
    if layer is None or layer.sharing is Sharing.WITHHELD or not may_see(caller_of(request), layer):
        raise Http404(_("没有这个图层，或者您没有查看它的权限"))
    return layer


def place_parameter(request: HttpRequest) -> tuple[float, float]:
    """``lon=``, ``lat=`` in degrees, near the city.

    Raises:
        BadRequest: missing, not numbers, or far away.
    """
    extent = city().extent
    try:
        longitude, latitude = float(request.GET["lon"]), float(request.GET["lat"])
    except (KeyError, ValueError):
        raise BadRequest(_("缺少经纬度，或不是数字")) from None
    inside = (
        extent.west - MARGIN_DEG <= longitude <= extent.east + MARGIN_DEG
        and extent.south - MARGIN_DEG <= latitude <= extent.north + MARGIN_DEG
    )
    if not inside:
        raise BadRequest(_("该位置不在本市范围内"))
    return longitude, latitude


def shown_layers(request: HttpRequest) -> list[Layer]:
    """The published layers that the caller may see."""
    published = [layer for layer in all_layers() if layer.sharing is not Sharing.WITHHELD]
    return visible(caller_of(request), published)


def day_of(moment: AsOf) -> str:
    """The day of a moment in the city's time, '' for now: what pages say and links carry."""
    return timezone.localtime(moment.instant).strftime("%Y-%m-%d") if moment.instant else ""

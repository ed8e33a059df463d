"""What the map's pages are asked with: a moment, a layer, a place; and what they refuse."""

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.access.access import Sharing, may_see
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_named
from layers.reading.offices import page_share, page_shares
from layers.reading.shares import Share
from spatial.city import city
from spatial.periods import AsOf, PeriodError, parse_as_of
from webmap.web.callers import caller_of
from webmap.web.errors import BadRequest

MARGIN_DEG = 0.5
HIDDEN = gettext_noop("没有这个图层，或者您没有查看它的权限")


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
        raise Http404(_(HIDDEN))
    return layer


def share_parameter(request: HttpRequest, layer_id: str) -> Share:
    """What the caller is shown of the layer of that id.

    Raises:
        Http404: alike for what does not exist and for what is hidden.
    """
    share = page_share(caller_of(request), layer_parameter(request, layer_id))
    if share is None:
        raise Http404(_(HIDDEN))
    return share


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


def shown_shares(request: HttpRequest) -> list[Share]:
    """What the caller is shown of the published layers."""
    shares = page_shares(caller_of(request))
    return [share for share in shares if share.layer.sharing is not Sharing.WITHHELD]


def day_of(moment: AsOf) -> str:
    """The day of a moment in the city's time, '' for now: what pages say and links carry."""
    return timezone.localtime(moment.instant).strftime("%Y-%m-%d") if moment.instant else ""

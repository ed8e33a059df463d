"""What an export asks for: read from a form, checked, bounded. Values in, values out."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from layers.access.access import Caller, Sharing, may_see
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_named
from spatial.city import city
from spatial.periods import PeriodError, parse_as_of
from webmap.web.errors import BadRequest
from webmap.web.forms import RequestForm, TextField

MAX_LAYERS = 20
MAX_TITLE = 60
MAX_ENTRANCE = 30
LEAST_DEGREES = 1e-5  # about a metre


@dataclass(frozen=True)
class ExportRequest:
    """One map as asked for. ``datetime`` is '' for now; ``bbox`` is w, s, e, n in degrees."""

    layers: tuple[str, ...]
    bbox: tuple[float, float, float, float]
    datetime: str = ""
    title: str = ""
    entrance: str = ""
    language: str = "zh-hans"

    def params(self) -> dict[str, Any]:
        """As the job table keeps it."""
        return asdict(self)


class ExportForm(RequestForm):
    """The fields of an export; which layers may be drawn depends on the caller."""

    layers = TextField()
    bbox = TextField()
    datetime = TextField()
    title = TextField()
    entrance = TextField()

    def __init__(self, data: Mapping[str, str], caller: Caller) -> None:
        super().__init__(data)
        self.caller = caller

    def clean_layers(self) -> tuple[str, ...]:
        """Layers that can be drawn for the caller."""
        return _layers(self.cleaned_data["layers"], self.caller)

    def clean_bbox(self) -> tuple[float, float, float, float]:
        """West, south, east, north, within the city."""
        return read_bbox(self.cleaned_data["bbox"])

    def clean_datetime(self) -> str:
        """A moment; '' is now."""
        return _moment(self.cleaned_data["datetime"])

    def clean_title(self) -> str:
        """A heading of one line."""
        return _text(self.cleaned_data["title"])[:MAX_TITLE]

    def clean_entrance(self) -> str:
        """The name of an entrance."""
        return _text(self.cleaned_data["entrance"])[:MAX_ENTRANCE]


def read_request(form: Mapping[str, str], caller: Caller, language: str) -> ExportRequest:
    """Read a submitted form for this caller.

    Raises:
        BadRequest: nothing to draw, an unreadable box or date, a layer that is not there
            for this caller (hidden and unknown alike).
    """
    return ExportRequest(**ExportForm(form, caller).checked().cleaned_data, language=language)


def stored_request(params: Mapping[str, Any]) -> ExportRequest:
    """The request again, from the job table."""
    west, south, east, north = params["bbox"]
    rest = {k: params[k] for k in ("datetime", "title", "entrance", "language")}
    return ExportRequest(tuple(params["layers"]), (west, south, east, north), **rest)


def exportable(layer: Layer | None, caller: Caller) -> bool:
    """Whether the layer can be drawn and handed out, and this caller may see it."""
    return bool(
        layer
        and layer.geometry
        and layer.paint
        and layer.sharing is not Sharing.WITHHELD
        and may_see(caller, layer)
    )


def read_bbox(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees, cut to the city's extent.

    Raises:
        BadRequest: not four finite numbers in order, or nowhere near the city.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadRequest(_("导出范围应为“西,南,东,北”四个经纬度。")) from None
    if not all(map(math.isfinite, (west, south, east, north))) or west >= east or south >= north:
        raise BadRequest(_("导出范围应为“西,南,东,北”四个经纬度。"))
    extent = city().extent
    west, east = max(west, extent.west), min(east, extent.east)
    south, north = max(south, extent.south), min(north, extent.north)
    if east - west < LEAST_DEGREES or north - south < LEAST_DEGREES:
        raise BadRequest(_("导出范围不在本市之内，或者太小。"))
    return west, south, east, north


def _layers(text: str, caller: Caller) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not names:
        raise BadRequest(_("请至少选择一个图层。"))
    if len(names) > MAX_LAYERS:
        raise BadRequest(_("一次最多导出 %(count)d 个图层。") % {"count": MAX_LAYERS})
    for name in names:
        if not exportable(layer_named(name), caller):
            raise BadRequest(_("没有可以导出的图层“%(name)s”。") % {"name": _text(name)[:40]})
    return names


def _moment(text: str) -> str:
    try:
        moment = parse_as_of(text, city().time_zone)
    except PeriodError as error:
        raise BadRequest(str(error)) from None
    if moment.interval:
        raise BadRequest(_("导出的是某一时刻的状态，请给出一个日期，而不是一段时间。"))
    return "" if moment.is_now else text.strip()


def _text(text: str) -> str:
    """Printable text on one line."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())

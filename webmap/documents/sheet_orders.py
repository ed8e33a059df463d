"""What map sheets are ordered with: read from a form, checked. Values in, values out."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from shapely import LineString, Polygon, box, make_valid
from shapely.geometry.base import BaseGeometry

from layers.access.access import Caller
from layers.declarations.registry import layer_named
from spatial.city import city
from spatial.crs import transformer
from webmap.documents.errors import DoesNotFit
from webmap.documents.layout import PAPERS, SCALES, Paper
from webmap.documents.parameters import line_of, moment_of
from webmap.documents.series import MOST_SHEETS, Sheet, along_line, of_places, over_area
from webmap.exports.requests import exportable
from webmap.web.errors import BadInput

MOST_LAYERS = 20
MOST_POINTS = 500
MARGIN_DEG = 0.2
MODES = ("point", "extent", "area", "line", "atlas")
Place = tuple[float, float]


@dataclass(frozen=True)
class SheetOrder:
    """Sheets as ordered. ``points`` are metres; of an atlas ``codes`` are of ``atlas``.

    ``mode``: one sheet at a point; one that shows an extent; a series over an area or along a
    line; one sheet per feature.
    """

    mode: str
    paper: str
    is_landscape: bool
    scale: int
    layers: tuple[str, ...]
    at: str = ""
    title: str = ""
    points: tuple[Place, ...] = ()
    atlas: str = ""
    codes: tuple[str, ...] = ()

    @property
    def sheet_paper(self) -> Paper:
        """The paper."""
        return Paper(self.paper, self.is_landscape)

    def params(self) -> dict[str, Any]:
        """As the table of orders keeps it."""
        return asdict(self)


def stored_order(params: Mapping[str, Any]) -> SheetOrder:
    """The order again."""
    kept = {name: params[name] for name in SheetOrder.__dataclass_fields__}
    points = tuple((x, y) for x, y in kept.pop("points"))
    layers, codes = tuple(kept.pop("layers")), tuple(kept.pop("codes"))
    return SheetOrder(**kept, points=points, layers=layers, codes=codes)


def read_order(form: Mapping[str, str], caller: Caller) -> SheetOrder:
    """Read a submitted form for this caller.

    Raises:
        BadInput: a value does not fit, or a layer is not there for this caller.
        DoesNotFit: the paper is too small for the extent at the scale.
    """
    mode, paper = form.get("mode", "point"), form.get("paper", "a3")
    if mode not in MODES:
        raise BadInput(_("请选择制图方式"), "mode")
    if paper not in PAPERS:
        raise BadInput(_("纸张应为 A4 至 A0"), "paper")
    wanted = SheetOrder(
        mode=mode,
        paper=paper,
        is_landscape=form.get("orientation", "landscape") != "portrait",
        scale=_scale(form.get("scale", "")),
        layers=_layers(form.get("layers", ""), caller),
        at=str(moment_of(form.get("at"))),
        title=line_of(form.get("title")),
        points=() if mode == "atlas" else _points(form.get("points", ""), mode),
        atlas=_atlas(form.get("atlas", ""), caller) if mode == "atlas" else "",
        codes=_codes(form.get("codes", "")) if mode == "atlas" else (),
    )
    if mode != "atlas":
        sheets_of(wanted)
    return wanted


def sheets_of(
    wanted: SheetOrder, places: list[tuple[str, float, float]] | None = None
) -> list[Sheet]:
    """The sheets of an order; ``places`` are those of an atlas.

    Raises:
        DoesNotFit: too small a paper for one sheet, or too many sheets.
    """
    paper, scale = wanted.sheet_paper, wanted.scale
    if wanted.mode == "atlas":
        return _bounded(of_places(places or [], paper, scale))
    if wanted.mode == "line":
        return _bounded(along_line(LineString(wanted.points), paper, scale))
    if wanted.mode == "area":
        return _bounded(over_area(_shape(wanted), paper, scale))
    if wanted.mode == "extent":
        west, south, east, north = _shape(wanted).bounds
        _check_fits(wanted, east - west, north - south)
        return of_places([("", (west + east) / 2, (south + north) / 2)], paper, scale)
    return of_places([("", *wanted.points[0])], paper, scale)


def _check_fits(wanted: SheetOrder, width_m: float, height_m: float) -> None:
    """Say what would fit, where the paper is too small.

    Raises:
        DoesNotFit: it is.
    """
    paper = wanted.sheet_paper
    if paper.fits(width_m, height_m, wanted.scale):
        return
    fitting = paper.fitting_scale(width_m, height_m)
    number = len(over_area(_shape(wanted), paper, wanted.scale))
    said = _("%(paper)s 纸按 1∶%(scale)s 放不下 %(width)s m × %(height)s m 的范围")
    names = {
        "paper": wanted.paper.upper(),
        "scale": f"{wanted.scale:,}",
        "width": f"{width_m:,.0f}",
        "height": f"{height_m:,.0f}",
    }
    choices = [_("分幅成图需 %(number)d 幅") % {"number": number}]
    if fitting:
        choices.insert(0, _("可改用 1∶%(scale)s") % {"scale": f"{fitting:,}"})
    raise DoesNotFit("；".join([said % names, *choices]), "scale")


def _bounded(sheets: list[Sheet]) -> list[Sheet]:
    if len(sheets) > MOST_SHEETS:
        said = _("需要 %(number)d 幅，一次最多 %(most)d 幅；请用更大的纸或更小的比例尺")
        raise DoesNotFit(said % {"number": len(sheets), "most": MOST_SHEETS}, "scale")
    return sheets


def _shape(wanted: SheetOrder) -> BaseGeometry:
    """The extent of two corners, else the area of a ring."""
    if len(wanted.points) == 2:
        (x1, y1), (x2, y2) = wanted.points
        return box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    # One that crosses itself is covered whole, as it was drawn.
    return make_valid(Polygon(wanted.points))


def _scale(text: str) -> int:
    digits = text.removeprefix("1:").removeprefix("1∶").replace(",", "").strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 9 and int(digits) in SCALES:
        return int(digits)
    raise BadInput(_("比例尺应为 1∶500 至 1∶10,000 中的一种"), "scale")


def _layers(text: str, caller: Caller) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not names:
        raise BadInput(_("请至少选择一个图层。"), "layers")
    if len(names) > MOST_LAYERS:
        raise BadInput(_("一次最多绘制 %(count)d 个图层。") % {"count": MOST_LAYERS}, "layers")
    for name in names:
        if not exportable(layer_named(name), caller):
            said = _("没有可以绘制的图层“%(name)s”。") % {"name": line_of(name, 40)}
            raise BadInput(said, "layers")
    return names


def _atlas(name: str, caller: Caller) -> str:
    layer = layer_named(name)
    if layer is None or not layer.geometry or not exportable(layer, caller):
        raise BadInput(_("没有可以绘制的图层“%(name)s”。") % {"name": line_of(name, 40)}, "atlas")
    return name


def _codes(text: str) -> tuple[str, ...]:
    parts = text.replace("，", ",").replace(",", "\n").replace(";", "\n").split("\n")
    codes = tuple(dict.fromkeys(line_of(part, 60) for part in parts if part.strip()))
    if not codes:
        raise BadInput(_("请填写要素编码"), "codes")
    if len(codes) > MOST_SHEETS:
        said = _("需要 %(number)d 幅，一次最多 %(most)d 幅；请用更大的纸或更小的比例尺")
        raise DoesNotFit(said % {"number": len(codes), "most": MOST_SHEETS}, "codes")
    return codes


def _points(text: str, mode: str) -> tuple[Place, ...]:
    """``lon,lat;lon,lat…`` in degrees as metres of the city's plane.

    Raises:
        BadInput: not such pairs, too few or too many, or away from the city.
    """
    try:
        pairs = [tuple(map(float, part.split(","))) for part in text.split(";") if part.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError
    except ValueError:
        raise BadInput(_("位置应为“经度,纬度”，多点以分号分隔"), "points") from None
    places = [_near(*pair) for pair in pairs]
    least, most = {
        "point": (1, 1), "extent": (2, 2), "line": (2, MOST_POINTS), "area": (2, MOST_POINTS)
    }[mode]  # fmt: skip
    if not least <= len(places) <= most or len(set(places)) < least:
        raise BadInput(_("位置的点数不对：请在地图上重新选取范围"), "points")
    return tuple(places)


def _near(lon: float, lat: float) -> Place:
    extent = city().extent
    inside = (
        math.isfinite(lon)
        and extent.west - MARGIN_DEG <= lon <= extent.east + MARGIN_DEG
        and extent.south - MARGIN_DEG <= lat <= extent.north + MARGIN_DEG
    )
    if not inside:
        raise BadInput(_("该位置不在本市范围内"), "points")
    x, y = transformer(4326, city().projected).transform(lon, lat)
    return round(x, 3), round(y, 3)

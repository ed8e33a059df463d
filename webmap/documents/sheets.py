"""Map sheets to scale as a document: one, a series with its overview, or an atlas."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.access.access import Caller
from layers.declarations.registry import layer_named
from layers.ogc.pictures.drawing import Picture, TooManyFeatures, draw
from layers.ogc.pictures.frames import Frame, centred
from layers.reading.features import features
from layers.reading.shares import Share, share_by_id
from spatial.city import city
from spatial.periods import AsOf, parse_as_of
from webmap.documents.cartouche import BAR_ROOM, FONT, framed, north_arrow, scale_bar
from webmap.documents.errors import DoesNotFit, NothingToPrint
from webmap.documents.issuing import Contents
from webmap.documents.layout import FOOT, LABELS, LEGEND, MARGIN, TITLE, Paper, picture_scale
from webmap.documents.maps import (
    RED,
    are_open,
    drawn_shares,
    ground,
    keys_of,
    legend_entries,
    state_of,
)
from webmap.documents.series import Sheet
from webmap.documents.sheet_orders import SheetOrder, read_order, sheets_of, stored_order
from webmap.documents.texts import common_texts
from webmap.map.records import heading
from webmap.web.callers import caller_of
from webmap.web.entrances import entrance_named
from webmap.web.orders import caller_of_user
from webmap.web.values import layer_title

OVERVIEW = ("districts", "water", "roads")
MOST_FEATURES = 500_000  # on all sheets of an order together: they are in memory until they are set
ATLAS = "@atlas"  # the key of the layer whose features an atlas follows


def order(request: HttpRequest) -> dict[str, Any]:
    """The fields of ``read_order``; the form's own ticks are ``layer``, time and again.

    Raises:
        BadInput: a value does not fit.
        DoesNotFit: the paper is too small; the message says what would fit.
    """
    form = request.POST.dict()
    form["layers"] = ",".join([form.get("layers", ""), *request.POST.getlist("layer")])
    return read_order(form, caller_of(request)).params()


def collect(
    params: Mapping[str, Any], user: User | None, progress: Callable[[int, int], None]
) -> Contents:
    """The sheets as this user may see them now.

    Raises:
        NothingToPrint: none of the layers, or of the features of an atlas, is there any more.
        DoesNotFit: more on one sheet than can be drawn.
    """
    wanted, caller = stored_order(params), caller_of_user(user)
    shares = drawn_shares(caller, wanted.layers)
    if not shares:
        raise NothingToPrint(_("所选图层已不可用，或您已没有查看的权限"))
    moment = parse_as_of(wanted.at, city().time_zone)
    used = keys_of(shares)
    places = None
    if wanted.mode == "atlas":
        places, used[ATLAS] = _places(wanted, caller, moment)
    sheets = sheets_of(wanted, places)
    files: dict[str, bytes] = {"north.svg": north_arrow(), "bar.svg": scale_bar(wanted.scale)[0]}
    pages, number = [], 0
    for done, sheet in enumerate(sheets):
        progress(done, len(sheets))
        picture = _drawn(shares, sheet.frame, moment)
        number += sum(picture.counts.values())
        if number > MOST_FEATURES:
            raise DoesNotFit(_("整套图要素过多，请减少图层，或分几次出图"))
        name = f"sheet-{sheet.number}.svg"
        files[name] = framed(ground(sheet.frame) + picture.inner, sheet.frame)
        pages.append(_page(sheet, name, legend_entries(picture, shares), len(sheets)))
    schematic = any(share.field("schematic") for share in shares)
    overview = None
    if len(sheets) > 1 and wanted.mode != "atlas":
        frame, files["overview.svg"] = _overview(sheets, wanted.sheet_paper, caller, moment)
        files["overview-bar.svg"], bar_mm, _said = scale_bar(frame.scale)
        overview = {
            "file": "overview.svg",
            "scale": f"1∶{frame.scale:,}",
            "bar": "overview-bar.svg",
            "bar_mm": bar_mm + BAR_ROOM,
        }
    data = {
        **_common(wanted, moment, shares, schematic=schematic),
        "sheets": pages,
        "overview": overview,
    }
    return Contents(data, files, used)


def is_open(params: Mapping[str, Any], user: User | None, used: Mapping[str, str]) -> bool:
    """Whether every layer on the sheets is shared with the user as it was."""
    caller = caller_of_user(user)
    atlas = used.get(ATLAS)
    share = share_by_id(caller, params["atlas"]) if params["atlas"] else None
    if atlas and (share is None or share.key != atlas):
        return False
    return are_open(caller, {name: key for name, key in used.items() if name != ATLAS})


def _drawn(shares: Sequence[Share], frame: Frame, moment: AsOf) -> Picture:
    try:
        return draw(shares, frame, moment)
    except TooManyFeatures as error:
        said = _("图层“%(layer)s”在一幅图内要素过多，请用更大的比例尺，或少选图层")
        raise DoesNotFit(said % {"layer": layer_title(error.layer)}) from error


def _places(
    wanted: SheetOrder, caller: Caller, moment: AsOf
) -> tuple[list[tuple[str, float, float]], str]:
    """The titled middles of an atlas's features, and the access class they were read as.

    Raises:
        NothingToPrint: one is not there at the moment; the message names it.
    """
    layer = layer_named(wanted.atlas)
    share = share_by_id(caller, wanted.atlas) if layer else None
    if share is None:
        raise NothingToPrint(_("所选图层已不可用，或您已没有查看的权限"))
    found = {one.code: one for one in features(share).as_of(moment).filter(code__in=wanted.codes)}
    missing = [code for code in wanted.codes if getattr(found.get(code), "geom", None) is None]
    if missing:
        said = _("没有这些要素，或当日不存在、没有图形：%(codes)s")
        raise NothingToPrint(said % {"codes": "、".join(missing[:10])})
    places = []
    for code in wanted.codes:
        west, south, east, north = found[code].geom.extent
        _check_atlas(wanted, code, east - west, north - south)
        title = f"{heading(share, found[code])}（{code}）"
        places.append((title, (west + east) / 2, (south + north) / 2))
    return places, share.key


def _check_atlas(wanted: SheetOrder, code: str, width_m: float, height_m: float) -> None:
    paper = wanted.sheet_paper
    if paper.fits(width_m, height_m, wanted.scale):
        return
    said = _("要素 %(code)s 按 1∶%(scale)s 放不进一幅图")
    names = {"code": code, "scale": f"{wanted.scale:,}"}
    fitting = paper.fitting_scale(width_m, height_m)
    choice = _("可改用 1∶%(scale)s") % {"scale": f"{fitting:,}"} if fitting else ""
    raise DoesNotFit("；".join(part for part in (said % names, choice) if part))


def _page(
    sheet: Sheet, name: str, entries: Sequence[Mapping[str, str]], total: int
) -> dict[str, Any]:
    return {
        "file": name,
        "number": f"{sheet.number} / {total}" if total > 1 else "",
        "title": sheet.title,
        "legend": list(entries),
        "neighbours": {side: str(number) for side, number in sheet.neighbours.items()},
        "own": str(sheet.number),
    }


def _common(
    wanted: SheetOrder, moment: AsOf, shares: Sequence[Share], *, schematic: bool
) -> dict[str, Any]:
    paper = wanted.sheet_paper
    width, height = paper.map_mm
    stewards = dict.fromkeys(share.layer.steward for share in shares)
    disclaimer = _("本图为示意图，不作为权属确认、界线划定和行政许可的依据。")
    return {
        "map_title": wanted.title or str(entrance_named("general").title),
        "paper": {
            "width_mm": paper.width_mm,
            "height_mm": paper.height_mm,
            "margin_mm": MARGIN,
            "map_width_mm": width + 2 * LABELS,
            "map_height_mm": height + 2 * LABELS,
            "legend_mm": LEGEND,
            "title_mm": TITLE,
            "foot_mm": FOOT,
            "bar_mm": scale_bar(wanted.scale)[1] + BAR_ROOM,
        },
        "scale": f"1∶{wanted.scale:,}",
        "state": state_of(moment),
        "system": f"{city().datum} / EPSG:{city().projected}",
        "sources": "、".join(stewards),
        "disclaimer": (_("含示意数据。") if schematic else "") + disclaimer,
        "texts": common_texts(),
    }


def _overview(
    sheets: Sequence[Sheet], paper: Paper, caller: Caller, moment: AsOf
) -> tuple[Frame, bytes]:
    """Where the sheets of a series lie, over a quiet map: its frame and picture."""
    wests, souths, easts, norths = zip(*(sheet.frame.bounds for sheet in sheets), strict=True)
    west, south, east, north = min(wests), min(souths), max(easts), max(norths)
    width, height = paper.map_mm
    scale = picture_scale(east - west, north - south, width, height)
    frame = centred((west + east) / 2, (south + north) / 2, width, height, scale)
    try:
        under = draw(drawn_shares(caller, OVERVIEW), frame, moment).inner
    except TooManyFeatures:
        under = ""
    marks = "".join(_mark(sheet, frame) for sheet in sheets)
    return frame, framed(ground(frame) + under, frame, overlay=marks)


def _mark(sheet: Sheet, frame: Frame) -> str:
    west, north = frame.paper(sheet.frame.west_m, sheet.frame.north_m)
    east, south = frame.paper(sheet.frame.east_m, sheet.frame.south_m)
    size = min(8.0, (east - west) * 0.4, (south - north) * 0.5)
    return (
        f'<rect x="{west:.3f}" y="{north:.3f}" width="{east - west:.3f}" height="{south - north:.3f}"'
        f' fill="{RED}" fill-opacity="0.06" stroke="{RED}" stroke-width="0.4"/>'
        f'<text x="{(west + east) / 2:.3f}" y="{(north + south) / 2 + size * 0.35:.3f}"'
        f' font-family="{FONT}" font-size="{size:.2f}" text-anchor="middle" fill="{RED}">'
        f"{sheet.number}</text>"
    )

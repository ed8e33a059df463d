"""The maps in documents: which layers for whom, small pictures of a place, legends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access.access import Caller
from layers.declarations.cartography import PAPER, legend
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_named
from layers.ogc.pictures.drawing import Picture, draw
from layers.ogc.pictures.frames import Frame, centred
from layers.reading.shares import Share, share_by_id
from spatial.city import city
from spatial.periods import AsOf
from webmap.documents.cartouche import framed
from webmap.documents.layout import LABELS, picture_scale
from webmap.exports.requests import exportable
from webmap.map.legends import values_in_use
from webmap.web.entrances import entrance_named
from webmap.web.values import layer_title

GENERAL = "general"
PICTURE_MM = (140.0, 84.0)  # of a map in a document
MOST_LEGEND = 18  # signs of a class's title
RED = "#d01f1f"


@dataclass(frozen=True)
class PlaceMap:
    """A small map: its file, and what the template says of it."""

    svg: bytes
    data: dict[str, Any]
    shares: Sequence[Share]


def drawn_shares(caller: Caller, names: Iterable[str]) -> list[Share]:
    """What a caller is shown of layers that can be drawn and handed out."""
    return [
        share
        for name in dict.fromkeys(names)
        if exportable(layer_named(name), caller) and (share := share_by_id(caller, name))
    ]


def keys_of(shares: Iterable[Share]) -> dict[str, str]:
    """The access classes that something was read as, by layer."""
    return {share.layer.id: share.key for share in shares}


def are_open(caller: Caller, used: dict[str, str]) -> bool:
    """Whether everything that was read may be read by the caller still, alike."""
    return all(
        exportable(layer_named(name), caller)
        and (share := share_by_id(caller, name)) is not None
        and share.key == key
        for name, key in used.items()
    )


def place_map(caller: Caller, layer: Layer | None, shape: Any, moment: AsOf) -> PlaceMap:
    """The map around a shape, with the layers of the general map and the shape's own."""
    west, south, east, north = shape.extent
    width, height = PICTURE_MM
    scale = picture_scale(east - west, north - south, width, height)
    frame = centred((west + east) / 2, (south + north) / 2, width, height, scale)
    names = [*entrance_named(GENERAL).layers, *([layer.id] if layer else [])]
    shares = drawn_shares(caller, names)
    picture = draw(shares, frame, moment)
    svg = framed(ground(frame) + picture.inner, frame, grid_mm=50, overlay=outlined(shape, frame))
    data = {
        "file": "place.svg",
        "width_mm": width + 2 * LABELS,
        "caption": f"1∶{scale:,}　{city().datum} / EPSG:{city().projected}　{state_of(moment)}",
    }
    return PlaceMap(svg, data, shares)


def ground(frame: Frame) -> str:
    """The paper of the map, as on the screen."""
    return f'<rect width="{frame.width_mm}" height="{frame.height_mm}" fill="{PAPER}"/>'


def state_of(moment: AsOf) -> str:
    """Of which day a document is, in words."""
    day = timezone.localtime(moment.instant) if moment.instant else timezone.localtime()
    said = _("%(day)s状态") if moment.instant else _("现状（%(day)s）")
    return said % {"day": day.strftime("%Y-%m-%d")}


def outlined(shape: Any, frame: Frame) -> str:
    """A shape of the database in red, over the map."""
    parts = _parts(shape)
    if not parts:
        return ""
    if shape.geom_type in ("Point", "MultiPoint"):
        marks = (frame.paper(*part[0][:2]) for part in parts)
        circles = "".join(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.4"/>' for x, y in marks)
        return f'<g fill="none" stroke="{RED}" stroke-width="0.7">{circles}</g>'
    path = "".join(
        "M" + "L".join("{:.2f} {:.2f}".format(*frame.paper(*point[:2])) for point in part)
        for part in parts
    )
    return (
        f'<path d="{path}" fill="none" stroke="{RED}" stroke-width="0.7" stroke-linejoin="round"/>'
    )


def legend_entries(picture: Picture, shares: Iterable[Share]) -> list[dict[str, str]]:
    """The classes that are on the map, layer by layer, the topmost first."""
    entries: list[dict[str, str]] = []
    ranked = sorted(shares, key=lambda s: -(s.layer.paint.rank if s.layer.paint else 0))
    for share in ranked:
        layer, paint = share.layer, share.layer.paint
        seen = picture.seen.get(layer.id)
        if not paint or not seen:
            continue
        shape = {"line": "line", "circle": "spot"}.get(paint.kind, "area")
        look = {"shape": shape, "outline": paint.outline or paint.casing}
        classes = legend(layer, values_in_use(share))
        known = [one for one in classes if one["colour"] in seen]
        known = list({(one["title"], one["colour"]): one for one in known}.values())
        title = layer_title(layer)
        if not known or (len(known) == 1 and known[0]["title"] in (title, layer.title)):
            entries.append(
                {"title": title[:MOST_LEGEND], "colour": paint.colour, "heading": "", **look}
            )
            continue
        for number, one in enumerate(known):
            entries.append(
                {
                    "title": one["title"][:MOST_LEGEND],
                    "colour": one["colour"],
                    "heading": "" if number else title,
                    **look,
                }
            )
    return entries


def _parts(shape: Any) -> list[Sequence[Sequence[float]]]:
    """The rings, lines and points of a geometry of GEOS."""
    kind = shape.geom_type
    if kind == "Point":
        return [[shape.coords]]
    if kind in ("LineString", "LinearRing"):
        return [shape.coords]
    if kind == "Polygon":
        return [ring.coords for ring in shape]
    return [part for one in shape for part in _parts(one)]

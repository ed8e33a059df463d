"""A picture of layers as SVG, drawn from the styles that the map has: values in, text out.

Areas and lines of one look are one path: PDF and SVG stay small, and what overlaps within a
layer does not darken itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from layers.declarations.cartography import (
    FONT,
    as_seen,
    colour_expression,
    label_layers,
    shape_layers,
)
from layers.declarations.declarations import Layer
from layers.errors import LayersError
from layers.ogc.pictures.expressions import evaluate, fields_in
from layers.ogc.pictures.frames import PIXEL_MM, Frame
from layers.ogc.pictures.labels import Label, Labelling
from layers.ogc.pictures.reading import Drawable, drawables
from layers.reading.shares import Share
from spatial.city import city
from spatial.periods import AsOf

MOST_FEATURES = 120_000  # in one picture
Look = tuple[tuple[str, str], ...]


class TooManyFeatures(LayersError, ValueError):
    """More than a picture can show; ``layers`` are the titles of what was read until then."""

    def __init__(self, share: Share) -> None:
        super().__init__(f"{share.layer.title}: > {MOST_FEATURES:,}")
        self.layer = share.layer


@dataclass
class Picture:
    """What was drawn: SVG without its frame, and the values per layer that were seen."""

    frame: Frame
    shapes: list[str] = field(default_factory=list)
    labels: str = ""
    seen: dict[str, set[str]] = field(default_factory=dict)  # layer id: colours
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def inner(self) -> str:
        """Shapes and labels, not cut at the frame."""
        return "".join(self.shapes) + self.labels

    @property
    def svg(self) -> str:
        """The whole as a document, cut at the frame."""
        width, height = self.frame.width_mm, self.frame.height_mm
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
            f' viewBox="0 0 {width} {height}"><clipPath id="f"><rect width="{width}"'
            f' height="{height}"/></clipPath><g clip-path="url(#f)">'
            f"{self.inner}</g></svg>"
        )


def draw(shares: Iterable[Share], frame: Frame, as_of: AsOf) -> Picture:
    """Draw the shares' features within a frame at a moment.

    Raises:
        TooManyFeatures: there are more than a picture can show.
        QueryTimeout: a layer was not read in time.
    """
    latitude = city().view.latitude
    zoom = frame.zoom(latitude)
    picture, labelling = Picture(frame), Labelling(frame.width_mm, frame.height_mm)
    left, named = MOST_FEATURES, []
    ranked = sorted((s for s in shares if s.layer.paint and s.layer.geometry), key=_rank)
    for share in ranked:
        layer = as_seen(share.layer, share.names)
        shapes = [one for one in shape_layers(layer, latitude) if _is_visible(one, zoom)]
        names = [one for one in label_layers(layer) if _is_visible(one, zoom)]
        if not shapes and not names:
            continue
        fields = sorted(fields_in([shapes, names]) - {"code"})
        spots = bool(names) and layer.geometry == "Polygon"
        found = drawables(share, frame, as_of, fields, spots=spots, most=left + 1)
        left -= len(found)
        if left < 0:
            raise TooManyFeatures(share)
        picture.counts[layer.id] = len(found)
        picture.shapes += [_drawn(one, found, zoom, layer) for one in shapes]
        colour = colour_expression(layer)
        picture.seen[layer.id] = {
            str(evaluate(colour, zoom, {"code": one.code, **one.values}))
            for one in _distinct(found)
        }
        named += [_labels(one, found, zoom, layer) for one in names]
    for labels in reversed(named):  # what lies on top is named first
        labelling.add(labels)
    picture.labels = labelling.svg(FONT[0].split(",")[0])
    return picture


def _rank(share: Share) -> int:
    return share.layer.paint.rank if share.layer.paint else 0


def _is_visible(entry: Mapping[str, Any], zoom: float) -> bool:
    return entry.get("minzoom", 0) <= zoom < entry.get("maxzoom", 99)


def _distinct(found: Sequence[Drawable]) -> list[Drawable]:
    """One feature of every combination of values."""
    return list({tuple(map(str, one.values.values())): one for one in found}.values())


def _drawn(entry: Mapping[str, Any], found: Sequence[Drawable], zoom: float, layer: Layer) -> str:
    """One style layer: its features by their look."""
    groups: dict[Look, list[str]] = {}
    known: dict[tuple[Any, ...], tuple[Look, float]] = {}
    for one in found:
        key = tuple(one.values.values())
        if key not in known:
            known[key] = _look(entry, zoom, {"code": one.code, **one.values})
        look, radius = known[key]
        shape = _spot_path(one.shape, radius) if layer.geometry == "Point" else one.shape
        groups.setdefault(look, []).append(shape)
    return "".join(
        f"<path {' '.join(f'{name}={chr(34)}{escape(value)}{chr(34)}' for name, value in look)}"
        f' d="{" ".join(shapes)}"/>'
        for look, shapes in groups.items()
    )


def _look(entry: Mapping[str, Any], zoom: float, values: Mapping[str, Any]) -> tuple[Look, float]:
    """The SVG attributes of a feature, and the radius of a spot in millimetres."""
    paint = {name: evaluate(value, zoom, values) for name, value in entry["paint"].items()}
    kind = entry["type"]
    if kind == "fill":
        return (("fill", paint["fill-color"]), ("fill-opacity", str(paint["fill-opacity"]))), 0.0
    if kind == "circle":
        look: Look = (
            ("fill", paint["circle-color"]),
            ("stroke", paint["circle-stroke-color"]),
            ("stroke-width", _mm(paint["circle-stroke-width"])),
        )
        return look, paint["circle-radius"] * PIXEL_MM
    width = paint["line-width"]
    look = (
        ("fill", "none"),
        ("stroke", paint["line-color"]),
        ("stroke-width", _mm(width)),
        ("stroke-opacity", f"{paint.get('line-opacity', 1):.2f}"),
        ("stroke-linejoin", "round"),
        ("stroke-linecap", entry.get("layout", {}).get("line-cap", "butt")),
    )
    if dash := paint.get("line-dasharray"):
        look += (("stroke-dasharray", " ".join(_mm(part * width) for part in dash)),)
    return look, 0.0


def _mm(pixels: float) -> str:
    return f"{pixels * PIXEL_MM:.3f}"


def place_of(shape: str) -> tuple[float, float]:
    """The place of a point as PostGIS writes it: ``cx="1.2" cy="3.4"``."""
    x, y = shape.replace('"', " ").replace("cx=", "").replace("cy=", "").split()
    return float(x), float(y)


def _spot_path(shape: str, radius: float) -> str:
    x, y = place_of(shape)
    r = f"{radius:.3f}"
    return (
        f"M{x - radius:.3f} {y}a{r} {r} 0 1 0 {2 * radius:.3f} 0a{r} {r} 0 1 0 {-2 * radius:.3f} 0Z"
    )


def _labels(
    entry: Mapping[str, Any], found: Sequence[Drawable], zoom: float, layer: Layer
) -> list[Label]:
    layout, paint, condition = entry["layout"], entry["paint"], entry.get("filter")
    labels = []
    for one in found:
        values = {"code": one.code, **one.values}
        if condition and not evaluate(condition, zoom, values):
            continue
        text = evaluate(layout["text-field"], zoom, values).strip()
        if text:
            size_mm = evaluate(layout["text-size"], zoom, values) * PIXEL_MM
            look = (size_mm, paint["text-color"], paint["text-halo-color"])
            below = layout.get("text-offset", (0, 0))[1] * size_mm
            labels.append(_label(one, text, look, layer.geometry, below))
    return labels


def _label(
    one: Drawable, text: str, look: tuple[float, str, str], geometry: str, below: float
) -> Label:
    if geometry == "LineString":
        return Label(text, *look, line=one.shape)
    x, y = one.spot or (place_of(one.shape) if geometry == "Point" else (-1e9, -1e9))
    return Label(text, *look, place=(x, y + below))

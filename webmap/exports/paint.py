"""The colours, widths and legend of an export, from the declarations' ``Paint``."""

from math import cos, radians
from typing import Any

from layers.declarations.declarations import Layer, Paint
from spatial.languages import shown_scheme
from webmap.exports.data import DrawnLayer
from webmap.web.values import NOTHING

MAP_WIDTH_PX = 800  # the map on an A4 sheet
METRES_PER_DEGREE = 111_320
MOST_LABELS = 40


def style_of(layer: Layer, feature: dict[str, Any], metres_per_pixel: float) -> dict[str, Any]:
    """How Leaflet draws a feature."""
    paint = layer.paint or Paint("line")
    colour = colour_of(layer, feature["paint"])
    if paint.kind == "line":
        return {
            "color": colour,
            "weight": line_width(layer, feature, metres_per_pixel),
            "fill": False,
        }
    spot = paint.kind == "circle"
    return {
        "color": paint.outline or ("#ffffff" if spot else colour),
        "weight": 1 if spot else 0.6 if paint.outline else 0.2,
        "fill": True,
        "fillColor": colour,
        "fillOpacity": 0.95 if spot else paint.opacity,
    }


def casing_style(layer: Layer, feature: dict[str, Any], metres_per_pixel: float) -> dict[str, Any]:
    """The edges of a line that has some: the same line, a little wider, underneath."""
    paint = layer.paint or Paint("line")
    width = line_width(layer, feature, metres_per_pixel) + 1.4
    return {"color": paint.casing, "weight": width, "fill": False, "interactive": False}


def colour_of(layer: Layer, value: Any) -> str:
    """The colour of a feature whose painted field has this value."""
    return _class_of(layer, value)[1]


def legend_of(drawn: DrawnLayer) -> list[dict[str, str]]:
    """The classes that are on the map, in the order of the declaration or the codes."""
    layer = drawn.layer
    paint = layer.paint or Paint("line")
    found = {_class_of(layer, feature["paint"]) for feature in drawn.features}
    order = {title: i for i, (title, _) in enumerate(paint.colours.values())}
    entries = sorted(found, key=lambda entry: (order.get(entry[0], len(order)), entry[2], entry[0]))
    return [
        {
            "title": title,
            "colour": colour,
            "outline": paint.outline or paint.casing,
            "shape": {"line": "line", "circle": "spot"}.get(paint.kind, "area"),
        }
        for title, colour, _ in entries
    ]


def line_width(layer: Layer, feature: dict[str, Any], metres_per_pixel: float) -> float:
    """A line's width in pixels: true to the ground where its width is known, but legible.

    Of boundaries the higher ones are wider: county, town, village.
    """
    paint = layer.paint or Paint("line")
    if paint.ground_width:
        return round(min(max((feature["width_m"] or 6) / metres_per_pixel, 1.2), 14), 1)
    if is_boundaries(layer):
        return round(paint.width * 1.8 / (1 + level_of(layer, feature)), 2)
    return paint.width


def is_boundaries(layer: Layer) -> bool:
    """Whether areas are drawn by their edges, class by class."""
    paint = layer.paint
    return bool(paint and paint.kind == "line" and paint.colours and layer.geometry == "Polygon")


def level_of(layer: Layer, feature: dict[str, Any]) -> int:
    """The place of a feature's class in the declaration; 0 is the highest."""
    classes = list(layer.paint.colours) if layer.paint else []
    value = str(feature["paint"])
    return classes.index(value) if value in classes else len(classes)


def in_drawing_order(drawn: DrawnLayer) -> list[dict[str, Any]]:
    """The features of a layer; of boundaries the highest last, so that they lie on top."""
    if not is_boundaries(drawn.layer):
        return drawn.features
    return sorted(drawn.features, key=lambda f: -level_of(drawn.layer, f))


def with_labels(drawn: DrawnLayer) -> list[dict[str, Any]]:
    """The features in drawing order, with a ``label`` where there is room for all of a kind."""
    features, paint = in_drawing_order(drawn), drawn.layer.paint
    if not paint or not paint.label or drawn.layer.field(paint.label) is None:
        return features
    named = [f for f in features if f["properties"][paint.label] != NOTHING]
    if is_boundaries(drawn.layer):
        levels = sorted({level_of(drawn.layer, f) for f in named}, reverse=True)
        groups = ([f for f in named if level_of(drawn.layer, f) == level] for level in levels)
        named = next((group for group in groups if len(group) <= MOST_LABELS), [])
    chosen = {id(f) for f in named} if len(named) <= MOST_LABELS else set()
    return [
        {**f, "label": f["properties"][paint.label]} if id(f) in chosen else f for f in features
    ]


def pixel_size_m(bbox: tuple[float, float, float, float]) -> float:
    """Metres per pixel when the box fills the map's width on the sheet."""
    west, south, east, north = bbox
    width_m = (east - west) * METRES_PER_DEGREE * cos(radians((south + north) / 2))
    return max(width_m / MAP_WIDTH_PX, 0.01)


def _class_of(layer: Layer, value: Any) -> tuple[str, str, str]:
    """Title, colour and sorting key of the class that a value belongs to."""
    paint = layer.paint or Paint("line")
    if paint.by and paint.colours:
        return _from_colours(layer, paint, value)
    declared = layer.field(paint.by) if paint.by else None
    if declared and declared.scheme and value:
        codes = shown_scheme(declared.scheme)
        return codes.name(str(value)), codes.colour(str(value)) or paint.colour, str(value)
    return "", paint.colour, ""


def _from_colours(layer: Layer, paint: Paint, value: Any) -> tuple[str, str, str]:
    if layer.json_type(paint.by) in ("integer", "number"):
        steps = sorted((float(bound), entry) for bound, entry in paint.colours.items())
        below = [entry for bound, entry in steps if bound <= (value or 0)]
        title, colour = below[-1] if below else steps[0][1]
        return title, colour, ""
    title, colour = paint.colours.get(str(value), ("", paint.colour))
    return title, colour, ""

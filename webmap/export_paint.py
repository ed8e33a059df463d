"""The colours, widths and legend of an export, from the declarations' ``Paint``. Pure."""

from math import cos, radians
from typing import Any

from layers.declarations import Layer, Paint
from spatial.codes import scheme
from webmap.export_data import DrawnLayer

MAP_WIDTH_PX = 800  # the map on an A4 sheet
METRES_PER_DEGREE = 111_320


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


def line_width(paint: Paint, width_m: float | None, metres_per_pixel: float) -> float:
    """A line's width in pixels: true to the ground where its width is known, but legible."""
    if not paint.ground_width:
        return paint.width
    return round(min(max((width_m or 6) / metres_per_pixel, 1.2), 14), 1)


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
        codes = scheme(declared.scheme)
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

"""From layer declarations to a MapLibre style: declarations in, JSON out, no query.

Every layer becomes one vector source of our own tiles and a few style layers whose
ids begin with the layer's id. There are no glyphs and no sprites: the browser draws
all text with its own fonts, so the style names no other address than the tiles'.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from layers.declarations.declarations import LabelLevel, Layer, Paint
from spatial.codes import scheme
from spatial.languages import shown_scheme

FONT = ["Noto Sans CJK SC,Source Han Sans SC,Microsoft YaHei,PingFang SC,WenQuanYi Micro Hei"]
PAPER = "#f3efe4"
LABELS = ":label"  # of tiles: the layer of points that name the areas of a layer
# Pixels per metre of ground at zoom 20 (512-pixel tiles) at the equator.
PIXELS_PER_M_Z20 = 2**20 / 78271.516964

Expression = Any


def style(
    layers: Iterable[Layer],
    shown: Iterable[str],
    tiles: Mapping[str, str],
    *,
    latitude: float,
    solid: bool = False,
    terrain: str = "",
    relief: bool = False,
    muted: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """A MapLibre style of these layers.

    Args:
        layers: the declarations, in any order.
        shown: ids of the layers visible at first.
        tiles: layer id → tile address template.
        latitude: of the city, in degrees: it scales ground widths.
        solid: whether buildings stand up.
        terrain: address template of the terrain tiles, '' if there is no terrain.
        relief: whether terrain shading is visible at first.
        muted: layer id → opacity, for what is only background here.
    """
    drawn = sorted((layer for layer in layers if layer.paint), key=lambda la: la.paint.rank)  # type: ignore[union-attr]
    visible = set(shown)
    muted = muted or {}
    sources: dict[str, Any] = {
        layer.id: {
            "type": "vector",
            "tiles": [tiles[layer.id]],
            "minzoom": layer.min_zoom,
            "maxzoom": 18,
        }
        for layer in drawn
    }
    paper: dict = {"id": "paper", "type": "background", "paint": {"background-color": PAPER}}
    shapes = [s for layer in drawn for s in shape_layers(layer, latitude, solid=solid)]
    for item in shapes:
        if item["source"] in muted and item["type"] == "fill":
            item["paint"]["fill-opacity"] = muted[item["source"]]
    if terrain:
        sources["terrain"] = _terrain_source(terrain)
        shapes.insert(_ground_layers(shapes, drawn), _hillshade(relief))
    labels = [label for layer in drawn for label in label_layers(layer)]
    for item in (*shapes, *labels):
        if item["id"] == "relief":
            continue
        shown_now = "visible" if item["source"] in visible else "none"
        item.setdefault("layout", {})["visibility"] = shown_now
    return {
        "version": 8,
        "sources": sources,
        "light": {"anchor": "viewport", "color": "#fff8ea", "intensity": 0.22},
        "layers": [paper, *shapes, *labels],
    }


def as_seen(layer: Layer, names: Container[str]) -> Layer:
    """The layer with only that of its paint which needs no other fields than these."""
    paint = layer.paint
    if not paint:
        return layer
    kept: dict[str, Any] = {
        part: ""
        for part in ("by", "label", "label_more", "size_by", "height", "ground_width")
        if getattr(paint, part) not in ("", "code") and getattr(paint, part) not in names
    }
    if "ground_width" in kept:
        kept["casing"] = ""
    return replace(layer, paint=replace(paint, **kept)) if kept else layer


def _ground_layers(shapes: list[dict], drawn: Iterable[Layer]) -> int:
    """How many of the shapes lie below the terrain shading."""
    ground = {layer.id for layer in drawn if layer.paint and layer.paint.is_ground}
    return sum(item["source"] in ground for item in shapes)


def shape_layers(layer: Layer, latitude: float, *, solid: bool = False) -> list[dict]:
    """The style layers that draw the shapes of a layer, lowest first."""
    paint = layer.paint
    assert paint  # noqa: S101  (callers pass drawn layers only)
    colour = colour_expression(layer)
    if paint.kind == "extrusion":
        return _solid(layer, colour) if solid else _fill(layer, colour)
    if paint.kind == "fill":
        return _fill(layer, colour)
    if paint.kind == "circle":
        return [_circle(layer, colour)]
    return _line(layer, colour, latitude)


def label_layers(layer: Layer) -> list[dict]:
    """The layer's labels, if it has any: along lines, beside points, in the middle of areas."""
    paint = layer.paint
    if not paint or not paint.label:
        return []
    along = layer.geometry == "LineString"
    layout: dict[str, Any] = {
        "text-field": _label_text(paint),
        "text-font": FONT,
        "text-size": _label_size(layer),
        "text-max-width": 8,
        "text-padding": 4,
        "symbol-placement": "line" if along else "point",
    }
    if layer.geometry == "Point":
        layout |= {"text-anchor": "top", "text-offset": [0, 0.8], "text-optional": True}
    entry: dict[str, Any] = {
        "id": f"{layer.id}-label",
        "type": "symbol",
        "source": layer.id,
        "source-layer": layer.id + (LABELS if layer.geometry == "Polygon" else ""),
        "minzoom": paint.label_zoom,
        "layout": layout,
        "paint": {
            "text-color": paint.label_colour,
            "text-halo-color": "rgba(255,253,247,0.9)",
            "text-halo-width": 1.4,
        },
    }
    if paint.label_levels:
        return [_label_level(entry, paint.by, level) for level in paint.label_levels]
    return [entry]


def _label_text(paint: Paint) -> Expression:
    """The label, and below it what more the layer says of a feature."""
    named = ["to-string", ["get", paint.label]]
    if not paint.label_more:
        return named
    return ["concat", named, "\n", ["to-string", ["get", paint.label_more]]]


def colour_expression(layer: Layer) -> Expression:
    """The colour of a feature: fixed, by value, by class of a number, or by its code list."""
    paint = layer.paint
    if not paint or not paint.by:
        return paint.colour if paint else "#888888"
    value = ["get", paint.by]
    if paint.colours and layer.json_type(paint.by) in ("integer", "number"):
        steps = sorted((float(k), colour) for k, (_title, colour) in paint.colours.items())
        expression: list[Any] = ["step", ["coalesce", value, 0], steps[0][1]]
        return expression + [item for bound, colour in steps[1:] for item in (bound, colour)]
    pairs = {k: colour for k, (_title, colour) in paint.colours.items()} or _scheme_colours(layer)
    return ["match", value, *(item for pair in pairs.items() for item in pair), paint.colour]


def size_legend(layer: Layer) -> list[dict[str, Any]]:
    """What the sizes of a layer's circles mean: title and times of the usual size, from the smallest."""
    paint = layer.paint
    if not paint or not paint.size_by:
        return []
    return [{"title": title, "times": times} for title, times in paint.sizes.values()]


def legend(layer: Layer, values: Iterable[str] | None = None) -> list[dict[str, str]]:
    """The layer's legend: title and colour per class; for a code list only the values in use."""
    paint = layer.paint
    if not paint:
        return []
    if not paint.by:
        return [{"title": layer.title_shown, "colour": paint.colour}]
    if paint.colours:
        return [{"title": _(title), "colour": colour} for title, colour in paint.colours.values()]
    declared = layer.field(paint.by)
    codes = shown_scheme(declared.scheme) if declared and declared.scheme else None
    if not codes:
        return []
    return [
        {"title": codes.name(value), "colour": codes.colour(value) or paint.colour}
        for value in sorted(values or ())
    ]


def _scheme_colours(layer: Layer) -> dict[str, str]:
    declared = layer.field(layer.paint.by) if layer.paint else None
    if not declared or not declared.scheme:
        return {"": "#888888"}
    codes = scheme(declared.scheme)
    found = {code: codes.colour(code) for code in codes.codes}
    return {code: colour for code, colour in found.items() if colour} or {"": "#888888"}


def _base(layer: Layer, kind: str, suffix: str = "") -> dict[str, Any]:
    return {
        "id": f"{layer.id}{suffix}",
        "type": kind,
        "source": layer.id,
        "source-layer": layer.id,
        "minzoom": layer.min_zoom,
        "paint": {},
        "metadata": _metadata(layer),
    }


def _metadata(layer: Layer) -> dict[str, bool]:
    """What the page's program needs to know of a layer that is on the map."""
    paint = layer.paint or Paint("line")
    return {
        "backdrop": paint.is_backdrop,
        "fills": paint.fills_when_chosen,
        "ground": paint.is_ground,
    }


def _fill(layer: Layer, colour: Expression) -> list[dict]:
    paint = layer.paint or Paint("fill")
    area = _base(layer, "fill")
    area["paint"] = {"fill-color": colour, "fill-opacity": paint.opacity, "fill-antialias": True}
    if not paint.outline:
        return [area]
    edge = _base(layer, "line", "-edge")
    edge["paint"] = {
        "line-color": paint.outline,
        "line-width": ["interpolate", ["linear"], ["zoom"], 12, 0.3, 16, 0.8, 19, 1.4],
    }
    return [area, edge]


def _solid(layer: Layer, colour: Expression) -> list[dict]:
    paint = layer.paint or Paint("extrusion")
    block = _base(layer, "fill-extrusion")
    block["paint"] = {
        "fill-extrusion-color": colour,
        "fill-extrusion-height": ["max", 3, ["coalesce", ["get", paint.height], 3]],
        "fill-extrusion-opacity": 0.96,
        "fill-extrusion-vertical-gradient": True,
    }
    return [block]


def _circle(layer: Layer, colour: Expression) -> dict:
    paint = layer.paint or Paint("circle")
    spot = _base(layer, "circle")
    low = max(layer.min_zoom, 6)
    spot["paint"] = {
        "circle-color": colour,
        "circle-radius": [
            "interpolate", ["linear"], ["zoom"],
            low, _times(paint, paint.width * 0.7), 20, _times(paint, paint.width * 1.9),
        ],
        "circle-stroke-color": paint.outline or "rgba(255,255,255,0.8)",
        "circle-stroke-width": 1.2 if paint.outline else 0.5,
    }  # fmt: skip
    return spot


def _times(paint: Paint, pixels: float) -> Expression:
    """A radius, by the class of the number that sizes follow."""
    if not paint.size_by:
        return pixels
    steps = sorted((bound, times) for bound, (_, times) in paint.sizes.items())
    rest = [part for bound, times in steps[1:] for part in (bound, times)]
    return ["*", pixels, ["step", ["coalesce", ["get", paint.size_by], 0], steps[0][1], *rest]]


def _line(layer: Layer, colour: Expression, latitude: float) -> list[dict]:
    paint = layer.paint or Paint("line")
    line = _base(layer, "line")
    line["layout"] = {"line-cap": "round", "line-join": "round"}
    width: Expression = [
        "interpolate", ["linear"], ["zoom"], 8, paint.width * 0.5, 14, paint.width, 19, paint.width * 2
    ]  # fmt: skip
    if paint.ground_width:
        width = _ground_width(paint.ground_width, latitude, 0.0)
    line["paint"] = {"line-color": colour, "line-width": width}
    line["paint"] |= _by_class(paint)
    if not paint.casing:
        return [line]
    edge = _base(layer, "line", "-casing")
    edge["layout"] = dict(line["layout"])
    edge["minzoom"] = max(layer.min_zoom, 11)
    edge["paint"] = {
        "line-color": paint.casing,
        "line-width": _ground_width(paint.ground_width, latitude, 1.4),
    }
    return [edge, line]


def _ground_width(field: str, latitude: float, extra: float) -> Expression:
    """Widths true to the ground from zoom 16 on, and legible below."""
    from math import cos, radians

    metres = ["coalesce", ["get", field], 6]
    z20 = PIXELS_PER_M_Z20 / cos(radians(latitude))
    return [
        "interpolate", ["exponential", 2], ["zoom"],
        9, ["+", extra * 0.4, ["*", metres, 0.035]],
        13, ["+", extra * 0.7, ["*", metres, 0.13]],
        16, ["+", extra, ["*", metres, z20 / 16]],
        20, ["+", extra * 2, ["*", metres, z20]],
    ]  # fmt: skip


def _label_size(layer: Layer) -> Expression:
    levels = layer.paint.label_levels if layer.paint else ()
    if levels:
        value = ["get", layer.paint.by]  # type: ignore[union-attr]
        sizes = [part for one in levels[:-1] for part in (one.value, one.size)]
        return ["match", value, *sizes, levels[-1].size]
    return 11 if layer.geometry == "Point" else 12


def _label_level(entry: dict, by: str, level: LabelLevel) -> dict:
    """The labels of one class, between the zooms of its own."""
    return {
        **entry,
        "id": f"{entry['id']}-{level.value}",
        "minzoom": level.min_zoom,
        "maxzoom": level.max_zoom,
        "filter": ["==", ["get", by], level.value],
        "layout": dict(entry["layout"]),
        "paint": dict(entry["paint"]),
    }


def _by_class(paint: Paint) -> dict[str, Any]:
    """How lines differ by class: dashes, widths, and what appears by degrees."""
    found: dict[str, Any] = {}
    value = ["get", paint.by]
    if paint.dash:
        found["line-dasharray"] = list(paint.dash)
    if paint.widths:
        *classes, (_, least) = paint.widths.items()
        found["line-width"] = ["match", value, *(x for pair in classes for x in pair), least]
    if fade := paint.fade_in:
        found["line-opacity"] = [
            "interpolate", ["linear"], ["zoom"],
            fade.begin_zoom, ["match", value, fade.value, 0, 1],
            fade.end_zoom, ["match", value, fade.value, fade.opacity, 1],
        ]  # fmt: skip
    return found


def _terrain_source(template: str) -> dict[str, Any]:
    return {
        "type": "raster-dem",
        "tiles": [template],
        "tileSize": 512,  # drawn at twice its size: shading is soft, and a quarter of the tiles
        "maxzoom": 12,  # a pixel is then 34 m: the survey's own cell
        "encoding": "terrarium",
    }


def _hillshade(visible: bool) -> dict[str, Any]:
    return {
        "id": "relief",
        "type": "hillshade",
        "source": "terrain",
        "layout": {"visibility": "visible" if visible else "none"},
        "paint": {
            "hillshade-shadow-color": "rgba(74, 66, 50, 0.85)",
            "hillshade-highlight-color": "rgba(255, 253, 245, 0.7)",
            "hillshade-accent-color": "rgba(138, 125, 99, 0.5)",
            "hillshade-exaggeration": 0.5,
        },
    }

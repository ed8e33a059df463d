"""The quiet map below pages that draw something of their own: which layers, and how.

It is made of what the declarations say (``Paint.quiet``), as sources and layers of a
MapLibre style, the lowest first.
"""

from collections.abc import Iterable
from typing import Any

from layers.declarations.declarations import Layer

PAPER = "#f6f3ea"
MAX_ZOOM = 18


def ground(layers: Iterable[Layer], tiles: str) -> dict[str, Any]:
    """The sources and layers of the ground.

    Args:
        layers: the declarations, in any order.
        tiles: the address template of a layer's tiles, with ``{layer}`` for its id.
    """
    drawn = sorted(
        (la for la in layers if la.paint and la.paint.quiet),
        key=lambda la: la.paint.rank,  # type: ignore[union-attr]
    )
    paper = {"id": "paper", "type": "background", "paint": {"background-color": PAPER}}
    return {
        "sources": {layer.id: _source(layer, tiles) for layer in drawn},
        "layers": [paper, *(_layer(layer) for layer in drawn)],
    }


def _source(layer: Layer, tiles: str) -> dict[str, Any]:
    return {
        "type": "vector",
        "tiles": [tiles.replace("{layer}", layer.id)],
        "minzoom": layer.min_zoom,
        "maxzoom": MAX_ZOOM,
    }


def _layer(layer: Layer) -> dict[str, Any]:
    quiet = layer.paint.quiet if layer.paint else None
    assert quiet  # noqa: S101  (the layers are chosen by that)
    found: dict[str, Any] = {
        "id": layer.id,
        "type": "fill",
        "source": layer.id,
        "source-layer": layer.id,
        "minzoom": max(quiet.min_zoom, layer.min_zoom),
        "paint": {"fill-color": quiet.colour},
    }
    if quiet.outline:
        found["paint"]["fill-outline-color"] = quiet.outline
    if quiet.is_line:
        found |= {"type": "line", "paint": {"line-color": quiet.colour}}
        if quiet.dash:
            found["paint"]["line-dasharray"] = list(quiet.dash)
        if quiet.widths:
            stops = [part for stop in quiet.widths for part in stop]
            found["paint"]["line-width"] = ["interpolate", ["linear"], ["zoom"], *stops]
    return found

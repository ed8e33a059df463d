"""A CAD drawing (DXF) from rows: a layer of shapes, a layer of their names, codes as extended data.

Coordinates are metres of the table's CRS, east first. Each ring is a closed polyline of its
own; heights are kept where there are any.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ezdxf
from ezdxf import units

from layers.ogc.formats.messages import FileTable

VERSION = "R2010"  # the first whose texts are UTF-8 and that every CAD of today reads
APPLICATION = "TUJING"
TEXT = 1000  # the group of a text in extended data
HEIGHT_M, FONT = 1.5, "simsun.ttc"  # 1.5 mm at 1:1,000
FORBIDDEN = dict.fromkeys(map(ord, '<>/\\":;?*|=`,'), "_")  # in the name of a layer
SHAPE, LABEL, SPOT = "shape", "label", "spot"


def write_drawing(table: FileTable, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write the file; returns the number of rows, those without a shape with them."""
    drawing = ezdxf.new(VERSION, setup=False)
    drawing.units = units.M
    drawing.appids.add(APPLICATION)
    drawing.styles.add(APPLICATION, font=FONT)
    layer = table.title.translate(FORBIDDEN)
    names = f"{layer}_注记"
    drawing.layers.add(layer, color=7)
    drawing.layers.add(names, color=8)
    space, number = drawing.modelspace(), 0
    for row in rows:
        number += 1
        if not row[SHAPE]:
            continue
        for entity in _entities(space, json.loads(row[SHAPE]), {"layer": layer}):
            entity.set_xdata(APPLICATION, [(TEXT, row["code"])])
        if row[LABEL] and row[SPOT]:
            spot = json.loads(row[SPOT])["coordinates"][:2]
            shown = {"layer": names, "style": APPLICATION, "height": HEIGHT_M}
            space.add_text(row[LABEL], dxfattribs=shown).set_placement(spot)
    drawing.saveas(table.path)
    return number


def _entities(space: Any, shape: Mapping[str, Any], look: dict[str, Any]) -> Iterator[Any]:
    kind, places = shape["type"], shape["coordinates"]
    parts = places if kind.startswith("Multi") else [places]
    for part in parts:
        if kind.endswith("Point"):
            yield space.add_point(part, dxfattribs=look)
        elif kind.endswith("LineString"):
            yield _line(space, part, look, is_closed=False)
        else:
            for ring in part:
                yield _line(space, ring[:-1], look, is_closed=True)


def _line(space: Any, places: list[list[float]], look: dict[str, Any], *, is_closed: bool) -> Any:
    if len(places[0]) > 2:
        return space.add_polyline3d(places, close=is_closed, dxfattribs=look)
    return space.add_lwpolyline(places, close=is_closed, dxfattribs=look)

"""A small drawing of a thing as SVG, the shape before it dashed underneath."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import GEOSGeometry

from layers.reading.queries import History

MOST_POINTS = 4_000


@dataclass(frozen=True)
class Sketch:
    """Path data and view box in metres, north up."""

    path: str
    before: str
    box: str
    filled: bool


def sketch(version: Any, history: History) -> Sketch | None:
    """The drawing of a version with a line or an area; None for a point or no place."""
    shape = getattr(version, "geom", None)
    if shape is None or shape.empty or shape.dims == 0 or shape.num_coords > MOST_POINTS:
        return None
    standing = [history.before, *history.versions] if history.before else history.versions
    older = [v.geom for v in standing if v.valid.lower < _start(version) and v.geom]
    before = older[-1] if older and not older[-1].equals_exact(shape) else None
    if before and before.num_coords > MOST_POINTS:
        before = None
    west, south, east, north = (before.envelope.union(shape.envelope) if before else shape).extent
    margin = max(east - west, north - south, 1.0) * 0.08
    box = (0 - margin, 0 - margin, east - west + 2 * margin, north - south + 2 * margin)
    return Sketch(
        path=_path(shape, west, north),
        before=_path(before, west, north) if before else "",
        box=" ".join(f"{number:.2f}" for number in box),
        filled=shape.dims == 2,
    )


def _start(version: Any) -> datetime:
    """When the version began, or would have begun had an undo not voided it."""
    return version.valid.lower or version.opened_by.at


def _path(shape: GEOSGeometry, west: float, north: float) -> str:
    """SVG path data with the upper left corner as the origin."""
    return " ".join(
        "M" + " ".join(f"{x - west:.2f},{north - y:.2f}" for x, y, *_ in line)
        + ("Z" if shape.dims == 2 else "")
        for line in _lines(shape)
    )  # fmt: skip


def _lines(shape: Any) -> list[tuple]:
    kind = shape.geom_type
    if kind == "LineString":
        return [shape.coords]
    if kind == "Polygon":
        return list(shape.coords)
    return [line for part in shape for line in _lines(part)]

"""Checks of an area from the map: the processes of the API, and what their answers mean.

``overlay-constraints`` says what limits the area, ``layer-statistics`` what of a layer lies in it;
both read as the caller. Here their answers become findings that people read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape as shape_of

from layers.access.access import Caller
from layers.declarations.declarations import Layer
from layers.ogc.processes import overlay, statistics
from layers.ogc.processes.declared import Asking
from layers.reading.features import features
from layers.reading.shares import Share, share_by_id
from spatial.city import city
from spatial.crs import reproject
from spatial.periods import AsOf, parse_as_of
from webmap.map.records import NAMES
from webmap.map.sketches.shapes import figures, geometry_in, written
from webmap.web.errors import BadInput
from webmap.web.values import NOTHING, layer_title, scheme_of, shown

SLIVER_M = 1.0  # mean width below which an overlap may be a difference of outlines
OCCUPIED, FREE, NO_DATA = "occupied", "free", "no_data"
MOST_LAYERS = 12


@dataclass(frozen=True)
class Order:
    """What is checked: an area in degrees, of which day, against which further layers."""

    area: Mapping[str, Any]
    title: str = ""
    at: str = ""
    layers: tuple[str, ...] = ()

    def params(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "area": self.area,
            "title": self.title,
            "at": self.at,
            "layers": list(self.layers),
        }

    @property
    def moment(self) -> AsOf:
        """The moment of the check."""
        return parse_as_of(self.at or None, city().time_zone)


@dataclass(frozen=True)
class Overlap:
    """What of one feature lies in the area."""

    key: str  # layer/code
    name: str
    kind: str
    measure: float  # m², m, or 0 for a point
    share: float
    is_sliver: bool
    overlap: Mapping[str, Any] | None
    bounds: str

    @property
    def percent(self) -> float:
        """Of the area, in hundredths."""
        return self.share * 100


@dataclass(frozen=True)
class LayerFinding:
    """What of one layer limits the area: state, number, the whole of the overlap."""

    layer: Layer
    title: str
    state: str
    count: int
    measure: float
    share: float
    pieces: Sequence[Overlap]
    is_cut: bool

    @property
    def percent(self) -> float:
        """Of the area, in hundredths."""
        return self.share * 100

    @property
    def unit(self) -> str:
        """Of the measure; '' for points."""
        return unit_of(self.layer)


@dataclass(frozen=True)
class LayerContents:
    """How much of one layer lies in the area, by class."""

    layer: Layer
    title: str
    count: int
    measure: float
    groups: Sequence[tuple[str, int, float]]

    @property
    def unit(self) -> str:
        """Of the measures; '' for points."""
        return unit_of(self.layer)


@dataclass(frozen=True)
class Check:
    """The answer: the area's own figures, what limits it, what lies in it, and what was read."""

    order: Order
    figures: Mapping[str, float]
    limits: Sequence[LayerFinding]
    contents: Sequence[LayerContents]
    used: Mapping[str, str]  # layer id: key of the share that was read

    @property
    def occupied(self) -> int:
        """How many layers have something in the area."""
        return sum(one.state == OCCUPIED for one in self.limits)


def unit_of(layer: Layer) -> str:
    """What the features of a layer are measured in."""
    return {"Polygon": "m²", "LineString": "m"}.get(layer.geometry, "")


def checked(caller: Caller, order: Order, budget_ms: int) -> Check:
    """Ask the processes, as the caller.

    Raises:
        InvalidInputs: the area does not fit them.
        ContentTooLarge: it has too many corners.
        QueryTimeout: the database did not answer in time.
    """
    asking = Asking(caller, budget_ms)
    when = {"datetime": order.at} if order.at else {}
    asked = {"area": order.area, "shapes": True, **when}
    answer = overlay.PROCESS.answers(asking, overlay.PROCESS.reads(caller, asked))
    contents = [one for name in order.layers if (one := _contents(asking, order, name, when))]
    limits = [found for one in answer["layers"] if (found := _finding(asking, order, one))]
    own = figures(geometry_in(order.area))
    return Check(order, own, limits, contents, dict(asking.used))


def are_shared(caller: Caller, used: Mapping[str, str]) -> bool:
    """Whether everything that was read may be read by the caller still, alike."""
    shares = {name: share_by_id(caller, name) for name in used}
    return all(share is not None and share.key == used[name] for name, share in shares.items())


def _finding(asking: Asking, order: Order, answer: Mapping[str, Any]) -> LayerFinding | None:
    share = share_by_id(asking.caller, answer["collection"])
    if share is None:  # it was there a moment ago
        return None
    state = OCCUPIED if answer["count"] else FREE
    if state == FREE and not features(share).as_of(order.moment).exists():
        state = NO_DATA
    return LayerFinding(
        share.layer,
        layer_title(share.layer),
        state,
        answer["count"],
        answer.get("area_m2", answer.get("length_m", 0.0)),
        answer.get("share", 0.0),
        [_piece(share, one) for one in answer["features"]],
        answer["truncated"],
    )


def _piece(share: Share, one: Mapping[str, Any]) -> Overlap:
    overlap = one.get("overlap")
    return Overlap(
        f"{share.layer.id}/{one['code']}",
        name_of(one["properties"], one["code"]),
        class_of(share.layer, one["properties"]),
        one.get("area_m2", one.get("length_m", 0.0)),
        one.get("share", 0.0),
        bool(share.layer.geometry == "Polygon" and overlap and is_sliver(overlap)),
        overlap,
        ",".join(f"{degrees:.6f}" for degrees in shape_of(overlap).bounds) if overlap else "",
    )


def is_sliver(overlap: Mapping[str, Any]) -> bool:
    """Whether an overlap is so narrow that it may be a difference of two outlines.

    Twice the area by the outline is the width of a long strip.
    """
    plane = reproject(np.array([shape_of(overlap)]), 4326, city().projected)[0]
    parts = [part for part in shapely.get_parts(plane) if part.area]
    return bool(parts) and all(2 * part.area / part.length < SLIVER_M for part in parts)


def name_of(properties: Mapping[str, Any], code: str) -> str:
    """What a feature is called: by its name or address, else by its code."""
    return next((str(properties[name]) for name in NAMES if properties.get(name)), code)


def class_of(layer: Layer, properties: Mapping[str, Any]) -> str:
    """The class that a feature is drawn by, in words; '' without one."""
    by = layer.paint.by if layer.paint else ""
    if not by or properties.get(by) is None:
        return ""
    return value_of(layer, by, properties[by], str(properties.get("scheme") or ""))


def value_of(layer: Layer, name: str, value: Any, row_scheme: str = "") -> str:
    """A value of a layer's field in words."""
    said = shown(layer.column(name), value, scheme_of(layer, name, row_scheme))
    if not str(value)[:1].isdigit():  # a word of the program's own, no code that people know
        said = said.removeprefix(f"{value} ")
    return "" if said == NOTHING else said


def _contents(
    asking: Asking, order: Order, name: str, when: Mapping[str, str]
) -> LayerContents | None:
    """What of a layer lies in the area; None where it is none of the caller's."""
    share = share_by_id(asking.caller, name)
    if share is None or not share.layer.geometry:
        return None
    layer = share.layer
    by = layer.paint.by if layer.paint else ""
    declared = by in share.names and layer.json_type(by) in statistics.GROUPABLE
    asked = {"collection": name, "area": order.area, **({"groupBy": by} if declared else {})}
    question = statistics.PROCESS.reads(asking.caller, {**asked, **when})
    answer = statistics.PROCESS.answers(asking, question)
    groups = list(_groups(layer, by, answer.get("groups", ())))
    return LayerContents(layer, layer_title(layer), answer["count"], _measure(answer), groups)


def _groups(
    layer: Layer, by: str, groups: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, int, float]]:
    for one in groups:
        yield value_of(layer, by, one["value"]) or _("未填"), one["count"], _measure(one)


def _measure(answer: Mapping[str, Any]) -> float:
    return float(answer.get("area_m2", answer.get("length_m", 0.0)))


def area_in(given: Any, reach_m: float) -> dict[str, Any]:
    """The one area of several shapes, with a distance around them, as GeoJSON in degrees.

    Raises:
        BadInput: there is no area, or some of it lies outside the city.
    """
    shapes = [geometry_in(one) for one in given]
    extent = city().extent
    window = shapely.box(extent.west, extent.south, extent.east, extent.north)
    if not all(window.intersects(one) for one in shapes):
        raise BadInput(_("图形不在本市范围内"), "geometries")
    plane = reproject(np.array(shapes, object), 4326, city().projected)
    if reach_m:
        plane = shapely.buffer(plane, reach_m, quad_segs=8)
    areas = [one for one in plane if shapely.get_dimensions(one) == 2]
    if not areas:
        raise BadInput(_("点和线没有范围，请给出距离"), "reach_m")
    # One shape as it was drawn is the area itself, to the last digit.
    if len(shapes) == 1 and not reach_m:
        return written(shapes[0])
    whole = shapely.union_all(areas)
    return written(reproject(np.array([whole]), city().projected, 4326)[0])

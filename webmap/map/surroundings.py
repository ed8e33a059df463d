"""What stands beside a feature in the other registers: which, how near, in which words."""

from dataclasses import dataclass
from typing import Any

from layers.access.access import Caller
from layers.declarations.declarations import Layer, Relation
from layers.declarations.registry import layer_of
from layers.reading.offices import page_share
from layers.reading.queries import MOST, Neighbour, beside
from layers.reading.reading import QueryTimeout
from layers.reading.shares import Share
from spatial.languages import in_english
from spatial.periods import AsOf
from webmap.map.records import heading

TIMEOUT_MS = 4000


@dataclass(frozen=True)
class Item:
    """One neighbour in words."""

    link: str
    code: str
    name: str
    shared_m2: float
    percent: float
    distance_m: float


@dataclass(frozen=True)
class NeighbourGroup:
    """The neighbours in one register; ``more`` when not all are listed."""

    layer: Layer
    title: str
    items: list[Item]
    more: bool
    late: bool = False

    @property
    def bunches(self) -> list[tuple[str, list[Item]]]:
        """The items by name, in the order of the first of each: twelve pipes DN 300 are one line."""
        named: dict[str, list[Item]] = {}
        for item in self.items:
            named.setdefault(item.name, []).append(item)
        return list(named.items())


def surroundings_of(
    layer: Layer, version: Any, caller: Caller, as_of: AsOf
) -> list[NeighbourGroup]:
    """The neighbours of a version at a moment, in the registers that the caller may see."""
    shape = getattr(version, "geom", None)
    if shape is None:
        return []
    area = shape.area
    groups = []
    for relation in layer.relations:
        other = page_share(caller, layer_of(relation.layer))
        if other:
            groups.append(_group(relation, other, shape, as_of, area))
    return [group for group in groups if group.items or group.late]


def _group(
    relation: Relation, other: Share, shape: Any, as_of: AsOf, area: float
) -> NeighbourGroup:
    try:
        found = beside(other, shape, as_of, relation.reach_m, TIMEOUT_MS)
    except QueryTimeout:
        return NeighbourGroup(other.layer, _title(relation), [], more=False, late=True)
    items = [_item(other, neighbour, area) for neighbour in found[:MOST]]
    return NeighbourGroup(other.layer, _title(relation), items, more=len(found) > MOST)


def _title(relation: Relation) -> str:
    return relation.title_en if in_english() else relation.title


def _item(other: Share, neighbour: Neighbour, area: float) -> Item:
    version = neighbour.version
    return Item(
        link=f"{other.layer.id}/{version.code}",
        code=version.code,
        name=heading(other, version),
        shared_m2=neighbour.shared_m2,
        percent=100 * neighbour.shared_m2 / area if area else 0.0,
        distance_m=neighbour.distance_m,
    )

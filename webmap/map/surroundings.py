"""What stands beside a feature in the other registers: which, how near, in which words."""

from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _

from layers.access.access import Caller, may_see
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_of
from layers.reading.queries import MOST, Neighbour, at_most, beside
from spatial.outages import is_away
from spatial.periods import AsOf
from webmap.map.records import heading

TIMEOUT_MS = 4000


@dataclass(frozen=True)
class Relation:
    """A register to look into; ``reach_m`` 0 means overlap."""

    layer: str
    title: Any
    reach_m: float = 0.0


OVER = (Relation("plan-zones", _("规划用地")), Relation("constraints", _("规划约束")))
PIPES = Relation("pipe-lines", _("10 米内的管线"), 10)
HAZARDS = Relation("hazard-sites", _("200 米内的地灾隐患点"), 200)
IN_CELL = Relation("grid-cells", _("所在网格"))

RELATIONS: dict[str, tuple[Relation, ...]] = {
    "parcels": (Relation("buildings", _("宗地上的建筑")), *OVER, PIPES, HAZARDS),
    "buildings": (
        Relation("parcels", _("所在宗地")),
        Relation("addresses", _("门牌地址"), 3),
        *OVER,
        PIPES,
        HAZARDS,
    ),
    "units": (),
    "addresses": (Relation("buildings", _("所在建筑"), 3), Relation("parcels", _("所在宗地"))),
    "plan-zones": (
        Relation("constraints", _("规划约束")),
        Relation("parcels", _("涉及宗地")),
        Relation("buildings", _("现状建筑")),
    ),
    "constraints": (),
    "hazard-sites": (
        Relation("warnings", _("所在预警区")),
        Relation("buildings", _("100 米内的建筑"), 100),
    ),
    "rain-stations": (Relation("hazard-sites", _("2 公里内的隐患点"), 2000),),
    "roads": (PIPES,),
    "pipe-lines": (
        Relation("pipe-points", _("管线两端的管点"), 0.5),
        Relation("buildings", _("5 米内的建筑"), 5),
    ),
    "pipe-points": (Relation("pipe-lines", _("相接的管线"), 0.5),),
    "grid-cells": (Relation("cases", _("网格内的案件")),),
    "components": (IN_CELL, Relation("cases", _("20 米内的案件"), 20)),
    "cases": (IN_CELL, Relation("components", _("20 米内的部件"), 20)),
}


@dataclass(frozen=True)
class Item:
    """One neighbour in words."""

    link: str
    name: str
    shared_m2: float
    percent: float
    distance_m: float


@dataclass(frozen=True)
class Group:
    """The neighbours in one register; ``more`` when not all are listed."""

    layer: Layer
    title: str
    items: list[Item]
    more: bool
    late: bool = False


def surroundings_of(layer: Layer, version: Any, caller: Caller, as_of: AsOf) -> list[Group]:
    """The neighbours of a version at a moment, in the registers that the caller may see."""
    shape = getattr(version, "geom", None)
    if shape is None:
        return []
    area = shape.area
    groups = []
    for relation in RELATIONS.get(layer.id, ()):
        other = layer_of(relation.layer)
        if may_see(caller, other):
            groups.append(_group(relation, other, shape, as_of, area))
    return [group for group in groups if group.items or group.late]


def _group(relation: Relation, other: Layer, shape: Any, as_of: AsOf, area: float) -> Group:
    try:
        with at_most(TIMEOUT_MS):
            found = beside(other, shape, as_of, relation.reach_m)
    except OperationalError as error:
        if is_away(error):
            raise
        return Group(other, str(relation.title), [], more=False, late=True)
    items = [_item(other, neighbour, area) for neighbour in found[:MOST]]
    return Group(other, str(relation.title), items, more=len(found) > MOST)


def _item(other: Layer, neighbour: Neighbour, area: float) -> Item:
    version = neighbour.version
    return Item(
        link=f"{other.id}/{version.code}",
        name=heading(other, version),
        shared_m2=neighbour.shared_m2,
        percent=100 * neighbour.shared_m2 / area if area else 0.0,
        distance_m=neighbour.distance_m,
    )

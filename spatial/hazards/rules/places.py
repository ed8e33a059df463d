"""A warned area as people say it: 「XX镇东南部」, by share of the area and bearing. Pure.

A township is named whole where most of it is warned, as 大部 where more than half is, else by
the bearing of the warned part from the township's middle, or 中部 near it. The shares are a
city's rows. Nothing that is warned goes unnamed, however small.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, degrees, hypot, pi, sqrt

from shapely.geometry.base import BaseGeometry

BEARINGS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
BEARINGS_EN = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")


@dataclass(frozen=True)
class Wording:
    """From which share a township is named whole, or mostly; how near its middle is 中部."""

    whole: float = 0.8
    most: float = 0.5
    middle: float = 0.25  # of the radius of a circle of the township's area


@dataclass(frozen=True)
class WarnedPart:
    """The warned part of one township: its name, share, and words in both languages."""

    name: str
    share: float
    zh: str
    en: str


def warned_parts(
    townships: Mapping[str, BaseGeometry], area: BaseGeometry, wording: Wording | None = None
) -> list[WarnedPart]:
    """The townships that an area meets, the greatest share first; projected metres.

    >>> from shapely.geometry import box
    >>> towns = {"甲镇": box(0, 0, 10, 10), "乙镇": box(10, 0, 20, 10)}
    >>> [part.zh for part in warned_parts(towns, box(6, 0, 20, 4))]
    ['乙镇南部', '甲镇东南部']
    >>> [part.zh for part in warned_parts(towns, box(0, 0, 20, 10))]
    ['甲镇', '乙镇']
    """
    words = wording or Wording()
    parts = []
    for name, town in townships.items():
        inside = town.intersection(area)
        if inside.area > 0:
            parts.append(_part(name, town, inside, words))
    return sorted(parts, key=lambda part: -part.share)


def _part(name: str, town: BaseGeometry, inside: BaseGeometry, words: Wording) -> WarnedPart:
    share = inside.area / town.area
    if share >= words.whole:
        return WarnedPart(name, share, name, name)
    if share > words.most:
        return WarnedPart(name, share, f"{name}大部", f"most of {name}")
    east = inside.centroid.x - town.centroid.x
    north = inside.centroid.y - town.centroid.y
    if hypot(east, north) < words.middle * sqrt(town.area / pi):
        return WarnedPart(name, share, f"{name}中部", f"the middle of {name}")
    sector = round(degrees(atan2(east, north)) / 45) % 8
    return WarnedPart(
        name, share, f"{name}{BEARINGS[sector]}部", f"the {BEARINGS_EN[sector]} of {name}"
    )

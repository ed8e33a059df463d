"""Ordinates in columns become points.

In Chinese survey tables X is the northing and Y the easting (CJJ 61, 测量坐标系); which
column is which is told by its header (``data/headers/ordinates.csv``). Nothing is swapped
here by its size: whether the values lie in the city is for the choice of the CRS to say.
Points come as x = east or longitude, y = north or latitude; metres or degrees.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from importers.errors import ImportersError
from importers.formats.sheets.body import Body
from importers.formats.sheets.headings import columns_by_role
from importers.values.cells import narrow
from spatial.crs import Claim

LARGEST = 1e8  # metres; with a prefix an easting is under 6.1e7
PREFIXED = 1e7  # an easting over it bears its zone's number; no northing is as large
# 3° zones of China are 24 to 45, 6° zones 13 to 23 (GB/T 17798, 国土调查常用带号).
ZONES = {3: range(24, 46), 6: range(13, 24)}
_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_DMS = re.compile(
    r"^(?P<first>[NSEW东西南北])?\s*(?P<d>\d{1,3})\s*(?:°|º|度|-|:|d\s|\s)\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*(?:['′’‘`分:-]|\s|$)\s*)?"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”“秒]|''|′′|’’)?)?\s*(?P<last>[NSEW东西南北])?$",
    re.IGNORECASE,
)


class UnreadableOrdinate(ImportersError, ValueError):
    """A cell that is no ordinate."""


@dataclass(frozen=True)
class Axes:
    """The columns of the two ordinates; ``packed`` is DDD.MMSSs, as 度分秒 headers say."""

    east: str
    north: str
    is_geographic: bool = False
    packed: bool = False


def axes_of(headers: Sequence[str], suffixes: Mapping[str, str] | None = None) -> Axes | None:
    """Which columns are ordinates, or None. Plane ordinates go before degrees."""
    roles = suffixes or {
        role: found[0] for role, found in columns_by_role(headers, "ordinates").items()
    }
    if "north" in roles and "east" in roles:
        return Axes(roles["east"], roles["north"])
    if "longitude" in roles and "latitude" in roles:
        return Axes(roles["longitude"], roles["latitude"], True)
    if "longitude_dms" in roles and "latitude_dms" in roles:
        return Axes(roles["longitude_dms"], roles["latitude_dms"], True, True)
    return None


def read_ordinate(cell: Any, packed: bool = False, angular: bool = True) -> float:
    """Metres or degrees from a number, a number as text, or degrees, minutes and seconds.

    Where metres are expected (not ``angular``), degrees must bear their sign.

    Raises:
        UnreadableOrdinate: anything else.

    >>> read_ordinate("３,０６４,２６８.０６"), round(read_ordinate("111°40′12.3″"), 7)
    (3064268.06, 111.6700833)
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise UnreadableOrdinate(str(cell))
    if packed and (found := _packed(str(cell))):
        return _degrees(*found)
    if not isinstance(cell, str):
        value = float(cell)
    else:
        text = narrow(_marks(cell))
        value = _from_text(text, angular or has_degree_sign(text))
    if not math.isfinite(value) or abs(value) >= LARGEST:
        raise UnreadableOrdinate(str(cell))
    return value


def _marks(text: str) -> str:
    return text.replace("″", '"').replace("′", "'").replace("º", "°").replace("˚", "°")


def has_degree_sign(cell: Any) -> bool:
    """Whether a text says that it is degrees."""
    return isinstance(cell, str) and any(sign in cell for sign in "°º˚度")


def _from_text(text: str, angular: bool) -> float:
    if _PLAIN.match(text.lower()):
        return float(text)
    if _THOUSANDS.match(text):
        return float(text.replace(",", ""))
    if angular and (found := _DMS.match(text)):
        minutes, seconds = found["m"], found["s"]
        if minutes is None and seconds is not None or (seconds and "." in (minutes or "")):
            raise UnreadableOrdinate(text)
        value = _degrees(int(found["d"]), float(minutes or 0), float(seconds or 0))
        side = (found["first"] or found["last"] or "").upper()
        return -value if side and side in "SW西南" else value
    raise UnreadableOrdinate(text)


def _packed(text: str) -> tuple[int, float, float] | None:
    """DDD.MMSSs: 111.40123 is 111°40′12.3″."""
    found = re.match(r"^(\d{1,3})(?:\.(\d*))?$", narrow(text))
    if not found:
        return None
    digits = (found[2] or "").ljust(4, "0")  # a number loses its last noughts
    return int(found[1]), float(digits[:2]), float(f"{digits[2:4]}.{digits[4:] or 0}")


def _degrees(degrees: int, minutes: float, seconds: float) -> float:
    if degrees > 180 or minutes >= 60 or seconds >= 60:
        raise UnreadableOrdinate(f"{degrees}°{minutes}′{seconds}″")
    return degrees + minutes / 60 + seconds / 3600


def coordinates(body: Body, axes: Axes, quiet: Sequence[bool] | None = None) -> np.ndarray:
    """East and north of every row, (n, 2); NaN where one is missing or unreadable.

    Such rows are flagged, but for those that are ``quiet``.
    """
    xy = np.full((len(body.numbers), 2), np.nan)
    for side, name in enumerate((axes.east, axes.north)):
        for index, cell in enumerate(body.columns[name]):
            if quiet is not None and quiet[index]:
                continue
            if cell is None:
                body.flag(index, "ordinate-missing", "缺坐标", name, "请补填坐标")
                continue
            try:
                xy[index, side] = read_ordinate(cell, axes.packed, axes.is_geographic)
            except UnreadableOrdinate:
                shown = str(cell)[:40]
                body.flag(
                    index, "ordinate-unreadable", f"坐标“{shown}”读不懂", name,
                    "请填米数，或度分秒如 111°40′12.3″",
                )  # fmt: skip
    return xy


def points(xy: np.ndarray) -> np.ndarray:
    """Points, None where an ordinate is missing."""
    shapes = np.full(len(xy), None, object)
    good = np.isfinite(xy).all(axis=1)
    shapes[good] = shapely.points(xy[good])
    return shapes


def claim_of(xy: np.ndarray, axes: Axes, body: Body) -> Claim:
    """What the headers and the eastings' prefixes say of the CRS."""
    if axes.is_geographic or any(map(has_degree_sign, body.columns[axes.east])):
        return Claim(is_geographic=True)
    good = np.flatnonzero(np.isfinite(xy).all(axis=1))
    largest = np.abs(xy[good]).max(axis=1)  # swapped columns bear the prefix in the other one
    zones = np.where(largest >= PREFIXED, largest // 1e6, 0).astype(int)
    counts = Counter(zones.tolist())
    if not counts:
        return Claim()
    zone = counts.most_common(1)[0][0]
    for index, other in zip(good[zones != zone], zones[zones != zone], strict=True):
        said, usual = (f"带号 {z}" if z else "没有带号" for z in (other, zone))
        body.flag(int(index), "zone-mixed", f"横坐标{said}，多数行{usual}", axes.east, "请统一带号")
    if not zone:
        return Claim()
    for degrees, numbers in ZONES.items():
        if zone in numbers:
            return Claim(zone=zone, degrees=degrees)
    body.warn("zone-unknown", f"横坐标带号 {zone} 不是我国的带号", "请核对坐标", axes.east)
    return Claim()

"""What a pair of ordinates can mean in this city: found by its ranges, never guessed.

Survey files give eastings with or without the number of their zone, north before east,
degrees where metres were promised, or the next zone's. The ranges of a county in these
readings lie far apart, so at most one of them puts a point inside the city's window;
where none does, or two, nothing is decided. Zones of CGCS2000: 3° zone n has the
central meridian 3n, 6° zone n has 6n - 3 (GB/T 22021); EPSG 4534 to 4554 are the 3°
systems without zone number of 75°E to 135°E.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj

from spatial.city import City
from spatial.crs import transformer

PREFIX = 1_000_000.0
CGCS2000 = 4490
FIRST_PLAIN, FIRST_MERIDIAN, LAST_MERIDIAN = 4534, 75, 135
NEXT_ZONE = 3  # degrees; further off, eastings run over into the next zone number
ENOUGH = 0.95  # of the points must share a reading for a file to be read that way
WINDOW_STEPS = 21


@dataclass(frozen=True)
class Meaning:
    """One reading: swap first, then take ``prefix`` off x, then it is ``epsg``."""

    epsg: int
    swapped: bool = False
    zone: int = 0

    @property
    def offset(self) -> float:
        """Metres to take off the easting."""
        return self.zone * PREFIX

    def words(self, city: City) -> str:
        """The reading in words, for a remark."""
        parts = ["先北后东"] if self.swapped else []
        if self.zone:
            parts.append(f"横坐标带带号 {self.zone}")
        if _is_geographic(self.epsg):
            parts = ["先纬度后经度的经纬度" if self.swapped else "经纬度"]
        elif self.epsg != city.projected:
            meridian = central_meridian(self.epsg)
            if meridian is not None:
                parts.append(f"中央经线 {meridian:g}°")
        return "、".join([*parts, f"EPSG:{self.epsg}"])


def meanings(city: City) -> tuple[Meaning, ...]:
    """All readings that are looked for, the city's own first."""
    return _meanings(city)


@lru_cache(maxsize=8)
def _meanings(city: City) -> tuple[Meaning, ...]:
    found = [Meaning(city.projected), Meaning(city.geographic)]
    if city.geographic == CGCS2000:
        found += [m for m in _zones(city) if m not in found]
    return tuple(m for one in found for m in (one, Meaning(one.epsg, True, one.zone)))


def _zones(city: City) -> Iterator[Meaning]:
    own = central_meridian(city.projected)
    for meridian in range(FIRST_MERIDIAN, LAST_MERIDIAN + 1, 3):
        if own is None or abs(meridian - own) > NEXT_ZONE:
            continue
        epsg = plain_epsg(meridian)
        yield Meaning(epsg)
        yield Meaning(epsg, zone=meridian // 3)
        if (meridian + 3) % 6 == 0:
            yield Meaning(epsg, zone=(meridian + 3) // 6)


def plain_epsg(meridian: int) -> int:
    """The CGCS2000 3° system without zone number of a central meridian (75 to 135, by 3)."""
    return FIRST_PLAIN + (meridian - FIRST_MERIDIAN) // 3


@lru_cache(maxsize=64)
def central_meridian(epsg: int) -> float | None:
    """The central meridian of a transverse Mercator system in degrees, else None."""
    operation = pyproj.CRS.from_epsg(epsg).coordinate_operation
    for parameter in operation.params if operation else ():
        if str(parameter.code) == "8802":  # EPSG: longitude of natural origin
            return float(parameter.value)
    return None


@lru_cache(maxsize=8)
def window(city: City) -> tuple[float, float, float, float]:
    """The profile's extent in the projected CRS: west, south, east, north in metres."""
    extent = city.extent
    steps = np.linspace(0, 1, WINDOW_STEPS)
    lon = extent.west + steps * (extent.east - extent.west)
    lat = extent.south + steps * (extent.north - extent.south)
    low, high = np.full(WINDOW_STEPS, extent.south), np.full(WINDOW_STEPS, extent.north)
    left, right = np.full(WINDOW_STEPS, extent.west), np.full(WINDOW_STEPS, extent.east)
    x, y = transformer(city.geographic, city.projected).transform(
        np.concatenate([lon, lon, left, right]), np.concatenate([low, high, lat, lat])
    )
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def fits(x: np.ndarray, y: np.ndarray, meaning: Meaning, city: City) -> np.ndarray:
    """Which points lie in the city's window when they are read that way."""
    east, north = projected(x, y, meaning, city)
    west, south, right, top = window(city)
    with np.errstate(invalid="ignore"):
        return (east >= west) & (east <= right) & (north >= south) & (north <= top)


def projected(
    x: np.ndarray, y: np.ndarray, meaning: Meaning, city: City
) -> tuple[np.ndarray, np.ndarray]:
    """Easting and northing in the city's projected CRS under a reading."""
    if meaning.swapped:
        x, y = y, x
    x = np.asarray(x, float) - meaning.offset
    if meaning.epsg == city.projected:
        return x, np.asarray(y, float)
    return transformer(meaning.epsg, city.projected).transform(x, np.asarray(y, float))


def meaning_of(x: np.ndarray, y: np.ndarray, city: City) -> Meaning | None:
    """The one reading that puts (nearly) all points into the city; None if there is no such.

    Arrays of equal length; what is not finite is left out of account.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = np.asarray(x, float)[finite], np.asarray(y, float)[finite]
    if not len(x):
        return None
    good = [m for m in _likely(x, y, city) if fits(x, y, m, city).mean() >= ENOUGH]
    return good[0] if len(good) == 1 else None


def ordinate_readings(x: float, y: float, city: City) -> Meaning | None:
    """The reading of a single point, as ``meaning_of``."""
    return meaning_of(np.array([x]), np.array([y]), city)


def _likely(x: np.ndarray, y: np.ndarray, city: City) -> Iterator[Meaning]:
    """Readings whose zone number is that of the points; the others cannot fit."""
    first, second = float(np.median(x)), float(np.median(y))
    for meaning in meanings(city):
        east = second if meaning.swapped else first
        zone = int(east // PREFIX) if abs(east) >= 10 * PREFIX else 0
        if zone == meaning.zone:
            yield meaning


def _is_geographic(epsg: int) -> bool:
    return pyproj.CRS.from_epsg(epsg).is_geographic

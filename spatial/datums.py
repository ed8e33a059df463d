"""Old and local datums into the city's: only with parameters that an administrator stored.

Seven parameters (Bursa-Wolf) go through geocentric coordinates: metres, arc seconds, ppm,
in the convention that their source names (ISO 19111 calls them position vector and
coordinate frame). Four parameters work in the plane. PROJ's own shifts between these
datums are ballpark ones and are never used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin

import numpy as np
import pyproj

OLD = {"xian80": range(2327, 2391), "beijing54": range(2401, 2443)}
TITLES = {"xian80": "西安80", "beijing54": "北京54", "local": "地方独立坐标系"}
ELLIPSOIDS = {"xian80": "+a=6378140 +rf=298.257", "beijing54": "+ellps=krass"}
NEW = "+ellps=GRS80"  # CGCS2000 and GRS 80 differ in the tenth digit of the flattening
CONVENTIONS = ("position_vector", "coordinate_frame")


def old_datum(epsg: int) -> str:
    """The old datum that an EPSG code belongs to, or ''."""
    return next((name for name, codes in OLD.items() if epsg in codes), "")


@dataclass(frozen=True)
class Seven:
    """Seven parameters from an old datum: shifts in metres, rotations in arc seconds, ppm."""

    datum: str
    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    scale_ppm: float
    convention: str

    def apply(self, x: np.ndarray, y: np.ndarray, meridian: float) -> tuple[np.ndarray, np.ndarray]:
        """Plane coordinates (no zone number) of one central meridian, old to new, metres."""
        return _helmert(self, meridian).transform(x, y)


@dataclass(frozen=True)
class Four:
    """Four plane parameters: shifts in metres, rotation in radians, scale as a factor."""

    datum: str
    dx: float
    dy: float
    rotation: float
    scale: float

    def apply(self, x: np.ndarray, y: np.ndarray, meridian: float) -> tuple[np.ndarray, np.ndarray]:
        """Turn, scale and shift; the meridian does not matter here."""
        c, s = self.scale * cos(self.rotation), self.scale * sin(self.rotation)
        x, y = np.asarray(x, float), np.asarray(y, float)
        return self.dx + c * x - s * y, self.dy + s * x + c * y


Parameters = Seven | Four


def parameters_of(datum: str, method: str, given: Mapping[str, float | str]) -> Parameters:
    """Parameters from what is stored. Raises KeyError or ValueError where they are not whole."""
    if method == "four":
        return Four(datum, *(float(given[k]) for k in ("dx", "dy", "rotation", "scale")))
    if datum not in ELLIPSOIDS or given["convention"] not in CONVENTIONS:
        raise ValueError(f"{datum} {given['convention']}")
    names = ("dx", "dy", "dz", "rx", "ry", "rz", "scale_ppm")
    numbers = {name: float(given[name]) for name in names}
    return Seven(datum=datum, convention=str(given["convention"]), **numbers)


@lru_cache(maxsize=16)
def _helmert(seven: Seven, meridian: float) -> pyproj.Transformer:
    grid = f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0"
    return pyproj.Transformer.from_pipeline(
        f"+proj=pipeline +step +inv {grid} {ELLIPSOIDS[seven.datum]}"
        f" +step +proj=push +v_3 +step +proj=cart {ELLIPSOIDS[seven.datum]}"
        f" +step +proj=helmert +x={seven.dx} +y={seven.dy} +z={seven.dz}"
        f" +rx={seven.rx} +ry={seven.ry} +rz={seven.rz} +s={seven.scale_ppm}"
        f" +convention={seven.convention}"
        f" +step +inv +proj=cart {NEW} +step +proj=pop +v_3 +step {grid} {NEW}"
    )

"""The valley everything lies in: the river's course and its tributaries.

Valley coordinates (along, across) in metres: ``along`` points downstream, turned a
little from east; the origin is where the map opens. World coordinates are the
projected CRS of the city profile.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from importers.sample.city.noise import ramp
from spatial.city import city
from spatial.crs import transformer

TURN = np.radians(14.0)
RIVER_HALF_WIDTH_M = 30.0
RIVER_OFFSET_M = -290.0


@dataclass(frozen=True)
class Tributary:
    """A side stream: where it joins (along), to which side it climbs (+1 north), how far."""

    name: str
    along_m: float
    side: int
    length_m: float
    lean: float
    swing_m: float
    wave_m: float
    half_width_m: float

    def course(self, away_m: np.ndarray) -> np.ndarray:
        """Along-coordinate of the stream ``away_m`` metres from the river."""
        swing = self.swing_m * ramp(away_m, 0, 2500) * np.sin(2 * np.pi * away_m / self.wave_m)
        return self.along_m + self.lean * away_m + swing


TRIBUTARIES = (
    Tributary("蓝溪", -4300, 1, 11000, -0.35, 420, 4100, 9),
    Tributary("湄水", 4700, 1, 26000, 0.22, 900, 7300, 14),
    Tributary("孙水", 8200, -1, 14000, 0.30, 700, 5600, 16),
    Tributary("茅溪", -6100, -1, 9500, -0.15, 380, 3700, 8),
    Tributary("龙塘河", 14800, 1, 21000, 0.18, 800, 6100, 11),
    Tributary("湖泉溪", 3750, -1, 8500, 0.12, 260, 2900, 7),
)


@cache
def centre() -> tuple[float, float]:
    """Where the map opens, in the projected CRS."""
    profile = city()
    view = profile.view
    return transformer(profile.geographic, profile.projected).transform(
        view.longitude, view.latitude
    )


def to_valley(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World to valley coordinates."""
    east, north = np.asarray(x, float) - centre()[0], np.asarray(y, float) - centre()[1]
    return (
        east * np.cos(TURN) + north * np.sin(TURN),
        north * np.cos(TURN) - east * np.sin(TURN),
    )


def to_world(along: np.ndarray, across: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Valley to world coordinates."""
    along, across = np.asarray(along, float), np.asarray(across, float)
    return (
        along * np.cos(TURN) - across * np.sin(TURN) + centre()[0],
        along * np.sin(TURN) + across * np.cos(TURN) + centre()[1],
    )


def river(along: np.ndarray) -> np.ndarray:
    """Across-coordinate of the river's middle."""
    along = np.asarray(along, float)
    near = 175 * np.sin(2 * np.pi * along / 3100 + 0.6) + 34 * np.sin(2 * np.pi * along / 1250 + 2)
    wide = 1700 * np.sin(2 * np.pi * along / 15500 + 1.2) + 460 * np.sin(2 * np.pi * along / 5200)
    return RIVER_OFFSET_M + near + wide * ramp(np.abs(along), 3300, 9500)


def river_slope(along: np.ndarray) -> np.ndarray:
    """Derivative of ``river``, dimensionless."""
    return (river(np.asarray(along, float) + 5) - river(np.asarray(along, float) - 5)) / 10


def stream_distances(along: np.ndarray, across: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per stream (the river first): distance to it and how far up from the river it is, m."""
    bend = np.sqrt(1 + river_slope(along) ** 2)
    found = [(np.abs(across - river(along)) / bend, np.zeros_like(along))]
    for stream in TRIBUTARIES:
        away = (across - river(np.full_like(along, stream.along_m))) * stream.side
        inside = np.clip(away, 0, stream.length_m)
        sideways = along - stream.course(inside)
        found.append((np.hypot(sideways, away - inside), inside))
    return found

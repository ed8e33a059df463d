"""Where a settlement lies: plane coordinates (s, t) in metres bent onto the ground."""

from dataclasses import dataclass

import numpy as np

from importers.sample.city import valley


@dataclass(frozen=True)
class Plane:
    """A settlement's own plane, turned and gently bent so that no street is dead straight.

    With ``river`` the line t = 0 is the river's middle and streets run with the river.
    """

    x: float
    y: float
    turn: float
    bend_m: float
    wave_m: float
    phase: float
    river: bool = False

    def world(self, s: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Plane to world coordinates (projected CRS)."""
        s, t = np.asarray(s, float), np.asarray(t, float)
        if self.river:
            return valley.to_world(*self._beside_river(s, t))
        along = s + self.bend_m * np.sin(2 * np.pi * t / self.wave_m + self.phase)
        across = t + self.bend_m * np.sin(2 * np.pi * s / (1.2 * self.wave_m) + 2 * self.phase)
        return (
            self.x + along * np.cos(self.turn) - across * np.sin(self.turn),
            self.y + along * np.sin(self.turn) + across * np.cos(self.turn),
        )

    def _beside_river(self, s: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        near = np.exp(-((t / 600) ** 2))
        along = s - t * valley.river_slope(s) * near + 70 * np.sin(2 * np.pi * t / 2700)
        across = valley.river(along) * np.exp(-((t / 2600) ** 2)) + t
        sway = 55 * np.sin(2 * np.pi * s / 2300 + 1.0) * (1 - np.exp(-((t / 700) ** 2)))
        return along, across + sway


def main_plane() -> Plane:
    """The plane of the main town."""
    x, y = valley.centre()
    return Plane(x, y, valley.TURN, 0, 1, 0, river=True)

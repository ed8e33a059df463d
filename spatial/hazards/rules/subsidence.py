"""Ground that sinks over mines, by the probability integral. Pure.

Formulas and damage limits are from memory of 建筑物、水体、铁路及主要井巷煤柱留设与压煤开采规范;
limits are rows that a city corrects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt, tan

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """A half-infinite mined panel: thickness m, factor q, dip α, depth H, influence angle β."""

    thickness_m: float
    factor: float
    dip_deg: float
    depth_m: float
    influence_deg: float

    @property
    def greatest_m(self) -> float:
        """Wmax = m q cos α."""
        return self.thickness_m * self.factor * cos(radians(self.dip_deg))

    @property
    def radius_m(self) -> float:
        """R = H/tan β."""
        return self.depth_m / tan(radians(self.influence_deg))


def sinking_m(panel: Panel, x_m: Floats) -> Floats:
    """W(x) = Wmax/2 · (erf(√π x/r) + 1); x from the edge towards what was mined.

    >>> panel = Panel(2.0, 0.8, 0.0, 200.0, 63.4349488)
    >>> float(sinking_m(panel, np.array([0.0]))[0]) == panel.greatest_m / 2
    True
    """
    from scipy.special import erf

    shape = erf(sqrt(np.pi) * np.asarray(x_m) / panel.radius_m)
    return np.asarray(panel.greatest_m / 2.0 * (shape + 1.0), dtype=np.float64)


def tilt(panel: Panel, x_m: Floats) -> Floats:
    """The derivative of the sinking, metres a metre: Wmax/r · e^(-π x²/r²)."""
    relative = np.asarray(x_m, dtype=np.float64) / panel.radius_m
    return np.asarray(panel.greatest_m / panel.radius_m * np.exp(-np.pi * relative**2))


def damage_grade(
    strain_mm_m: Floats,
    tilt_mm_m: Floats,
    curvature_e3_m: Floats,
    limits: Sequence[Sequence[float]],
) -> npt.NDArray[np.int8]:
    """Grade 1 to 4 of a building: the worst of three measures, each against three limits.

    `limits` holds strain, tilt and curvature, each ascending; at a limit the lower grade holds.

    >>> rows = [(2, 4, 6), (3, 6, 10), (0.2, 0.4, 0.6)]
    >>> damage_grade(np.array([1.0, 2.0, 7.0]), np.array([1.0, 6.5, 0]), np.zeros(3), rows)
    array([1, 3, 4], dtype=int8)
    """
    measures = (strain_mm_m, tilt_mm_m, curvature_e3_m)
    grades = [
        np.searchsorted(np.asarray(row, dtype=np.float64), np.abs(values), side="left")
        for values, row in zip(measures, limits, strict=True)
    ]
    missing = np.isnan(np.vstack([np.asarray(values, dtype=np.float64) for values in measures]))
    worst = np.max(np.vstack(grades), axis=0) + 1
    return np.where(missing.any(axis=0), -1, worst).astype(np.int8)


def vertical_of_line_of_sight(los_mm: Floats, incidence_deg: Floats) -> Floats:
    """Vertical movement from a radar's line of sight; right only where nothing moves sideways."""
    return np.asarray(los_mm / np.cos(np.deg2rad(incidence_deg)), dtype=np.float64)

"""Levels from movement: tangent angle, persistence, cracks, time of failure. Pure.

The improved tangent angle compares a velocity with that of the uniform stage, v0. Windows
chosen by programs change the result on a fifth of all days, so v0 is a value that an officer
approved for one sensor, with its version; nothing here fits it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

INFINITE_DAYS = float("inf")


def tangent_angle_deg(velocity: Floats, uniform_velocity: Floats) -> Floats:
    """arctan(v/v0) in degrees; velocities in one unit. Missing where v0 is not positive.

    >>> ratios = np.array([1.0, 5.671, 11.430])
    >>> np.round(tangent_angle_deg(ratios, np.ones(3)), 2)
    array([45., 80., 85.])
    """
    v0 = np.asarray(uniform_velocity, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        angle = np.rad2deg(np.arctan(np.asarray(velocity, dtype=np.float64) / v0))
    return np.where(v0 > 0, angle, np.nan)


def velocities(times_d: Floats, displacement_mm: Floats, window_d: float) -> Floats:
    """Velocity at each reading over the window before it, mm a day: a least-squares slope.

    Missing where the window holds fewer than three readings or less than half its length.

    >>> velocities(np.arange(5.0), 2 * np.arange(5.0), 3.0)
    array([nan, nan,  2.,  2.,  2.])
    """
    if window_d <= 0:
        raise ValueError("a window has a length")
    found = np.full(len(times_d), np.nan)
    firsts = np.searchsorted(times_d, times_d - window_d, side="left")
    for row, first in enumerate(firsts):
        t, s = times_d[first : row + 1], displacement_mm[first : row + 1]
        if len(t) >= 3 and t[-1] - t[0] >= window_d / 2:
            centred = t - t.mean()
            found[row] = (centred @ (s - s.mean())) / (centred @ centred)
    return found


def persistent(reached: npt.NDArray[np.bool_], hits: int, within: int) -> npt.NDArray[np.bool_]:
    """Where at least `hits` of the last `within` periods reached, this one among them.

    Rain moves slopes in steps that look like acceleration; one hit is none.

    >>> persistent(np.array([True, False, True, True, False, True]), 3, 5)
    array([False, False, False,  True, False,  True])
    """
    if not 1 <= hits <= within:
        raise ValueError("some hits within some periods")
    counted = np.convolve(reached.astype(np.int64), np.ones(within, dtype=np.int64))
    return (counted[: len(reached)] >= hits) & reached


@dataclass(frozen=True)
class CrackLimits:
    """Opening of a crack within a time that raises to a level (rows; DEWS-L of PHIVOLCS)."""

    up_to_d: float
    lower_cm: float
    upper_cm: float


def crack_step(opening_cm: float, elapsed_d: float, limits: Sequence[CrackLimits]) -> int:
    """0, 2 or 3 as DEWS-L counts; beyond the last row its limits grow with the time.

    >>> rows = [CrackLimits(0.75, 0.5, 5), CrackLimits(2.75, 0.5, 10), CrackLimits(7, 1.5, 30),
    ...         CrackLimits(INFINITE_DAYS, 3, 75)]
    >>> crack_step(0.4, 0.5, rows), crack_step(5, 0.5, rows), crack_step(8, 2, rows)
    (0, 3, 2)
    >>> crack_step(3.0, 7.5, rows), crack_step(80, 14, rows)
    (0, 2)
    """
    if elapsed_d <= 0 or not limits:
        raise ValueError("a crack opens in some time")
    row = next((row for row in limits if elapsed_d < row.up_to_d), limits[-1])
    # The last row is written for seven days and is scaled beyond (DEWS-L).
    last_bound = limits[-2].up_to_d if len(limits) > 1 else elapsed_d
    scale = elapsed_d / last_bound if row is limits[-1] and elapsed_d > last_bound else 1.0
    if opening_cm >= row.upper_cm * scale:
        return 3
    return 2 if opening_cm >= row.lower_cm * scale else 0


def failure_time_d(times_d: Floats, velocity: Floats) -> float | None:
    """When 1/v reaches 0 on its least-squares line; None where it does not fall.

    From memory of Fukuzono's inverse velocity; an aid to an officer, no level hangs on it.

    >>> failure_time_d(np.array([0.0, 1, 2]), 1 / np.array([10.0, 9, 8])).__round__(6)
    10.0
    """
    moving = velocity > 0
    if moving.sum() < 3:
        return None
    slope, start = np.polyfit(times_d[moving], 1.0 / velocity[moving], 1)
    return None if slope >= 0 else float(-start / slope)

"""Rain of gauges: sums over hours, effective rain, antecedent index. Pure.

Rain in millimetres. A sum tells how much of its time was measured; what was not measured is
missing, never 0, so that a sum over gaps is a lower bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ANTECEDENT_DAYS = 7  # LHASA 1.1.1


@dataclass(frozen=True)
class Sums:
    """Sums of n stations over a window: millimetres measured, and the share of time measured."""

    mm: Floats
    covered: Floats

    def is_whole(self, least: float) -> npt.NDArray[np.bool_]:
        """Whether at least this share of the window was measured."""
        return self.covered >= least


def sums(
    stations: npt.NDArray[np.int64],
    starts_h: Floats,
    ends_h: Floats,
    mm: Floats,
    count: int,
    end_h: float,
    duration_h: float,
) -> Sums:
    """Sums over (end - duration, end] of readings of `count` stations, numbered from 0.

    One row a reading: hours since any common moment, [start, end). A reading that lies partly
    in the window gives the share of its time (rain is taken as even within a reading).
    Readings of one station do not overlap; the database holds that.

    >>> one = np.zeros(2, dtype=np.int64)
    >>> got = sums(one, np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.array([4.0, 6.0]), 1, 2, 1.5)
    >>> float(got.mm[0]), float(got.covered[0])
    (8.0, 1.0)
    """
    if duration_h <= 0:
        raise ValueError("a sum is over some time")
    first = end_h - duration_h
    inside = np.minimum(ends_h, end_h) - np.maximum(starts_h, first)
    # A reading without a gap in time counts only where it has length.
    length = ends_h - starts_h
    share = np.clip(inside, 0.0, None) / np.where(length > 0, length, np.inf)
    rain = np.bincount(stations, weights=share * mm, minlength=count)
    hours = np.bincount(stations, weights=np.clip(inside, 0.0, None), minlength=count)
    return Sums(rain.astype(np.float64), np.minimum(hours / duration_h, 1.0))


def effective_rain(daily_mm: Floats, decay: float) -> Floats:
    """Rain of today and the days before, each day fading by a factor: Σ αⁱ Rᵢ.

    `daily_mm` is (..., days), today first. Fujian uses α 0.79 over 3 days; elsewhere 0.8 and
    0.84. A missing day (NaN) makes the sum missing.

    >>> days = np.array([30.0, 20.0, 10.0, 5.0])
    >>> [round(float(effective_rain(days, alpha)), 3) for alpha in (0.79, 0.80, 0.84)]
    [54.506, 54.96, 56.82]
    """
    if not 0 <= decay <= 1:
        raise ValueError("a decay lies between 0 and 1")
    return np.asarray(daily_mm @ decay ** np.arange(daily_mm.shape[-1]), dtype=np.float64)


def antecedent_index(daily_mm: Floats) -> Floats:
    """The seven-day index of LHASA 1.1.1: Σ wₜ pₜ / Σ wₜ with wₜ = 1/t², t = 1 today.

    `daily_mm` is (..., 7), today first.

    >>> today = np.array([100.0, 0, 0, 0, 0, 0, 0])
    >>> round(float(antecedent_index(today)), 4), round(float(antecedent_index(today[::-1])), 5)
    (66.1464, 1.34993)
    >>> round(float(antecedent_index(np.full(7, 50.0))), 9)
    50.0
    """
    if daily_mm.shape[-1] != ANTECEDENT_DAYS:
        raise ValueError(f"the index is of {ANTECEDENT_DAYS} days")
    weights = 1.0 / np.arange(1, ANTECEDENT_DAYS + 1) ** 2
    return np.asarray(daily_mm @ weights / weights.sum(), dtype=np.float64)


def lhasa_nowcast(index_mm: Floats, index_p95_mm: Floats, susceptibility: Floats) -> Floats:
    """LHASA 1.1.1: 0 none, 1 moderate, 2 high; NaN where anything is missing.

    Every comparison is strict, as in its own code: at the 95th percentile itself nothing is
    raised, and susceptibility up to 2 never is.

    >>> lhasa_nowcast(np.array([60.0, 60, 50, 60]), np.array([50.0] * 4), np.array([3.0, 5, 5, 2]))
    array([1., 2., 0., 0.])
    """
    is_wet = index_mm > index_p95_mm
    raised = (is_wet & (susceptibility > 2)).astype(np.float64)
    raised += is_wet & (susceptibility > 4)
    missing = np.isnan(index_mm) | np.isnan(index_p95_mm) | np.isnan(susceptibility)
    return np.where(missing, np.nan, raised)


def intensity_threshold_mm(coefficient: float, exponent: float, duration_h: float) -> float:
    """Rain of a duration at which I = a·D^b (mm/h, h) is reached: a·D^(b+1).

    >>> round(intensity_threshold_mm(14.82, -0.39, 24), 1)
    103.0
    >>> round(intensity_threshold_mm(2.20, -0.44, 24), 1)
    13.0
    """
    if duration_h <= 0:
        raise ValueError("a duration is positive")
    return float(coefficient * duration_h ** (exponent + 1.0))


def event_threshold_mm(coefficient: float, exponent: float, duration_h: float) -> float:
    """Rain of a duration at which E = a·D^b (mm, h) is reached.

    >>> round(event_threshold_mm(4.93, 0.504, 24), 1)
    24.5
    """
    if duration_h <= 0:
        raise ValueError("a duration is positive")
    return float(coefficient * duration_h**exponent)


def rain_classes(mm: Floats, limits_mm: Sequence[float]) -> npt.NDArray[np.int8]:
    """Class of each amount between ascending limits, from 0; a limit belongs to the class above.

    Missing rain is -1, which is no class.

    >>> rain_classes(np.array([0.0, 50, 99.9, 100, np.nan]), [50, 100])
    array([ 0,  1,  1,  2, -1], dtype=int8)
    """
    if any(b <= a for a, b in zip(limits_mm, limits_mm[1:], strict=False)):
        raise ValueError("limits ascend")
    classes = np.searchsorted(np.asarray(limits_mm, dtype=np.float64), mm, side="right")
    return np.where(np.isnan(mm), -1, classes).astype(np.int8)

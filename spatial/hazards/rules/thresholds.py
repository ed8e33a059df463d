"""Levels by thresholds of rain: which row is reached, by how much, and what is next. Pure.

A threshold is a row of a city: of an engine, a zone and a season, with its source and mark. It
says of which measure (rain of so many hours, effective rain, an index) so many millimetres
raise to a level. The gravest row that is reached decides; it and the margin are the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spatial.hazards.rules.levels import WarningLevel

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Threshold:
    """So much of a measure raises to a level; at the limit itself unless it is strict."""

    measure: str
    limit: float
    level: WarningLevel
    is_strict: bool = False
    source: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Measured:
    """A measure of n places: values (missing as NaN), and the share of its time measured."""

    values: Floats
    covered: Floats


@dataclass(frozen=True)
class Reached:
    """What n places reached.

    ``levels`` at least; ``is_whole`` where every measure was whole; ``binding`` the row that
    decided, or of those not reached the one nearest to it, -1 where nothing was measured;
    ``margin`` how far beyond it (negative: short of it), in the unit of its measure.
    """

    levels: npt.NDArray[np.int8]
    is_whole: npt.NDArray[np.bool_]
    binding: npt.NDArray[np.int64]
    margin: Floats
    values: Floats = field(repr=False)


def reached(
    rows: Sequence[Threshold], measures: Mapping[str, Measured], least_covered: float
) -> Reached:
    """Levels of n places by rows of one engine, zone and season.

    A measure with gaps is a lower bound: what it reaches is reached, what it does not is
    unknown. A row whose measure is not there at all leaves every place unknown, loud.

    >>> rows = [Threshold("rain_24h", 50, WarningLevel.YELLOW), Threshold("rain_24h", 100, WarningLevel.ORANGE)]
    >>> rain = Measured(np.array([49.9, 50, 120, 60, np.nan]), np.array([1, 1, 1, 0.5, 0]))
    >>> got = reached(rows, {"rain_24h": rain}, 0.9)
    >>> got.levels.tolist(), got.is_whole.tolist()
    ([0, 2, 3, 2, 0], [True, True, True, False, False])
    >>> got.binding.tolist(), [round(float(m), 1) for m in got.margin[:4]]
    ([0, 0, 1, 0, -1], [-0.1, 0.0, 20.0, 10.0])
    """
    if not rows:
        raise ValueError("an engine without thresholds says nothing")
    count = len(next(iter(measures.values())).values) if measures else 0
    blank = Measured(np.full(count, np.nan), np.zeros(count))
    found = [measures.get(row.measure, blank) for row in rows]
    values = np.vstack([measured.values for measured in found])
    limits = np.array([[row.limit] for row in rows])
    grades = np.array([[int(row.level)] for row in rows], dtype=np.int8)
    strict = np.array([[row.is_strict] for row in rows])
    with np.errstate(invalid="ignore"):
        hit = np.where(strict, values > limits, values >= limits)
    levels = np.max(np.where(hit, grades, 0), axis=0).astype(np.int8)
    whole = np.vstack([(m.covered >= least_covered) & ~np.isnan(m.values) for m in found])
    binding = _binding(hit, grades, values / limits)
    across = np.arange(count)
    margin = np.where(binding >= 0, values[binding, across] - limits[binding, 0], np.nan)
    return Reached(
        levels,
        np.asarray(whole.all(axis=0)),
        binding,
        margin,
        np.where(binding >= 0, values[binding, across], np.nan),
    )


def _binding(
    hit: npt.NDArray[np.bool_], grades: npt.NDArray[np.int8], ratios: Floats
) -> npt.NDArray[np.int64]:
    """The gravest row that is hit (of two the one passed furthest), else the nearest."""
    measured = ~np.isnan(ratios)
    ratio = np.where(measured, ratios, -np.inf)
    # Ratios are bounded so that a grade always outweighs them.
    weight = np.where(hit, grades * 10.0, 0.0) + np.clip(ratio, 0.0, 9.0)
    best = np.argmax(np.where(measured, weight, -1.0), axis=0)
    return np.where(measured.any(axis=0), best, -1).astype(np.int64)


def is_ordered(rows: Sequence[Threshold]) -> bool:
    """Whether for every measure a graver level has a higher limit: else rows contradict.

    >>> is_ordered([Threshold("a", 50, WarningLevel.BLUE), Threshold("a", 40, WarningLevel.RED)])
    False
    """
    by_measure: dict[str, list[Threshold]] = {}
    for row in rows:
        by_measure.setdefault(row.measure, []).append(row)
    return all(
        lower.limit < higher.limit
        for group in by_measure.values()
        for lower, higher in _neighbours(sorted(group, key=lambda row: row.level))
    )


def _neighbours(rows: Sequence[Threshold]) -> list[tuple[Threshold, Threshold]]:
    return list(zip(rows, rows[1:], strict=False))

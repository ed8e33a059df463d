"""Whether a gauge can be believed: checks of readings and of silence. Pure.

A reading that cannot be (future, negative, more than the sky gives, given twice with two
values) is refused and told; one that is doubtful is kept, marked, and left out of sums unless
an officer takes it back in. A gauge that is silent is dead, its rain missing, never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class GaugeDoubt(StrEnum):
    """What is wrong with a reading or a gauge."""

    FUTURE = "future"
    NEGATIVE = "negative"
    IMPOSSIBLE = "impossible"
    UNFINISHED = "unfinished"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"
    STUCK = "stuck"
    SPIKE = "spike"
    DRY = "dry"
    CLOCK = "clock"
    DEAD = "dead"
    MOVED = "moved"


REFUSED = frozenset(
    {
        GaugeDoubt.FUTURE,
        GaugeDoubt.NEGATIVE,
        GaugeDoubt.IMPOSSIBLE,
        GaugeDoubt.UNFINISHED,
        GaugeDoubt.REPEATED,
        GaugeDoubt.CONTRADICTED,
    }
)


@dataclass(frozen=True)
class GaugeLimits:
    """Rows of a city; the defaults are ours and marked so in data."""

    clock: timedelta = timedelta(minutes=5)  # a gauge's clock may run ahead so much
    most_mm_h: float = 250.0
    shortest_h: float = 1 / 6  # within minutes more may fall than an hour's most, spread over it
    stuck_readings: int = 6
    silent_intervals: int = 3
    spike_ratio: float = 8.0
    spike_floor_mm_h: float = 30.0
    neighbour_m: float = 15_000.0
    neighbours: int = 3
    dry_below_mm: float = 0.2
    wet_above_mm: float = 20.0
    moved_m: float = 100.0


@dataclass(frozen=True)
class GaugeReading:
    """What a gauge said: rain in [start, end), in millimetres."""

    station: str
    start: datetime
    end: datetime
    mm: float


def most_mm(hours: float, limits: GaugeLimits) -> float:
    """The most rain that a time can bring.

    >>> most_mm(1, GaugeLimits()), most_mm(24, GaugeLimits())
    (250.0, 6000.0)
    """
    return limits.most_mm_h * max(hours, limits.shortest_h)


def doubt_of(
    reading: GaugeReading,
    now: datetime,
    limits: GaugeLimits,
    standing: Mapping[tuple[datetime, datetime], float],
) -> GaugeDoubt | None:
    """Why a reading is refused, or None; ``standing`` holds the station's by their span.

    The same again is repeated (and nothing is lost by refusing it); another value for the
    same span is contradicted.
    """
    hours = (reading.end - reading.start) / timedelta(hours=1)
    if hours <= 0 or not np.isfinite(reading.mm):
        return GaugeDoubt.UNFINISHED
    if reading.end > now + limits.clock:
        return GaugeDoubt.FUTURE
    if reading.mm < 0:
        return GaugeDoubt.NEGATIVE
    if reading.mm > most_mm(hours, limits):
        return GaugeDoubt.IMPOSSIBLE
    before = standing.get((reading.start, reading.end))
    if before is not None:
        return GaugeDoubt.REPEATED if before == reading.mm else GaugeDoubt.CONTRADICTED
    return None


def is_stuck(mm: Sequence[float], readings: int) -> bool:
    """Whether the last readings are one and the same positive value.

    >>> is_stuck([0, 0.2, 3.4, 3.4, 3.4], 3), is_stuck([0.0, 0.0, 0.0], 3)
    (True, False)
    """
    last = list(mm)[-readings:]
    return len(last) == readings and last[0] > 0 and len(set(last)) == 1


def is_dead(last_end: datetime | None, now: datetime, interval: timedelta, intervals: int) -> bool:
    """Whether a gauge that should speak every ``interval`` has missed so many.

    >>> noon = datetime(2026, 6, 1, 12)
    >>> is_dead(noon, noon + timedelta(minutes=31), timedelta(minutes=10), 3)
    True
    """
    return last_end is None or now - last_end > interval * intervals


def doubtful_beside_neighbours(
    x_m: Floats, y_m: Floats, mm: Floats, limits: GaugeLimits
) -> list[GaugeDoubt | None]:
    """GaugeDoubt of each of n gauges over one hour, from what gauges around it caught.

    SPIKE: far more than all around; DRY: nothing where all around are wet. Neighbours lie
    within a distance and are at least so many, else nothing is said. Missing is no neighbour.

    >>> x, y = np.array([0.0, 1000, 0, 1000]), np.array([0.0, 0, 1000, 1000])
    >>> doubtful_beside_neighbours(x, y, np.array([0.0, 30, 25, 40]), GaugeLimits())[0].value
    'dry'
    >>> doubtful_beside_neighbours(x, y, np.array([90.0, 3, 2, 4]), GaugeLimits())[0].value
    'spike'
    """
    distance = np.hypot(x_m[:, None] - x_m[None, :], y_m[:, None] - y_m[None, :])
    near = (distance <= limits.neighbour_m) & ~np.isnan(mm)[None, :]
    np.fill_diagonal(near, False)
    found: list[GaugeDoubt | None] = []
    for row, value in enumerate(mm):
        around = mm[near[row]]
        if np.isnan(value) or len(around) < limits.neighbours:
            found.append(None)
        elif value >= limits.spike_floor_mm_h and value > limits.spike_ratio * max(
            around.max(), 1.0
        ):
            found.append(GaugeDoubt.SPIKE)
        elif value <= limits.dry_below_mm and around.min() >= limits.wet_above_mm:
            found.append(GaugeDoubt.DRY)
        else:
            found.append(None)
    return found


def clock_shift(mm: Floats, reference_mm: Floats, most_steps: int, least_gain: float = 0.3) -> int:
    """How many steps a gauge's clock is late (positive) or early, by its rhythm beside others.

    0 where nothing is surer than no shift: too little rain, or no clear gain in correlation.

    >>> others = np.array([0, 0, 5, 9, 4, 0, 0, 0, 2, 0, 0, 0.0])
    >>> clock_shift(np.roll(others, 2), others, 3)
    2
    """
    known = ~(np.isnan(mm) | np.isnan(reference_mm))
    a, b = np.where(known, mm, 0.0), np.where(known, reference_mm, 0.0)
    steps = range(-most_steps, most_steps + 1)
    scores = {step: _correlation(np.roll(a, -step), b) for step in steps}
    best = max(scores, key=lambda step: (scores[step], -abs(step)))
    return best if scores[best] - scores[0] >= least_gain else 0


def _correlation(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else 0.0

"""A patrol's fixes as a track: legs between gaps, and how far they go. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

# Between two fixes further apart than this nothing is known of the way: no line is drawn.
GAP = timedelta(minutes=5)


@dataclass(frozen=True)
class Leg:
    """A stretch without a gap: its fixes are ``start`` to ``end`` (not included) of the track."""

    start: int
    end: int
    length_m: float


def legs(at: Sequence[datetime], places: np.ndarray, gap: timedelta = GAP) -> list[Leg]:
    """The legs of a track in order of time; every fix is in exactly one.

    ``places`` is (n, 2) in the city's CRS, in metres.

    >>> from datetime import datetime, timedelta
    >>> noon = datetime(2026, 6, 1, 12)
    >>> at = [noon, noon + timedelta(minutes=1), noon + timedelta(minutes=30)]
    >>> legs(at, np.array([[0.0, 0], [30, 40], [500, 0]]))
    [Leg(start=0, end=2, length_m=50.0), Leg(start=2, end=3, length_m=0.0)]
    """
    if not len(at):
        return []
    steps = np.hypot(*np.diff(places, axis=0).T)
    cuts = [k + 1 for k in range(len(at) - 1) if at[k + 1] - at[k] > gap]
    bounds = [0, *cuts, len(at)]
    return [
        Leg(start, end, float(steps[start : end - 1].sum()))
        for start, end in zip(bounds, bounds[1:], strict=False)
    ]

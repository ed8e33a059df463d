"""How good warnings were: scores of a two by two table. Pure.

An empty denominator is unknown (None), never 0. Scores stand beside those of always warning
and never warning, and beside how often and how much was warned: always red hits everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Contingency:
    """Hits, misses, false alarms, correct negatives: periods × places.

    >>> table = Contingency(30, 10, 60, 900)
    >>> [round(score, 5) for score in (table.pod, table.far, table.pofd, table.csi, table.hss)]
    [0.75, 0.66667, 0.0625, 0.3, 0.42997]
    >>> Contingency(0, 0, 0, 5).pod is None
    True
    """

    hits: int
    misses: int
    false_alarms: int
    correct_negatives: int

    @property
    def total(self) -> int:
        """All periods × places."""
        return self.hits + self.misses + self.false_alarms + self.correct_negatives

    @property
    def pod(self) -> float | None:
        """Probability of detection: H/(H + M)."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def far(self) -> float | None:
        """False alarm ratio: F/(H + F)."""
        return _share(self.false_alarms, self.hits + self.false_alarms)

    @property
    def pofd(self) -> float | None:
        """Probability of false detection: F/(F + C)."""
        return _share(self.false_alarms, self.false_alarms + self.correct_negatives)

    @property
    def csi(self) -> float | None:
        """Critical success index: H/(H + M + F)."""
        return _share(self.hits, self.hits + self.misses + self.false_alarms)

    @property
    def hss(self) -> float | None:
        """Heidke skill score against chance."""
        h, m, f, c = self.hits, self.misses, self.false_alarms, self.correct_negatives
        return _share(2 * (h * c - m * f), (h + m) * (m + c) + (h + f) * (f + c))

    @property
    def always(self) -> "Contingency":
        """The same events, had everything always been warned."""
        quiet = self.false_alarms + self.correct_negatives
        return Contingency(self.hits + self.misses, 0, quiet, 0)

    @property
    def never(self) -> "Contingency":
        """The same events, had nothing ever been warned."""
        quiet = self.false_alarms + self.correct_negatives
        return Contingency(0, self.hits + self.misses, 0, quiet)


def contingency(warned: Sequence[bool], happened: Sequence[bool]) -> Contingency:
    """The table of warned and happened, one pair a period and place.

    >>> contingency([True, True, False, False], [True, False, True, False])
    Contingency(hits=1, misses=1, false_alarms=1, correct_negatives=1)
    """
    pairs = list(zip(warned, happened, strict=True))
    return Contingency(
        hits=sum(w and h for w, h in pairs),
        misses=sum(h and not w for w, h in pairs),
        false_alarms=sum(w and not h for w, h in pairs),
        correct_negatives=sum(not w and not h for w, h in pairs),
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None

"""Scores made of indicators: weights, bands of counts, grades. Pure.

Weights, bands and grades are data (``data/grid/score_*.csv``, then dated tables). A part
whose figure is unknown is left out, and the others are scaled up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from grid.rules.indicators import INDICATORS


class Form(StrEnum):
    """How a part of a score is made of its figure."""

    SHARE = "share"  # the share itself, in points of 100
    INVERSE = "inverse"  # one less the share
    BAND = "band"  # a count, by a table of bands


@dataclass(frozen=True)
class Weight:
    """One part of a score: a share or a count, how, and for how many points of 100."""

    figure: str
    form: Form
    points: float
    bands: str = ""


@dataclass(frozen=True)
class Band:
    """A count of more than ``above`` is worth so many points of 100."""

    above: int
    points: float


@dataclass(frozen=True)
class Grade:
    """A score of at least ``least`` is this grade."""

    letter: str
    least: float
    colour: str


@dataclass(frozen=True)
class ScorePart:
    """What a part of a score came to, between 0 and 1; None where its figure is unknown."""

    weight: Weight
    worth: float | None

    @property
    def earned(self) -> float | None:
        """Of the weight's points."""
        return None if self.worth is None else self.weight.points * self.worth


@dataclass(frozen=True)
class Score:
    """A score of 100, to one decimal, and how much of its weight had figures behind it."""

    points: float
    covered: float  # 1: every part was known

    @property
    def is_partial(self) -> bool:
        """Whether a part was unknown, and the others stand for it."""
        return self.covered < 1


def score(
    counts: Mapping[str, int], weights: Sequence[Weight], bands: Mapping[str, Sequence[Band]]
) -> Score | None:
    """The score of counts: parts that are unknown are left out, the rest scaled up.

    None where no share that weighs is known: how much was done says nothing of how well.
    Rounded here, so that the grade and the place go by the number that people read.
    """
    found = [part for part in parts(counts, weights, bands) if part.weight.points > 0]
    known = [part for part in found if part.worth is not None]
    all_points = sum(part.weight.points for part in found)
    known_points = sum(part.weight.points for part in known)
    if all(part.weight.form is Form.BAND for part in known):
        return None
    earned = sum(part.earned or 0.0 for part in known)
    return Score(to_a_tenth(100 * earned / known_points), known_points / all_points)


def to_a_tenth(points: float) -> float:
    """Points to one decimal, halves up; what is below a millionth is a float's own noise.

    >>> to_a_tenth(89.95), to_a_tenth(89.94999)
    (90.0, 89.9)
    """
    exact = Decimal(f"{points:.6f}")
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def parts(
    counts: Mapping[str, int], weights: Sequence[Weight], bands: Mapping[str, Sequence[Band]]
) -> list[ScorePart]:
    """The parts that a score of these counts is made of."""
    return [ScorePart(weight, _worth(counts, weight, bands)) for weight in weights]


def places(values: Sequence[float | None], *, least_first: bool = False) -> list[int | None]:
    """The place of each value; equal values share one, what is unknown has none.

    >>> places([0.5, None, 0.9, 0.5])
    [2, None, 1, 2]
    """
    known = sorted((v for v in values if v is not None), reverse=not least_first)
    first: dict[float, int] = {}
    for number, value in enumerate(known, start=1):
        first.setdefault(value, number)
    return [None if value is None else first[value] for value in values]


def band_points(number: int, bands: Iterable[Band]) -> float:
    """The points of a count: of the highest band that it is above."""
    fitting = [band for band in bands if number > band.above]
    return max(fitting, key=lambda band: band.above).points if fitting else 0.0


def grade_of(points: float, grades: Iterable[Grade]) -> Grade | None:
    """The grade of a score: the highest whose bound it reaches. There are no gaps."""
    reached = [grade for grade in grades if points >= grade.least]
    return max(reached, key=lambda grade: grade.least) if reached else None


def _worth(
    counts: Mapping[str, int], weight: Weight, bands: Mapping[str, Sequence[Band]]
) -> float | None:
    if weight.form is Form.BAND:
        return band_points(counts.get(weight.figure, 0), bands.get(weight.bands, ())) / 100
    value = INDICATORS[weight.figure].value(counts)
    if value is None:
        return None
    value = min(value, 1.0)
    return 1 - value if weight.form is Form.INVERSE else value

"""Indicators of city management and the scores made of them. Pure.

What is counted and divided is one table, so that a page, a file and a document say the
same. A share without a denominator is unknown (None), never 0 or 1. Source: the indicator
tables of GB/T 30428.4 as published city manuals give them (docs/evaluation.md).

>>> share(1, 0) is None
True
>>> share(1, 4)
0.25
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Subject(StrEnum):
    """Who or what is evaluated."""

    INSPECTOR = "inspector"
    INTAKE = "intake"
    CHIEF = "chief"
    DISPATCHER = "dispatcher"
    DEPARTMENT = "department"
    STREET = "street"
    CELL = "cell"


SUBJECT_TITLES = MappingProxyType(
    {
        Subject.INSPECTOR: "监督员",
        Subject.INTAKE: "受理员",
        Subject.CHIEF: "值班长",
        Subject.DISPATCHER: "派遣员",
        Subject.DEPARTMENT: "专业部门",
        Subject.STREET: "乡镇街道",
        Subject.CELL: "单元网格",
    }
)

# What is counted, each in one period and for one subject.
COUNTS = MappingProxyType(
    {
        "reported": "监督员上报数",
        "valid_reported": "有效上报数",
        "public_reported": "公众举报数",
        "accepted": "受理数",
        "sent_verify": "核实派发数",
        "sent_verify_in_time": "按时核实派发数",
        "sent_check": "核查派发数",
        "sent_check_in_time": "按时核查派发数",
        "verified": "核实数",
        "verified_in_time": "按时核实数",
        "verify_late": "超时未核实数",
        "checked": "核查数",
        "checked_in_time": "按时核查数",
        "check_late": "超时未核查数",
        "filed": "立案数",
        "filed_in_time": "按时立案数",
        "voided": "立案后作废数",
        "dispatched": "派遣数",
        "dispatched_in_time": "按时派遣数",
        "dispatch_late": "超时未派遣数",
        "returned": "回退数",
        "handled": "处置数",
        "handled_in_time": "按期处置数",
        "handled_late": "超期处置数",
        "handle_late": "超期未处置数",
        "exempt": "申诉豁免数",
        "closed": "结案数",
        "closed_in_time": "按时结案数",
        "close_late": "超时未结案数",
        "reworked": "返工数",
        "suspended": "挂账数",
        "extended": "延期数",
        "missed": "漏报数",
        "filed_in_area": "片区立案数",
    }
)


@dataclass(frozen=True)
class Indicator:
    """A share: counts added and taken off above, counts added below."""

    id: str
    title: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    off: tuple[str, ...] = ()

    def parts(self, counts: Mapping[str, int]) -> tuple[int, int]:
        """(numerator, denominator)."""
        above = sum(counts.get(name, 0) for name in self.above)
        above -= sum(counts.get(name, 0) for name in self.off)
        return above, sum(counts.get(name, 0) for name in self.below)

    def value(self, counts: Mapping[str, int]) -> float | None:
        """The share, between 0 and 1; None without a denominator."""
        return share(*self.parts(counts))

    @property
    def formula(self) -> str:
        """The share in words."""
        above = " + ".join(COUNTS[name] for name in self.above)
        above += "".join(f" − {COUNTS[name]}" for name in self.off)
        below = " + ".join(COUNTS[name] for name in self.below)
        left = f"（{above}）" if len(self.above) + len(self.off) > 1 else above
        return f"{left} ÷ （{below}）" if len(self.below) > 1 else f"{left} ÷ {below}"


INDICATORS = MappingProxyType(
    {
        found.id: found
        for found in (
            Indicator("valid_report_rate", "有效上报率", ("valid_reported",), ("reported",)),
            Indicator("missed_rate", "漏报率", ("missed",), ("filed_in_area",)),
            Indicator(
                "verify_rate", "按时核实率", ("verified_in_time",), ("verified", "verify_late")
            ),
            Indicator("check_rate", "按时核查率", ("checked_in_time",), ("checked", "check_late")),
            Indicator("file_rate", "按时立案率", ("filed_in_time",), ("filed",)),
            Indicator("file_accuracy", "准确立案率", ("filed",), ("filed",), ("voided",)),
            Indicator(
                "dispatch_rate",
                "按时派遣率",
                ("dispatched_in_time",),
                ("dispatched", "dispatch_late"),
            ),
            Indicator(
                "dispatch_accuracy",
                "准确派遣率",
                ("dispatched",),
                ("dispatched", "dispatch_late"),
                ("returned",),
            ),
            Indicator("handle_rate", "处置率", ("handled",), ("handled", "handle_late")),
            Indicator(
                "handle_in_time_rate",
                "按期处置率",
                ("handled_in_time",),
                ("handled_in_time", "handled_late", "handle_late"),
            ),
            Indicator("close_rate", "结案率", ("closed",), ("closed", "reworked", "close_late")),
            Indicator(
                "close_in_time_rate",
                "按时结案率",
                ("closed_in_time",),
                ("closed", "reworked", "close_late"),
            ),
            Indicator("rework_rate", "返工率", ("reworked",), ("handled",)),
            Indicator(
                "sent_verify_rate", "核实派发按时率", ("sent_verify_in_time",), ("sent_verify",)
            ),
            Indicator(
                "sent_check_rate", "核查派发按时率", ("sent_check_in_time",), ("sent_check",)
            ),
            Indicator("public_rate", "监督举报率", ("public_reported",), ("filed",)),
        )
    }
)

# What is shown of each subject: counts first, then shares.
SHOWN: Mapping[Subject, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        Subject.INSPECTOR: (
            ("reported", "valid_reported", "verified", "checked", "missed"),
            ("valid_report_rate", "missed_rate", "verify_rate", "check_rate"),
        ),
        Subject.INTAKE: (
            ("accepted", "sent_verify", "sent_check"),
            ("sent_verify_rate", "sent_check_rate"),
        ),
        Subject.CHIEF: (
            ("filed", "voided", "closed"),
            ("file_rate", "file_accuracy", "close_in_time_rate"),
        ),
        Subject.DISPATCHER: (("dispatched", "returned"), ("dispatch_rate", "dispatch_accuracy")),
        Subject.DEPARTMENT: (
            (
                "dispatched",
                "handled",
                "handled_late",
                "handle_late",
                "returned",
                "reworked",
                "suspended",
                "extended",
                "exempt",
            ),
            ("handle_rate", "handle_in_time_rate", "close_rate", "rework_rate"),
        ),
        Subject.STREET: (
            ("reported", "public_reported", "filed", "handled", "handle_late", "closed"),
            ("handle_rate", "handle_in_time_rate", "close_rate", "rework_rate", "public_rate"),
        ),
        Subject.CELL: (
            ("reported", "public_reported", "filed", "handled", "handle_late", "closed"),
            ("handle_rate", "handle_in_time_rate", "close_rate", "rework_rate"),
        ),
    }
)


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
class Score:
    """A score of 100, and how much of its weight had figures behind it."""

    points: float
    covered: float  # 1: every part was known

    @property
    def is_partial(self) -> bool:
        """Whether a part was unknown, and the others stand for it."""
        return self.covered < 1


def share(above: float, below: float) -> float | None:
    """A share; None where there is nothing to divide by. A share is never below 0."""
    return max(0.0, above / below) if below > 0 else None


def score(
    counts: Mapping[str, int], weights: Sequence[Weight], bands: Mapping[str, Sequence[Band]]
) -> Score | None:
    """The score of counts: parts that are unknown are left out, the rest scaled up.

    None where no part is known, or where there are no weights.
    """
    total = sum(weight.points for weight in weights)
    earned = known = 0.0
    for weight in weights:
        worth = _worth(counts, weight, bands)
        if worth is not None:
            earned += weight.points * worth
            known += weight.points
    if not total or not known:
        return None
    return Score(100 * earned / known, known / total)


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

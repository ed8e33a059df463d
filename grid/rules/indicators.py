"""Indicators of city management: what is counted and divided, as one table. Pure.

A page, a file and a document say the same because they read it here. A share without a
denominator is unknown (None), never 0 or 1. Source: the indicator tables of GB/T 30428.4
as published city manuals give them (docs/evaluation.md).

>>> share(1, 0) is None
True
>>> share(1, 4)
0.25
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from grid.roles import GridRole


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
        Subject.INSPECTOR: GridRole.INSPECTOR.value,
        Subject.INTAKE: GridRole.INTAKE.value,
        Subject.CHIEF: GridRole.CHIEF.value,
        Subject.DISPATCHER: GridRole.DISPATCHER.value,
        Subject.DEPARTMENT: GridRole.HANDLER.value,
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
        "public_filed": "举报核实数",
        "voided": "立案后作废数",
        "assigned": "部门立案数",
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
# How each is counted, in words; the conditions themselves are in ``grid.evaluation.counting``.
MEANINGS = MappingProxyType(
    {
        "reported": "监督员上报的案件",
        "valid_reported": "监督员上报、已经立案的案件（立案与否以现在为准）",
        "public_reported": "公众自行上报，或由受理员登记的电话举报、来信来访",
        "accepted": "受理员受理或安排核实的次数",
        "sent_verify": "受理员安排核实的次数",
        "sent_verify_in_time": "在受理时限内安排核实的次数",
        "sent_check": "受理员安排核查的次数",
        "sent_check_in_time": "在反馈时限内安排核查的次数",
        "verified": "监督员核实（属实或不属实）的次数",
        "verified_in_time": "在核实时限内完成的核实",
        "verify_late": "核实时限在期内到期，期末仍未核实；未指定监督员的只计入合计，被收回、改派的不计",
        "checked": "监督员核查（通过或不通过）的次数",
        "checked_in_time": "在核查时限内完成的核查",
        "check_late": "核查时限在期内到期，期末仍未核查；未指定监督员的，对监督员只计入合计，被收回、改派的不计",
        "filed": "值班长立案的案件；退回后再次立案不另计",
        "filed_in_time": "首次立案在立案时限内的案件",
        "public_filed": "公众举报、经核实立案的次数",
        "voided": "立案以后作废的案件，计入原立案的值班长",
        "assigned": "派遣到该部门的案件；再次派遣到同一部门不另计",
        "dispatched": "派遣到专业部门的次数，重新派遣、改派另计",
        "dispatched_in_time": "在派遣时限内的派遣，含改派",
        "dispatch_late": "派遣时限在期内到期，期末仍未派遣；无从归属到派遣员，只计入合计",
        "returned": "部门回退的次数，计入原派遣员",
        "handled": "部门处置完毕的次数，返工后再次处置另计；期末以前被退回处置的、值班长按期代办的不计",
        "handled_in_time": "在处置时限（含延期，扣除挂账）内处置完毕；不含申诉成立的派遣",
        "handled_late": "超过处置时限才处置完毕；不含申诉成立的派遣",
        "handle_late": "处置时限在期内到期，期末仍未处置；不含申诉成立的派遣，被撤回、改派的不计",
        "exempt": "期内申诉成立的次数；所申诉的那次派遣不计入按期与超期，以后的派遣照计",
        "closed": "值班长结案的案件",
        "closed_in_time": "在结案时限内的结案",
        "close_late": "结案时限在期内到期，期末仍未结案；无从归属到值班长，只计入合计",
        "reworked": "核查不通过或结案时退回重办的次数",
        "suspended": "准予挂账的次数",
        "extended": "准予延期的次数",
        "missed": "片区内公众举报并立案（只计首次立案），此前监督员未在附近上报过同类问题",
        "filed_in_area": "监督员负责片区（以现在的分工为准）内的立案数",
    }
)
# Where a share comes from: its denominator was published, or is ours to say.
PUBLISHED = "公开的城市管理综合评价办法"
OWN_DENOMINATOR = "公开的城市管理综合评价办法；原文未界定分母，由本平台界定，待本市核定"


def share(above: float, below: float) -> float | None:
    """A share; None where there is nothing to divide by. A share is never below 0."""
    return max(0.0, above / below) if below > 0 else None


@dataclass(frozen=True)
class Indicator:
    """A share: counts added and taken off above, counts added below."""

    id: str
    title: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    off: tuple[str, ...] = ()
    source: str = PUBLISHED
    less_is_better: bool = False

    def parts(self, counts: Mapping[str, int]) -> tuple[int, int]:
        """(numerator, denominator)."""
        above = sum(counts.get(name, 0) for name in self.above)
        above -= sum(counts.get(name, 0) for name in self.off)
        return above, sum(counts.get(name, 0) for name in self.below)

    def value(self, counts: Mapping[str, int]) -> float | None:
        """The share, between 0 and 1; None without a denominator."""
        return share(*self.parts(counts))

    def formula(self, told: Callable[[str], str] = str) -> str:
        """The share in words; ``told`` puts the titles of counts into another language."""
        above = " + ".join(told(COUNTS[name]) for name in self.above)
        above += "".join(f" − {told(COUNTS[name])}" for name in self.off)
        below = " + ".join(told(COUNTS[name]) for name in self.below)
        left = f"（{above}）" if len(self.above) + len(self.off) > 1 else above
        return f"{left} ÷ （{below}）" if len(self.below) > 1 else f"{left} ÷ {below}"


INDICATORS = MappingProxyType(
    {
        found.id: found
        for found in (
            Indicator("valid_report_rate", "有效上报率", ("valid_reported",), ("reported",)),
            Indicator(
                "missed_rate",
                "漏报率",
                ("missed",),
                ("filed_in_area",),
                source=OWN_DENOMINATOR,
                less_is_better=True,
            ),
            Indicator(
                "verify_rate",
                "按时核实率",
                ("verified_in_time",),
                ("verified", "verify_late"),
                source=OWN_DENOMINATOR,
            ),
            Indicator(
                "check_rate",
                "按时核查率",
                ("checked_in_time",),
                ("checked", "check_late"),
                source=OWN_DENOMINATOR,
            ),
            Indicator("file_rate", "按时立案率", ("filed_in_time",), ("filed",)),
            Indicator("file_accuracy", "准确立案率", ("filed",), ("filed",), ("voided",)),
            Indicator(
                "dispatch_rate",
                "按时派遣率",
                ("dispatched_in_time",),
                ("dispatched", "dispatch_late"),
                source=OWN_DENOMINATOR,
            ),
            Indicator(
                "dispatch_accuracy",
                "准确派遣率",
                ("dispatched",),
                ("dispatched", "dispatch_late"),
                ("returned",),
                OWN_DENOMINATOR,
            ),
            Indicator(
                "handle_rate",
                "处置率",
                ("handled",),
                ("handled", "handle_late"),
                source=OWN_DENOMINATOR,
            ),
            Indicator(
                "handle_in_time_rate",
                "按期处置率",
                ("handled_in_time",),
                ("handled_in_time", "handled_late", "handle_late"),
                source=OWN_DENOMINATOR,
            ),
            Indicator(
                "close_rate",
                "结案率",
                ("closed",),
                ("closed", "handle_late", "check_late", "close_late"),
                source=OWN_DENOMINATOR,
            ),
            Indicator(
                "close_in_time_rate",
                "按时结案率",
                ("closed_in_time",),
                ("closed", "close_late"),
                source=OWN_DENOMINATOR,
            ),
            Indicator("rework_rate", "返工率", ("reworked",), ("handled",), less_is_better=True),
            Indicator(
                "sent_verify_rate",
                "核实派发按时率",
                ("sent_verify_in_time",),
                ("sent_verify",),
                source=OWN_DENOMINATOR,
            ),
            Indicator(
                "sent_check_rate",
                "核查派发按时率",
                ("sent_check_in_time",),
                ("sent_check",),
                source=OWN_DENOMINATOR,
            ),
            Indicator("public_rate", "监督举报率", ("public_filed",), ("filed",)),
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
                "assigned",
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
            ("reported", "public_reported", "filed", "handled", "handle_late", "closed", "exempt"),
            (
                "verify_rate",
                "dispatch_rate",
                "handle_rate",
                "handle_in_time_rate",
                "check_rate",
                "close_rate",
                "close_in_time_rate",
                "rework_rate",
                "public_rate",
            ),
        ),
        Subject.CELL: (
            ("reported", "public_reported", "filed", "handled", "handle_late", "closed", "exempt"),
            ("handle_rate", "handle_in_time_rate", "close_rate", "rework_rate"),
        ),
    }
)


def figure_of(name: str, counts: Mapping[str, int]) -> float | None:
    """A count, or the value of a share, by its name."""
    return INDICATORS[name].value(counts) if name in INDICATORS else counts.get(name, 0)


def title_of(name: str) -> str:
    """The title of a count or a share."""
    return INDICATORS[name].title if name in INDICATORS else COUNTS[name]

"""Filed figures on the pages of the evaluation: filed once, then shown beside what changed since."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grid.evaluation.filing import (
    GRADE,
    SCORE,
    can_file,
    corrected_since,
    counted,
    file_month,
    split,
)
from grid.rules.indicators import title_of
from webmap.casework.evaluation.parameters import (
    EvaluationParameters,
    counts_in,
    evaluation_parameters,
    month_of,
)
from webmap.casework.guards import StaffRequest, signed_in_as_staff
from webmap.web.errors import BadInput


@dataclass(frozen=True)
class FigureChange:
    """A figure that is no longer what was filed: whose, which, filed, now."""

    key: str
    title: str
    filed: Any
    now: Any


@require_POST
@signed_in_as_staff
def filed(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation/file``: the figures of a month are filed, of all subjects at once."""
    first = _month_in(request.POST.get("month", ""))
    asked = evaluation_parameters(request, request.actor).of_month(*month_of(first))
    file_month(request.actor, first, asked.period)
    return redirect(f"/grid/evaluation/?{asked.query}")


def _month_in(text: str) -> date:
    """The first day of a month.

    Raises:
        BadInput: the text is no month.
    """
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise BadInput(_("月份读不出，应形如 2026-10"), "month") from None


def may_file(request: StaffRequest, asked: EvaluationParameters) -> bool:
    """Whether the page offers to file its month."""
    is_over = asked.period.end <= timezone.now()
    return asked.is_month and is_over and asked.filed is None and can_file(request.actor)


def differences(asked: EvaluationParameters) -> list[FigureChange]:
    """What corrections since have made of the filed figures, of the rows that may be seen."""
    if asked.filed is None:
        return []
    now, only = counted(asked.subject, asked.period), asked.sight.rows
    found = corrected_since(asked.filed, now, counts_in(asked.subject))
    return [
        FigureChange(
            split(one.name)[0], _title(split(one.name)[1]), _shown(one.filed), _shown(one.now)
        )
        for one in found
        if only in (None, split(one.name)[0])
    ]


def _title(figure: str) -> str:
    return {SCORE: "综合得分", GRADE: "等级"}.get(figure) or title_of(figure)


def _shown(value: Any) -> Any:
    return 0 if value is None else value

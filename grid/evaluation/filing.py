"""The figures of a month, filed: they stay as they are; corrections since are a difference.

What is filed are the counts, scores and grades of every subject and of all together. Counts of
nought are left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.procedure import CASES
from grid.evaluation.evaluation import EVERYBODY, EvaluationRow, Period, evaluated, rules_day, total
from grid.roles import GridRole
from grid.rules import rulebook
from grid.rules.indicators import COUNTS, Subject
from grid.rules.scoring import Score
from spatial.casework.errors import InvalidInput
from spatial.casework.filing import Correction, corrections, file_figures, filed_figures
from spatial.casework.models import FiledFigures
from spatial.workflow import RoleNotAllowed

SCORE, COVERED, GRADE = "score", "covered", "grade"


@dataclass(frozen=True)
class Figures:
    """The rows of a subject in a period, and the counts of all of them together."""

    rows: list[EvaluationRow]
    total: Mapping[str, int]


def can_file(actor: Actor) -> bool:
    """Whether somebody files the figures of a month."""
    return GridRole.CHIEF in actor.all_roles


def file_month(actor: Actor, first: date, period: Period) -> list[FiledFigures]:
    """File the figures of the month that begins on a day, of every subject, once.

    Raises:
        RoleNotAllowed: not by this one.
        InvalidInput: the month is not over, or its figures were filed before.
    """
    if not can_file(actor):
        raise RoleNotAllowed(f"报送统计数据须由{GridRole.CHIEF}办理")
    if period.end > timezone.now():
        raise InvalidInput(f"{first:%Y-%m} 还没有结束，不能报送", "month")
    with transaction.atomic():
        return [
            file_figures(CASES, actor, f"{first:%Y-%m}", flat(counted(subject, period)), subject)
            for subject in Subject
        ]


def filed_month(subject: Subject, first: date) -> FiledFigures | None:
    """The figures of a subject in a month as they were filed; None: not yet."""
    return filed_figures(CASES, f"{first:%Y-%m}", subject)


def counted(subject: Subject, period: Period) -> Figures:
    """The figures as the cases stand now."""
    rows = evaluated(subject, period)
    return Figures(rows, total(subject, period, rows))


def as_filed(filed: FiledFigures, period: Period) -> Figures:
    """The figures as they were filed."""
    by_key: dict[str, dict[str, Any]] = {}
    for name, value in filed.figures.items():
        key, figure = split(name)
        by_key.setdefault(key, {})[figure] = value
    everybody = _counts(by_key.pop(EVERYBODY, {}))
    grades = {grade.letter: grade for grade in rulebook.grades(rules_day(period))}
    rows = [
        EvaluationRow(
            key,
            _counts(found),
            Score(found[SCORE], found[COVERED]) if SCORE in found else None,
            grades.get(found.get(GRADE, "")),
        )
        for key, found in by_key.items()
    ]
    rows.sort(key=lambda row: (-(row.score.points if row.score else -1), row.key))
    return Figures(rows, everybody)


def corrected_since(filed: FiledFigures, now: Figures, names: Iterable[str]) -> list[Correction]:
    """What differs now from what was filed, of these figures."""
    wanted = {*names, SCORE, GRADE}
    return [one for one in corrections(filed, flat(now)) if split(one.name)[1] in wanted]


def split(name: str) -> tuple[str, str]:
    """(key, figure) of the name under which a figure is filed."""
    key, _slash, figure = name.rpartition("/")
    return key, figure


def flat(figures: Figures) -> dict[str, Any]:
    """All figures under their names."""
    found: dict[str, Any] = {f"/{name}": n for name, n in figures.total.items() if n}
    for row in figures.rows:
        found |= {f"{row.key}/{name}": n for name, n in row.counts.items() if n}
        if row.score:
            found[f"{row.key}/{SCORE}"] = float(row.score.points)
            found[f"{row.key}/{COVERED}"] = float(row.score.covered)
        if row.grade:
            found[f"{row.key}/{GRADE}"] = row.grade.letter
    return found


def _counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {name: found.get(name, 0) for name in COUNTS}

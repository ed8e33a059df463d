"""What was done in a period, counted by who did it or where: one statement for each source.

The list behind a figure is made of the same relation and condition as the figure
(``grid.evaluation.counting``), so the two cannot differ. Steps count in the period in which they were
taken; what waits counts in the period in which its time ran out, if it still waited when
the period ended. A period that is over keeps its figures, whatever is done later, but for
two that follow the case as it stands: a report that was filed since is a valid one, and an
appeal granted since takes its round of handling out. Waits that nobody is named for are in
no row; they count in the total.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.utils import timezone

from grid.evaluation.counting import FILED_IN_AREA, SOURCES, TAKEN, WAITED, CountSource
from grid.models import Staff
from grid.roles import GridRole
from grid.rules import rulebook
from grid.rules.indicators import COUNTS, Subject
from grid.rules.scoring import Grade, Score, grade_of, score
from spatial.city import city

PAGE = 100
EVERYBODY = ""


@dataclass(frozen=True)
class Period:
    """Half-open."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class EvaluationRow:
    """One subject's counts, its score and grade."""

    key: str
    counts: Mapping[str, int]
    score: Score | None = None
    grade: Grade | None = None


def rules_day(period: Period) -> date:
    """The day whose weights, bands and grades hold: the period's last, or today."""
    last = period.end - timedelta(microseconds=1)
    return rulebook.day_of(min(last, timezone.now()))


def evaluated(subject: Subject, period: Period) -> list[EvaluationRow]:
    """Every subject's counts and score, the best score first."""
    counts = _counted(subject, period)
    if subject is Subject.INSPECTOR:
        for name, inside in _in_areas(period).items():
            if name in counts or any(inside.values()):
                counts.setdefault(name, dict.fromkeys(COUNTS, 0)).update(inside)
    day = rules_day(period)
    weights, bands = rulebook.score_rules(subject, day)
    known = rulebook.grades(day)
    rows = []
    for key, found in counts.items():
        points = score(found, weights, bands)
        grade = grade_of(points.points, known) if points else None
        rows.append(EvaluationRow(key, found, points, grade))
    return sorted(rows, key=lambda row: (-(row.score.points if row.score else -1), row.key))


def total(subject: Subject, period: Period, rows: list[EvaluationRow]) -> dict[str, int]:
    """The counts of all rows together, and the waits that are in none.

    What lies in the areas of two inspectors counts once.
    """
    found = {name: sum(row.counts.get(name, 0) for row in rows) for name in COUNTS}
    found |= _counts_by(WAITED, "''", period).get(EVERYBODY, {})
    if subject is Subject.INSPECTOR and _overlap(_areas()):
        found |= _in_areas(period, together=True).get(EVERYBODY, {})
    return found


def number_behind(subject: Subject, period: Period, count: str, key: str = EVERYBODY) -> int:
    """How many steps, or waits, a figure is made of: the figure itself."""
    found = _behind(subject, period, count, key)
    if found is None:
        return 0
    source, where, params = found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {source.sql} AND {where}", params)
        return cursor.fetchone()[0]


def steps_behind(
    subject: Subject,
    period: Period,
    count: str,
    key: str = EVERYBODY,
    *,
    start: int = 0,
    most: int = PAGE,
) -> list[dict[str, Any]]:
    """The steps, or the waits, that a figure is made of, newest first.

    Without a key those of everybody. Each has code, action (of a wait: the state), at, who
    and due_at.
    """
    found = _behind(subject, period, count, key)
    if found is None:
        return []
    source, where, params = found
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {source.columns} FROM {source.sql} AND {where} ORDER BY {source.order}"
            " LIMIT %(most)s OFFSET %(from)s",
            {**params, "most": most, "from": start},
        )
        names = ("code", "action", "at", "who", "due_at")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _behind(
    subject: Subject, period: Period, count: str, key: str
) -> tuple[CountSource, str, dict[str, Any]] | None:
    """The source of a count, the condition with its key, and the parameters of both."""
    source = next(source for source in SOURCES if count in source.conditions)
    by, params = source.keys.get(subject), {**_params(period), "key": key}
    if source is WAITED and not key:
        return source, source.conditions[count], params  # also those of nobody
    if by is None:
        return None
    if source is FILED_IN_AREA:
        areas = _areas()
        inside = areas.get(key, ()) if key else [d for area in areas.values() for d in area]
        params["districts"] = list(inside)
        where = f"{by} ^@ ANY (%(districts)s)"
    else:
        where = f"({by}) = %(key)s" if key else f"({by}) IS NOT NULL"
    return source, f"{source.conditions[count]} AND {where}", params


def _counted(subject: Subject, period: Period) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for source in (TAKEN, WAITED):
        for key, numbers in _counts_of(source, subject, period).items():
            if key:
                found.setdefault(key, dict.fromkeys(COUNTS, 0)).update(numbers)
    return {key: row for key, row in found.items() if any(row.values())}


def _counts_of(
    source: CountSource, subject: Subject, period: Period
) -> dict[str | None, dict[str, int]]:
    """The counts of one source by key; none where the subject has none there."""
    by = source.keys.get(subject)
    return _counts_by(source, by, period) if by else {}


def _counts_by(source: CountSource, by: str, period: Period) -> dict[str | None, dict[str, int]]:
    listed = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in source.conditions.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {by} AS key, {listed} FROM {source.sql} GROUP BY 1", _params(period)
        )
        return {
            key: dict(zip(source.conditions, numbers, strict=True))
            for key, *numbers in cursor.fetchall()
        }


def _in_areas(period: Period, *, together: bool = False) -> dict[str, dict[str, int]]:
    """By inspector: what was filed in the own area, and what of it the public saw first."""
    areas = _areas()
    if not areas:
        return {}
    by_district = _counts_of(FILED_IN_AREA, Subject.INSPECTOR, period)
    if together:
        areas = {EVERYBODY: tuple(d for area in areas.values() for d in area)}
    found = {}
    for name, districts in areas.items():
        inside = [
            numbers for code, numbers in by_district.items() if (code or "").startswith(districts)
        ]
        found[name] = {
            count: sum(numbers[count] for numbers in inside) for count in FILED_IN_AREA.conditions
        }
    return found


def _areas() -> dict[str, tuple[str, ...]]:
    """The districts (code prefixes) of each inspector, as they are now."""
    inspectors = Staff.objects.filter(user__groups__name=GridRole.INSPECTOR)
    rows = inspectors.exclude(districts=[]).order_by("user__username")
    return {
        name: tuple(districts)
        for name, districts in rows.values_list("user__username", "districts")
    }


def _overlap(areas: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a place lies in the areas of two; a district is followed by those within it."""
    districts = sorted(d for area in areas.values() for d in area)
    return any(after.startswith(before) for before, after in pairwise(districts))


def _params(period: Period) -> dict[str, Any]:
    """A time that has not run out yet is not late."""
    return {
        "start": period.start,
        "end": period.end,
        "till": min(period.end, timezone.now()),
        "radius_m": city().duplicates.within_m,
        "hours": city().duplicates.within_hours,
    }

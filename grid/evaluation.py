"""What was done in a period, counted by who did it or where: one statement a page.

Every count is a condition on the steps of cases, or on cases that wait past their time;
the list behind a figure is made of the same condition, so the two cannot differ. Steps
count in the period in which they were taken; what waits counts in the period in which its
time ran out. A case that was granted an appeal is left out where time is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.utils import timezone

from grid import rulebook
from grid.models import Case, CaseStep, Staff
from grid.scoring import COUNTS, Grade, Score, Subject, grade_of, score

STEPS, CASES = f'"{CaseStep._meta.db_table}"', f'"{Case._meta.db_table}"'
IN_TIME = "(s.due_at IS NULL OR s.at <= s.due_at)"
JUDGED = "NOT c.is_exempt"
NO_KEY = ""

# Of a step ``s`` and the case ``c`` as it stands.
OF_STEPS = MappingProxyType(
    {
        "reported": "s.action = 'report' AND s.role = '监督员'",
        "valid_reported": "s.action = 'report' AND s.role = '监督员' AND c.filed_at IS NOT NULL",
        "public_reported": "s.action = 'report' AND s.role = '公众'",
        "accepted": "s.action IN ('accept', 'ask_verify')",
        "sent_verify": "s.action = 'ask_verify'",
        "sent_verify_in_time": f"s.action = 'ask_verify' AND {IN_TIME}",
        "sent_check": "s.action = 'send_check'",
        "sent_check_in_time": f"s.action = 'send_check' AND {IN_TIME}",
        "verified": "s.action IN ('confirm', 'deny')",
        "verified_in_time": f"s.action IN ('confirm', 'deny') AND {IN_TIME}",
        "checked": "s.action IN ('pass_check', 'fail_check')",
        "checked_in_time": f"s.action IN ('pass_check', 'fail_check') AND {IN_TIME}",
        "filed": "s.action = 'file'",
        "filed_in_time": f"s.action = 'file' AND {IN_TIME}",
        "voided": "s.action = 'void' AND c.filed_at IS NOT NULL",
        "dispatched": "s.action = 'dispatch'",
        "dispatched_in_time": f"s.action = 'dispatch' AND {IN_TIME}",
        "returned": "s.action = 'return_dispatch'",
        "handled": "s.action = 'finish'",
        "handled_in_time": f"s.action = 'finish' AND {JUDGED} AND {IN_TIME}",
        "handled_late": f"s.action = 'finish' AND {JUDGED} AND NOT {IN_TIME}",
        "exempt": "s.action = 'grant_appeal'",
        "closed": "s.action = 'close'",
        "closed_in_time": f"s.action = 'close' AND {IN_TIME}",
        "reworked": "s.action IN ('fail_check', 'rework')",
        "suspended": "s.action = 'suspend'",
        "extended": "s.action = 'grant_extension'",
    }
)
# Of a case ``c`` that waits, its time having run out in the period.
OF_WAITING = MappingProxyType(
    {
        "verify_late": "c.step = 'verifying'",
        "check_late": "c.step = 'checking'",
        "dispatch_late": "c.step = 'dispatching'",
        "handle_late": f"c.step = 'handling' AND {JUDGED}",
        "close_late": "c.step = 'closing'",
    }
)
# By whom or where a step counts, and a case that waits.
DEPARTMENT = (
    "coalesce(nullif(CASE WHEN s.role = '专业部门' THEN s.department END, ''),"
    " nullif(s.details ->> 'department', ''), c.department)"
)
KEYS: Mapping[Subject, tuple[str, str]] = MappingProxyType(
    {
        Subject.INSPECTOR: (
            "CASE WHEN s.role = '监督员' THEN s.who END",
            "nullif(c.inspector, '')",
        ),
        Subject.INTAKE: ("CASE WHEN s.role = '受理员' THEN s.who END", "NULL"),
        Subject.CHIEF: (
            "CASE WHEN s.role = '值班长' THEN s.who WHEN s.action = 'void' THEN s.who END",
            "NULL",
        ),
        Subject.DISPATCHER: (
            "CASE WHEN s.role = '派遣员' THEN s.who WHEN s.action = 'return_dispatch' THEN"
            f" (SELECT p.who FROM {STEPS} p WHERE p.case_code = s.case_code AND p.id < s.id"
            " AND p.action = 'dispatch' ORDER BY p.id DESC LIMIT 1) END",
            "NULL",
        ),
        Subject.DEPARTMENT: (DEPARTMENT, "nullif(c.department, '')"),
        Subject.STREET: ("left(c.district_code, 9)", "left(c.district_code, 9)"),
        Subject.CELL: ("nullif(c.cell_code, '')", "nullif(c.cell_code, '')"),
    }
)
MOST_LISTED = 2_000


@dataclass(frozen=True)
class Period:
    """Half-open."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Row:
    """One subject's counts, its score and grade."""

    key: str
    counts: Mapping[str, int]
    score: Score | None = None
    grade: Grade | None = None


def evaluated(subject: Subject, period: Period, only: str | None = None) -> list[Row]:
    """Every subject's counts and score, the best score first; ``only``: that key alone."""
    counts = _counted(subject, period)
    if subject is Subject.INSPECTOR:
        _add_missed(counts, period)
    day = rulebook.day_of(min(period.end, timezone.now()))
    weights, bands = rulebook.score_rules(subject, day)
    known = rulebook.grades(day)
    rows = []
    for key, found in counts.items():
        if only is not None and key != only:
            continue
        points = score(found, weights, bands)
        grade = grade_of(points.points, known) if points else None
        rows.append(Row(key, found, points, grade))
    return sorted(rows, key=lambda row: (-(row.score.points if row.score else -1), row.key))


def total(rows: list[Row]) -> dict[str, int]:
    """The counts of all rows together."""
    return {name: sum(row.counts.get(name, 0) for row in rows) for name in COUNTS}


def steps_behind(subject: Subject, period: Period, count: str, key: str) -> list[dict[str, Any]]:
    """The steps, or the waiting cases, that a figure is made of, newest first."""
    if count in ("missed", "filed_in_area"):
        return _missed_behind(period, count, key)
    of_step, of_case = KEYS[subject]
    if count in OF_STEPS:
        sql = (
            f"SELECT s.case_code, s.action, s.at, s.who, s.due_at FROM {STEPS} s"
            f" JOIN {CASES} c ON c.code = s.case_code AND upper_inf(c.valid)"
            f" WHERE s.at >= %s AND s.at < %s AND {OF_STEPS[count]} AND ({of_step}) = %s"
            " ORDER BY s.at DESC, s.id DESC LIMIT %s"
        )
    else:
        sql = (
            "SELECT c.code, c.step, c.step_due_at, c.inspector, c.step_due_at"
            f" FROM {CASES} c WHERE {_waiting()} AND {OF_WAITING[count]} AND ({of_case}) = %s"
            " ORDER BY c.step_due_at DESC, c.code LIMIT %s"
        )
    return _rows(sql, [*_span(period, count), key, MOST_LISTED])


def _counted(subject: Subject, period: Period) -> dict[str, dict[str, int]]:
    of_step, of_case = KEYS[subject]
    found: dict[str, dict[str, int]] = {}
    for conditions, source, key in (
        (OF_STEPS, _step_source(), of_step),
        (OF_WAITING, f"{CASES} c WHERE {_waiting()}", of_case),
    ):
        if key == "NULL":
            continue
        listed = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in conditions.values())
        count = next(iter(conditions))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key} AS key, {listed} FROM {source} GROUP BY 1", _span(period, count)
            )
            for name, *numbers in cursor.fetchall():
                if name:
                    row = found.setdefault(name, dict.fromkeys(COUNTS, 0))
                    row.update(zip(conditions, numbers, strict=True))
    return {key: row for key, row in found.items() if any(row.values())}


def _step_source() -> str:
    return (
        f"{STEPS} s JOIN {CASES} c ON c.code = s.case_code AND upper_inf(c.valid)"
        " WHERE s.at >= %s AND s.at < %s"
    )


def _waiting() -> str:
    return "upper_inf(c.valid) AND c.step_due_at >= %s AND c.step_due_at < %s"


def _span(period: Period, count: str) -> list[datetime]:
    """A time that has not run out yet is not late."""
    end = period.end if count in OF_STEPS else min(period.end, timezone.now())
    return [period.start, end]


# What the public reported and was filed, in an area, near to which no inspector had
# reported the same class.
MISSED = (
    f"s.action = 'file' AND r.role = '公众' AND NOT EXISTS (SELECT FROM {CASES} o"
    " WHERE upper_inf(o.valid) AND o.code <> c.code AND o.source = '监督员上报'"
    " AND o.scheme = c.scheme AND o.class_code = c.class_code"
    " AND ST_DWithin(o.geom, c.geom, 50)"
    " AND o.reported_at BETWEEN c.reported_at - interval '1 day' AND c.reported_at)"
)
AREA_SOURCE = (
    f"{STEPS} s JOIN {CASES} c ON c.code = s.case_code AND upper_inf(c.valid)"
    f" LEFT JOIN {STEPS} r ON r.case_code = s.case_code AND r.action = 'report'"
    " WHERE s.at >= %s AND s.at < %s AND s.action = 'file'"
)


def _add_missed(counts: dict[str, dict[str, int]], period: Period) -> None:
    """By inspector: what was filed in the own area, and what of it the public saw first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT left(c.district_code, 12), count(*), count(*) FILTER (WHERE {MISSED})"
            f" FROM {AREA_SOURCE} GROUP BY 1",
            [period.start, period.end],
        )
        by_district = cursor.fetchall()
    for name, districts in _areas():
        inside = [row for row in by_district if row[0].startswith(districts)]
        filed, missed = sum(row[1] for row in inside), sum(row[2] for row in inside)
        if filed or name in counts:
            row = counts.setdefault(name, dict.fromkeys(COUNTS, 0))
            row |= {"filed_in_area": filed, "missed": missed}


def _missed_behind(period: Period, count: str, key: str) -> list[dict[str, Any]]:
    districts = dict(_areas()).get(key, ())
    condition = MISSED if count == "missed" else "true"
    sql = (
        f"SELECT s.case_code, s.action, s.at, s.who, s.due_at FROM {AREA_SOURCE}"
        f" AND {condition} AND c.district_code ^@ ANY (%s) ORDER BY s.at DESC, s.id DESC LIMIT %s"
    )
    return _rows(sql, [period.start, period.end, list(districts), MOST_LISTED])


def _areas() -> list[tuple[str, tuple[str, ...]]]:
    rows = Staff.objects.exclude(districts=[]).values_list("user__username", "districts")
    return [(name, tuple(districts)) for name, districts in rows.order_by("user__username")]


def _rows(sql: str, params: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = ("code", "action", "at", "who", "due_at")
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

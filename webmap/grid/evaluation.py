"""The ranking: who did how much and how well in a period, down to the cases behind a figure."""

import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid import rulebook
from grid.actors import Actor
from grid.evaluation import MOST_LISTED, Period, Row, evaluated, steps_behind, total
from grid.roles import GridRole
from grid.scoring import COUNTS, INDICATORS, SHOWN, SUBJECT_TITLES, Subject
from grid.steps import STATES, WORKFLOW
from layers.access import Role
from spatial.base.models import District
from spatial.city import city
from webmap.grid.door import StaffRequest, signed_in_as_staff

EVERYTHING = {GridRole.CHIEF, GridRole.DISPATCHER, GridRole.INTAKE}
OVERSEERS = {Role.STEWARD, Role.AUDITOR}
LONGEST = timedelta(days=3 * 366)
TITLE_FIGURE = 14


@dataclass(frozen=True)
class Asked:
    """Which page: of whom, when, in words."""

    subject: Subject
    period: Period
    first: date
    last: date
    only: str | None = None

    @property
    def query(self) -> str:
        """The page's own parameters."""
        return f"by={self.subject}&from={self.first}&to={self.last}"


def asked_of(request: HttpRequest, actor: Actor) -> Asked:
    """The period and the subject asked for; this month without any.

    Raises:
        PermissionDenied: a subject whose figures are not this one's to see.
    """
    zone, today = ZoneInfo(city().time_zone), timezone.localdate()
    first = _day(request.GET.get("from"), today.replace(day=1))
    last = _day(request.GET.get("to"), today)
    if last < first or last - first > LONGEST:
        first, last = today.replace(day=1), today
    start, end = (
        datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1))
    )
    allowed = allowed_subjects(request, actor)
    wanted = request.GET.get("by", "")
    subject = Subject(wanted) if wanted in list(Subject) else next(iter(allowed), None)
    if subject not in allowed:
        raise PermissionDenied(_("您不能查看这项评价。"))
    return Asked(subject, Period(start, end), first, last, allowed[subject])


def allowed_subjects(request: HttpRequest, actor: Actor) -> dict[Subject, str | None]:
    """The rankings that this one may open; a name: only that one's row.

    The centre and those who oversee it see all; a department the ranking of departments,
    an inspector the own row.
    """
    groups = set(request.user.groups.values_list("name", flat=True))  # type: ignore[union-attr]
    if actor.roles & EVERYTHING or groups & OVERSEERS:
        return dict.fromkeys(Subject)
    found: dict[Subject, str | None] = {}
    if GridRole.HANDLER in actor.roles:
        found[Subject.DEPARTMENT] = None
    if GridRole.INSPECTOR in actor.roles:
        found[Subject.INSPECTOR] = actor.name
    return found


def _is_department_only(request: HttpRequest, actor: Actor) -> bool:
    """Whether this one sees the ranking of departments, and only the own one's cases."""
    allowed = allowed_subjects(request, actor)
    return Subject.DEPARTMENT in allowed and Subject.STREET not in allowed


@require_safe
@signed_in_as_staff
def ranking(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation/``."""
    asked = asked_of(request, request.actor)
    rows = evaluated(asked.subject, asked.period, asked.only)
    day = rulebook.day_of(asked.period.end - timedelta(seconds=1))
    weights, _bands = rulebook.score_rules(asked.subject, day)
    context = {
        "asked": asked,
        "subjects": [(s, SUBJECT_TITLES[s]) for s in allowed_subjects(request, request.actor)],
        "counts": [(name, COUNTS[name]) for name in SHOWN[asked.subject][0]],
        "shares": [INDICATORS[name] for name in SHOWN[asked.subject][1]],
        "rows": [_told(row, asked.subject) for row in _named(rows, asked.subject)],
        "sum": _told((Row("", total(rows)), _("合计")), asked.subject),
        "weights": [(weight, _figure_title(weight.figure)) for weight in weights],
        "grades": rulebook.grades(day),
        "is_mapped": asked.subject in (Subject.STREET, Subject.CELL),
        "spans": _spans(),
        "tab": "evaluation",
    }
    return render(request, "grid/ranking.html", context)


@require_safe
@signed_in_as_staff
def behind(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation/cases``: the steps that a figure is made of."""
    asked = asked_of(request, request.actor)
    count, key = request.GET.get("count", ""), request.GET.get("key", "")
    if count not in COUNTS:
        count = next(iter(SHOWN[asked.subject][0]))
    own = asked.only
    if asked.subject is Subject.DEPARTMENT and _is_department_only(request, request.actor):
        own = request.actor.department
    if own is not None and key != own:
        raise PermissionDenied(_("您不能查看这项评价。"))
    steps = steps_behind(asked.subject, asked.period, count, key)
    for step in steps:
        known = step["action"] in STATES
        step["title"] = STATES[step["action"]] if known else WORKFLOW.of(step["action"]).title
        step["was_late"] = bool(step["due_at"] and step["at"] > step["due_at"]) or known
    name = dict(_names([key], asked.subject)).get(key, key)
    context = {
        "asked": asked,
        "steps": steps,
        "count": COUNTS[count],
        "name": name,
        "most": MOST_LISTED,
        "tab": "evaluation",
    }
    return render(request, "grid/behind.html", context)


@require_safe
@signed_in_as_staff
def as_xlsx(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation.xlsx``: the ranking, every share with what it is made of."""
    asked = asked_of(request, request.actor)
    rows = _named(evaluated(asked.subject, asked.period, asked.only), asked.subject)
    body = io.BytesIO()
    # Constant memory and no formulas: what looks like one stays text.
    with xlsxwriter.Workbook(body, {"in_memory": True, "strings_to_formulas": False}) as book:
        _write_ranking(book, asked, rows)
        _write_definitions(book, asked)
    response = HttpResponse(
        body.getvalue(),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    name = f"evaluation-{asked.subject}-{asked.first}-{asked.last}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _write_ranking(book: Any, asked: Asked, rows: list[tuple[Row, str]]) -> None:
    sheet = book.add_worksheet("评价")
    bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
    points = book.add_format({"num_format": "0.0"})
    counts, shares = SHOWN[asked.subject]
    head = [SUBJECT_TITLES[asked.subject], *(COUNTS[name] for name in counts)]
    for name in shares:
        title = INDICATORS[name].title
        head += [title, f"{title}（分子）", f"{title}（分母）"]
    sheet.write_row(0, 0, [*head, "综合得分", "等级"], bold)
    for number, (row, title) in enumerate(rows, start=1):
        sheet.write_string(number, 0, title)
        column = 1
        for name in counts:
            sheet.write_number(number, column, row.counts[name])
            column += 1
        for name in shares:
            value = INDICATORS[name].value(row.counts)
            if value is not None:
                sheet.write_number(number, column, value, share)
            above, below = INDICATORS[name].parts(row.counts)
            sheet.write_number(number, column + 1, above)
            sheet.write_number(number, column + 2, below)
            column += 3
        if row.score:
            sheet.write_number(number, column, row.score.points, points)
        if row.grade:
            sheet.write_string(number, column + 1, row.grade.letter)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(head) + 1, TITLE_FIGURE)


def _write_definitions(book: Any, asked: Asked) -> None:
    sheet = book.add_worksheet("口径")
    sheet.write_row(0, 0, ["统计期", f"{asked.first} 至 {asked.last}"])
    lines = [(INDICATORS[name].title, INDICATORS[name].formula) for name in SHOWN[asked.subject][1]]
    day = rulebook.day_of(asked.period.end - timedelta(seconds=1))
    for weight in rulebook.score_rules(asked.subject, day)[0]:
        lines.append(
            (f"权重：{_figure_title(weight.figure)}", f"{weight.points:g}（{weight.form}）")
        )
    for number, line in enumerate(lines, start=1):
        sheet.write_row(number, 0, line)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 60)


def _told(row: tuple[Row, str], subject: Subject) -> dict[str, Any]:
    found, title = row
    shares = []
    for name in SHOWN[subject][1]:
        above, below = INDICATORS[name].parts(found.counts)
        value = INDICATORS[name].value(found.counts)
        percent = None if value is None else 100 * value
        shares.append({"percent": percent, "above": above, "below": below})
    return {
        "key": found.key,
        "title": title,
        "counts": [(name, found.counts.get(name, 0)) for name in SHOWN[subject][0]],
        "shares": shares,
        "score": found.score,
        "grade": found.grade,
    }


def _named(rows: list[Row], subject: Subject) -> list[tuple[Row, str]]:
    names = dict(_names([row.key for row in rows], subject))
    return [(row, names.get(row.key, row.key)) for row in rows]


def _names(keys: list[str], subject: Subject) -> list[tuple[str, str]]:
    if subject is Subject.STREET:
        found = District.objects.current().filter(code__in=keys)
        return list(found.values_list("code", "name"))
    if subject in (Subject.DEPARTMENT, Subject.CELL):
        return [(key, key) for key in keys]
    users = User.objects.filter(username__in=keys)
    return [(user.username, user.get_full_name() or user.username) for user in users]


def _figure_title(name: str) -> str:
    return INDICATORS[name].title if name in INDICATORS else COUNTS.get(name, name)


def _spans() -> list[tuple[str, date, date]]:
    """The periods that one asks for most."""
    today = timezone.localdate()
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        (_("本月"), month, today),
        (_("上月"), before, month - timedelta(days=1)),
        (_("本季度"), quarter, today),
        (_("本年"), today.replace(month=1, day=1), today),
    ]


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise

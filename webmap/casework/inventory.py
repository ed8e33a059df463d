"""The inventory of components: by town or community, by cell, by class and state."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid.models import Component
from grid.rules import rulebook
from spatial.base.models import District
from spatial.languages import shown_schemes
from webmap.casework.guards import StaffRequest, stock_readers
from webmap.web.spreadsheets import csv_answer

TOWN, COMMUNITY, CELL = 9, 12, 15  # digits
GOOD = "完好"
MOST_ROWS = 2_000
# (place, scheme, class code, state, department, number)
Group = tuple[str, str, str, str, str, int]


@require_safe
@stock_readers
def inventory(request: StaffRequest) -> HttpResponse:
    """``/grid/components/``: towns; below ``?in=`` communities, cells, and a cell's classes."""
    within = _within(request)
    groups = _groups(within)
    by_place = len(within) < CELL
    majors = _majors()
    rows = _by_place(groups, majors) if by_place else []
    context: dict[str, Any] = {
        "tab": "components",
        "within": within,
        "path": _path(within),
        "majors": [title for _code, title in majors],
        "rows": rows[:MOST_ROWS],
        "classes": _by_class(groups),
        "total": sum(group[-1] for group in groups),
        "is_of_cells": len(within) == COMMUNITY,
    }
    return render(request, "grid/inventory.html", context)


@require_safe
@stock_readers
def as_csv(request: StaffRequest) -> StreamingHttpResponse:
    """``/grid/components.csv``: place, class, state, department, number, as the page has them."""
    groups = _groups(_within(request))
    names = _names(place for place, *_ in groups)
    rows = (
        (place, names.get(place, ""), code, _class_name(scheme, code), state, department, number)
        for place, scheme, code, state, department, number in groups
    )
    head = ("区划或网格", "名称", "部件代码", "部件类别", "状态", "主管部门", "数量")
    return csv_answer("components.csv", head, rows)


def _class_name(scheme: str, code: str) -> str:
    return shown_schemes()[scheme].name(code) if scheme in shown_schemes() else code


def _within(request: HttpRequest) -> str:
    """The code of a town, community or cell; '' is the city."""
    asked = request.GET.get("in", "").strip()
    return asked if asked.isdigit() and len(asked) in (TOWN, COMMUNITY, CELL) else ""


def _groups(within: str) -> list[Group]:
    """Components below a code, counted by the next smaller place, class, state, department."""
    digits = {0: TOWN, TOWN: COMMUNITY}.get(len(within), CELL)
    found = (
        Component.objects.current()
        .filter(cell_code__startswith=within)
        .annotate(place=Substr("cell_code", 1, digits))
        .values_list("place", "scheme", "class_code", "state", "department")
        .annotate(number=Count("id"))
        .order_by("place", "scheme", "class_code", "state", "department")
    )
    return list(found)


def _majors() -> list[tuple[str, str]]:
    """The major classes of components in the edition of today, (code, title)."""
    edition = rulebook.editions(rulebook.day_of(timezone.now())).get("component", "")
    codes = shown_schemes()[edition].codes.values() if edition in shown_schemes() else ()
    return [(entry.code, entry.name) for entry in codes if not entry.parent]


def _major_of(group: Group) -> str:
    scheme = shown_schemes().get(group[1])
    entry = scheme.codes.get(group[2]) if scheme else None
    return entry.parent if entry else ""


def _by_place(groups: list[Group], majors: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """A row for each place: the number of each major class, of all, and of those not intact."""
    counts = _counted(groups, lambda group: (group[0], _major_of(group)))
    totals = _counted(groups, lambda group: group[0])
    broken = _counted([g for g in groups if g[3] != GOOD], lambda group: group[0])
    names = _names(totals)
    return [
        {
            "place": place,
            "name": names.get(place, "") if place else _("未落入网格"),
            "numbers": [counts[place, code] for code, _title in majors],
            "total": total,
            "broken": broken[place],
        }
        for place, total in sorted(totals.items())
    ]


def _by_class(groups: list[Group]) -> list[dict[str, Any]]:
    """A row for each class, by number: total, not intact, departments that look after it."""
    totals = _counted(groups, lambda group: group[1:3])
    broken = _counted([g for g in groups if g[3] != GOOD], lambda group: group[1:3])
    departments: dict[tuple[str, str], set[str]] = {}
    for group in groups:
        departments.setdefault(group[1:3], set()).add(group[4])
    return [
        {
            "code": code,
            "title": _class_name(scheme, code),
            "total": total,
            "broken": broken[scheme, code],
            "departments": sorted(filter(None, departments[scheme, code])),
        }
        for (scheme, code), total in totals.most_common()
    ]


def _counted(groups: Iterable[Group], key: Callable[[Group], Any]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for group in groups:
        found[key(group)] += group[-1]
    return found


def _names(codes: Iterable[str]) -> dict[str, str]:
    """The names of towns and communities; a cell has none."""
    wanted = {code for code in codes if len(code) in (TOWN, COMMUNITY)}
    return dict(District.objects.current().filter(code__in=wanted).values_list("code", "name"))


def _path(within: str) -> list[tuple[str, str]]:
    """Where the page is: (code, name) of the town, the community, the cell."""
    steps = [within[:digits] for digits in (TOWN, COMMUNITY, CELL) if len(within) >= digits]
    names = _names(steps)
    return [(code, names.get(code, code)) for code in steps]

"""The ranking: who did how much and how well in a period, down to the cases behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.contrib.gis.db.models import Extent
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid.cases.procedure import CASES
from grid.cases.queries import visible_cases
from grid.cases.rounds import codes_had
from grid.cases.steps import STATES
from grid.evaluation.evaluation import EvaluationRow, number_behind, steps_behind
from grid.models import Case, CaseStep, GridCell
from grid.rules import rulebook
from grid.rules.indicators import (
    COUNTS,
    INDICATORS,
    MEANINGS,
    SHOWN,
    SUBJECT_TITLES,
    Subject,
    figure_of,
    title_of,
)
from grid.rules.scoring import Grade, parts, places
from spatial.base.models import District
from spatial.casework.titles import action_shown, state_shown
from spatial.city import city
from spatial.crs import transformer
from webmap.casework.evaluation import charts
from webmap.casework.evaluation.filing import FigureChange, differences, may_file
from webmap.casework.evaluation.parameters import (
    NOT_YOURS,
    SCORE,
    EvaluationParameters,
    counts_in,
    evaluation_parameters,
    month_of,
    sights_of,
    spans,
)
from webmap.casework.guards import StaffRequest, signed_in_as_staff
from webmap.casework.presentation import class_title, district_names
from webmap.web.guards import check

PER_PAGE = 100
COMMUNITY_DIGITS = 12  # of a cell's code; the rest is its number
ON_THE_MAP: dict[Subject, tuple[str, Any]] = {
    Subject.STREET: ("districts", District),
    Subject.CELL: ("grid-cells", GridCell),
}


@dataclass(frozen=True)
class RankingLine:
    """A row of the ranking: its place by the figure asked for, its name."""

    row: EvaluationRow
    title: str
    place: int | None
    value: float | None
    may_open: bool

    @property
    def key(self) -> str:
        """Whose row it is."""
        return self.row.key


@require_safe
@signed_in_as_staff
def ranking(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation/``: one subject's rows, ranked by one figure, drawn and listed."""
    asked = evaluation_parameters(request, request.actor)
    lines = ranked(asked)
    grades = rulebook.grades(asked.rules_day)
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    summed = _summed(asked)
    weights, _bands = rulebook.score_rules(asked.subject, asked.rules_day)
    counts, shares = SHOWN[asked.subject]
    drawable = [(line.key, line.title, line.value) for line in lines]
    context = {
        "asked": asked,
        "subjects": [(s, SUBJECT_TITLES[s]) for s in sights_of(request, request.actor)],
        "figures": [(name, figure_title(name)) for name in asked.figures],
        "figure_title": figure_title(asked.figure),
        "least_first": charts.least_first(asked.figure),
        "counts": [(name, COUNTS[name], MEANINGS[name]) for name in counts],
        "shares": [(INDICATORS[name], INDICATORS[name].formula(_)) for name in shares],
        "rows": [_told(line, asked.subject) for line in page],
        "pages": page,
        "sum": summed,
        "weights": [(weight, title_of(weight.figure)) for weight in weights],
        "chart": charts.chart(asked.figure, drawable, grades) if len(lines) > 1 else None,
        "map": _map(asked, lines, grades),
        "spans": spans(),
        "may_file": may_file(request, asked),
        "differences": named_differences(asked),
        "latest": _latest() if not lines and not summed else None,
        "terms": terms(asked.subject),
        "grades": grades,
        "tab": "evaluation",
    }
    return render(request, "grid/ranking.html", context)


@require_safe
@signed_in_as_staff
def one(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation/one``: one row: what its score and its shares are made of."""
    asked, key = evaluation_parameters(request, request.actor), _key_of(request)
    check(asked.sight.may_open(key), NOT_YOURS)
    row = next((row for row in asked.counted.rows if row.key == key), None)
    if row is None and key:
        raise Http404(_("这段时间没有办理记录。"))
    counts = row.counts if row else asked.counted.total
    weights, bands = rulebook.score_rules(asked.subject, asked.rules_day)
    names = SHOWN[asked.subject]
    context = {
        "asked": asked,
        "key": key,
        "name": named(asked.subject, [key]).get(key, key) if key else _("合计"),
        "subject_title": SUBJECT_TITLES[asked.subject],
        "score": row.score if row else None,
        "grade": row.grade if row else None,
        "parts": [(part, title_of(part.weight.figure)) for part in parts(counts, weights, bands)]
        if row
        else [],
        "shares": [_divided(name, counts) for name in names[1]],
        "counts": [(name, COUNTS[name], counts[name], MEANINGS[name]) for name in names[0]],
        "tab": "evaluation",
    }
    return render(request, "grid/evaluated.html", context)


@require_safe
@signed_in_as_staff
def behind(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation/cases``: the steps, or the waits, that a count is made of."""
    asked = evaluation_parameters(request, request.actor)
    count, key = request.GET.get("count", ""), _key_of(request)
    if count not in COUNTS:
        raise Http404(_("没有这项指标。"))
    check(asked.sight.may_open(key), NOT_YOURS)
    number = number_behind(asked.subject, asked.period, count, key)
    page = Paginator(range(number), PER_PAGE).get_page(request.GET.get("page"))
    start = (page.number - 1) * PER_PAGE
    steps = steps_behind(asked.subject, asked.period, count, key, start=start, most=PER_PAGE)
    given = request.GET.copy()
    given.pop("page", None)
    context = {
        "asked": asked,
        "steps": _steps_told(request, steps),
        "number": number,
        "pages": page,
        "kept": given.urlencode(),
        "count": COUNTS[count],
        "meaning": MEANINGS[count],
        "key": key,
        "name": named(asked.subject, [key]).get(key, key) if key else _("合计"),
        "tab": "evaluation",
    }
    return render(request, "grid/behind.html", context)


def _key_of(request: StaffRequest) -> str:
    """Whose figures are asked for; '' is everybody's.

    Raises:
        Http404: a NUL, which no name has and the database takes for none.
    """
    key = request.GET.get("key", "")
    if "\0" in key:
        raise Http404(_("没有这个评价对象。"))
    return key


def ranked(asked: EvaluationParameters) -> list[RankingLine]:
    """The rows that may be seen, in the order of the figure asked for; the unknown last.

    Places are those among all, whoever looks.
    """
    rows = asked.counted.rows
    values = [value_of(row, asked.figure) for row in rows]
    where = places(values, least_first=charts.least_first(asked.figure))
    only = asked.sight.rows
    seen = [
        found for found in zip(rows, values, where, strict=True) if only in (None, found[0].key)
    ]
    titles = named(asked.subject, [row.key for row, _value, _place in seen])
    lines = [
        RankingLine(row, titles.get(row.key, row.key), place, value, asked.sight.may_open(row.key))
        for row, value, place in seen
    ]
    return sorted(lines, key=lambda line: _order(line, asked.figure))


def _order(line: RankingLine, figure: str) -> tuple[Any, ...]:
    """By place; of equal shares the one that rests on more goes first."""
    share = INDICATORS.get(figure)
    below = share.parts(line.row.counts)[1] if share else 0
    return line.place is None, line.place or 0, -below, line.title


def value_of(row: EvaluationRow, figure: str) -> float | None:
    """A row's score, share or count."""
    if figure == SCORE:
        return row.score.points if row.score else None
    return figure_of(figure, row.counts)


def figure_title(name: str) -> str:
    """The title of the score, a share or a count."""
    return "综合得分" if name == SCORE else title_of(name)


def named(subject: Subject, keys: Sequence[str]) -> dict[str, str]:
    """What people call them: a name for a user or an area, else the key itself."""
    if subject is Subject.STREET:
        areas = District.objects.current().filter(code__in=keys)
        return dict(areas.values_list("code", "name"))
    if subject is Subject.CELL:
        return _cell_names(keys)
    if subject is Subject.DEPARTMENT:
        return {}
    users = User.objects.filter(username__in=keys)
    return {user.username: user.get_full_name() or user.username for user in users}


def _cell_names(codes: Sequence[str]) -> dict[str, str]:
    """Cells by their community and their number in it: ``示范社区 001``."""
    communities = {code[:COMMUNITY_DIGITS] for code in codes}
    names = dict(
        District.objects.current().filter(code__in=communities).values_list("code", "name")
    )
    return {
        code: f"{names[code[:COMMUNITY_DIGITS]]} {code[COMMUNITY_DIGITS:]}"
        for code in codes
        if code[:COMMUNITY_DIGITS] in names
    }


def terms(subject: Subject) -> list[tuple[str, str]]:
    """(title, meaning) of every count that a subject's figures are made of."""
    return [(COUNTS[name], MEANINGS[name]) for name in counts_in(subject)]


def named_differences(asked: EvaluationParameters) -> list[tuple[str, FigureChange]]:
    """What changed since the figures were filed, with the names of whose figures they are."""
    found = differences(asked)
    names = named(asked.subject, list({one.key for one in found}))
    return [(names.get(one.key, one.key) if one.key else _("合计"), one) for one in found]


def _told(line: RankingLine, subject: Subject) -> dict[str, Any]:
    found, (counts, shares) = line.row, SHOWN[subject]
    return {
        "line": line,
        "counts": [(name, found.counts[name]) for name in counts],
        "shares": [_divided(name, found.counts) for name in shares],
        "score": found.score,
        "grade": found.grade,
    }


def _summed(asked: EvaluationParameters) -> dict[str, Any] | None:
    """The line below all rows; None where there is nothing, or the rows of others are hidden."""
    if asked.sight.rows is not None:
        return None
    counts = asked.counted.total
    if not any(counts[name] for name in counts_in(asked.subject)):
        return None
    names, shares = SHOWN[asked.subject]
    return {
        "may_open": asked.sight.may_open(""),
        "counts": [(name, counts[name]) for name in names],
        "shares": [_divided(name, counts) for name in shares],
    }


def _divided(name: str, counts: Any) -> dict[str, Any]:
    """A share as a page shows it: with its numerator and denominator, and their counts."""
    share = INDICATORS[name]
    above, below = share.parts(counts)
    return {
        "share": share,
        "formula": share.formula(_),
        "said": charts.figure_text(name, share.value(counts)) if below else "",
        "above": above,
        "below": below,
        "of_above": [(part, COUNTS[part], counts[part]) for part in (*share.above, *share.off)],
        "of_below": [(part, COUNTS[part], counts[part]) for part in share.below],
    }


def _map(
    asked: EvaluationParameters, lines: list[RankingLine], grades: list[Grade]
) -> dict[str, Any] | None:
    """What the map needs: the layer, and by code the colour and the words of each area."""
    if asked.subject not in ON_THE_MAP or not lines:
        return None
    layer, model = ON_THE_MAP[asked.subject]
    most = max((line.value for line in lines if line.value is not None), default=0.0)
    areas = {
        line.key: {
            "title": line.title,
            "said": charts.figure_text(asked.figure, line.value),
            "colour": charts.colour_of(asked.figure, line.value, most, grades),
        }
        for line in lines
    }
    legend = [*charts.legend(asked.figure, most, grades), (charts.UNKNOWN, _("无数据"))]
    config = {
        "layer": layer,
        "areas": areas,
        "bounds": _bounds(model.objects.current().filter(code__in=areas)),
        "figure": _(figure_title(asked.figure)),
        "one": f"/grid/evaluation/one?{asked.query}&key=",
    }
    return {"config": config, "legend": legend}


def _bounds(areas: QuerySet) -> list[float] | None:
    """West, south, east, north of areas in degrees; None where none of them is drawn."""
    box = areas.aggregate(box=Extent("geom"))["box"]
    if box is None:
        return None
    return list(transformer(city().projected, 4326).transform_bounds(*box))


def _steps_told(request: StaffRequest, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps with words; a case is a link where this one may open it."""
    codes = {step["code"] for step in steps}
    cases = {case.code: case for case in Case.objects.current().filter(code__in=codes)}
    areas = district_names({case.district_code for case in cases.values()})
    seen = visible_cases(request.actor).filter(code__in=codes)
    known = set(seen.values_list("code", flat=True)) | codes_had(request.actor, codes)
    people = named(Subject.INSPECTOR, list({step["who"] for step in steps}))
    for step in steps:
        waits = step["action"] in STATES
        shown = state_shown if waits else action_shown
        step["title"] = shown(CASES, step["action"])
        step["was_late"] = waits or bool(step["due_at"] and step["at"] > step["due_at"])
        step["at"] = None if waits else step["at"]
        case = cases.get(step["code"])  # gone only if undone at this very moment
        step["about"] = class_title(case) if case else "—"
        step["place"] = areas.get(case.district_code, "") if case else ""
        step["is_known"] = step["code"] in known
        step["who"] = people.get(step["who"], step["who"])
    return steps


def _latest() -> tuple[Any, Any] | None:
    """The month in which something was last done."""
    last = CaseStep.objects.aggregate(last=Max("at"))["last"]
    return month_of(timezone.localtime(last).date()) if last else None

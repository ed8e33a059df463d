"""The ranking as a workbook: the figures, and a sheet that says how they were counted."""

import io
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from grid.rules import rulebook
from grid.rules.indicators import COUNTS, INDICATORS, SHOWN, SUBJECT_TITLES, title_of
from grid.rules.scoring import Form
from webmap.casework.evaluation.pages import (
    RankingLine,
    figure_title,
    named_differences,
    ranked,
    terms,
)
from webmap.casework.evaluation.parameters import EvaluationParameters, evaluation_parameters
from webmap.casework.guards import StaffRequest, signed_in_as_staff

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIGURE_WIDTH, NAME_WIDTH, WORDS_WIDTH = 14, 24, 64
FORMS = {
    Form.SHARE: gettext_noop("正向"),
    Form.INVERSE: gettext_noop("反向"),
    Form.BAND: gettext_noop("分段"),
}


@require_safe
@signed_in_as_staff
def as_xlsx(request: StaffRequest) -> HttpResponse:
    """``/grid/evaluation.xlsx``: the ranking, every share with what it is made of."""
    asked = evaluation_parameters(request, request.actor)
    body = io.BytesIO()
    # What looks like a formula or an address stays text.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(body, options) as book:
        _write_ranking(book, asked, ranked(asked))
        if asked.filed:
            _write_differences(book, asked)
        _write_definitions(book, asked)
    response = HttpResponse(body.getvalue(), content_type=XLSX)
    kind = "-filed" if asked.shows_filed else ""
    name = f"evaluation-{asked.subject}-{asked.first}-{asked.last}{kind}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _write_ranking(book: Any, asked: EvaluationParameters, lines: list[RankingLine]) -> None:
    sheet = book.add_worksheet(_("评价"))
    bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
    points = book.add_format({"num_format": "0.0"})
    head = _head(asked)
    sheet.write_row(0, 0, head, bold)
    for number, line in enumerate(lines, start=1):
        for column, cell in enumerate(_cells(line, asked)):
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(number, column, cell)
            elif isinstance(cell, int):
                sheet.write_number(number, column, cell)
            else:
                is_score = head[column] == _("综合得分")
                sheet.write_number(number, column, cell, points if is_score else percent)
    sheet.freeze_panes(1, 3)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 2, NAME_WIDTH)
    sheet.set_column(3, len(head), FIGURE_WIDTH)


def _head(asked: EvaluationParameters) -> list[str]:
    counts, shares = SHOWN[asked.subject]
    head = [_("名次"), _(SUBJECT_TITLES[asked.subject]), _("编号")]
    head += [_("综合得分"), _("等级"), _("折算")] if asked.has_score else []
    for name in shares:
        title = _(INDICATORS[name].title)
        head += [title, f"{title}（{_('分子')}）", f"{title}（{_('分母')}）"]
    return [*head, *(_(COUNTS[name]) for name in counts)]


def _cells(line: RankingLine, asked: EvaluationParameters) -> list[Any]:
    """A row's cells: text, whole numbers of counts, fractions of scores and shares, None."""
    row, (counts, shares) = line.row, SHOWN[asked.subject]
    score, grade = row.score, row.grade
    cells: list[Any] = [line.place, line.title, line.key]
    if asked.has_score:
        cells += [
            float(score.points) if score else None,
            grade.letter if grade else None,
            "*" if score and score.is_partial else None,
        ]
    for name in shares:
        value = INDICATORS[name].value(row.counts)
        cells += [None if value is None else float(value), *INDICATORS[name].parts(row.counts)]
    return [*cells, *(row.counts[name] for name in counts)]


def _write_differences(book: Any, asked: EvaluationParameters) -> None:
    """What corrections since have made of the filed figures."""
    sheet = book.add_worksheet(_("报送后的更正"))
    head = (_(SUBJECT_TITLES[asked.subject]), _("指标"), _("报送"), _("现在"))
    sheet.write_row(0, 0, head, book.add_format({"bold": True}))
    for number, (title, one) in enumerate(named_differences(asked), start=1):
        sheet.write_row(number, 0, (title, _(one.title), one.filed, one.now))
    sheet.set_column(0, 1, NAME_WIDTH)


def _source(asked: EvaluationParameters) -> str:
    """Which figures these are."""
    if not asked.shows_filed or asked.filed is None:
        return _("按案件现状统计，未报送")
    at = timezone.localtime(asked.filed.filed_at)
    said = {"who": asked.filed.filed_by, "at": f"{at:%Y-%m-%d %H:%M}"}
    return _("已报送（%(who)s，%(at)s），报送后的更正另列") % said


def _write_definitions(book: Any, asked: EvaluationParameters) -> None:
    sheet = book.add_worksheet(_("口径"))
    bold = book.add_format({"bold": True})
    lines: list[tuple[str, ...]] = [
        (_("统计期"), _("%(first)s 至 %(last)s") % {"first": asked.first, "last": asked.last}),
        (_("排序指标"), _(figure_title(asked.figure))),
        (_("数据"), _source(asked)),
        (),
        (_("指标"), _("算法"), _("依据")),
    ]
    shares = [INDICATORS[name] for name in SHOWN[asked.subject][1]]
    lines += [(_(share.title), share.formula(_), _(share.source)) for share in shares]
    lines += [(), (_("计数"), _("口径"))]
    lines += [(_(title), _(meaning)) for title, meaning in terms(asked.subject)]
    weights, _bands = rulebook.score_rules(asked.subject, asked.rules_day)
    if weights:
        lines += [(), (_("权重"), _("满分"), _("计法"))]
        lines += [(_(title_of(w.figure)), f"{w.points:g}", _(FORMS[w.form])) for w in weights]
        lines += [(), (_("等级"), _("不低于"))]
        grades = rulebook.grades(asked.rules_day)
        lines += [(grade.letter, f"{grade.least:g}") for grade in grades]
    heads = {number + 1 for number, line in enumerate(lines) if not line}
    for number, line in enumerate(lines):
        sheet.write_row(number, 0, line, bold if number in heads else None)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, 2, WORDS_WIDTH)

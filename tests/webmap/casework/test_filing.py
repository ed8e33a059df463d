"""The figures of a month are filed once; what is corrected since stands beside them."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from grid.cases.actions import act, amend_case
from grid.evaluation.evaluation import Period
from grid.evaluation.filing import as_filed, can_file, counted, file_month, filed_month
from grid.rules.indicators import Subject
from spatial.casework.errors import InvalidInput
from spatial.casework.models import FiledFigures
from spatial.workflow import RoleNotAllowed
from tests.factories import spot
from tests.grid.cases.test_actions import at
from tests.grid.people import CELL, CHIEF, DEPUTY, INTAKE, ROADS, freeze_time, new_case, walk

pytestmark = pytest.mark.django_db
FIRST, MONTH = date(2026, 1, 1), Period(at("2026-01-01 00:00"), at("2026-02-01 00:00"))
DAYS = {"from": "2026-01-01", "to": "2026-01-31"}
HERE, FILE = "/grid/evaluation/", "/grid/evaluation/file"


@pytest.fixture
def worked(people):
    """A case outside the cells closed in time, one in a cell handled late."""
    with freeze_time(at("2026-01-05 09:00")):
        walk(new_case(class_code="0201", point=spot(150, 150)), "close")
        late = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-01-20 09:00")):
        act(ROADS, late.code, "finish", {"note": "好了"})
    people["late"] = late
    return people


def test_what_was_filed_is_what_was_counted(worked):
    for subject in Subject:
        before = counted(subject, MONTH)
        file_month(CHIEF, FIRST, MONTH) if subject is Subject.INSPECTOR else None
        again = as_filed(filed_month(subject, FIRST), MONTH)
        assert (again.rows, dict(again.total)) == (before.rows, dict(before.total))


def test_who_files_when(worked):
    with pytest.raises(RoleNotAllowed):
        file_month(INTAKE, FIRST, MONTH)
    with freeze_time(at("2026-01-31 23:59")), pytest.raises(InvalidInput, match="还没有结束"):
        file_month(CHIEF, FIRST, MONTH)
    file_month(CHIEF, FIRST, MONTH)
    with pytest.raises(InvalidInput, match="已经报送"):
        file_month(DEPUTY, FIRST, MONTH)
    assert FiledFigures.objects.count() == len(Subject)
    assert not can_file(INTAKE)


def test_the_page_shows_what_was_filed_and_what_differs_now(worked):
    chief, case = worked["chief"], worked["late"]
    asked = {"by": "department", **DAYS}
    before = chief.get(HERE, asked).text
    assert "报送 2026-01 的数据" in before
    assert "报送 2026-01 的数据" not in worked["dispatcher"].get(HERE, asked).text
    assert "的数据</summary>" not in chief.get(HERE, asked | {"to": "2026-01-30"}).text
    sent = chief.post(f"{FILE}?by=department", {"month": "2026-01"})
    assert (sent.status_code, "from=2026-01-01" in sent.url) == (302, True)
    assert "报送后没有更正" in chief.get(sent.url).text
    act(ROADS, case.code, "recall_finish", {"reason": "弄错了"})
    page = chief.get(HERE, asked).text
    table = page[page.index('<table class="ranking">') :]
    assert (
        table.split("</table>")[0]
        == before[before.index('<table class="ranking">') :].split("</table>")[0]
    )
    differs = page[page.index("报送后的更正") : page.index('<table class="ranking">')]
    assert 'class="num">2</td><td class="num">1</td>' in differs
    live = chief.get(HERE, asked | {"figures": "now"}).text
    assert table.split("</table>")[0] not in live
    assert worked["inspector"].get(HERE, {"by": "inspector", **DAYS}).status_code == 200


def test_a_corrected_place_is_a_difference_of_cells(worked):
    file_month(CHIEF, FIRST, MONTH)
    amend_case(CHIEF, worked["late"].code, "geom", spot(190, 190), reason="看错")
    page = worked["chief"].get(HERE, {"by": "cell", **DAYS}).text
    assert f'data-key="{CELL}"' in page
    assert "报送后的更正" in page


def test_the_file_says_which_figures_it_has(worked):
    def sheets(**more):
        answer = worked["chief"].get("/grid/evaluation.xlsx", {"by": "department", **DAYS, **more})
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    assert "按案件现状统计，未报送" in str(sheets()["口径"])
    file_month(CHIEF, FIRST, MONTH)
    act(ROADS, worked["late"].code, "recall_finish", {"reason": "弄错了"})
    found = sheets()
    assert "已报送（赵值" in str(found["口径"])
    assert ["处置数", 2.0, 1.0] in [row[1:] for row in found["报送后的更正"]]
    assert found["评价"] != sheets(figures="now")["评价"]


def test_a_month_that_cannot_be_filed_is_told(worked):
    for month, status in (("2026-13", 422), ("", 422), ("2026-01", 403)):
        client = worked["intake"] if status == 403 else worked["chief"]
        assert client.post(FILE, {"month": month}).status_code == status
    assert worked["chief"].get(FILE).status_code == 405

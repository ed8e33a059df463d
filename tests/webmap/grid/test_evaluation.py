"""The ranking: who may see whose figures, figures that agree with their lists, the file."""

import io
import re

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from grid.scoring import Subject
from layers.access import Role
from tests.factories import spot
from tests.grid.people import STREETS, new_case, walk
from tests.town import make_user

pytestmark = pytest.mark.django_db
HERE = "/grid/evaluation/"


@pytest.fixture
def worked(people):
    """Three cases closed, one in the hands of its department."""
    for n in range(3):
        walk(new_case(class_code="0201", point=spot(n * 60, 5)), "close")
    walk(new_case(class_code="0201", point=spot(5, 200)), "dispatch")
    return people


def test_the_centre_sees_all_rankings_and_others_their_own(worked):
    for subject in Subject:
        assert worked["chief"].get(HERE, {"by": subject}).status_code == 200, subject
    assert worked["handler"].get(HERE).status_code == 200
    assert worked["handler"].get(HERE, {"by": "inspector"}).status_code == 403
    own = worked["inspector"].get(HERE)
    assert own.status_code == 200
    assert "王巡" not in own.text  # another one's row
    behind = {"by": "inspector", "count": "reported", "key": "王巡"}
    assert worked["inspector"].get(f"{HERE}cases", behind).status_code == 403
    others = {"by": "department", "count": "handled", "key": STREETS}
    assert worked["cleaner"].get(f"{HERE}cases", others).status_code == 403
    assert worked["handler"].get(f"{HERE}cases", others).status_code == 200
    assert Client().get(HERE).status_code == 302
    for role, status in ((Role.AUDITOR, 200), (Role.PLANNER, 403)):
        client = Client()
        client.force_login(make_user(role.name, role))
        assert client.get(HERE).status_code == status


def test_every_figure_leads_to_as_many_lines(worked):
    page = worked["chief"].get(HERE, {"by": "department"}).text
    links = re.findall(r'<a href="(/grid/evaluation/cases[^"]+)">(\d+)</a>', page)
    assert len(links) >= 2
    for address, number in links:
        behind = worked["chief"].get(address.replace("&amp;", "&")).text
        assert behind.count("<tr><td>") == int(number)


def test_shares_show_what_they_are_made_of_and_nothing_is_not_zero(worked):
    page = worked["chief"].get(HERE, {"by": "department"}).text
    row = page[page.index(STREETS) : page.index("</tr>", page.index(STREETS))]
    assert "100.0%<small>3/3</small>" in row
    streets = worked["chief"].get(HERE, {"by": "street"}).text
    assert "处置率" in streets
    empty = worked["chief"].get(HERE, {"from": "2001-01-01", "to": "2001-01-31"}).text
    assert "没有办理记录" in empty


@pytest.mark.parametrize(
    "params",
    [
        {"from": "x", "to": "y"},
        {"from": "2026-12-31", "to": "2026-01-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"by": "nobody"},
    ],
)
def test_a_period_that_is_none_is_this_month(worked, params):
    page = worked["chief"].get(HERE, params)
    assert page.status_code == 200
    first = timezone.localdate().replace(day=1)
    assert f'name="from" value="{first}"' in page.text


def test_the_file_says_the_same_and_how_it_was_counted(worked):
    answer = worked["chief"].get("/grid/evaluation.xlsx", {"by": "department"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    head, first = book.get_sheet_by_name("评价").to_python()[:2]
    row = dict(zip(head, first, strict=True))
    assert row["专业部门"] == STREETS
    assert (row["派遣数"], row["处置数"], row["按期处置率"]) == (4, 3, 1)
    assert (row["按期处置率（分子）"], row["按期处置率（分母）"]) == (3, 3)
    assert row["等级"] == "A"
    told = book.get_sheet_by_name("口径").to_python()
    assert ["处置率", "处置数 ÷ （处置数 + 超期未处置数）"] in told

"""The ranking: who may see whose figures, figures that agree with their lists, the file."""

import io
import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from grid.cases.actions import act, report
from grid.cases.actors import Actor, anybody
from grid.roles import GridRole
from grid.rules.indicators import COUNTS, INDICATORS, SHOWN, Subject
from layers.roles import Role
from spatial.parties.models import Member
from spatial.planning.roles import PlanningRole
from tests.factories import spot
from tests.grid.cases.test_actions import at
from tests.grid.people import (
    CHIEF,
    CLEANERS,
    DISPATCHER,
    HYGIENE,
    INTAKE,
    STREETS,
    freeze_time,
    new_case,
    told,
    walk,
)
from tests.town import make_user

pytestmark = pytest.mark.django_db
HERE = "/grid/evaluation/"
FIGURE = re.compile(r'<a href="(/grid/evaluation/cases[^"]+)">([\d,]+)</a>')


@pytest.fixture
def worked(people):
    """Three cases closed, one in the hands of its department, one of the public's elsewhere."""
    for n in range(3):
        walk(new_case(class_code="0201", point=spot(n * 60, 5)), "close")
    walk(new_case(class_code="0201", point=spot(5, 200)), "dispatch")
    fifth = report(
        anybody(),
        told(
            class_code="0112",
            point=spot(9, 250),
            reporter_name="张三丰",
            reporter_phone="13812345678",
        ),
    )
    act(INTAKE, fifth.code, "accept")
    act(CHIEF, fifth.code, "file", {"condition": "1"})
    act(DISPATCHER, fifth.code, "dispatch", {"department": HYGIENE})
    act(CLEANERS, fifth.code, "finish", {"note": "扫了"})
    return people


def links(page):
    return [
        (address.replace("&amp;", "&"), int(n.replace(",", "")))
        for address, n in FIGURE.findall(page)
    ]


def row(page, name):
    start = page.index(f'<tr data-key="{name}">')
    return page[start : page.index("</tr>", start)]


def test_the_centre_and_its_overseers_see_all_rankings(worked):
    for subject in Subject:
        assert worked["chief"].get(HERE, {"by": subject}).status_code == 200, subject
    for name in ("intake", "dispatcher"):
        assert worked[name].get(HERE).status_code == 200
    for role, status in ((Role.AUDITOR, 200), (Role.STEWARD, 200), (PlanningRole.PLANNER, 403)):
        client = Client()
        client.force_login(make_user(role.name, role))
        assert client.get(HERE).status_code == status
        assert client.get("/grid/evaluation.xlsx").status_code == status
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    assert admin.get(HERE, {"by": "cell"}).status_code == 200
    for path in ("", "one", "cases"):
        assert Client().get(f"{HERE}{path}").status_code == 302


def test_a_department_sees_the_ranking_and_its_own_cases(worked):
    handler = worked["handler"]
    assert handler.get(HERE, {"by": "inspector"}).status_code == 403
    page = handler.get(HERE).text
    assert links(row(page, STREETS))
    assert "href" not in row(page, HYGIENE)
    assert "合计" in page
    assert all("key=%E5%B8%82" in address for address, _ in links(page))  # 市政…: its own
    for path in ("one", "cases"):
        asked = {"by": "department", "count": "dispatched"}
        assert handler.get(f"{HERE}{path}", {**asked, "key": STREETS}).status_code == 200
        for other in (HYGIENE, ""):
            assert handler.get(f"{HERE}{path}", {**asked, "key": other}).status_code == 403
    Member.objects.filter(user__username="handler").delete()
    assert not links(handler.get(HERE).text)
    assert handler.get(f"{HERE}cases", {"count": "dispatched", "key": ""}).status_code == 403


def test_an_inspector_sees_the_own_row_alone(worked):
    inspector = worked["inspector"]
    own = inspector.get(HERE)
    assert own.status_code == 200
    assert "王巡" not in own.text
    asked = {"by": "inspector", "count": "reported"}
    for path in ("one", "cases"):
        assert inspector.get(f"{HERE}{path}", {**asked, "key": "王巡"}).status_code == 403
        assert inspector.get(f"{HERE}{path}", {**asked, "key": ""}).status_code == 403
    assert inspector.get(f"{HERE}cases", {**asked, "key": "inspector"}).status_code == 200
    book = inspector.get("/grid/evaluation.xlsx").content
    assert "王巡" not in str(
        CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    )


def test_an_inspector_sees_the_own_place_among_all(worked):
    for n in range(2):
        told_of = told(class_code="0201", point=spot(9 + n, 290))
        report(Actor("inspector", frozenset({GridRole.INSPECTOR})), told_of)
    asked = {"by": "inspector", "figure": "reported"}
    page = worked["inspector"].get(HERE, asked).text
    assert row(page, "inspector").startswith('<tr data-key="inspector"><td class="num">2</td>')
    assert row(worked["chief"].get(HERE, asked).text, "王巡").split("<th")[0].endswith(">1</td>")
    assert "<tfoot>" not in page  # the sum would tell of the others
    book = worked["inspector"].get("/grid/evaluation.xlsx", asked).content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [line[:2] for line in sheet[1:]] == [[2, "inspector"]]


def test_waits_of_nobody_are_in_the_sum_and_its_list(people):
    with freeze_time(at("2026-01-05 09:00")):
        walk(new_case(class_code="0201"), "file")
        walk(new_case(class_code="0201", point=spot(60, 5)), "dispatch")
    asked = {"by": "dispatcher", "from": "2026-01-01", "to": "2026-01-31"}
    page = people["chief"].get(HERE, asked).text
    foot = page[page.index("<tfoot>") :]
    assert "50.0%<small>1/2</small>" in foot
    assert "100.0%</a><small>1/1</small>" in row(page, "钱派")
    all_of_it = people["chief"].get(f"{HERE}one", {**asked, "key": ""}).text
    assert "count=dispatch_late&amp;key=" in all_of_it
    behind = people["chief"].get(f"{HERE}cases", {**asked, "count": "dispatch_late"}).text
    assert behind.count("<tr><td>") == 1


def test_waits_alone_make_a_page(people):
    with freeze_time(at("2026-01-31 17:00")):  # a Saturday
        walk(new_case(class_code="0201"), "file")
    asked = {"by": "dispatcher", "from": "2026-02-01", "to": "2026-02-28"}
    page = people["chief"].get(HERE, asked).text
    assert "没有办理记录" not in page
    assert "0.0%<small>0/1</small>" in page[page.index("<tfoot>") :]


@pytest.mark.parametrize("subject", Subject)
def test_every_figure_leads_to_as_many_lines(worked, subject):
    chief = worked["chief"]
    page = chief.get(HERE, {"by": subject}).text
    found = links(page)
    assert found
    for address in set(re.findall(r'href="(/grid/evaluation/one[^"#]+)', page)):
        found += links(chief.get(address.replace("&amp;", "&")).text)
    for address, number in dict(found).items():
        behind = chief.get(address).text
        assert behind.count("<tr><td>") == number, address
        assert f'<b id="number">{number}</b>' in behind


def test_a_long_list_comes_in_pages_and_says_its_length(worked, monkeypatch):
    monkeypatch.setattr("webmap.casework.evaluation.pages.PER_PAGE", 3)
    asked = {"by": "department", "count": "dispatched", "key": STREETS}
    first = worked["chief"].get(f"{HERE}cases", asked).text
    second = worked["chief"].get(f"{HERE}cases", {**asked, "page": 2}).text
    assert [page.count("<tr><td>") for page in (first, second)] == [3, 1]
    assert all('<b id="number">4</b>' in page for page in (first, second))
    assert worked["chief"].get(f"{HERE}cases", {**asked, "page": "x"}).status_code == 200


def test_cases_are_links_only_for_those_who_may_open_them(worked):
    asked = {"by": "department", "count": "dispatched", "key": STREETS}
    address = re.search(r"/grid/cases/\d+", worked["chief"].get(f"{HERE}cases", asked).text)[0]
    assert worked["chief"].get(address).status_code == 200
    auditor = Client()
    auditor.force_login(make_user("auditor", Role.AUDITOR))
    page = auditor.get(f"{HERE}cases", asked).text
    assert address.rsplit("/", 1)[1] in page
    assert "/grid/cases/" not in page


@pytest.mark.slow(reason="every list of every subject")
def test_who_reported_never_leaves(worked):
    for subject in Subject:
        pages = [worked["chief"].get(HERE, {"by": subject}).text]
        for count in COUNTS:
            pages.append(worked["chief"].get(f"{HERE}cases", {"by": subject, "count": count}).text)
        assert not any("张三丰" in page or "13812345678" in page for page in pages)


def test_what_is_not_there_is_404(worked):
    chief = worked["chief"]
    assert chief.get(f"{HERE}cases", {"count": "nothing"}).status_code == 404
    assert chief.get(f"{HERE}one", {"by": "department", "key": "没有"}).status_code == 404
    for path in ("one", "cases"):
        for key in ("\0", f"{STREETS}\0"):
            asked = {"by": "department", "count": "filed", "key": key}
            assert chief.get(f"{HERE}{path}", asked).status_code == 404
    nobody = chief.get(f"{HERE}cases", {"by": "department", "count": "filed", "key": "'; --"})
    assert nobody.status_code == 200
    assert "没有记录" in nobody.text


def test_shares_show_what_they_are_made_of_and_nothing_is_not_zero(worked):
    page = worked["chief"].get(HERE, {"by": "department"}).text
    assert "100.0%</a><small>3/3</small>" in row(page, STREETS)
    blank = re.search(r"#close_rate\"></a><small>0/0</small>", row(page, HYGIENE))
    assert blank  # neither 0 % nor 100 %
    assert "<sup" in row(page, HYGIENE)  # and the score says so
    empty = worked["chief"].get(HERE, {"from": "2001-01-01", "to": "2001-01-31"}).text
    assert "没有办理记录" in empty
    month = timezone.localdate().replace(day=1)
    assert f"from={month}" in empty.split("没有办理记录")[1]  # where there is something


def test_how_a_score_came_about(worked):
    page = worked["chief"].get(f"{HERE}one", {"by": "department", "key": STREETS}).text
    score = page[page.index('id="score"') :]
    points = re.findall(r'<td class="num">([\d.]+)</td></tr>', score[: score.index("</table>")])
    assert points == ["10.0", "30.0", "30.0", "30.0"]
    for share in SHOWN[Subject.DEPARTMENT][1]:
        assert f'id="{share}"' in page


def test_the_ranking_follows_the_figure_asked_for(worked):
    asked = {"by": "department", "figure": "dispatched"}
    page = worked["chief"].get(HERE, asked).text
    assert page.index(f'data-key="{STREETS}"') < page.index(f'data-key="{HYGIENE}"')
    fewest = worked["chief"].get(HERE, {**asked, "figure": "close_rate"}).text
    assert '<td class="num">—</td>' in row(fewest, HYGIENE)  # no denominator, no place
    bars = re.findall(r'<rect x="170" y="6" width="([\d.]+)"', page)
    assert bars == ["420.0", "105.0"]  # 4 and 1
    assert worked["chief"].get(HERE, {**asked, "figure": "nothing"}).status_code == 200


def test_the_map_knows_every_area_in_the_colour_of_its_figure(worked):
    page = worked["chief"].get(HERE, {"by": "street", "figure": "handle_rate"}).text
    config = json.loads(re.search(r'id="config" type="application/json">(.+?)</script>', page)[1])
    assert config["layer"] == "districts"
    assert config["areas"]["431382001"]["said"] == "100.0%"
    assert config["areas"]["431382001"]["colour"] == "#2c7a4b"
    cells = worked["chief"].get(HERE, {"by": "cell"}).text
    config = json.loads(re.search(r'id="config" type="application/json">(.+?)</script>', cells)[1])
    west, south, east, north = config["bounds"]
    assert 111 < west < east < 113
    assert 27 < south < north < 28
    assert 'id="map"' not in worked["chief"].get(HERE, {"by": "department"}).text


def test_every_term_is_explained(worked):
    for subject in Subject:
        page = worked["chief"].get(HERE, {"by": subject}).text
        told = page[page.index("统计口径") :]
        for name in SHOWN[subject][0]:
            assert f"<dt>{COUNTS[name]}</dt>" in told
        for name in SHOWN[subject][1]:
            assert INDICATORS[name].formula() in told


def test_days_that_are_none_are_said(worked):
    assert (
        "所选日期不成立"
        in worked["chief"].get(HERE, {"from": "2026-12-31", "to": "2026-01-01"}).text
    )
    assert "所选日期不成立" not in worked["chief"].get(HERE).text


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
    head, first, second = book.get_sheet_by_name("评价").to_python()
    ours, theirs = (dict(zip(head, cells, strict=True)) for cells in (first, second))
    if ours["专业部门"] != STREETS:
        ours, theirs = theirs, ours
    assert (ours["派遣数"], ours["处置数"], ours["按期处置率"]) == (4, 3, 1)
    assert (ours["按期处置率（分子）"], ours["按期处置率（分母）"]) == (3, 3)
    assert (ours["综合得分"], ours["等级"], ours["折算"]) == (100, "A", "")
    assert (theirs["结案率"], theirs["结案率（分子）"], theirs["结案率（分母）"]) == ("", 0, 0)
    assert theirs["折算"] == "*"
    told = [line[:2] for line in book.get_sheet_by_name("口径").to_python()]
    assert ["处置率", "处置数 ÷ （处置数 + 超期未处置数）"] in told
    assert ["挂账数", "准予挂账的次数"] in told
    assert ["A", "90"] in told

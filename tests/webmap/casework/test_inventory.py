"""Components counted by place, class and state."""

import csv

import pytest
from django.test import Client

from grid.models import Component
from layers.roles import Role
from spatial.planning.roles import PlanningRole
from tests.factories import open_feature, spot
from tests.grid.people import CELL, COMMUNITY
from tests.town import make_user

pytestmark = pytest.mark.django_db
HERE = "/grid/components/"


@pytest.fixture
def stock(people):
    """Two manhole covers, one of them broken, and another kind in one cell; one in none."""
    rows = (
        ("0101", CELL, "完好"),
        ("0101", CELL, "破损"),
        ("0110", CELL, "完好"),
        ("0110", "", "完好"),
    )
    for n, (code, cell, state) in enumerate(rows):
        values = {"scheme": "components_2020", "class_code": code, "cell_code": cell}
        name = f"431382{code}{n:06d}"
        open_feature(Component, name, **values, state=state, department="市政", geom=spot(5, 5))
    return people


def test_counts_go_down_from_town_to_cell(stock):
    client = stock["dispatcher"]
    for within, below in (
        ("", COMMUNITY[:9]),
        (COMMUNITY[:9], COMMUNITY),
        (COMMUNITY, CELL),
    ):
        page = client.get(HERE, {"in": within})
        assert page.status_code == 200
        assert f"?in={below}" in page.text
    assert "未落入网格" in client.get(HERE).text
    cell = client.get(HERE, {"in": CELL})
    assert "共 3 个部件" in cell.text
    classes = {row["code"]: (row["total"], row["broken"]) for row in cell.context["classes"]}
    assert classes == {"0101": (2, 1), "0110": (1, 0)}


def test_the_file_adds_up_to_the_page(stock):
    text = stock["dispatcher"].get("/grid/components.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert sum(int(row["数量"]) for row in rows) == 4
    assert {row["部件类别"] for row in rows} == {"上水井盖", "热力井盖"}


def test_no_cell_of_the_file_begins_a_formula(people):
    values = {"scheme": "components_2020", "class_code": "0101", "cell_code": CELL}
    for n, department in enumerate(("=HYPERLINK(1)", "@SUM(1)", "市政")):
        name = f"4313820101{n:06d}"
        open_feature(Component, name, **values, state="-1", department=department, geom=spot(5, 5))
    text = people["chief"].get("/grid/components.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["主管部门"] for row in rows} == {"'=HYPERLINK(1)", "'@SUM(1)", "市政"}
    assert {row["状态"] for row in rows} == {"'-1"}


def test_an_odd_code_is_the_city_and_strangers_do_not_see_it(stock):
    assert "共 4 个部件" in stock["chief"].get(HERE, {"in": "x'; --"}).text
    for role, status in ((Role.STEWARD, 200), (PlanningRole.PLANNER, 403)):
        client = Client()
        client.force_login(make_user(role.name, role))
        assert client.get(HERE).status_code == status
    assert Client().get(HERE).status_code == 302

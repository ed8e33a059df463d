"""The check of a community's cells: who may see it, what it finds, where."""

import json
import re

import pytest
from django.test import Client

from grid.models import GridCell
from layers.roles import Role
from spatial.parcels.models import Building
from tests.factories import open_feature, square
from tests.grid.people import COMMUNITY
from tests.town import make_user

pytestmark = pytest.mark.django_db
HERE = "/grid/cells/"


def shapes_in(page: str) -> dict:
    return json.loads(
        re.search(r'id="shapes" type="application/json">(.*?)</script>', page).group(1)
    )


def test_for_those_who_keep_the_cells(people):
    assert people["dispatcher"].get(HERE).status_code == 200
    steward = Client()
    steward.force_login(make_user("steward", Role.STEWARD))
    assert steward.get(HERE).status_code == 200
    for name in ("inspector", "intake", "handler"):
        assert people[name].get(HERE).status_code == 403
    assert Client().get(HERE).status_code == 302


def test_what_is_wrong_is_told_and_shown(people):
    open_feature(Building, "H1", geom=square(95, 40, 20))
    page = people["dispatcher"].get(HERE, {"community": COMMUNITY}).text
    assert "没有覆盖" in page  # the cell is a part of the community only
    shapes = shapes_in(page)
    assert len(shapes["cells"]["features"]) == 1
    assert shapes["breaches"]["features"]
    assert f"{COMMUNITY}001" in page


def test_sound_cells_pass(people):
    cell = GridCell.objects.current().get()
    open_feature(
        GridCell,
        f"{COMMUNITY}002",
        community_code=COMMUNITY,
        geom=square(-100, -100, 400).difference(cell.geom),
    )
    page = people["dispatcher"].get(HERE, {"community": COMMUNITY}).text
    assert "全部规则通过" in page


def test_responsibility_grids_are_remarked_on(people):
    cell = GridCell.objects.current().get()
    about = {"community_code": COMMUNITY, "responsibility_code": f"{COMMUNITY}Z001"}
    rest = square(-100, -100, 400).difference(cell.geom)
    open_feature(GridCell, f"{COMMUNITY}002", geom=rest, **about)
    assert "跨社区" not in people["dispatcher"].get(HERE, {"community": COMMUNITY}).text
    other = about | {"community_code": "431382999001"}
    open_feature(GridCell, "431382999001001", geom=square(5_000, 0, 100), **other)
    page = people["dispatcher"].get(HERE, {"community": COMMUNITY}).text
    assert "跨社区" in page
    assert "全部规则通过" in page  # a remark forbids nothing


@pytest.mark.parametrize("community", ["x", "431382999999", "'; --"])
def test_a_community_without_cells_is_told(people, community):
    page = people["dispatcher"].get(HERE, {"community": community})
    assert page.status_code == 200
    assert "还没有网格" in page.text

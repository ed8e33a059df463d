"""The report of a check: what the caller may read of what limits an area, numbered, with a map."""

import json

import pytest

from spatial.planning.roles import PlanningRole
from tests.town import make_user
from tests.webmap.documents.conftest import ordered, pdf_of, text_of
from tests.webmap.map.sketches.test_shapes import BOW, SQUARE

pytestmark = pytest.mark.django_db


def wanted(area=SQUARE, **more):
    return json.dumps({"area": area, "title": "一期红线", "at": "", "layers": ["parcels"], **more})


def test_a_report_says_what_is_occupied_and_by_how_much(client, town):
    row = ordered(client, "check", wanted=wanted())
    said = text_of(pdf_of(client, row))
    assert row.issued.number.startswith("涟图核〔")
    for text in ("选址核对报告", "一期红线", "示范永久基本农田", "4,000.0", "40.00%", "核验码"):
        assert text in said
    assert "PL1" not in said


def test_a_report_of_pipes_cannot_be_had_once_the_right_is_gone(client, town):
    user = make_user("guihua", PlanningRole.PLANNER)
    client.force_login(user)
    row = ordered(client, "check", wanted=wanted())
    assert "pipe-lines" in row.used
    user.groups.clear()
    assert client.get(f"/documents/{row.pk}/file").status_code == 403


@pytest.mark.parametrize(
    ("text", "status"),
    [(wanted(BOW), 422), ("{", 400), (wanted(None), 400), (wanted(at="2999-01-01"), 422)],
)
def test_what_cannot_be_checked_is_not_ordered(client, town, text, status):
    assert client.post("/documents/order/check", {"wanted": text}).status_code == status

"""What of a case can be corrected, and what follows: place, clock, scores."""

from functools import partial

import pytest

from grid.cases.procedure import CASES
from grid.errors import OutsideCity
from grid.models import CaseStep
from spatial.casework.amending import amend
from spatial.casework.errors import InvalidInput
from spatial.casework.models import Amendment
from spatial.workflow import RoleNotAllowed
from tests.factories import spot
from tests.grid.people import CELL, CHIEF, COMMUNITY, INTAKE, ROADS, make_ground, new_case, walk

pytestmark = pytest.mark.django_db
correct = partial(amend, CASES, INTAKE, reason="报错了")


@pytest.fixture(autouse=True)
def ground():
    make_ground()


def test_the_words_are_corrected_and_both_are_kept():
    case = new_case()
    found = correct(case.code, "description", "人行道破损")
    assert (found.description, found.step) == ("人行道破损", case.step)
    kept = Amendment.objects.get()
    assert (kept.before, kept.after, kept.reason) == ("路面破损", "人行道破损", "报错了")
    step = CaseStep.objects.last()
    assert (step.action, step.details) == ("amend", {"field": "description", "title": "问题描述"})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("description", " ", "请填写"),
        ("description", "长" * 4001, "4000 字"),
        ("address", "长" * 201, "200 字"),
        ("class_code", "event/9999", "没有该问题类别"),
        ("class_code", "component/0101", "不能互改"),
        ("component_code", "4313820123456789", "没有部件"),
        ("geom", None, "在地图上"),
        ("step", "closed", "不能更正"),
    ],
)
def test_what_does_not_fit_is_refused(name, value, said):
    with pytest.raises(InvalidInput, match=said):
        correct(new_case().code, name, value)


def test_the_place_is_corrected_with_its_cell_and_never_leaves_the_city():
    case = new_case(point=spot(150, 150))
    assert case.cell_code == ""
    found = correct(case.code, "geom", spot(5, 5))
    assert (found.cell_code, found.district_code) == (CELL, COMMUNITY)
    with pytest.raises(OutsideCity):
        correct(case.code, "geom", spot(99_000, 0))


def test_a_class_before_filing_changes_the_class_alone():
    case = new_case()
    assert correct(case.code, "class_code", "event/0112").class_code == "0112"


def test_a_class_after_dispatch_takes_its_limit_and_its_deadline_along():
    case = walk(new_case(), "dispatch")
    with pytest.raises(InvalidInput, match="立案条件"):
        correct(case.code, "class_code", "event/0112")
    found = amend(CASES, CHIEF, case.code, "class_code", "event/0112/1", reason="类别有误")
    assert found.class_code == "0112"
    assert found.dispatched_at == case.dispatched_at
    assert (found.limit_amount, found.limit_unit) != (None, "")
    assert found.step_due_at == found.due_at
    is_longer = found.limit_amount > case.limit_amount
    if found.limit_unit == case.limit_unit and found.limit_amount != case.limit_amount:
        assert (found.due_at > case.due_at) is is_longer


def test_only_the_centre_corrects():
    case = walk(new_case(), "dispatch")
    with pytest.raises(RoleNotAllowed, match="须由值班长、受理员办理|须由受理员、值班长办理"):
        amend(CASES, ROADS, case.code, "description", "x", reason="x")

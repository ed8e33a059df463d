"""A department that is renamed keeps its cases, whichever name they carry."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.cases.actions import act
from grid.cases.actors import Actor
from grid.cases.assignees import holders, stranded
from grid.roles import GridRole
from spatial.parties.actions import merge_department
from spatial.parties.models import Department, DepartmentName
from tests.grid.people import CHIEF, DISPATCHER, HYGIENE, STREETS, new_case, walk
from webmap.web.callers import actor_of

pytestmark = pytest.mark.django_db
NEW = "市政园林事务中心"
PAGE = "/admin/parties/departmentname/add/"


@pytest.fixture
def renamed(people):
    """A case from before, and the other name from today."""
    case = walk(new_case(), "dispatch")
    department = Department.objects.get(name=STREETS)
    DepartmentName.objects.create(department=department, name=NEW, valid_from=timezone.localdate())
    return case


def test_its_people_go_on_with_their_cases(people, renamed):
    handler = actor_of(User.objects.get(username="handler"))
    assert handler.department == NEW
    page = people["handler"].get(f"/grid/cases/{renamed.code}")
    assert 'value="finish"' in page.text
    assert people["cleaner"].get(f"/grid/cases/{renamed.code}").status_code == 404
    assert act(handler, renamed.code, "finish", {"note": "好了"}).step == "feedback"
    stranger = Actor("x", frozenset({GridRole.HANDLER}), "别的")
    assert not stranger.is_of(STREETS)
    assert not Actor("x", frozenset()).is_of("")


def test_new_cases_carry_the_new_name_and_the_filter_finds_both(people, renamed):
    filed = walk(new_case(point=renamed.geom), "file")
    assert filed.department == NEW
    # Chosen a moment before the name was another: meant is the same department.
    sent = act(DISPATCHER, filed.code, "dispatch", {"department": STREETS})
    assert sent.department == NEW
    page = people["dispatcher"].get("/grid/list", {"department": NEW}).text
    assert {code for code in (renamed.code, sent.code) if code in page} == {
        renamed.code,
        sent.code,
    }
    desk = people["dispatcher"].get("/grid/").text
    assert f'<option value="{NEW}">' in desk
    assert f'<option value="{STREETS}">' not in desk


def test_what_goes_into_another_takes_its_cases_and_people_along(people):
    open_one = walk(new_case(), "dispatch")
    streets, hygiene = (Department.objects.get(name=name) for name in (STREETS, HYGIENE))
    merge_department(streets, hygiene, timezone.localdate())
    for name in ("handler", "cleaner"):
        actor = actor_of(User.objects.get(username=name))
        assert actor.department == HYGIENE
        assert actor.is_of(STREETS)
        assert 'value="finish"' in people[name].get(f"/grid/cases/{open_one.code}").text
    assert not stranded(CHIEF, holders()).exists()
    assert walk(new_case(point=open_one.geom), "file").department == HYGIENE
    desk = people["dispatcher"].get("/grid/").text
    assert f'<option value="{STREETS}">' not in desk


def test_a_name_to_come_is_not_borne_yet(people):
    tomorrow = timezone.localdate() + timedelta(days=1)
    department = Department.objects.get(name=STREETS)
    DepartmentName.objects.create(department=department, name=NEW, valid_from=tomorrow)
    assert walk(new_case(), "file").department == STREETS
    assert department.name_on(tomorrow) == NEW


def test_the_page_takes_no_name_of_another(client, ground):
    client.force_login(User.objects.create_superuser("root"))
    code = Department.objects.get(name=STREETS).code
    given = {"department": code, "valid_from": "2099-01-01", "source": "机构改革方案"}
    answer = client.post(PAGE, given | {"name": HYGIENE})
    assert "别的部门正在用或用过" in answer.text
    assert client.post(PAGE, given | {"name": NEW}).status_code == 302
    assert DepartmentName.objects.get().department_id == code
    assert client.get("/admin/parties/departmentname/").status_code == 200

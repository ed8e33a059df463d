"""The links on top: for whom which, and which is open."""

import pytest

from grid.roles import GridRole
from layers.roles import Role
from spatial.planning.roles import PlanningRole
from tests.grid.people import make_ground
from tests.town import make_user

pytestmark = pytest.mark.django_db


def bar(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    return text[text.index('<header class="bar">') : text.index("</header>")]


def test_nobody_known_sees_the_catalogue_and_where_to_sign_in(client):
    text = bar(client, "/")
    assert 'href="/sharing/">数据目录' in text
    assert "登录" in text
    for hidden in ("/grid/", "/imports/", "/admin/", "/tasks"):
        assert f'href="{hidden}' not in text


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (GridRole.DISPATCHER, ("/grid/", "/tasks"), ("/imports/", "/admin/")),
        (Role.STEWARD, ("/imports/", "/tasks"), ("/grid/", "/inspector/", "/admin/")),
        (GridRole.INSPECTOR, ("/grid/", "/inspector/"), ("/imports/", "/admin/")),
        (PlanningRole.PLANNER, ("/sharing/",), ("/imports/", "/grid/", "/tasks", "/admin/")),
    ],
)
def test_the_map_leads_where_a_role_may_go(client, role, shown, hidden):
    client.force_login(make_user("somebody", role))
    text = bar(client, "/")
    for path in shown:
        assert f'href="{path}"' in text
    for path in hidden:
        assert f'href="{path}"' not in text


def test_the_open_entrance_and_the_open_tab_are_marked(client):
    assert 'href="/hazards" aria-current="page"' in bar(client, "/hazards")
    client.force_login(make_user("steward", Role.STEWARD))
    assert 'href="/imports/" aria-current="page"' in bar(client, "/imports/")
    assert 'href="/imports/new" aria-current="page"' in bar(client, "/imports/new")
    assert bar(client, "/imports/new").count("aria-current") == 1


def test_the_tabs_of_casework_follow_the_roles(client):
    make_ground()
    client.force_login(make_user("chief", GridRole.CHIEF))
    text = bar(client, "/grid/")
    assert 'href="/grid/" aria-current="page"' in text
    assert "/grid/patrols/" in text
    assert "/grid/cells/" in text
    assert "值班长" in text
    client.force_login(make_user("handler", GridRole.HANDLER))
    text = bar(client, "/grid/")
    assert "/grid/patrols/" not in text
    assert "/grid/cells/" not in text
    assert "/grid/evaluation/" in text


def test_tasks_count_what_waits(client):
    client.force_login(make_user("intake", GridRole.INTAKE))
    text = client.get("/tasks").content.decode()
    assert "等我办理的案件" in text
    assert "待审核的批次" not in text


def test_a_link_to_a_queue_opens_the_desk_with_it(client):
    make_ground()
    client.force_login(make_user("chief", GridRole.CHIEF))
    page = client.get("/grid/?state=requests").content.decode()
    assert 'name="state" value="requests"' in page
    assert 'name="state" value="nonsense"' not in client.get("/grid/?state=nonsense").text

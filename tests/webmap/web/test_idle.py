"""A session in which nobody has acted for long ends; pages that ask by themselves do not prolong it."""

import time

import pytest

from grid.roles import GridRole
from layers.roles import Role
from spatial.city import city
from tests.town import make_user
from webmap.models import AccountEvent

pytestmark = pytest.mark.django_db
LIMIT_S = city().accounts.idle_minutes * 60
HTML = {"accept": "text/html,*/*;q=0.8"}
BACKGROUND = {"X-Background": "1", "X-Requested-With": "fetch"}


@pytest.fixture
def clock(monkeypatch):
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


@pytest.fixture
def officer(client, clock):
    user = make_user("chen", Role.STEWARD)
    client.force_login(user)
    return user


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_who_acts_stays_signed_in(client, officer, clock):
    for _ in range(4):
        clock[0] += LIMIT_S - 60
        assert client.get("/search?q=a").status_code == 200
    assert is_in(client)


def test_an_idle_session_ends_and_the_page_says_so(client, officer, clock):
    clock[0] += LIMIT_S + 1
    answer = client.get("/imports/?page=2", headers=HTML)
    assert answer.url == "/accounts/login/?next=/imports/%3Fpage%3D2"
    assert not is_in(client)
    assert "有一段时间没有操作" in client.get(answer.url).text
    assert "有一段时间没有操作" not in client.get(answer.url).text
    assert AccountEvent.objects.get(kind="signed-out").detail == "长时间没有操作"


def test_an_open_page_is_told_and_keeps_what_was_typed(client, officer, clock):
    clock[0] += LIMIT_S + 1
    answer = client.get("/accounts/session", headers={"X-Signed-In-As": str(officer.pk)} | HTML)
    assert (answer.status_code, answer["X-Signed-Out"]) == (401, "1")
    assert "有一段时间没有操作" in answer.text


def test_a_page_that_asks_by_itself_does_not_prolong_it(client, officer, clock):
    for _ in range(5):
        clock[0] += LIMIT_S // 5
        assert client.get("/accounts/second-factor/", headers=BACKGROUND).status_code == 200
    clock[0] += 1
    assert client.get("/accounts/second-factor/", headers=BACKGROUND).status_code == 401
    assert not is_in(client)


@pytest.mark.parametrize("jump_s", [-3600, -30 * 24 * 3600])
def test_a_clock_put_back_ends_no_session_and_none_lasts_longer(client, officer, clock, jump_s):
    clock[0] += jump_s
    assert client.get("/search?q=a").status_code == 200
    clock[0] += LIMIT_S + 1
    client.get("/search?q=a")
    assert not is_in(client)


def test_of_several_roles_the_shortest_time_holds(client, clock):
    make_user("xun", GridRole.INSPECTOR)
    make_user("both", GridRole.INSPECTOR, GridRole.DISPATCHER)
    for name, stays in (("xun", True), ("both", False)):
        client.post("/accounts/login/", {"username": name, "password": name})
        clock[0] += LIMIT_S + 60
        client.get("/search?q=a")
        assert is_in(client) is stays


def test_visitors_get_answers_that_do_not_vary_by_a_session(client):
    answer = client.get("/.well-known/security.txt")
    assert not answer.wsgi_request.session.accessed

"""Who comes in and how much they may send, whatever room they ask."""

import base64
import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from layers.access.access import Role
from tests.town import make_user
from webmap.web.callers import actor_behind, groups_of
from webmap.web.errors import AccessDenied, NotSignedIn, answering, as_json, as_problem
from webmap.web.guards import bounded, check, for_programs, has_token, signed_in, with_roles

JSON = {"Accept": "application/json"}


def shown(request, *_args):
    return HttpResponse(request.user.get_username())


@pytest.fixture
def steward(db):
    return make_user("steward", Role.STEWARD)


def asked(rf, user, **headers):
    request = rf.get("/", headers=headers)
    request.user = user
    return request


def test_only_who_has_signed_in(rf, steward):
    view = signed_in(shown)
    answer = view(asked(rf, steward))
    assert answer.text == "steward"
    assert "no-store" in answer["Cache-Control"]
    with pytest.raises(NotSignedIn, match="登录已过期"):
        view(asked(rf, AnonymousUser()))


def test_only_whom_the_condition_holds_of(rf, steward):
    view = with_roles(lambda r: Role.STEWARD in groups_of(r), "只对数据管理员开放")(shown)
    assert view(asked(rf, steward)).text == "steward"
    with pytest.raises(AccessDenied, match="只对数据管理员开放"):
        view(asked(rf, make_user("auditor", Role.AUDITOR)))
    with pytest.raises(NotSignedIn):
        view(asked(rf, AnonymousUser()))


def test_a_check_within_a_page():
    check(may=True)
    with pytest.raises(AccessDenied, match="不能看"):
        check(False, "不能看")


def test_the_actor_is_read_once_per_request_unless_somebody_else_signs_in(
    rf, steward, django_assert_num_queries
):
    request = asked(rf, steward)
    assert actor_behind(request).name == "steward"
    with django_assert_num_queries(0):
        assert actor_behind(request).name == "steward"
    request.user = make_user("auditor", Role.AUDITOR)
    assert actor_behind(request).name == "auditor"
    request.user = AnonymousUser()
    assert actor_behind(request).name == ""


@pytest.mark.parametrize(("length", "status"), [("10", 200), ("11", 413), ("x", 200), ("", 200)])
def test_a_body_is_refused_by_its_announced_length(rf, steward, length, status):
    view = bounded(10, as_json)(shown)
    request = rf.post("/", CONTENT_LENGTH=length)
    request.user, request._dont_enforce_csrf_checks = steward, True
    answer = view(request)
    assert answer.status_code == status
    if status != 200:
        assert "超过上限" in json.loads(answer.content)["error"]


def test_a_bounded_form_needs_its_token(rf, steward):
    request = rf.post("/")
    request.user, request._dont_enforce_csrf_checks = steward, False
    assert bounded(1_000)(shown)(request).status_code == 403
    assert not has_token(request)


@pytest.fixture
def program():
    may = for_programs("imports", "/imports/", lambda r: r.user.username == "steward", "没有权限")
    return answering(as_problem)(may(shown))


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_a_program_names_its_account_or_is_challenged(rf, steward, program):
    steward.set_password("geheim-123")
    steward.save()
    nobody = AnonymousUser()
    signed = asked(rf, nobody, Authorization=basic("steward", "geheim-123"))
    assert program(signed).text == "steward"
    wrong = program(asked(rf, nobody, Authorization=basic("steward", "x"), **JSON))
    unsigned = program(asked(rf, nobody, **JSON))
    for answer in (wrong, unsigned):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Basic realm="imports", charset="UTF-8"'
        assert answer["Content-Type"] == "application/problem+json"
    assert program(asked(rf, nobody, Authorization="Basic ???")).status_code == 400
    forbidden = program(asked(rf, make_user("auditor", Role.AUDITOR), **JSON))
    assert (forbidden.status_code, json.loads(forbidden.content)["title"]) == (403, "没有权限")


def test_a_person_without_a_session_is_led_to_the_sign_in(rf, program):
    answer = program(asked(rf, AnonymousUser()))
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/")


def test_after_many_wrong_passwords_a_program_must_wait(rf, db, program):
    headers = {"Authorization": basic("steward", "x"), **JSON}
    answers = [program(asked(rf, AnonymousUser(), **headers)) for _ in range(6)]
    assert [a.status_code for a in answers] == [401] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0

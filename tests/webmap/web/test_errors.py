"""A refusal has one status, and reaches each client in the form that it reads."""

import json

import pytest
from django.http import HttpResponse

from grid.errors import OutsideCity
from importers.errors import DeliveryRefused
from layers.sharing import actions as sharing
from layers.sharing.limits import RateLimited
from spatial.casework.errors import InvalidInput, MatterConflict, MatterNotFound, NotResponsible
from spatial.sealed.errors import KeyMissing
from spatial.workflow import MissingInput, RoleNotAllowed, UnknownAction, WrongState
from webmap.web.errors import (
    REFUSALS,
    AccessDenied,
    BadInput,
    BadRequest,
    Conflicting,
    Locked,
    NoSpace,
    NotSignedIn,
    RefusalAnswers,
    TooLarge,
    TooOften,
    Unreachable,
    WrongType,
    answering,
    as_json,
    as_problem,
    attempt,
    refusal_of,
)

FETCH = {"X-Requested-With": "fetch"}
JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadRequest("x"), 400),
        (UnknownAction("x"), 400),
        (sharing.InvalidApplication("x"), 400),
        (NotSignedIn("x"), 401),
        (AccessDenied("x"), 403),
        (NotResponsible("x"), 403),
        (sharing.NotSteward("x"), 403),
        (RoleNotAllowed("x"), 403),
        (MatterNotFound("x"), 404),
        (Conflicting("x"), 409),
        (MatterConflict("x"), 409),
        (WrongState("x"), 409),
        (DeliveryRefused("x"), 409),
        (TooLarge("x"), 413),
        (WrongType("x"), 415),
        (Locked("x"), 423),
        (Unreachable("x"), 502),
        (NoSpace("x"), 507),
        (BadInput("x"), 422),
        (MissingInput("x", ("reason",)), 422),
        (InvalidInput("x"), 422),
        (OutsideCity("x"), 422),  # a subclass is answered as its base
        (TooOften("x"), 429),
        (RateLimited(5, 3), 429),
    ],
)
def test_the_table(error, status):
    assert refusal_of(error).status == status


def test_what_is_no_refusal_has_no_status():
    for error in (ValueError("x"), PermissionError("x"), KeyError("x")):
        assert not isinstance(error, REFUSALS)
        with pytest.raises(KeyError):
            refusal_of(error)


def test_the_refusal_names_the_input_and_brings_its_headers():
    assert refusal_of(InvalidInput("请写明", "reason")).field == "reason"
    assert refusal_of(RateLimited(5, 3)).headers == {"Retry-After": "3"}
    assert refusal_of(BadInput("x", title="案件过多")).title == "案件过多"


def answered(rf, error, **headers):
    def view(_request):
        raise error

    middleware = RefusalAnswers(view)
    return middleware.process_exception(rf.get("/grid/?a=1", headers=headers), error)


def test_a_page_a_fragment_a_script_and_a_program_read_their_own_form(rf):
    error = MatterConflict("别人已办理")
    page = answered(rf, error)
    assert (page.status_code, page["Content-Type"]) == (409, "text/html; charset=utf-8")
    assert "<!doctype html>" in page.text
    assert "别人已办理" in page.text
    fragment = answered(rf, error, **{"HX-Request": "true"})
    assert fragment.status_code == 409
    assert "<!doctype html>" not in fragment.text
    assert "别人已办理" in fragment.text
    script = answered(rf, error, **FETCH)
    assert (script.status_code, script.text) == (409, "别人已办理")
    program = answered(rf, error, **JSON)
    assert program.status_code == 409
    assert json.loads(program.content) == {"error": "别人已办理", "field": ""}


def test_who_is_not_signed_in_is_led_to_the_sign_in_but_a_script_keeps_its_page(rf):
    error = NotSignedIn("登录已过期")
    page = answered(rf, error)
    assert (page.status_code, page["Location"]) == (302, "/accounts/login/?next=/grid/%3Fa%3D1")
    for headers in (FETCH, JSON, {"HX-Request": "true"}):
        assert answered(rf, error, **headers).status_code == 401


def test_a_forbidden_page_says_what_to_do_and_nothing_of_the_thing(rf):
    page = answered(rf, NotResponsible("案件 431382 属市政公司"))
    assert page.status_code == 403
    assert "没有权限" in page.text
    assert "市政公司" not in page.text


def test_no_cache_keeps_a_refusal(rf):
    assert "no-store" in answered(rf, InvalidInput("x"))["Cache-Control"]


def test_other_exceptions_are_left_alone(rf):
    assert answered(rf, ValueError("x")) is None


def test_a_room_answers_in_its_own_form(rf):
    @answering(as_json)
    def view(_request, name):
        if name == "fits":
            return HttpResponse("done")
        raise RateLimited(5, 3)

    assert view(rf.get("/"), "fits").text == "done"
    refused = view(rf.get("/"), "other")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3")
    assert "每分钟最多" in json.loads(refused.content)["error"]


def test_a_problem_is_a_document_for_programs_a_page_for_browsers_and_else_a_line(rf):
    refusal = refusal_of(Conflicting("没有入库"))
    document = as_problem(rf.get("/", headers=JSON), refusal)
    assert document["Content-Type"] == "application/problem+json"
    assert json.loads(document.content) == {
        "type": "about:blank",
        "status": 409,
        "title": "没有入库",
    }
    line = as_problem(rf.get("/"), refusal)
    assert (line.status_code, line.text) == (409, "没有入库")
    page = as_problem(rf.get("/", headers={"Accept": "text/html"}), refusal)
    assert (page.status_code, "<!doctype html>" in page.text) == (409, True)


def test_an_attempt_gives_the_result_or_the_refusal_of_its_kinds():
    def refuse():
        raise NotResponsible("x")

    assert attempt(lambda: 1) == (1, None)
    result, refusal = attempt(refuse)
    assert (result, refusal.status, refusal.kind) == (None, 403, NotResponsible)
    with pytest.raises(NotResponsible):
        attempt(refuse, (InvalidInput,))


def test_where_the_keys_lie_stands_in_the_log_and_on_no_page(caplog):
    refusal = refusal_of(KeyMissing("token-1.key", "/srv/city/keys"))
    assert refusal.status == 503
    assert "/srv" not in refusal.text
    assert "系统管理员" in refusal.text
    assert "/srv/city/keys" in caplog.text

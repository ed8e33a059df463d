"""Every request has a number, and the access log knows who asked."""

import logging
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.test import Client

from layers.sharing.callers import WHO
from spatial.audit.models import AuditEvent
from spatial.audit.origins import NOWHERE, Origin, current_origin, set_origin
from tests.town import make_user
from webmap.startup.logs import RequestNumbers
from webmap.web.access_log import ADDRESS, REQUEST, numbered


@pytest.fixture(autouse=True)
def nowhere():
    yield
    set_origin(NOWHERE)


def ask(**environ: str) -> tuple[dict, dict[str, str]]:
    """The environment after a request, and the headers of its answer."""
    headers: dict[str, str] = {}
    given = {"REMOTE_ADDR": "127.0.0.1", **environ}
    application = numbered(lambda _environ, start: start("200 OK", [("A", "b")]) or [b""])
    application(given, lambda _status, sent, *_more: headers.update(sent))
    return given, headers


def test_a_believed_proxy_gives_the_number(settings) -> None:
    number = "4bf92f3577b34da6-a3ce"
    environ, headers = ask(HTTP_X_REQUEST_ID=number, HTTP_X_FORWARDED_FOR="1.1.1.1, 10.1.2.3")
    assert headers == {"A": "b", "X-Request-ID": number}
    assert (environ[REQUEST], environ[ADDRESS], environ[WHO]) == (number, "10.1.2.3", "-")
    assert current_origin() == Origin(number, "10.1.2.3")


@pytest.mark.parametrize(
    "number", ["", "short", "a" * 65, "x\ny" * 9, "编号编号编号编号", '" or 1=1 --']
)
def test_a_number_that_is_not_well_formed_is_made_anew(number: str) -> None:
    _environ, headers = ask(HTTP_X_REQUEST_ID=number)
    assert len(headers["X-Request-ID"]) == 32
    assert headers["X-Request-ID"] != number


def test_somebody_else_gives_no_number() -> None:
    _environ, headers = ask(REMOTE_ADDR="10.9.9.9", HTTP_X_REQUEST_ID="4bf92f3577b34da6")
    assert headers["X-Request-ID"] != "4bf92f3577b34da6"


def test_the_log_of_the_server_names_the_request() -> None:
    record = logging.makeLogRecord({"msg": "x"})
    assert RequestNumbers().filter(record)
    assert record.request_number == "-"
    set_origin(Origin("abcdefgh", "10.1.2.3"))
    RequestNumbers().filter(record)
    assert record.request_number == "abcdefgh"


@pytest.mark.django_db
def test_a_person_is_named_and_a_page_says_its_number() -> None:
    client = Client()
    client.force_login(make_user("李 工"))
    set_origin(Origin("abcdefgh", "10.1.2.3"))
    answer = client.get("/nowhere")
    assert answer.wsgi_request.META.get(WHO, "-") in ("-", "%E6%9D%8E%20%E5%B7%A5")
    assert "abcdefgh" in answer.content.decode()
    environ = {WHO: "-"}
    answer = client.get("/sharing/mine", **environ)
    assert answer.wsgi_request.META[WHO] == "%E6%9D%8E%20%E5%B7%A5"
    given = {"username": "李 工", "password": "tujing"}
    with patch(
        "django.contrib.auth.backends.ModelBackend.authenticate",
        lambda *_, **__: User.objects.get(),
    ):
        answer = Client().post("/accounts/login/", given, **environ)
    assert answer.wsgi_request.META[WHO] == "%E6%9D%8E%20%E5%B7%A5"  # who has just signed in


@pytest.mark.django_db
def test_a_row_of_an_audited_table_names_the_request() -> None:
    from tests.factories import change, moment

    set_origin(Origin("abcdefgh", "10.1.2.3", "不动产"))
    change(moment(2020))
    event = AuditEvent.objects.get(kind="change")
    assert (event.request_id, event.address, event.on_behalf) == ("abcdefgh", "10.1.2.3", "不动产")

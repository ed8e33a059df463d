"""What the framework refuses is answered by the table as well: in the client's form and language."""

import io
import logging

import pytest
from django.test import Client

from webmap.web import site

JSON = {"Accept": "application/json"}
BAD = {
    "404": ("get", "/nowhere", 404),
    "record": ("get", "/panel/nowhere/1", 404),
    "parameter": ("get", "/here?lon=x", 400),
    "host": ("get", "/nowhere", 400),
    "token": ("post", "/measure", 403),
}


def refused(case, **headers):
    method, path, status = BAD[case]
    if case == "host":
        headers["Host"] = "evil.example"
    answer = getattr(Client(enforce_csrf_checks=True), method)(path, headers=headers)
    assert answer.status_code == status
    return answer


@pytest.mark.parametrize("case", BAD)
def test_each_client_reads_its_own_form(db, case):
    program = refused(case, **JSON)
    assert program["Content-Type"] == "application/json"
    assert program.json()["error"]
    script = refused(case, **{"X-Requested-With": "fetch"})
    assert (script["Content-Type"], "<" in script.text) == ("text/plain; charset=utf-8", False)
    assert refused(case, **{"X-Requested-With": "fragment"}).text.startswith("<article")
    page = refused(case)
    assert "<!doctype html>" in page.text
    assert "no-store" in page["Cache-Control"]


def test_a_form_that_is_too_old_is_said_so_in_any_form(db):
    assert "页面已过期" in refused("token").text
    assert refused("token", **JSON).json()["error"] == "请刷新页面后再试一次。"


def test_the_page_is_in_the_chosen_language(db):
    assert '<html lang="zh-hans">' in refused("404").text
    english = refused("404", Cookie="django_language=en").text
    assert '<html lang="en">' in english
    assert "Back to the map" in english


def test_a_program_reads_of_a_fault_in_its_own_form(rf):
    answer = site.broken(rf.get("/", headers=JSON))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")


def test_a_refused_request_is_one_line_of_the_log_and_a_fault_its_traceback(db, monkeypatch):
    (console,) = [h for h in logging.getLogger().handlers if h.get_name() == "console"]
    log = io.StringIO()
    monkeypatch.setattr(console, "stream", log)
    refused("host")
    assert "evil.example" in log.getvalue()
    assert "Traceback" not in log.getvalue()
    try:
        raise ValueError("a fault")
    except ValueError:
        logging.getLogger("django.request").exception("fault", extra={"status_code": 500})
    assert "Traceback" in log.getvalue()

"""Several cases at once: each by itself, and why one of them stays."""

import pytest

from tests.grid.people import new_case, walk
from webmap.casework import bulk

pytestmark = pytest.mark.django_db


def test_a_case_without_a_suggested_department_waits_for_a_choice(people, monkeypatch):
    ready = walk(new_case(), "file")
    monkeypatch.setattr(bulk, "case_of", lambda _code: None)
    answer = people["dispatcher"].post("/grid/dispatch", {"code": [ready.code]}).json()
    assert answer["done"] == []
    assert answer["failed"] == [{"code": ready.code, "why": "没有建议部门，请选择专业部门"}]


def test_no_more_than_a_page_at_once(people, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)
    codes = [walk(new_case(), "file").code for _ in range(2)]
    answer = people["dispatcher"].post("/grid/dispatch", {"code": codes}).json()
    assert len(answer["done"] + answer["failed"]) == 1


def test_who_may_not_is_told_case_by_case(people):
    ready = walk(new_case(), "file")
    answer = people["intake"].post("/grid/dispatch", {"code": [ready.code]}).json()
    assert answer["done"] == []
    assert "派遣员" in answer["failed"][0]["why"]

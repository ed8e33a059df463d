"""A deputy acts for whoever is absent without a reason; the history names both."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from grid.cases.actions import act, amend_case, report
from grid.cases.actors import Actor
from grid.cases.queries import case_of, queue, visible_cases
from grid.cases.situations import CaseSituation
from grid.evaluation.evaluation import Period, evaluated
from grid.models import CaseStep
from grid.rules.indicators import Subject
from spatial.casework.errors import MatterConflict
from spatial.parties.actions import name_deputy
from tests.grid.cases.test_actions import at
from tests.grid.people import (
    CHIEF,
    CLEANERS,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    STREETS,
    freeze_time,
    make_inspector,
    new_case,
    told,
    walk,
)
from tests.town import make_user
from webmap.casework.available_actions import offers

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}
STAND_IN = Actor("冯值", frozenset(), principals=(CHIEF,))


def last() -> CaseStep:
    return CaseStep.objects.last()


def test_a_deputy_needs_no_reason_and_is_named(people):
    chief, stand_in = (User.objects.get(username=name) for name in ("chief", "handler"))
    since = timezone.now() - timedelta(hours=1)
    name_deputy(chief, chief, stand_in, since, only_absent=False)
    case = walk(new_case(), "accept")
    client = people["handler"]
    page = client.get(f"/grid/cases/{case.code}").text
    assert "代 chief" in page
    sent = client.post(
        f"/grid/cases/{case.code}/act", {"action": "file", "condition": "1"}, headers=FETCH
    )
    assert "handler 代 chief" in sent.text
    assert last().details["deputy_of"] == "chief"
    assert last().role == "值班长"
    amend_case(STAND_IN, case.code, "address", "桥头", reason="报错了")
    assert (last().details["deputy_of"], last().role) == ("赵值", "值班长")


def test_a_deputy_of_a_superior_still_says_why(ground):
    case = walk(new_case(), "dispatch")
    with pytest.raises(ValueError, match="代办理由"):
        act(STAND_IN, case.code, "finish", {"note": "好了"})
    act(STAND_IN, case.code, "finish", {"note": "好了", "because": "无人"})
    assert {"instead_of", "because", "deputy_of"} <= last().details.keys()


def test_what_a_deputy_of_another_department_does_is_that_departments(ground):
    both = replace(CLEANERS, principals=(ROADS,))
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(), "dispatch")
        assert visible_cases(both).filter(code=case.code).exists()
        act(both, case.code, "finish", {"note": "好了"})
    month = Period(at("2026-01-01 00:00"), at("2026-02-01 00:00"))
    rows = {row.key: row.counts["handled"] for row in evaluated(Subject.DEPARTMENT, month)}
    assert rows == {STREETS: 1}
    assert (last().department, last().who) == (STREETS, "吴洁")
    assert HYGIENE not in rows


def test_a_deputy_has_the_tasks_and_takes_reports(ground):
    make_inspector("王巡")
    stands_in = Actor("陈巡", INSPECTOR.roles, principals=(INSPECTOR,))
    case = new_case()
    act(INTAKE, case.code, "ask_verify", {"inspector": "王巡"})
    assert queue(stands_in, "verifying").filter(code=case.code).exists()
    may = {one.action: one.deputy_of for one in offers(situation(case.code), stands_in)}
    assert may["confirm"] == "王巡"
    act(stands_in, case.code, "confirm")
    report(Actor("冯受", frozenset(), principals=(INTAKE,)), told())
    assert (last().role, last().details) == ("受理员", {"deputy_of": "李受"})


def situation(code: str) -> CaseSituation:
    return CaseSituation(case_of(code), timezone.now())


def test_a_deputy_of_an_inspector_finds_the_phone_and_the_desk(ground):
    inspector, stand_in, client = make_inspector("王巡"), make_user("nobody"), Client()
    client.force_login(stand_in)
    assert client.get("/inspector/api/tasks").status_code == 403
    assert 'href="/inspector/"' not in client.get("/").text
    since = timezone.now() - timedelta(hours=1)
    name_deputy(inspector, inspector, stand_in, since, only_absent=False)
    case = new_case()
    act(INTAKE, case.code, "ask_verify", {"inspector": "王巡"})
    page = client.get("/").text
    assert 'href="/inspector/"' in page
    assert 'href="/grid/"' in page
    tasks = client.get("/inspector/api/tasks").json()["tasks"]
    assert [one["code"] for one in tasks] == [case.code]
    act(INTAKE, case.code, "recall_verify", {"reason": "电话已核实"})
    actor = Actor("nobody", frozenset(), principals=(INSPECTOR,))
    with pytest.raises(MatterConflict, match="不用再办"):
        act(actor, case.code, "confirm")

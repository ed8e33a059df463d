"""A department sees the rounds that were its own, as they were, and appeals against them."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.cases.actions import act
from grid.cases.rounds import rounds_of
from grid.evaluation.evaluation import Period, evaluated
from grid.models import Case, CaseRequest, CaseStep
from grid.rules.indicators import Subject
from spatial.parties.actions import merge_department
from spatial.parties.models import Department, DepartmentName
from tests.grid.cases.test_actions import at
from tests.grid.people import (
    CHIEF,
    CLEANERS,
    DISPATCHER,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    STREETS,
    freeze_time,
    new_case,
    walk,
)
from webmap.web.callers import actor_of

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}
JANUARY = Period(at("2026-01-01 00:00"), at("2026-02-01 00:00"))


def passed_on() -> Case:
    """Handled late by the roads, failed its check, now with the cleaners, who wrote of it."""
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-01-08 09:00")):
        act(ROADS, case.code, "finish", {"note": "已修补"})
        act(INTAKE, case.code, "send_check")
        act(INSPECTOR, case.code, "fail_check", {"reason": "没好"})
        act(DISPATCHER, case.code, "dispatch", {"department": HYGIENE})
        act(CLEANERS, case.code, "remark", {"note": "环卫内部的话"})
    return case


def post(client, case, action="appeal", **given):
    form = {"action": action, "reason": "暴雨"} | given
    return client.post(f"/grid/cases/{case.code}/act", form, headers=FETCH)


def figures(*names: str) -> dict[str, tuple[int, ...]]:
    rows = evaluated(Subject.DEPARTMENT, JANUARY)
    return {row.key: tuple(row.counts[name] for name in names) for row in rows}


def test_the_round_is_seen_as_it_was(people):
    case = passed_on()
    handler, page = people["handler"], people["handler"].get(f"/grid/cases/{case.code}")
    assert page.status_code == 200
    assert "核查不通过" in page.text
    assert STREETS in page.text
    assert "环卫内部的话" not in page.text
    assert HYGIENE not in page.text
    again = handler.get(f"/grid/cases/{case.code}", headers={"If-None-Match": page["ETag"]})
    assert again.status_code == 304
    assert case.code in handler.get("/grid/list", {"state": "past"}).text
    assert case.code not in handler.get("/grid/list", {"state": "all"}).text
    drilled = {"by": "department", "count": "reworked", "key": STREETS}
    days = {"from": "2026-01-01", "to": "2026-01-31"}
    behind = handler.get("/grid/evaluation/cases", drilled | days).text
    assert f'href="/grid/cases/{case.code}"' in behind
    for action in ("finish", "remark", "recall"):
        assert post(handler, case, action, note="x").status_code == 404
    assert "环卫内部的话" in people["cleaner"].get(f"/grid/cases/{case.code}").text


def test_its_appeal_exempts_its_own_round_and_no_other(people):
    case = passed_on()
    before = figures("handled_late", "handled", "exempt")
    assert before[STREETS] == (1, 1, 0)
    with freeze_time(at("2026-01-20 09:00")):
        act(CLEANERS, case.code, "finish", {"note": "扫了"})
    assert "已办理" in post(people["handler"], case).text
    assert post(people["handler"], case).status_code == 422  # one waits for an answer
    act(CHIEF, case.code, "grant_appeal")
    after = figures("handled_late", "handled", "exempt")
    assert (after[STREETS][:2], after[HYGIENE][:2]) == ((0, 1), (1, 1))
    page = people["handler"].get(f"/grid/cases/{case.code}").text
    assert "申诉成立" in page
    assert 'value="appeal"' not in page
    assert [
        (one.department, one.counts)
        for one in rounds_of(Case.objects.current().get(code=case.code))
    ] == [
        (STREETS, False),
        (HYGIENE, True),
    ]


def test_an_appeal_outlives_the_round_of_another(ground):
    case = passed_on()
    act(ROADS, case.code, "appeal", {"reason": "暴雨"})
    act(DISPATCHER, case.code, "recall", {"reason": "派错"})
    assert CaseRequest.objects.get(kind="appeal").granted is None
    act(CHIEF, case.code, "refuse_appeal", {"reason": "不成立"})
    step = CaseStep.objects.last()
    assert step.details["department"] == STREETS
    act(DISPATCHER, case.code, "dispatch", {"department": HYGIENE})
    act(CLEANERS, case.code, "appeal", {"reason": "也是暴雨"})
    act(DISPATCHER, case.code, "recall", {"reason": "派错"})
    assert CaseRequest.objects.filter(kind="appeal").last().answered_by == "系统"


def test_of_several_rounds_one_is_chosen(people):
    case = passed_on()
    act(DISPATCHER, case.code, "reassign", {"department": STREETS, "reason": "属市政"})
    page = people["handler"].get(f"/grid/cases/{case.code}").text
    first, second, third = rounds_of(Case.objects.current().get(code=case.code))
    assert f'<option value="{first.dispatch}">' in page
    assert f'<option value="{third.dispatch}" selected>' in page
    assert f'<option value="{second.dispatch}"' not in page
    assert post(people["handler"], case, round=str(second.dispatch)).status_code == 422
    assert post(people["handler"], case, round=str(first.dispatch)).status_code == 200


def test_a_department_renamed_and_merged_on_one_day_keeps_its_round(people):
    """Renamed this morning, today gone into another with its people: they answer for the round."""
    case, today = passed_on(), timezone.localdate()
    roads, cleaners = (Department.objects.get(name=name) for name in (STREETS, HYGIENE))
    DepartmentName.objects.create(department=roads, name="市政园林局", valid_from=today)
    assert people["handler"].get(f"/grid/cases/{case.code}").status_code == 200
    merge_department(roads, cleaners, today)
    assert actor_of(User.objects.get(username="handler")).department == HYGIENE
    assert post(people["handler"], case).status_code == 200
    assert CaseStep.objects.last().details["department"] in (STREETS, HYGIENE)
    assert post(people["cleaner"], case, "finish", note="好了").status_code == 200

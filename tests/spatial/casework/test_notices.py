"""Who hears of what happens to matters: those whose it is, who asked, who applied; once."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from grid.cases.actions import act
from grid.models import Case
from grid.roles import GridRole
from spatial.casework import procedures
from spatial.casework.actions import take
from spatial.casework.actors import Actor
from spatial.casework.beginning import open_matter
from spatial.casework.consulting import answer, consult, record_silence, unask
from spatial.casework.models import Matter, MatterRequest
from spatial.casework.notices import tell_of_late
from spatial.outbox.models import Notice, NoticeDelivery
from spatial.parties.actions import enter_absence, name_deputy
from spatial.parties.models import Department, Member
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from tests.grid.people import INTAKE, make_ground, make_inspector, new_case
from tests.spatial.casework.procedure import EXAMINER, HEAD, PERMIT
from tests.spatial.casework.test_actions import CITIZEN, SUN, WANG, ZHAO
from webmap.notices.rendering import rendered

pytestmark = pytest.mark.django_db


def account(name, *roles):
    user = User.objects.create_user(name)
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@pytest.fixture(autouse=True)
def people(monkeypatch):
    monkeypatch.setitem(procedures._procedures, PERMIT.id, PERMIT)
    for name, role in (("王审", EXAMINER), ("孙审", EXAMINER), ("赵科", HEAD)):
        account(name, role)
    account("zhang")


def heard(topic):
    """Who heard of a topic, by the last order about it."""
    order = Notice.objects.filter(topic=topic).order_by("pk").last()
    names = NoticeDelivery.objects.filter(notice=order, channel="inbox") if order else []
    return sorted({one.recipient for one in names})


def said():
    """The text of the last order, as it is read."""
    order = Notice.objects.order_by("pk").last()
    about = (order.topic, order.about_code, order.values, order.level, "zh-hans")
    return rendered(order.template, *about).body


def test_those_whose_it_is_hear_of_it_and_not_who_sent_it():
    matter = open_matter(PERMIT, CITIZEN, title="建房")
    assert heard("matter-arrived") == ["孙审", "王审"]
    take(PERMIT, WANG, matter.code, "ask_back", {"reason": "缺图"})
    assert heard("matter-arrived") == ["zhang"]
    take(PERMIT, CITIZEN, matter.code, "supply", {"note": "补图"})
    take(PERMIT, ZHAO, matter.code, "reassign", {"reason": "均衡", "assignee": "孙审"})
    assert heard("matter-arrived") == ["孙审"]
    before = Notice.objects.count()
    take(PERMIT, SUN, matter.code, "remark", {"note": "电话"})
    assert Notice.objects.count() == before


def test_who_stands_in_for_somebody_away_hears_what_they_hear():
    wang, stand_in = User.objects.get(username="王审"), account("代")
    now = timezone.now() - timedelta(minutes=1)
    name_deputy(wang, wang, stand_in, now)
    open_matter(PERMIT, CITIZEN, title="建房")
    assert heard("matter-arrived") == ["孙审", "王审"]
    enter_absence(wang, wang, now, now + timedelta(hours=2))
    open_matter(PERMIT, CITIZEN, title="建房")
    assert heard("matter-arrived") == ["代", "孙审", "王审"]


def test_what_is_asked_goes_to_who_answers_and_the_answer_back():
    matter = open_matter(PERMIT, CITIZEN, title="建房")
    take(PERMIT, WANG, matter.code, "ask_time", {"reason": "量多"})
    assert heard("matter-asked") == ["赵科"]
    take(PERMIT, ZHAO, matter.code, "give_time")
    assert heard("matter-answered") == ["王审"]
    take(PERMIT, ZHAO, matter.code, "refuse", {"reason": "不符"})
    assert heard("matter-ended") == ["zhang"]


def test_a_department_that_is_asked_hears_of_it_and_whoever_asked_of_the_answer():
    roads = Department.objects.create(code="GL", name="公路局", valid_from="2020-01-01")
    Member.objects.create(user=account("路工"), department=roads, valid_from="2020-01-01")
    matter = open_matter(PERMIT, CITIZEN, title="建房")
    consult(PERMIT, WANG, matter.code, ["公路局"], "是否占用")
    assert (heard("matter-asked"), said()) == (["路工"], "王审 征询贵部门意见，请答复。")
    unask(PERMIT, WANG, matter.code, ["公路局"], "误发")
    assert (heard("matter-asked"), said()) == (["路工"], "王审 已撤回征询，不必再答复。")
    soon = timezone.now() + timedelta(hours=1)
    consult(PERMIT, WANG, matter.code, ["公路局"], "再问", due_at=soon)
    MatterRequest.objects.filter(granted=None).update(due_at=timezone.now() - timedelta(minutes=1))
    record_silence()
    assert heard("matter-answered") == ["王审"]
    assert said().startswith("被征询的部门到期没有答复")
    consult(PERMIT, WANG, matter.code, ["公路局"], "三问")
    answer(PERMIT, Actor("路工", frozenset(), "公路局"), matter.code, agreed=True, text="")
    assert heard("matter-answered") == ["王审"]


def test_an_act_that_is_taken_back_tells_nobody():
    with suppress(RuntimeError), transaction.atomic():
        open_matter(PERMIT, CITIZEN, title="建房")
        raise RuntimeError
    assert not Notice.objects.exists()


def test_a_notice_names_no_person_but_who_acted():
    make_ground()
    account("李受", GridRole.INTAKE)
    new_case(reporter_name="张三丰", reporter_phone="13812345678", description="张三丰家门口")
    text = str(list(Notice.objects.values_list("values", flat=True)))
    assert "张三丰" not in text
    assert "138" not in text


def test_a_task_goes_to_its_inspector_and_a_case_to_the_area():
    make_ground()
    for name in ("王巡", "陈巡"):
        make_inspector(name)
    case = new_case()
    act(INTAKE, case.code, "ask_verify", {"inspector": "陈巡"})
    assert heard("matter-arrived") == ["陈巡"]


def test_clocks_that_ran_out_are_told_of_once():
    matter = open_matter(PERMIT, CITIZEN, title="建房")
    late = timezone.now() - timedelta(minutes=5)
    values = {f: getattr(matter, f) for f in ("procedure", "title", "values", "step", "applicant")}
    values |= {"accepted_at": matter.accepted_at, "entered_at": late, "step_due_at": late}
    apply(record_change(who="x", why="x"), Matter, [Edit(Action.REPLACE, matter.code, values)])
    assert [tell_of_late(), tell_of_late()] == [1, 0]
    assert heard("matter-late") == ["孙审", "王审"]
    assert Notice.objects.get(topic="matter-late").escalate_at
    assert not Case.objects.exists()

"""Departments, posts and people on the administrator's pages; who leaves hands over first."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from spatial.parties import handovers
from spatial.parties.models import Absence, DepartmentMerger, Deputy, Member, Post, Shift
from tests.spatial.parties.people import department, member, person, post, today

pytestmark = pytest.mark.django_db
ADMIN = "/admin/parties/"


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def busy(monkeypatch):
    monkeypatch.setattr(handovers, "_counters", {"t": ("核查任务", lambda name: 3)})


def times(hours: int = 4) -> dict[str, str]:
    start = timezone.localtime()
    found = {}
    for name, at in (("starts_at", start), ("ends_at", start + timedelta(hours=hours))):
        found |= {f"{name}_0": f"{at:%Y-%m-%d}", f"{name}_1": f"{at:%H:%M:%S}"}
    return found


def account_form(user: User, **more: str) -> dict[str, str]:
    return {
        "username": user.username,
        "date_joined_0": "2026-01-01",
        "date_joined_1": "08:00:00",
        **more,
    }


def test_every_page_opens_and_what_is_entered_stands(root):
    wang, li = person("王"), person("李")
    a, b = department("TA"), department("TB")
    days = {"valid_from": f"{today()}"}
    place = {"code": "P1", "title": "班长", "department": "TA"}
    assert root.post(f"{ADMIN}post/add/", place | days).status_code == 302
    made = Post.objects.get()
    given = {"user": wang.pk, "post": made.pk} | days
    assert root.post(f"{ADMIN}member/add/", given).status_code == 302
    assert Member.objects.get(user=wang).department == a  # that of the post
    assert root.post(f"{ADMIN}absence/add/", {"user": wang.pk} | times()).status_code == 302
    pair = {"principal": wang.pk, "deputy": li.pk, "only_absent": "on"}
    assert root.post(f"{ADMIN}deputy/add/", pair | times()).status_code == 302
    shift = {"post": made.pk, "user": li.pk}
    assert root.post(f"{ADMIN}shift/add/", shift | times()).status_code == 302
    gone = {"department": "TA", "into": "TB", "on": f"{today()}"}
    assert root.post(f"{ADMIN}departmentmerger/add/", gone).status_code == 302
    assert DepartmentMerger.objects.get().into == b
    for model in ("absence", "deputy"):
        act = "end" if model == "absence" else "withdraw"
        kind = Absence if model == "absence" else Deputy
        chosen = {"action": act, "_selected_action": kind.objects.get().pk}
        assert root.post(f"{ADMIN}{model}/", chosen).status_code == 302
    assert Deputy.objects.get().withdrawn_at is not None
    assert Absence.objects.get().ends_at <= timezone.now()
    names = "department departmentname departmentmerger post member absence deputy shift"
    for name in names.split():
        assert root.get(f"{ADMIN}{name}/").status_code == 200, name
        assert root.get(f"{ADMIN}{name}/add/").status_code == 200, name


def test_what_is_refused_is_said_beside_its_field(root):
    wang = person("王")
    department("TA")
    taken = post("P1", role="班长")
    days = {"valid_from": f"{today()}"}
    lacking = root.post(f"{ADMIN}member/add/", {"user": wang.pk, "post": taken.pk} | days)
    assert "没有这个岗位的角色" in lacking.text
    assert "至少选一项" in root.post(f"{ADMIN}member/add/", {"user": wang.pk} | days).text
    same = {"principal": wang.pk, "deputy": wang.pk, "only_absent": "on"} | times()
    assert "不能是本人" in root.post(f"{ADMIN}deputy/add/", same).text
    long = {"post": taken.pk, "user": wang.pk} | times(hours=24 * 30)
    assert "不超过 7 天" in root.post(f"{ADMIN}shift/add/", long).text
    circle = {"department": "TA", "into": "TA", "on": f"{today()}"}
    assert "回到该部门" in root.post(f"{ADMIN}departmentmerger/add/", circle).text
    assert not any(kind.objects.exists() for kind in (Member, Deputy, Shift))
    above = post("P2", superior=taken)
    changed = {"title": "x", "superior": above.pk} | days
    assert "回到本岗位" in root.post(f"{ADMIN}post/{taken.pk}/change/", changed).text


def test_an_account_is_not_closed_with_work_in_hand(root, busy, monkeypatch):
    wang = person("王")
    page = f"/admin/auth/user/{wang.pk}/"
    answer = root.post(f"{page}change/", account_form(wang))
    assert "王名下还有未移交的工作：核查任务 3" in answer.text
    assert "核查任务 3" in root.get(f"{page}delete/").text
    assert root.post(f"{page}delete/", {"post": "yes"}).status_code in (200, 403)
    assert User.objects.get(username="王").is_active
    assert root.post(f"{page}change/", account_form(wang, is_active="on")).status_code == 302
    monkeypatch.setattr(handovers, "_counters", {})
    assert root.post(f"{page}change/", account_form(wang)).status_code == 302
    assert not User.objects.get(username="王").is_active


def test_a_membership_is_not_ended_with_work_in_hand(root, busy):
    held = member(person("王"), department("TA"))
    answer = root.post(f"{ADMIN}member/{held.pk}/change/", {"valid_to": f"{today()}"})
    assert "核查任务 3" in answer.text
    held.refresh_from_db()
    assert held.valid_to is None

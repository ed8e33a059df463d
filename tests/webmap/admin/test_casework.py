"""Rules of casework in the administrator pages: added, ended, never rewritten."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.rule_models import Department, HandlingLimit

pytestmark = pytest.mark.django_db
LIMITS = "/admin/grid/handlinglimit/"


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def rule(**more):
    tomorrow = timezone.localdate() + timedelta(days=1)
    values = {
        "kind": "event",
        "scheme": "events_2020",
        "class_code": "0113",
        "condition_code": "2",
        "condition": "大面积破损",
        "amount": "3",
        "unit": "工作日",
        "valid_from": f"{tomorrow}",
        "source": "本市规范",
    }
    return values | more


def test_every_page_opens(root):
    for name in ("handlinglimit", "steplimit", "department", "routing", "staff", "casestep"):
        assert root.get(f"/admin/grid/{name}/").status_code == 200, name
    assert root.get(LIMITS + "add/").status_code == 200


def test_a_rule_is_added_and_may_be_dropped_before_it_holds(root):
    assert root.post(LIMITS + "add/", rule()).status_code == 302
    made = HandlingLimit.objects.get(condition="大面积破损")
    assert root.post(f"{LIMITS}{made.pk}/delete/", {"post": "yes"}).status_code == 302


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"amount": "0"}, "正数"),
        ({"unit": "星期"}, "选"),
        ({"class_code": "9999"}, "没有这个代码"),
        ({"valid_to": "2020-01-01"}, "晚于"),
    ],
)
def test_a_rule_that_cannot_be_is_told(root, more, words):
    answer = root.post(LIMITS + "add/", rule(**more))
    assert answer.status_code == 200
    assert words in answer.text
    assert not HandlingLimit.objects.filter(condition="大面积破损").exists()


def test_a_rule_that_holds_is_only_ended(root):
    held = HandlingLimit.objects.filter(class_code="0113").first()
    ends = timezone.localdate() + timedelta(days=9)
    form = rule(amount="99", valid_to=f"{ends}")
    assert root.post(f"{LIMITS}{held.pk}/change/", form).status_code == 302
    held.refresh_from_db()
    assert (held.amount, held.valid_to) == (5, ends)
    assert root.post(f"{LIMITS}{held.pk}/delete/", {"post": "yes"}).status_code == 403
    assert root.post("/admin/grid/department/1/delete/", {"post": "yes"}).status_code in (302, 403)
    assert Department.objects.count() == 13


def test_a_rule_that_holds_is_not_ended_in_the_past(root):
    held = HandlingLimit.objects.filter(class_code="0113").first()
    answer = root.post(f"{LIMITS}{held.pk}/change/", rule(valid_to=f"{timezone.localdate()}"))
    assert "失效日期应在今天以后" in answer.text

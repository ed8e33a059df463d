"""Rules of casework in the administrator pages: added, ended, never rewritten."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.rules.models import HandlingLimit
from spatial.casework.models import MatterLimit
from spatial.parties.models import Department

pytestmark = pytest.mark.django_db
LIMITS = "/admin/grid/handlinglimit/"
YESTERDAY = timezone.localdate() - timedelta(days=1)


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
    for name in ("handlinglimit", "steplimit", "routing", "staff", "casestep"):
        assert root.get(f"/admin/grid/{name}/").status_code == 200, name
    assert root.get(LIMITS + "add/").status_code == 200


def test_limits_of_matters_name_a_state_that_waits_for_somebody(root):
    add, today = "/admin/casework/matterlimit/add/", timezone.localdate().isoformat()
    given = {"procedure": "data-application", "amount": "10", "unit": "工作日", "valid_from": today}
    assert "这段时间已有同样的一条" in root.post(add, given).text  # the one that was seeded
    MatterLimit.objects.update(valid_to=timezone.localdate())
    for state in ("granted", "nothing"):
        page = root.post(add, {**given, "state": state})
        assert "没有这个在办阶段" in page.text
    assert root.post(add, {**given, "state": "applied"}).status_code == 302
    assert root.post(add, given).status_code == 302
    assert "这段时间已有同样的一条" in root.post(add, given).text
    assert MatterLimit.objects.filter(valid_from=today).count() == 2


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
        ({"valid_from": f"{YESTERDAY}"}, "不能早于今天"),
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
    assert root.post("/admin/parties/department/1/delete/", {"post": "yes"}).status_code in (
        302,
        403,
    )
    assert Department.objects.count() == 13


def test_a_rule_may_start_today_and_not_be_moved_into_the_past(root):
    today = timezone.localdate()
    assert root.post(LIMITS + "add/", rule(valid_from=f"{today}")).status_code == 302
    assert root.post(LIMITS + "add/", rule(condition="别的")).status_code == 302
    later = HandlingLimit.objects.get(condition="别的")
    back = root.post(f"{LIMITS}{later.pk}/change/", rule(valid_from=f"{YESTERDAY}"))
    assert "不能早于今天" in back.text


def test_the_days_gone_by_stay_as_they_were(root):
    held = HandlingLimit.objects.filter(class_code="0113").first()
    page = f"{LIMITS}{held.pk}/change/"
    early = root.post(page, {"valid_to": f"{YESTERDAY}"})
    assert early.status_code == 200
    assert "失效日期不能早于今天" in early.text
    today = timezone.localdate()
    assert root.post(page, {"valid_to": f"{today}"}).status_code == 302
    assert root.post(page, {"valid_to": ""}).status_code == 302  # today is not over
    HandlingLimit.objects.filter(pk=held.pk).update(valid_to=YESTERDAY)
    assert root.get(page).status_code == 200
    for ends in ("", f"{today + timedelta(days=9)}"):
        assert root.post(page, {"valid_to": ends}).status_code == 403
    held.refresh_from_db()
    assert held.valid_to == YESTERDAY

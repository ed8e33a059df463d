"""Taking back, passing on, acting in another's stead and publishing, at the desk."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from grid.cases.actions import act, report
from grid.cases.actors import anybody
from grid.cases.photos import read_photo
from grid.cases.situations import CaseSituation
from grid.cases.steps import STATES, WORKFLOW
from grid.models import Case, CasePhoto
from spatial.parties.models import Department
from tests.grid.people import (
    CHIEF,
    DISPATCHER,
    HYGIENE,
    INTAKE,
    ROADS,
    STREETS,
    new_case,
    picture,
    told,
    walk,
)
from webmap.casework.available_actions import offers
from webmap.demo.working_day import LATER
from webmap.web.callers import actor_of

GIVEN = {
    "reason": "理由",
    "note": "情况",
    "because": "不在岗",
    "department": HYGIENE,
    "condition": "1",
}


def post(client, case, action, **given):
    fresh = Case.objects.current().get(code=case.code)
    form = {"action": action, "expected": fresh.pk} | given
    path = f"/grid/cases/{case.code}/act"
    return client.post(path, form, headers={"X-Requested-With": "fetch"})


def one_of_each() -> dict[str, Case]:
    """A case in every state; the tasks are the inspector's."""
    found = {}
    for state, until in (
        ("filing", "accept"),
        ("dispatching", "file"),
        ("handling", "dispatch"),
        ("feedback", "finish"),
        ("closing", "pass_check"),
    ):
        found[state] = walk(report(anybody(), told()), until)
    found["reported"] = report(anybody(), told())
    task = report(anybody(), told())
    found["verifying"] = act(INTAKE, task.code, "ask_verify", {"inspector": "inspector"})
    checked = walk(report(anybody(), told()), "finish")
    found["checking"] = act(INTAKE, checked.code, "send_check", {"inspector": "inspector"})
    paused = walk(report(anybody(), told()), "dispatch")
    until = paused.dispatched_at + LATER
    act(ROADS, paused.code, "ask_suspension", {"reason": "等料", "until": until})
    found["suspended"] = act(DISPATCHER, paused.code, "suspend")
    return found


def is_taken(actor, case, action) -> bool:
    """Whether the action is not refused; nothing of it stays."""
    names = {"inspector": "inspector2"} if action == "reassign_task" else {}
    try:
        with transaction.atomic():
            act(actor, case.code, action, GIVEN | names)
            raise InterruptedError
    except InterruptedError:
        return True
    except (ValueError, PermissionError, RuntimeError):
        return False


def test_no_state_waits_for_one_who_is_gone(people):
    """With every inspector and department gone the chief is offered a way on, everywhere."""
    cases = one_of_each()
    User.objects.filter(username__in=("inspector", "handler")).update(is_active=False)
    Department.objects.exclude(name=HYGIENE).update(valid_to="2026-01-01")
    chief = actor_of(User.objects.get(username="chief"))
    for state, case in cases.items():
        moving = [
            o
            for o in offers(CaseSituation(case, timezone.now()), chief)
            if WORKFLOW.of(o.action).lands_in(state) != state
        ]
        assert any(is_taken(chief, case, offer.action) for offer in moving), state


def test_a_case_is_recalled_with_a_reason_and_the_history_says_so(people):
    case = walk(new_case(), "dispatch")
    page = people["dispatcher"].get(f"/grid/cases/{case.code}").text
    assert "撤回派遣" in page
    assert "改派部门" in page
    assert post(people["dispatcher"], case, "recall", reason="\u200b").status_code == 422
    told_by = post(people["dispatcher"], case, "reassign", department=HYGIENE, reason="属环卫")
    assert f"{STREETS} → {HYGIENE}" in told_by.text
    assert "属环卫" in told_by.text
    assert post(people["handler"], case, "finish", note="好了").status_code == 404  # not theirs now
    assert post(people["cleaner"], case, "finish", note="好了").status_code == 200


def test_the_chief_acts_in_anothers_stead_with_a_reason(people):
    case = walk(new_case(), "dispatch")
    page = people["chief"].get(f"/grid/cases/{case.code}").text
    assert "代为办理" in page
    assert "代为办理" not in people["dispatcher"].get(f"/grid/cases/{case.code}").text
    refused = post(people["chief"], case, "finish", note="已修补")
    assert refused.status_code == 422
    assert "代办理由" in refused.text
    done = post(people["chief"], case, "finish", note="已修补", because="部门<b>无人</b>")
    assert f"代{STREETS}办理：部门&lt;b&gt;无人&lt;/b&gt;" in done.text


def test_what_nobody_can_do_is_shown_at_the_desk(people):
    case = walk(new_case(), "finish")
    act(INTAKE, case.code, "send_check", {"inspector": "inspector"})
    assert "无人可办" not in people["chief"].get("/grid/list").text
    User.objects.filter(username="inspector").update(is_active=False)
    listed = people["chief"].get("/grid/list?state=stranded").text
    assert "无人可办 <b>1</b>" in listed
    assert "监督员已停用" in listed
    assert case.code in listed
    assert "无人可办" not in people["handler"].get("/grid/list").text
    drawer = people["intake"].get(f"/grid/cases/{case.code}").text
    assert "监督员（inspector）已停用" in drawer
    assert '<option value="inspector"' not in drawer  # nobody is offered who is not there


def public_case() -> Case:
    case = report(
        anybody(),
        told(is_public=True, description="张三的车", photos=[read_photo(picture())]),
    )
    return walk(case, "dispatch")


def test_words_and_photos_are_published_and_withdrawn_at_the_desk(people, client):
    case = public_case()
    photo = CasePhoto.objects.get()
    address = f"/open311/v2/photos/{photo.pk}.jpg"
    listed = people["intake"].get("/grid/list?state=review").text
    assert "待公开审核 <b>1</b>" in listed
    assert case.code in listed
    drawer = post(people["intake"], case, "publish", item=str(photo.pk)).text
    assert "公开照片" in drawer
    assert client.get(address).status_code == 200
    drawer = post(people["chief"], case, "publish", item="words", words="车辆挡路").text
    assert "公众看到" in drawer
    assert "张三的车" in drawer  # the original
    seen = client.get(f"/report/follow?number={case.code}").text
    assert "车辆挡路" in seen
    assert address in seen
    assert "张三" not in seen
    assert "待公开审核 <b>0</b>" in people["intake"].get("/grid/list").text
    drawer = post(people["chief"], case, "withhold", item=str(photo.pk)).text
    assert "撤回公开的照片" in drawer
    post(people["chief"], case, "withhold", item="words")
    assert client.get(address).status_code == 404
    seen = client.get(f"/report/follow?number={case.code}").text
    assert "车辆挡路" not in seen
    assert address not in seen


@pytest.mark.parametrize("name", ["dispatcher", "handler"])
def test_only_the_desk_is_offered_publishing(people, name):
    case = public_case()
    assert 'value="publish"' in people["intake"].get(f"/grid/cases/{case.code}").text
    page = people[name].get(f"/grid/cases/{case.code}").text
    assert 'value="publish"' not in page
    assert 'value="withhold"' not in page
    photo = CasePhoto.objects.get()
    assert post(people[name], case, "publish", item=str(photo.pk)).status_code == 403


def test_what_is_offered_to_be_published_is_not_refused(people):
    """By state: whether publishing and withholding are offered, and whether they are taken."""
    chief = actor_of(User.objects.get(username="chief"))
    for until in ("accept", "close"):
        case = walk(report(anybody(), told(is_public=True)), until)
        page = people["chief"].get(f"/grid/cases/{case.code}").text
        for action in ("publish", "withhold"):
            assert f'value="{action}"' in page, (until, action)
    void = walk(report(anybody(), told(is_public=True)), "accept")
    act(CHIEF, void.code, "void", {"reason": "重复"})
    for case in (void, report(anybody(), told(is_public=True)), new_case()):
        page = people["chief"].get(f"/grid/cases/{case.code}").text
        for action in ("publish", "withhold"):
            try:
                with transaction.atomic():
                    act(chief, case.code, action, {"item": "words", "words": "路坏了"})
                    raise InterruptedError
            except InterruptedError:
                taken = True
            except ValueError:
                taken = False
            assert (f'value="{action}"' in page) is taken, (STATES[case.step], action)

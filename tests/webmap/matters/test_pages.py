"""A procedure that is a table, policies and limits alone is worked through its pages."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from grid.rules import rulebook
from spatial.casework import procedures
from spatial.casework.actors import Actor
from spatial.casework.models import Amendment, Matter, MatterLimit, MatterRequest, MatterStep
from spatial.casework.policies import can_take
from spatial.parties.models import Member
from spatial.workflow import Title
from tests.spatial.casework.procedure import CLERK, EXAMINER, PERMIT
from tests.webmap.matters.permits import APPLICANT, LIST, PAGES, make_known
from webmap.web.callers import matter_actor

pytestmark = pytest.mark.django_db


def state_of(code):
    return Matter.objects.current().get(code=code).step


def steps(code):
    return list(MatterStep.objects.filter(matter_code=code).values_list("action", flat=True))


def test_a_matter_goes_from_hand_to_hand(people):
    code = people["zhang"].begin()
    page = people["zhang"].get(f"{LIST}{code}").text
    for text in (code, "建房", "待审查", "面积", "120", "新建", "申请人"):
        assert text in page
    assert "我的待办 <b>1</b>" in people["wang"].get(LIST).text
    assert code in people["wang"].get(LIST).text
    answer = people["wang"].send(code, "examine", note="齐全")
    assert answer.status_code == 302
    assert "现为“待决定”" in people["wang"].get(answer["Location"]).text
    people["zhao"].send(code, "grant")
    assert (state_of(code), steps(code)) == ("done", ["apply", "examine", "grant"])
    page = people["zhang"].get(f"{LIST}{code}").text
    assert "批准" in page
    assert 'details class="offer' not in page


def test_what_is_offered_is_what_is_allowed(people):
    """Every action of the table, by everybody, in a state: a button, or a refusal."""
    code = people["zhang"].begin()
    people["wang"].send(code, "ask_time", reason="量多")
    matter = Matter.objects.current().get(code=code)
    situation = PERMIT.situation(matter, timezone.now())
    for name in ("li", "wang", "zhao", "zhang"):
        page = people[name].get(f"{LIST}{code}").text
        shown = set(
            re.findall(
                r'name="sent" value="act"><input type="hidden" name="name" value="(\w+)"', page
            )
        )
        request = type("R", (), {"user": User.objects.get(username=name)})()
        actor = PAGES.actor(request)
        rows = PERMIT.workflow.leaving(matter.step)
        assert shown == {t.action for t in rows if can_take(PERMIT, situation, actor, t)}, name


def test_refused_is_told_in_the_form_that_keeps_what_was_written(people):
    code = people["zhang"].begin()
    answer = people["wang"].send(code, "examine", note=" ")
    assert answer.status_code == 422
    answer = people["wang"].send(code, "ask_back", reason="缺" * 151)
    assert answer.status_code == 422
    assert "缺" * 151 in answer.text
    assert re.search(r'<details class="offer[^"]*" open>', answer.text)
    answer = people["li"].send(code, "examine", note="越权写的意见")
    assert answer.status_code == 403
    assert "须由审查办理" in answer.text
    assert "越权写的意见" in answer.text  # though there is no form for it
    assert people["wang"].send(code, "fly").status_code == 400
    assert people["wang"].send(code, "apply").status_code == 400
    assert steps(code) == ["apply"]


def test_the_form_that_begins_keeps_what_was_written(people):
    answer = people["zhang"].post(f"{LIST}new", {"title": "我的房子", "area": "很大"})
    assert answer.status_code == 422
    assert "我的房子" in answer.text
    for area in ("nan", "inf", ""):
        assert people["zhang"].post(f"{LIST}new", {"title": "x", "area": area}).status_code == 422
    assert (
        people["zhang"].post(f"{LIST}new", {"title": "x", "area": "1", "kind": "z"}).status_code
        == 422
    )
    wrong = {"title": "x", "area": "1", "subject": "nothing:1"}
    assert people["zhang"].post(f"{LIST}new", wrong).status_code == 422
    assert people["wang"].get(f"{LIST}new").status_code == 403
    assert not Matter.objects.exists()


def test_sent_twice_is_taken_once(people):
    mark = uuid4()
    first = people["zhang"].begin(uuid=mark)
    assert people["zhang"].begin(uuid=mark) == first
    hidden = people["wang"].form(first, "examine")
    for _ in range(2):
        answer = people["wang"].post(f"{LIST}{first}/act", {**hidden, "note": "齐全"})
        assert answer.status_code == 302
    assert people["wang"].post(f"{LIST}{first}/act", {**hidden, "note": "别的"}).status_code == 422
    assert steps(first) == ["apply", "examine"]


def test_too_late_is_told_who_was_quicker(people):
    code = people["zhang"].begin()
    hidden = people["sun"].form(code, "ask_back")
    people["wang"].send(code, "examine", note="齐全")
    answer = people["sun"].post(f"{LIST}{code}/act", {**hidden, "reason": "缺图纸"})
    assert answer.status_code == 409
    assert "wang 已于" in answer.text
    assert "缺图纸" in answer.text


@pytest.mark.parametrize("path", ["", "/act", "/amend", "/consult", "/answer", "/unask"])
def test_what_is_not_there_and_what_is_not_theirs_is_not_found(people, path):
    code = people["zhang"].begin()
    stranger = people["sun"].__class__()
    stranger.force_login(User.objects.create_user("other"))
    User.objects.get(username="other").groups.add(*User.objects.get(username="zhang").groups.all())
    for client, number in ((people["wang"], "XK1"), (people["wang"], "%00"), (stranger, code)):
        ask = client.post if path else client.get
        assert ask(f"{LIST}{number}{path}").status_code == 404, number
    assert people["wang"].get("/matters/nothing/").status_code == 404
    assert people["nobody"].get(LIST).status_code == 403
    assert Client().get(LIST).status_code == 302


def test_it_is_taken_back_and_given_to_another(people):
    code = people["zhang"].begin()
    people["wang"].send(code, "examine", note="齐全")
    people["sun"].send(code, "recall_examined", reason="漏项")
    assert state_of(code) == "received"
    page = people["zhao"].get(f"{LIST}{code}").text
    assert '<option value="sun">Sun</option>' in page
    assert "代审查办理" in page
    assert people["zhao"].send(code, "reassign", reason="休假", assignee="li").status_code == 422
    people["zhao"].send(code, "reassign", reason="休假", assignee="sun")
    assert people["wang"].form(code, "examine") is None
    assert "我的待办 <b>0</b>" in people["wang"].get(LIST).text
    assert people["wang"].send(code, "examine", note="x").status_code == 403
    User.objects.filter(username="sun").update(is_active=False)
    assert "（sun）已停用" in people["zhao"].get(f"{LIST}{code}").text
    instead = people["zhao"].send(code, "examine", note="齐全")
    assert instead.status_code == 422
    assert people["zhao"].send(code, "examine", note="齐全", because="孙审离职").status_code == 302
    assert "代sun办理：孙审离职" in people["zhao"].get(f"{LIST}{code}").text


def test_a_deputy_acts_for_whom_is_away(people, monkeypatch):
    wang = Actor("wang", frozenset({EXAMINER}))

    def acting(request):
        own = matter_actor(request)
        return replace(own, principals=(wang,)) if own.name == "nobody" else own

    make_known(monkeypatch, replace(PAGES, actor=acting))
    code = people["zhang"].begin()
    assert "（代理wang）" in people["nobody"].get(f"{LIST}{code}").text
    assert "我的待办 <b>1</b>" in people["nobody"].get(LIST).text
    assert people["nobody"].send(code, "examine", note="齐全").status_code == 302
    page = people["zhang"].get(f"{LIST}{code}").text
    assert "代理wang" in page
    assert "nobody（审查）" in page


def test_a_deputy_receives_and_answers_for_a_department(people, monkeypatch):
    day = rulebook.day_of(timezone.now())
    department = rulebook.departments(day)[0].name_on(day)
    li = Actor("li", frozenset({CLERK}), department)
    guest = Actor("guest", frozenset({APPLICANT}))

    def acting(request):
        own = matter_actor(request)
        return replace(own, principals=(guest, li)) if own.name == "nobody" else own

    make_known(monkeypatch, replace(PAGES, actor=acting))
    assert people["nobody"].get(LIST).status_code == 200
    code = people["nobody"].begin(applicant="zhang")
    begun = MatterStep.objects.get(matter_code=code)
    assert (begun.role, begun.details["deputy_of"]) == (CLERK, "li")
    asked = {"departments": [department], "kind": "joint", "reason": "是否占用"}
    people["wang"].send(code, "", "consult", **asked)
    assert "待答复征询 <b>1</b>" in people["nobody"].get(LIST).text
    people["nobody"].send(code, "", "answer", agreed="yes", text="不占用")
    step = MatterStep.objects.last()
    assert (step.action, step.department) == ("answer", department)
    assert step.details["deputy_of"] == "li"


def test_a_value_is_corrected(people):
    code = people["zhang"].begin()
    assert people["wang"].form(code, "area", "amend") is None
    assert people["wang"].send(code, "area", "amend", value="140", reason="x").status_code == 403
    assert people["li"].send(code, "step", "amend", value="done", reason="x").status_code == 422
    answer = people["li"].send(code, "area", "amend", value="许多", reason="笔误")
    assert answer.status_code == 422
    assert "许多" in answer.text
    for _ in range(2):
        people["li"].send(code, "area", "amend", value="140", reason="笔误", uuid=UUID)
    kept = Amendment.objects.get()
    assert (kept.before, kept.after) == (120, 140)
    page = people["zhang"].get(f"{LIST}{code}").text
    assert "<del>120</del>" in page
    assert "<ins>140</ins>" in page
    assert "<dd>140</dd>" in re.sub(r"</?p>", "", page)


UUID = "6b9d0f4e-6f0a-4b1e-9a53-0a4d3f1f6c11"


def test_a_department_is_asked_and_answers(people):
    code = people["zhang"].begin()
    department = rulebook.departments(rulebook.day_of(timezone.now()))[0]
    name = department.name_on(rulebook.day_of(timezone.now()))
    nobody = User.objects.get(username="nobody")
    Member.objects.create(user=nobody, department=department, valid_from=department.valid_from)
    asked = {"departments": [name], "kind": "joint", "reason": "是否占用"}
    assert people["li"].send(code, "", "consult", **asked).status_code == 403
    assert (
        people["wang"]
        .send(code, "", "consult", departments=["没有的局"], kind="joint", reason="x")
        .status_code
        == 422
    )
    assert people["wang"].send(code, "", "consult", **asked).status_code == 302
    listed = people["nobody"].get(f"{LIST}?state=opinions").text
    assert code in listed
    assert "待答复征询 <b>1</b>" in listed
    people["wang"].send(code, "examine", note="齐全")
    refused = people["zhao"].send(code, "grant")
    assert refused.status_code == 422
    assert name in refused.text
    assert people["li"].form(code, "", "unask") is None
    refused = people["li"].send(code, "", "unask", departments=[name], reason="误发")
    assert refused.status_code == 403
    refused = people["zhao"].send(code, "", "unask", departments=[name], reason="x" * 151)
    assert "理由：文字超过 150 字" in refused.text
    for _ in range(2):
        people["zhao"].send(code, "", "unask", departments=[name], reason="误发", uuid=UUID)
    page = people["nobody"].get(f"{LIST}{code}").text
    assert "撤回征询：误发" in page
    assert "未答复" in page
    assert "未同意" not in page
    assert people["zhao"].send(code, "", "consult", **asked).status_code == 302
    assert people["nobody"].send(code, "", "answer", agreed="no").status_code == 422
    assert people["nobody"].send(code, "", "answer", agreed="yes", text="不占用").status_code == 302
    assert people["nobody"].form(code, "", "answer") is None
    assert "不占用" in people["zhao"].get(f"{LIST}{code}").text
    assert people["zhao"].send(code, "grant").status_code == 302


def test_what_is_asked_of_the_desk_waits_in_a_queue_of_its_own(people):
    code = people["zhang"].begin()
    people["wang"].send(code, "ask_time", reason="量多")
    assert "待审批申请 <b>1</b>" in people["zhao"].get(LIST).text
    assert code in people["zhao"].get(f"{LIST}?state=requests").text
    assert "待审批申请" not in people["wang"].get(LIST).text
    people["zhao"].send(code, "deny_time", reason="不必")
    assert MatterRequest.objects.get().granted is False


def test_a_part_holds_its_matter_up(people):
    code = people["li"].begin()
    assert (
        people["zhang"].post(f"{LIST}new", {"title": "x", "area": "1", "parent": code}).status_code
        == 422
    )
    own = people["zhang"].begin()  # whoever applies cannot hold the decision up
    part = {"title": "x", "area": "1", "parent": own}
    assert people["zhang"].post(f"{LIST}new", part).status_code == 422
    clerk = User.objects.get(username="li")
    clerk.groups.add(*User.objects.get(username="wang").groups.all())
    page = people["li"].get(f"{LIST}{code}").text
    assert f"new?parent={code}" in page
    part = people["li"].begin("水表", parent=code)
    assert part in people["li"].get(f"{LIST}{code}").text
    people["wang"].send(code, "examine", note="齐全")
    assert people["zhao"].send(code, "grant").status_code == 422
    assert code in people["li"].get(f"{LIST}{part}").text


def test_what_came_by_paper_counts_from_its_true_time(people):
    before = timezone.localtime() - timedelta(days=2)
    code = people["li"].begin(
        applicant="zhang", channel="窗口", occurred_at=f"{before:%Y-%m-%dT%H:%M}"
    )
    assert Matter.objects.get(code=code).applicant == "zhang"
    assert "（窗口）" in people["zhang"].get(f"{LIST}{code}").text
    later = timezone.localtime() + timedelta(days=2)
    sent = {"title": "x", "area": "1", "occurred_at": f"{later:%Y-%m-%dT%H:%M}"}
    assert people["li"].post(f"{LIST}new", sent).status_code == 422
    nobody = people["li"].post(f"{LIST}new", {"title": "x", "area": "1", "applicant": "zhangg"})
    assert "没有这个账号，或已停用" in nobody.text


def test_the_list_is_sifted_paged_and_a_file(people, monkeypatch):
    monkeypatch.setattr("webmap.matters.lists.PER_PAGE", 2)
    MatterLimit.objects.create(
        procedure=PERMIT.id, state="received", amount=1, unit="自然日", valid_from="2020-01-01"
    )
    codes = [people["li"].begin(f"=第{n}件") for n in range(3)]
    old = timezone.localtime() - timedelta(days=5)
    late = people["li"].begin("旧件", channel="来信", occurred_at=f"{old:%Y-%m-%dT%H:%M}")

    def listed(**asked):
        return set(re.findall(r"XK\d+(?=</a>)", people["wang"].get(LIST, asked).text))

    assert len(listed()) == 2
    assert listed() | listed(page="2") == {*codes, late}
    assert listed(q="第1件") == {codes[1]}
    assert listed(q=late[-6:], state="all") == {late}
    assert listed(late="1") == {late}
    assert listed(state="examined") == listed(q="没有") == set()
    assert '<i class="late"' in people["wang"].get(LIST).text
    rows = b"".join(people["wang"].get(f"{LIST}list.csv").streaming_content).decode("utf-8-sig")
    assert len(rows.splitlines()) == 5
    assert "'=第0件" in rows
    assert ",面积,种类,开工" in rows
    assert people["nobody"].get(f"{LIST}list.csv").status_code == 403


def test_nothing_new_is_304(people):
    code = people["zhang"].begin()

    def again(path, tag):
        return people["wang"].get(path, headers={"If-None-Match": tag}).status_code

    tries = [again(LIST, people["wang"].get(LIST)["ETag"]) for _ in range(2)]
    assert 304 in tries  # between two minutes one of them is new
    tag = people["wang"].get(f"{LIST}{code}")["ETag"]
    assert again(f"{LIST}{code}", tag) == 304
    people["li"].send(code, "remark", note="电话已告知")
    assert again(f"{LIST}{code}", tag) == 200


def test_an_administrator_is_no_superior(people):
    code = people["zhang"].begin()
    root = people["wang"].__class__()
    root.force_login(User.objects.create_superuser("root"))
    assert root.get(LIST).status_code == 403
    assert root.get(f"{LIST}{code}").status_code == 403


def test_the_menu_and_the_tasks_know_the_procedure(people):
    people["zhang"].begin()
    assert f'href="{LIST}"' in people["wang"].get("/").text
    assert f'href="{LIST}"' not in people["nobody"].get("/").text
    tasks = people["wang"].get("/tasks").text
    assert f'href="{LIST}"' in tasks


def test_whoever_reads_english_reads_the_titles_in_english(people, monkeypatch):
    table = replace(
        PERMIT.workflow,
        states={s: Title(zh, f"en {s}") for s, zh in PERMIT.workflow.states.items()},
        transitions=tuple(
            replace(t, title=Title(t.title, f"en {t.action}")) for t in PERMIT.workflow.transitions
        ),
    )
    english = replace(PERMIT, title=Title(PERMIT.title, "Permits"), workflow=table)
    monkeypatch.setitem(procedures._procedures, PERMIT.id, english)
    code = people["zhang"].begin()
    wang = people["wang"]
    wang.cookies["django_language"] = "en"
    page = wang.get(LIST).text
    for text in ("<h1>Permits</h1>", "en received", "en examined"):
        assert text in page
    page = wang.get(f"{LIST}{code}").text
    for text in ("en received", "en examine", "en apply", ">Permits</a>"):
        assert text in page
    assert "待审查" not in page
    assert "en examined" in wang.get(wang.send(code, "examine", note="ok")["Location"]).text
    rows = b"".join(wang.get(f"{LIST}list.csv?state=all").streaming_content).decode("utf-8-sig")
    assert ",en examined," in rows
    why = Matter.objects.current().get(code=code).opened_by.why
    assert why.endswith("审查通过")  # records keep the Chinese

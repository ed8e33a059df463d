"""Cases taken back, given to others, and steps taken in another's stead."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from grid.cases.actions import act, report
from grid.cases.actors import Actor, anybody
from grid.cases.assignees import holders, stranded
from grid.cases.photos import read_photo
from grid.cases.queries import queue
from grid.evaluation.evaluation import evaluated
from grid.models import Case, CaseRequest, CaseStep
from grid.rules.indicators import Subject
from spatial.casework.errors import InvalidInput, MatterConflict, NotResponsible
from spatial.parties.models import Department, Member
from spatial.workflow import MissingInput
from tests.grid.cases.test_actions import at
from tests.grid.evaluation.test_evaluation import FEBRUARY, JANUARY, row_of
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
    make_inspector,
    new_case,
    picture,
    told,
    walk,
)

pytestmark = pytest.mark.django_db
WHY = {"reason": "派错了部门"}
OTHER = Actor("陈巡", INSPECTOR.roles, districts=INSPECTOR.districts)


def last_step(case: Case) -> CaseStep:
    return CaseStep.objects.filter(case_code=case.code).last()


def suspended(case: Case) -> Case:
    act(ROADS, case.code, "ask_suspension", {"reason": "等料", "until": at("2026-01-20 09:00")})
    return act(DISPATCHER, case.code, "suspend")


@pytest.mark.parametrize("is_suspended", [False, True])
def test_a_recalled_case_is_to_be_dispatched_again(ground, is_suspended):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(), "dispatch")
        case = suspended(case) if is_suspended else case
    with freeze_time(at("2026-01-06 09:00")):
        case = act(DISPATCHER, case.code, "recall", WHY, uuid=(mark := uuid4()))
        assert act(DISPATCHER, case.code, "recall", WHY, uuid=mark).pk == case.pk  # sent twice
        assert (case.step, case.department, case.entered_at) == (
            "dispatching",
            "",
            at("2026-01-06 09:00"),
        )
        assert (case.due_at, case.dispatched_at, case.resume_at, case.returns) == (
            None,
            None,
            None,
            0,
        )
        assert case.step_due_at is not None  # that of dispatching
        step = last_step(case)
        assert (step.who, step.text, step.details["department"]) == ("钱派", "派错了部门", STREETS)
        with pytest.raises(NotResponsible):
            act(ROADS, case.code, "remark", {"note": "还是我们的"})
        again = act(DISPATCHER, case.code, "dispatch", {"department": HYGIENE})
    with freeze_time(at("2026-01-06 09:00")):
        fresh = walk(new_case(), "dispatch")
    assert again.due_at == fresh.due_at  # the whole limit


@pytest.mark.parametrize("is_suspended", [False, True])
def test_another_department_has_the_whole_limit(ground, is_suspended):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(), "dispatch")
        act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
        case = suspended(case) if is_suspended else case
    with freeze_time(at("2026-01-07 09:00")):
        fresh = walk(new_case(), "dispatch")
        given = {"department": HYGIENE, "reason": "属环卫职责"}
        case = act(CHIEF, case.code, "reassign", given)
    assert (case.step, case.department) == ("handling", HYGIENE)
    assert (case.due_at, case.step_due_at) == (fresh.due_at, fresh.due_at)
    assert (case.entered_at, case.resume_at) == (at("2026-01-07 09:00"), None)
    assert not CaseRequest.objects.filter(granted=None).exists()
    details = last_step(case).details
    assert (details["from"], details["department"]) == (STREETS, HYGIENE)
    assert "延期" in details["lapsed"]
    with pytest.raises(NotResponsible):
        act(ROADS, case.code, "finish", {"note": "好了"})
    assert act(CLEANERS, case.code, "finish", {"note": "好了"}).step == "feedback"


def test_an_appeal_against_a_round_that_was_taken_back_lapses(ground):
    case = walk(new_case(), "dispatch")
    act(ROADS, case.code, "appeal", {"reason": "不属我部门"})
    act(DISPATCHER, case.code, "recall", WHY)
    request = CaseRequest.objects.get()
    assert (request.granted, request.answered_by) == (False, "系统")
    assert request.answer == "案件已撤回派遣，申请自动失效"


@pytest.mark.parametrize(
    ("action", "given", "error"),
    [
        ("recall", {}, MissingInput),
        ("recall", {"reason": "\u200b\u3164 \u202e"}, MissingInput),
        ("reassign", {"department": HYGIENE}, MissingInput),
        ("reassign", {"department": STREETS, "reason": "错"}, InvalidInput),
        ("reassign", {"department": "没有的", "reason": "错"}, InvalidInput),
    ],
)
def test_what_is_taken_back_needs_a_reason_and_another_one(ground, action, given, error):
    case = walk(new_case(), "dispatch")
    with pytest.raises(error):
        act(DISPATCHER, case.code, action, given)
    assert Case.objects.current().get().pk == case.pk


@pytest.mark.parametrize(
    ("until", "send", "back", "state"),
    [
        ("", "ask_verify", "recall_verify", "reported"),
        ("finish", "send_check", "recall_check", "feedback"),
    ],
)
def test_a_task_goes_to_another_inspector_or_back(ground, until, send, back, state):
    for name in ("王巡", "陈巡"):
        make_inspector(name)
    with freeze_time(at("2026-01-05 09:00")):
        case = report(anybody(), told(source="公众举报"))
        case = walk(case, until) if until else case
        case = act(INTAKE, case.code, send, {"inspector": "王巡"})
    with freeze_time(at("2026-01-05 09:05")):
        moved = act(INTAKE, case.code, "reassign_task", {"inspector": "陈巡", "reason": "请假"})
    assert (moved.step, moved.inspector) == (case.step, "陈巡")
    assert (moved.step_due_at - case.step_due_at).total_seconds() == 300  # a clock of its own
    assert [queue(who, case.step).count() for who in (INSPECTOR, OTHER)] == [0, 1]
    with pytest.raises(InvalidInput, match="就在该监督员名下"):
        act(INTAKE, case.code, "reassign_task", {"inspector": "陈巡", "reason": "请假"})
    with pytest.raises(MissingInput):
        act(INTAKE, case.code, "reassign_task", {"inspector": "王巡"})
    done = act(CHIEF, case.code, back, {"reason": "不必去了"})
    assert (done.step, done.inspector) == (state, "")
    assert last_step(case).details["from"] == "陈巡"


def test_only_inspectors_who_are_there_are_sent(ground):
    make_inspector("走了", is_active=False)
    make_inspector("在岗")
    User.objects.create_user("文员")
    case = report(anybody(), told())
    for name in ("走了", "文员", "没有"):
        with pytest.raises(InvalidInput, match="没有这位监督员"):
            act(INTAKE, case.code, "ask_verify", {"inspector": name})
    case = act(INTAKE, case.code, "ask_verify")
    with pytest.raises(InvalidInput, match="没有这位监督员"):
        act(INTAKE, case.code, "reassign_task", {"inspector": "走了", "reason": "请假"})


@pytest.mark.parametrize("action", ["recall_verify", "reassign_task"])
def test_the_late_result_of_a_task_that_was_taken_back_is_told_so(ground, settings, action):
    for name in ("王巡", "陈巡"):
        make_inspector(name)
    case = report(anybody(), told())
    act(INTAKE, case.code, "ask_verify", {"inspector": "王巡"})
    act(INTAKE, case.code, action, {"inspector": "陈巡", "reason": "路近"})
    mark, photos = uuid4(), [read_photo(picture())]
    with pytest.raises(
        MatterConflict, match=r"李受 已于 .*（路近），这项任务不用再办.*还在您的设备上"
    ):
        act(INSPECTOR, case.code, "confirm", uuid=mark, photos=photos)
    assert not list(settings.CASE_FILES.rglob("*.jpg"))  # nothing of it half kept
    # Given back, the same is taken after all.
    back = "ask_verify" if action == "recall_verify" else "reassign_task"
    act(INTAKE, case.code, back, {"inspector": "王巡", "reason": "还是您"})
    assert act(INSPECTOR, case.code, "confirm", uuid=mark, photos=photos).step == "filing"
    with pytest.raises(Exception, match="待立案"):  # no longer about the recall
        act(INSPECTOR, case.code, "confirm")


def test_a_superior_acts_in_anothers_stead_and_it_is_written_down(ground):
    case = walk(new_case(), "dispatch")
    with pytest.raises(MissingInput, match=f"代{STREETS}处置完毕须填写：代办理由"):
        act(CHIEF, case.code, "finish", {"note": "已修补", "because": "\u200b"})
    mark, given = uuid4(), {"note": "已修补", "because": "部门无人值守"}
    case = act(CHIEF, case.code, "finish", given, uuid=mark)
    step = last_step(case)
    assert (step.who, step.role, step.text) == ("赵值", "值班长", "已修补")
    assert step.details.pop("sent")
    assert step.details == {"instead_of": STREETS, "because": "部门无人值守"}
    with pytest.raises(InvalidInput, match="已用于另一次"):
        act(CHIEF, case.code, "finish", given | {"because": "别的"}, uuid=mark)
    case = act(CHIEF, case.code, "send_check", {"because": "受理员不在"})
    case = act(CHIEF, case.code, "pass_check", {"because": "监督员离职"})
    assert act(CHIEF, case.code, "close").step == "closed"
    assert last_step(case).details == {}  # the own right


# ---- who can no longer act ---------------------------------------------------


def test_what_waits_for_somebody_who_is_gone_is_found(ground):
    make_inspector("王巡")
    task = report(anybody(), told())
    act(INTAKE, task.code, "ask_verify", {"inspector": "王巡"})
    case = walk(new_case(), "dispatch")
    assert not stranded(CHIEF, holders()).exists()
    User.objects.filter(username="王巡").update(is_active=False)
    Department.objects.filter(name=STREETS).update(valid_to="2026-01-01")
    found = list(stranded(CHIEF, holders()))
    assert {one.code for one in found} == {task.code, case.code}
    assert all(map(holders().is_stranded, found))
    assert not stranded(ROADS, holders()).exists()
    act(CHIEF, task.code, "recall_verify", {"reason": "离职"})
    act(DISPATCHER, case.code, "reassign", {"department": HYGIENE, "reason": "机构撤并"})
    assert not stranded(CHIEF, holders()).exists()


def test_a_department_whose_people_have_all_left_cannot_act(ground):
    walk(new_case(), "dispatch")
    user = User.objects.create_user("周工")
    department = Department.objects.get(name=STREETS)
    Member.objects.create(user=user, department=department, valid_from=department.valid_from)
    assert not stranded(CHIEF, holders()).exists()
    user.is_active = False
    user.save()
    assert stranded(CHIEF, holders()).count() == 1


# ---- what is evaluated -------------------------------------------------------


def test_a_round_that_was_taken_back_is_nobodys_lateness(ground):
    with freeze_time(at("2026-01-05 09:00")):
        taken, left = (walk(new_case(class_code="0201"), "dispatch") for _ in range(2))
    assert row_of(Subject.DEPARTMENT, STREETS).counts["handle_late"] == 2
    with freeze_time(at("2026-02-05 09:00")):
        act(DISPATCHER, taken.code, "remark", {"note": "一直没有动静"})
        act(DISPATCHER, taken.code, "reassign", {"department": HYGIENE, "reason": "无人处置"})
        act(CLEANERS, taken.code, "finish", {"note": "好了"})
    counts = row_of(Subject.DEPARTMENT, STREETS).counts
    assert (counts["assigned"], counts["handle_late"], counts["returned"]) == (2, 1, 0)
    counts = row_of(Subject.DEPARTMENT, HYGIENE, FEBRUARY).counts
    assert (counts["assigned"], counts["dispatched"], counts["handled_in_time"]) == (1, 1, 1)
    with freeze_time(at("2026-02-05 10:00")):
        act(CHIEF, left.code, "recall", {"reason": "改由别的部门"})
    assert row_of(Subject.DEPARTMENT, STREETS).counts["handle_late"] == 0


def test_what_is_done_in_a_departments_stead_is_its_fault_but_not_its_merit(ground):
    because = {"note": "已修补", "because": "部门无人值守"}
    with freeze_time(at("2026-01-05 09:00")):
        soon, late = (walk(new_case(class_code="0201"), "dispatch") for _ in range(2))
        act(CHIEF, soon.code, "finish", because)
    with freeze_time(at("2026-01-15 09:00")):
        act(CHIEF, late.code, "finish", because)
    counts = row_of(Subject.DEPARTMENT, STREETS).counts
    assert (counts["handled"], counts["handled_in_time"], counts["handled_late"]) == (1, 0, 1)


def test_a_task_that_was_taken_back_is_nobodys_lateness(ground):
    for name in ("王巡", "陈巡"):
        make_inspector(name)
    with freeze_time(at("2026-01-05 09:00")):
        case = report(anybody(), told())
        act(INTAKE, case.code, "ask_verify", {"inspector": "王巡"})
    assert row_of(Subject.INSPECTOR, "王巡").counts["verify_late"] == 1
    with freeze_time(at("2026-02-05 09:00")):
        act(INTAKE, case.code, "reassign_task", {"inspector": "陈巡", "reason": "病了"})
    assert "王巡" not in [row.key for row in evaluated(Subject.INSPECTOR, JANUARY)]
    assert row_of(Subject.INSPECTOR, "陈巡", FEBRUARY).counts["verify_late"] == 1

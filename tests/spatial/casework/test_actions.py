"""Matters of a small procedure: begun, moved, asked about, taken over, amended; once each."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from spatial.casework import procedures
from spatial.casework.actions import take, take_all
from spatial.casework.actors import CLOCK, Actor
from spatial.casework.acts import Command, Where
from spatial.casework.amending import amend
from spatial.casework.beginning import open_matter
from spatial.casework.consulting import answer, consult, record_silence, unask
from spatial.casework.errors import InvalidInput, MatterConflict, MatterNotFound, NotResponsible
from spatial.casework.filing import Correction, corrections, file_figures, filed_figures
from spatial.casework.models import Amendment, Matter, MatterLimit, MatterRequest, MatterStep
from spatial.casework.policies import can_see, can_take
from spatial.casework.queries import visible_matters
from spatial.workflow import MissingInput, RoleNotAllowed, WrongState
from tests.spatial.casework.procedure import CLERK, EXAMINER, HEAD, PERMIT

pytestmark = pytest.mark.django_db

LI = Actor("李窗", frozenset({CLERK}))
WANG = Actor("王审", frozenset({EXAMINER}))
SUN = Actor("孙审", frozenset({EXAMINER}))
ZHAO = Actor("赵科", frozenset({HEAD}))
CITIZEN = Actor("zhang", frozenset({"申请人"}))


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """The engine knows the procedure for as long as a test runs."""
    monkeypatch.setitem(procedures._procedures, PERMIT.id, PERMIT)


def begun(actor=CITIZEN, **more):
    return open_matter(PERMIT, actor, title="建房", values={"area": 120}, **more)


def steps_of(matter):
    return list(MatterStep.objects.filter(matter_code=matter.code).values_list("action", flat=True))


def test_a_matter_goes_from_hand_to_hand():
    matter = begun()
    assert matter.code.startswith("XK431382")
    assert (matter.step, matter.applicant, matter.values) == ("received", "zhang", {"area": 120})
    take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    done = take(PERMIT, ZHAO, matter.code, "grant")
    assert (done.step, done.closed_at is None) == ("done", False)
    assert steps_of(matter) == ["apply", "examine", "grant"]
    assert Matter.objects.filter(code=matter.code).count() == 3


def test_numbers_follow_one_another():
    first, second = begun(), begun()
    assert int(second.code[-4:]) == int(first.code[-4:]) + 1


def test_who_may_not_is_told_why():
    matter = begun()
    with pytest.raises(RoleNotAllowed, match="须由审查办理"):
        take(PERMIT, LI, matter.code, "examine", {"note": "x"})
    with pytest.raises(RoleNotAllowed):
        open_matter(PERMIT, ZHAO, title="x")
    with pytest.raises(WrongState, match="“待审查”阶段不能批准"):
        take(PERMIT, ZHAO, matter.code, "grant")
    with pytest.raises(MissingInput, match="处理|note|内容"):
        take(PERMIT, WANG, matter.code, "examine")
    with pytest.raises(MatterNotFound, match="没有事项 XK1"):
        take(PERMIT, WANG, "XK1", "examine", {"note": "x"})


def test_what_is_sent_twice_is_taken_once_and_something_else_is_refused():
    mark, begin = uuid4(), uuid4()
    matter = begun(uuid=begin)
    assert begun(uuid=begin).code == matter.code
    with pytest.raises(InvalidInput, match="标识已用于另一次操作"):
        open_matter(PERMIT, CITIZEN, title="别的", uuid=begin)
    for _ in range(2):
        take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"}, uuid=mark)
    assert steps_of(matter) == ["apply", "examine"]
    with pytest.raises(InvalidInput, match="标识已用于另一次操作"):
        take(PERMIT, WANG, matter.code, "examine", {"note": "别的"}, uuid=mark)


def test_the_same_mark_with_anything_else_is_refused():
    """Whatever it is that differs: a day, a choice, whom it is for, what follows it."""
    day = timezone.now() + timedelta(days=3)
    mark, asked, many, begin = (uuid4() for _ in range(4))
    matter = begun(uuid=begin, applicant="zhang")
    with pytest.raises(InvalidInput, match="已用于另一次"):
        begun(uuid=begin, applicant="li")
    take(PERMIT, WANG, matter.code, "ask_time", {"reason": "量多", "until": day}, uuid=mark)
    later = {"reason": "量多", "until": day + timedelta(days=1)}
    with pytest.raises(InvalidInput, match="已用于另一次"):
        take(PERMIT, WANG, matter.code, "ask_time", later, uuid=mark)
    consult(PERMIT, WANG, matter.code, ["公路局"], "是否占用", due_at=day, uuid=asked)
    consult(PERMIT, WANG, matter.code, ["公路局"], "是否占用", due_at=day, uuid=asked)
    with pytest.raises(InvalidInput, match="已用于另一次"):
        consult(PERMIT, WANG, matter.code, ["公路局"], "是否占用", uuid=asked)
    both = [Command("remark", {"note": "一"}), Command("remark", {"note": "二"})]
    take_all(PERMIT, WANG, matter.code, both, uuid=many)
    take_all(PERMIT, WANG, matter.code, both, uuid=many)
    other = [both[0], Command("remark", {"note": "三"})]
    with pytest.raises(InvalidInput, match="已用于另一次"):
        take_all(PERMIT, WANG, matter.code, other, uuid=many)


def test_late_by_a_version_is_a_conflict_that_names_who_was_quicker():
    matter = begun()
    take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    with pytest.raises(MatterConflict, match="王审 已于 .* 审查通过，现为“待决定”"):
        take(PERMIT, SUN, matter.code, "refuse", {"reason": "x"}, expected=matter.pk)
    noted = take(PERMIT, LI, matter.code, "remark", {"note": "电话已告知"})
    current = Matter.objects.current().get(code=matter.code)
    assert noted.pk == current.pk
    before = Matter.objects.filter(code=matter.code).order_by("-pk")[1]
    assert take(PERMIT, ZHAO, matter.code, "grant", expected=before.pk).step == "done"


def test_several_acts_are_all_taken_or_none():
    matter, mark = begun(), uuid4()
    both = Actor("兼", frozenset({EXAMINER, HEAD}))
    wrong = [Command("examine", {"note": "齐"}), Command("supply", {"note": "x"})]
    with pytest.raises(WrongState):
        take_all(PERMIT, both, matter.code, wrong)
    assert steps_of(matter) == ["apply"]
    right = [Command("examine", {"note": "齐"}), Command("grant")]
    for _ in range(2):
        assert take_all(PERMIT, both, matter.code, right, uuid=mark).step == "done"
    assert steps_of(matter) == ["apply", "examine", "grant"]
    with pytest.raises(InvalidInput, match="没有要办理的操作"):
        take_all(PERMIT, both, matter.code, [])


def test_a_superior_says_why_and_a_deputy_is_named():
    matter = begun()
    with pytest.raises(MissingInput, match="须填写：代办理由"):
        take(PERMIT, ZHAO, matter.code, "examine", {"note": "齐全"})
    stand_in = Actor("冯", frozenset(), principals=(WANG,))
    assert (
        can_take(
            PERMIT,
            PERMIT.situation(matter, timezone.now()),
            stand_in,
            PERMIT.workflow.of("examine"),
        ).deputy_of
        == "王审"
    )
    assert can_see(PERMIT, matter, stand_in)
    take(PERMIT, stand_in, matter.code, "examine", {"note": "齐全"})
    last = MatterStep.objects.last()
    assert (last.who, last.role, last.details) == ("冯", EXAMINER, {"deputy_of": "王审"})


def test_whoever_sent_it_takes_it_back_and_it_can_be_given_to_another():
    matter = begun()
    take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    assert take(PERMIT, SUN, matter.code, "recall_examined", {"reason": "漏项"}).step == "received"
    given_to = take(PERMIT, ZHAO, matter.code, "reassign", {"reason": "休假", "assignee": "孙审"})
    assert given_to.assignee == "孙审"
    with pytest.raises(NotResponsible, match="须由孙审办理"):
        take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    assert take(PERMIT, SUN, matter.code, "examine", {"note": "齐全"}).assignee == ""


def test_what_was_asked_lapses_when_its_state_is_over():
    matter = begun()
    take(PERMIT, WANG, matter.code, "ask_time", {"reason": "量多"})
    with pytest.raises(InvalidInput, match="已有一项延期申请待审批"):
        take(PERMIT, WANG, matter.code, "ask_time", {"reason": "量多"})
    take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    asked = MatterRequest.objects.get()
    assert (asked.granted, asked.answered_by) == (False, CLOCK.name)
    assert asked.answer == "事项已审查通过，申请自动失效"


def test_what_was_asked_is_answered():
    matter = begun()
    take(PERMIT, WANG, matter.code, "ask_time", {"reason": "量多"})
    take(PERMIT, ZHAO, matter.code, "deny_time", {"reason": "不必"})
    asked = MatterRequest.objects.get()
    assert (asked.granted, asked.answered_by, asked.answer) == (False, "赵科", "不必")
    with pytest.raises(InvalidInput, match="没有待审批的延期申请"):
        take(PERMIT, ZHAO, matter.code, "give_time")


def test_departments_are_asked_and_their_silence_is_no_consent():
    roads, water = (Actor(d, frozenset(), department=d) for d in ("公路局", "水利局"))
    matter = begun()
    day = timezone.now() + timedelta(days=3)
    with pytest.raises(RoleNotAllowed, match="正在办理"):
        consult(PERMIT, LI, matter.code, ["公路局"], "是否占用")
    consult(PERMIT, WANG, matter.code, ["公路局", "水利局"], "是否占用", due_at=day)
    with pytest.raises(InvalidInput, match="已征询公路局"):
        consult(PERMIT, WANG, matter.code, ["公路局"], "再问")
    assert visible_matters(PERMIT, roads).count() == 1
    answer(PERMIT, roads, matter.code, agreed=True, text="")
    with pytest.raises(NotResponsible, match="已经答复"):
        answer(PERMIT, roads, matter.code, agreed=True, text="")
    take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    with pytest.raises(InvalidInput, match="未答复的征询：水利局"):
        take(PERMIT, ZHAO, matter.code, "grant")
    assert record_silence() == 0
    MatterRequest.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert record_silence() == 1
    silent = MatterRequest.objects.get(department="水利局")
    assert (silent.granted, silent.answer) == (False, "逾期未答复")
    assert steps_of(matter)[-1] == "silent"
    with pytest.raises(NotResponsible):
        answer(PERMIT, water, matter.code, agreed=True, text="")
    assert take(PERMIT, ZHAO, matter.code, "grant").step == "done"


def test_a_question_that_nobody_answers_is_taken_back():
    """Nobody of the department is there, and no day was set: the matter must not wait for ever."""
    matter = begun()
    consult(PERMIT, WANG, matter.code, ["公路局", "水利局"], "是否占用")
    with pytest.raises(RoleNotAllowed, match="正在办理"):
        unask(PERMIT, LI, matter.code, ["公路局"], "误")
    with pytest.raises(MissingInput):
        unask(PERMIT, WANG, matter.code, ["公路局"], " ")
    with pytest.raises(InvalidInput, match="林业局没有待答复"):
        unask(PERMIT, WANG, matter.code, ["公路局", "林业局"], "误")
    mark = uuid4()
    for _ in range(2):
        unask(PERMIT, WANG, matter.code, ["公路局"], "已改期", uuid=mark)
    take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    unask(PERMIT, ZHAO, matter.code, ["水利局"], "无人答复")
    asked = list(MatterRequest.objects.order_by("department").values_list("granted", "answer"))
    assert asked == [(False, "撤回征询：已改期"), (False, "撤回征询：无人答复")]
    assert take(PERMIT, ZHAO, matter.code, "grant").step == "done"


def test_whoever_applied_asks_no_department():
    """An open question holds the decision up: not even where the matter waits for them."""
    matter = begun()
    take(PERMIT, WANG, matter.code, "ask_back", {"reason": "缺图"})
    with pytest.raises(RoleNotAllowed, match="正在办理"):
        consult(PERMIT, CITIZEN, matter.code, ["公路局"], "拖延")
    consult(PERMIT, ZHAO, matter.code, ["公路局"], "是否占用")


def test_a_deputy_answers_for_the_department_of_somebody_absent():
    roads = Actor("路工", frozenset(), department="公路局")
    stand_in = Actor("代", frozenset(), principals=(roads,))
    matter = begun()
    consult(PERMIT, WANG, matter.code, ["公路局"], "是否占用")
    assert visible_matters(PERMIT, stand_in).count() == 1
    answer(PERMIT, stand_in, matter.code, agreed=True, text="")
    step = MatterStep.objects.last()
    assert (step.who, step.role, step.details["deputy_of"]) == ("代", "公路局", "路工")
    both = Actor("代", frozenset(), department="水利局", principals=(roads,))
    consult(PERMIT, WANG, matter.code, ["公路局", "水利局"], "再问")
    answer(PERMIT, both, matter.code, agreed=False, text="占河道")
    waiting = MatterRequest.objects.get(granted=None)
    assert waiting.department == "公路局"  # one answer, one department


def test_a_matter_waits_for_its_parts():
    matter = begun()
    part = begun(parent=matter.code)
    take(PERMIT, WANG, matter.code, "examine", {"note": "齐全"})
    with pytest.raises(InvalidInput, match=f"1 项未办结.*{part.code}"):
        take(PERMIT, ZHAO, matter.code, "grant")
    take(PERMIT, ZHAO, part.code, "refuse", {"reason": "不需要"})
    assert take(PERMIT, ZHAO, matter.code, "grant").step == "done"
    with pytest.raises(InvalidInput, match="已经办结"):
        begun(parent=matter.code)


def test_figures_of_a_filed_month_stay_and_corrections_are_a_difference():
    filed = file_figures(PERMIT, ZHAO, "2026-10", {"done": 12, "late": 1})
    with pytest.raises(InvalidInput, match="已经报送"):
        file_figures(PERMIT, ZHAO, "2026-10", {"done": 13})
    assert filed_figures(PERMIT, "2026-10") == filed
    assert corrections(filed, {"done": 12, "late": 0}) == [Correction("late", 1, 0)]


def test_what_came_by_telephone_counts_from_its_true_time():
    true = (timezone.now() - timedelta(hours=5)).replace(microsecond=0)
    matter = begun(LI, where=Where(occurred_at=true, channel="电话"))
    assert (matter.accepted_at, matter.entered_at) == (true, true)
    step = MatterStep.objects.get()
    assert (step.occurred_at, step.channel) == (true, "电话")
    assert step.at > true
    later = Where(occurred_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(InvalidInput, match="不能晚于现在"):
        take(PERMIT, WANG, matter.code, "examine", {"note": "齐"}, where=later)
    before = Where(occurred_at=true - timedelta(hours=1))
    with pytest.raises(InvalidInput, match="早于进入本阶段"):
        take(PERMIT, WANG, matter.code, "examine", {"note": "齐"}, where=before)


def test_a_value_is_corrected_with_its_reason():
    matter, mark = begun(), uuid4()
    with pytest.raises(MissingInput, match="理由"):
        amend(PERMIT, LI, matter.code, "area", 140, reason=" ")
    with pytest.raises(RoleNotAllowed, match="更正面积须由"):
        amend(PERMIT, WANG, matter.code, "area", 140, reason="笔误")
    with pytest.raises(InvalidInput, match="不能更正"):
        amend(PERMIT, LI, matter.code, "step", "done", reason="x")
    for _ in range(2):
        found = amend(PERMIT, LI, matter.code, "area", 140, reason="笔误", uuid=mark)
    assert (found.values, found.step) == ({"area": 140}, "received")
    kept = Amendment.objects.get()
    assert (kept.before, kept.after, kept.reason, kept.who) == (120, 140, "笔误", "李窗")
    with pytest.raises(InvalidInput, match="不用更正"):
        amend(PERMIT, LI, matter.code, "area", 140, reason="再来")


def test_the_clock_stands_while_it_waits_for_the_applicant():
    MatterLimit.objects.create(
        procedure=PERMIT.id, state="", amount=10, unit="自然日", valid_from="2020-01-01"
    )
    MatterLimit.objects.create(
        procedure=PERMIT.id, state="received", amount=3, unit="自然日", valid_from="2020-01-01"
    )
    matter = begun()
    assert matter.due_at - matter.accepted_at == timedelta(days=10)
    assert matter.step_due_at - matter.entered_at == timedelta(days=3)
    asked = take(PERMIT, WANG, matter.code, "ask_back", {"reason": "缺图"})
    assert asked.step_due_at is None
    back = take(PERMIT, CITIZEN, matter.code, "supply", {"note": "补图"})
    stood = back.entered_at - asked.entered_at
    assert back.due_at - matter.due_at == stood

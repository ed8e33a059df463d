"""Cases from report to end, and every way in which an action is refused."""

import threading
from datetime import UTC, datetime, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from grid.cases.actions import act, report, resume_elapsed
from grid.cases.actors import anybody
from grid.cases.photos import read_photo
from grid.cases.queries import awaiting_answer, likely_duplicates, queue, queue_counts
from grid.cases.steps import WORKFLOW
from grid.errors import OutsideCity
from grid.models import Case, CasePhoto, CaseRequest, CaseStep, Component
from grid.rules.models import HandlingLimit, Routing
from spatial.casework.acts import Where
from spatial.casework.errors import InvalidInput, MatterConflict, MatterNotFound, NotResponsible
from spatial.city import city
from spatial.workflow import MissingInput, RoleNotAllowed, WrongState
from tests.factories import open_feature, spot, square
from tests.grid.people import (
    CELL,
    CHIEF,
    CLEANERS,
    COMMUNITY,
    DISPATCHER,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    ROADS,
    SECOND,
    STREETS,
    freeze_time,
    make_ground,
    make_inspector,
    new_case,
    picture,
    told,
    walk,
)

pytestmark = pytest.mark.django_db
MANHOLE = {"scheme": "components_2020", "class_code": "0101", "name": "上水井盖"}
MONDAY = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


def at(text: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(f"{text}:00+08:00")


def test_a_report_knows_its_place_and_its_number(ground):
    with freeze_time(MONDAY):
        case = new_case(accuracy_m=4.5)
        second = new_case(point=spot(250, 250))
    assert case.code == f"{city().adcode}2026010500001"
    assert second.code.endswith("00002")
    assert (case.cell_code, case.district_code) == (CELL, COMMUNITY)
    assert (second.cell_code, second.district_code) == ("", COMMUNITY)
    assert case.step == "reported"
    assert case.step_due_at == at("2026-01-05 09:15")
    step = CaseStep.objects.get(case_code=case.code)
    assert (step.who, step.role, step.action) == ("王巡", "监督员", "report")


def test_the_straight_way(ground):
    case = walk(new_case(), "close")
    assert case.step == "closed"
    steps = list(CaseStep.objects.filter(case_code=case.code).values_list("action", flat=True))
    expected = ["report", "accept", "file", "dispatch", "finish", "send_check", "pass_check"]
    assert steps == [*expected, "close"]
    assert Case.objects.filter(code=case.code).count() == 8  # each step is a version
    assert case.closed_at
    assert case.handled_at < case.due_at


def test_the_clock_of_handling_starts_with_the_dispatch(ground):
    with freeze_time(at("2026-02-13 16:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    assert (case.limit_amount, case.limit_unit) == (1, "工作日")
    assert case.due_at == at("2026-02-14 16:00")
    assert not case.due_is_provisional
    assert case.step_due_at == case.due_at


def test_filing_suggests_the_department_of_class_and_area(ground):
    case = walk(new_case(class_code="0112"), "file")
    assert case.department == HYGIENE
    Routing.objects.create(
        kind="event",
        scheme="events_2020",
        class_prefix="0112",
        district_prefix=COMMUNITY[:9],
        department_id="D04",
        valid_from="2020-01-01",
    )
    assert walk(new_case(class_code="0112"), "file").department == STREETS


def test_what_no_rule_routes_is_seen_by_a_person(ground):
    Routing.objects.all().delete()
    case = walk(new_case(), "file")
    assert case.department == ""
    assert CaseStep.objects.get(case_code=case.code, action="file").details["unrouted"]


def test_a_running_case_keeps_the_rules_of_its_filing(ground):
    case = walk(new_case(), "file")
    HandlingLimit.objects.filter(class_code="0113").update(amount=99)
    case = act(DISPATCHER, case.code, "dispatch", {"department": STREETS})
    assert case.limit_amount == 5


def test_a_class_withdrawn_yesterday_takes_no_reports(ground):
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    HandlingLimit.objects.filter(class_code__in=("0113", "01", "")).update(valid_to=yesterday)
    with pytest.raises(InvalidInput, match="停用"):
        new_case()
    for bad in ({"class_code": "9999"}, {"class_code": "01"}, {"kind": "thing"}):
        with pytest.raises(InvalidInput, match="类别"):
            new_case(**bad)


def test_a_place_outside_the_city_is_refused(ground):
    with pytest.raises(OutsideCity, match="不在"):
        new_case(point=spot(90_000, 0))
    assert not Case.objects.exists()


def test_every_action_is_checked(ground):
    case = new_case()
    with pytest.raises(WrongState):
        act(CHIEF, case.code, "close")
    with pytest.raises(RoleNotAllowed):
        act(ROADS, case.code, "accept")
    with pytest.raises(MissingInput, match="代受理员受理须填写：代办理由"):
        act(CHIEF, case.code, "accept")
    with pytest.raises(MissingInput):
        act(INTAKE, case.code, "reject", {"reason": ""})
    with pytest.raises(MatterNotFound):
        act(INTAKE, "nothing", "accept")
    case = walk(case, "dispatch")
    with pytest.raises(NotResponsible):
        act(CLEANERS, case.code, "finish", {"note": "好了"})
    with pytest.raises(InvalidInput, match="1000"):
        act(ROADS, case.code, "finish", {"note": "字" * 1001})


def test_the_condition_and_the_department_must_exist(ground):
    case = walk(new_case(), "accept")
    with pytest.raises(InvalidInput, match="立案条件"):
        act(CHIEF, case.code, "file", {"condition": "99"})
    case = act(CHIEF, case.code, "file", {"condition": "1"})
    with pytest.raises(InvalidInput, match="专业部门"):
        act(DISPATCHER, case.code, "dispatch", {"department": "没有的部门"})


def test_the_second_of_two_dispatchers_is_told(ground):
    case = walk(new_case(), "file")
    act(DISPATCHER, case.code, "dispatch", {"department": STREETS}, expected=case.pk)
    with pytest.raises(MatterConflict, match=r"钱派 已于 .* 派遣"):
        act(SECOND, case.code, "dispatch", {"department": HYGIENE}, expected=case.pk)
    assert Case.objects.current().get(code=case.code).department == STREETS


def test_a_remark_overtakes_nobody_but_a_step_under_it_does(ground):
    case = walk(new_case(), "file")
    act(CHIEF, case.code, "remark", {"note": "请尽快"})
    act(CHIEF, case.code, "remark", {"note": "再看一眼"})
    seen = act(DISPATCHER, case.code, "dispatch", {"department": STREETS}, expected=case.pk)
    act(ROADS, case.code, "ask_extension", {"reason": "等料"})
    act(CHIEF, case.code, "remark", {"note": "知道了"})
    with pytest.raises(MatterConflict):
        act(ROADS, case.code, "finish", {"note": "好了"}, expected=seen.pk)
    with pytest.raises(MatterConflict):
        act(ROADS, case.code, "finish", {"note": "好了"}, expected=10**9)


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_the_very_same_moment(settings, tmp_path):
    settings.CASE_FILES = tmp_path
    make_ground()
    case = walk(new_case(), "file")
    both, outcomes = threading.Barrier(2), []

    def dispatch(actor, department):
        both.wait()
        try:
            act(actor, case.code, "dispatch", {"department": department}, expected=case.pk)
            outcomes.append("won")
        except (MatterConflict, WrongState):
            outcomes.append("told")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=dispatch, args=pair)
        for pair in ((DISPATCHER, STREETS), (SECOND, HYGIENE))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told", "won"]
    assert CaseStep.objects.filter(case_code=case.code, action="dispatch").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_report_sent_ten_times_at_once_is_one_case(settings, tmp_path):
    settings.CASE_FILES = tmp_path
    make_ground()
    same, made = told(uuid=uuid4()), []

    def send():
        try:
            made.append(report(INSPECTOR, same).code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 10
    assert len(set(made)) == 1
    assert Case.objects.current().count() == 1


def test_resending_is_harmless_and_a_borrowed_uuid_is_refused(ground):
    mark = uuid4()
    case = report(INSPECTOR, told(uuid=mark))
    assert report(INSPECTOR, told(uuid=mark)).code == case.code
    with pytest.raises(InvalidInput, match="标识"):
        report(INTAKE, told(uuid=mark))
    with pytest.raises(InvalidInput, match="标识"):
        report(INSPECTOR, told(uuid=mark, class_code="0112"))
    step = uuid4()
    act(INTAKE, case.code, "accept", uuid=step)
    assert act(INTAKE, case.code, "accept", uuid=step).step == "filing"
    with pytest.raises(InvalidInput, match="标识"):
        act(CHIEF, case.code, "file", {"condition": "1"}, uuid=step)
    filed = uuid4()
    act(CHIEF, case.code, "file", {"condition": "1"}, uuid=filed)
    with pytest.raises(InvalidInput, match="已用于另一次"):  # of another condition
        act(CHIEF, case.code, "file", {"condition": "2"}, uuid=filed)


def test_what_is_sent_again_with_other_words_is_not_lost_in_silence(ground):
    mark, photo = uuid4(), read_photo(picture())
    case = report(INSPECTOR, told(uuid=mark, photos=[photo]))
    for same in ({}, {"photos": [photo]}, {"description": " 路面破损 "}, {"point": spot(5, 5.9)}):
        assert report(INSPECTOR, told(uuid=mark, **same)).code == case.code
    for other in (
        {"description": "路面破损，有人摔伤"},
        {"point": spot(7, 5)},
        {"address": "人民路"},
        {"photos": [photo, read_photo(picture(30, 40))]},
    ):
        with pytest.raises(InvalidInput, match="另一次上报") as told_by:
            report(INSPECTOR, told(uuid=mark, **other))
        assert told_by.value.field == "uuid"
    step = uuid4()
    act(INTAKE, case.code, "remark", {"note": "已电话核实"}, uuid=step)
    with pytest.raises(InvalidInput, match="另一次操作"):
        act(INTAKE, case.code, "remark", {"note": "电话没有接"}, uuid=step)
    with pytest.raises(InvalidInput, match="另一次操作"):
        act(CHIEF, case.code, "remark", {"note": "已电话核实"}, uuid=step)
    assert Case.objects.current().count() == 1


def test_a_report_sent_again_after_its_class_was_withdrawn_is_the_same(ground):
    same = told(uuid=uuid4())
    case = report(INSPECTOR, same)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    HandlingLimit.objects.filter(class_code__in=("0113", "01", "")).update(valid_to=yesterday)
    assert report(INSPECTOR, same).code == case.code


def test_texts_are_bounded_whatever_they_are_for(ground):
    case = walk(new_case(), "dispatch")
    for action, given in (
        ("ask_extension", {"reason": "字" * 1001}),
        ("finish", {"note": "字" * 1001}),
        ("appeal", {"reason": "字" * 1001}),
    ):
        with pytest.raises(InvalidInput, match="1000"):
            act(ROADS, case.code, action, given)
    act(ROADS, case.code, "ask_extension", {"reason": "下\0\ud800雨"})
    assert CaseRequest.objects.get().reason == "下雨"
    with pytest.raises(MatterNotFound):
        act(INTAKE, "\0", "accept")
    other = new_case(point=spot(50, 50))
    with pytest.raises(InvalidInput, match="150"):
        act(INTAKE, other.code, "ask_verify", {"inspector": "字" * 151})


def test_a_component_stands_there_today(ground):
    code = "4313820101000001"
    open_feature(Component, code, **MANHOLE, geom=spot(20, 5))
    assert new_case(component_code=code).component_code == code
    with pytest.raises(InvalidInput, match="没有部件") as told_by:
        new_case(component_code="4313820101000002")
    assert told_by.value.field == "component"
    with pytest.raises(InvalidInput, match="距所选位置 180 米"):
        new_case(component_code=code, point=spot(200, 5))


def test_verification_goes_to_an_inspector_and_comes_back(ground):
    make_inspector("王巡")
    case = report(anybody(), told(source="公众举报"))
    case = act(INTAKE, case.code, "ask_verify", {"inspector": "王巡"})
    assert [c.code for c in queue(INSPECTOR, "verifying")] == [case.code]
    other = type(INSPECTOR)("别人", INSPECTOR.roles, districts=INSPECTOR.districts)
    with pytest.raises(NotResponsible):
        act(other, case.code, "confirm")
    case = act(INSPECTOR, case.code, "deny", {"reason": "现场没有"})
    assert case.step == "reported"
    assert act(INTAKE, case.code, "reject", {"reason": "不属实"}).step == "void"


def test_an_extension_adds_one_original_limit_at_most_twice(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
        assert case.due_at == at("2026-01-06 09:00")
        for number, due in ((1, "2026-01-07 09:00"), (2, "2026-01-08 09:00")):
            act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
            with pytest.raises(InvalidInput, match="已有一项"):
                act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
            case = act(DISPATCHER, case.code, "grant_extension")
            assert (case.extensions, case.due_at) == (number, at(due))
            assert case.step_due_at == case.due_at
        with pytest.raises(InvalidInput, match="最多"):
            act(ROADS, case.code, "ask_extension", {"reason": "还在下"})


def test_extensions_are_counted_by_the_case_not_by_the_dispatch(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
        for _ in range(2):
            act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
            act(DISPATCHER, case.code, "grant_extension")
        act(ROADS, case.code, "return_dispatch", {"reason": "不归我管"})
        case = act(DISPATCHER, case.code, "dispatch", {"department": HYGIENE})
        assert (case.extensions, case.due_at) == (0, at("2026-01-06 09:00"))
        with pytest.raises(InvalidInput, match="最多延期 2 次"):
            act(CLEANERS, case.code, "ask_extension", {"reason": "还在下"})


@pytest.mark.parametrize(
    ("action", "given"), [("return_dispatch", {"reason": "不归我管"}), ("finish", {"note": "好了"})]
)
def test_what_a_department_asked_lapses_when_its_handling_is_over(ground, action, given):
    case = walk(new_case(), "dispatch")
    until = timezone.now() + timedelta(days=3)
    act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
    act(ROADS, case.code, "ask_suspension", {"reason": "待料", "until": until})
    act(ROADS, case.code, "appeal", {"reason": "暴雨"})
    assert awaiting_answer(DISPATCHER).count() == awaiting_answer(CHIEF).count() == 1
    title = act(ROADS, case.code, action, given) and WORKFLOW.of(action).title
    asked = {request.kind: request for request in CaseRequest.objects.all()}
    for kind in ("extension", "suspension"):
        assert (asked[kind].granted, asked[kind].answered_by) == (False, "系统")
        assert asked[kind].answer == f"案件已{title}，申请自动失效"
    assert asked["appeal"].granted is None
    assert CaseStep.objects.last().details["lapsed"] == ["延期", "挂账"]
    assert not awaiting_answer(DISPATCHER).exists()


def test_the_next_department_asks_for_itself(ground):
    case = walk(new_case(), "dispatch")
    act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
    act(ROADS, case.code, "return_dispatch", {"reason": "不归我管"})
    case = act(DISPATCHER, case.code, "dispatch", {"department": HYGIENE})
    with pytest.raises(InvalidInput, match="没有待审批"):
        act(DISPATCHER, case.code, "grant_extension")
    act(CLEANERS, case.code, "ask_extension", {"reason": "车坏了"})
    assert act(DISPATCHER, case.code, "grant_extension").extensions == 1


def test_requests_that_were_left_open_are_answered_once_for_all(ground):
    lapse = import_module("grid.migrations.0016_lapsed_requests").LAPSE
    cases = [walk(new_case(point=spot(n * 60, 250)), "dispatch") for n in range(3)]
    for case in cases:
        act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
    act(ROADS, cases[0].code, "finish", {"note": "好了"})
    act(ROADS, cases[1].code, "return_dispatch", {"reason": "不归我管"})
    act(DISPATCHER, cases[1].code, "dispatch", {"department": HYGIENE})
    CaseRequest.objects.update(granted=None, answered_by="")
    with connection.cursor() as cursor:
        cursor.execute(lapse)
    still = CaseRequest.objects.filter(granted=None).values_list("case_code", flat=True)
    assert list(still) == [cases[2].code]


def test_a_request_waits_while_the_case_is_suspended(ground):
    case = walk(new_case(), "dispatch")
    until = timezone.now() + timedelta(days=3)
    act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
    act(ROADS, case.code, "ask_suspension", {"reason": "待料", "until": until})
    act(DISPATCHER, case.code, "suspend")
    assert not awaiting_answer(DISPATCHER).exists()  # nothing that could be answered now
    act(DISPATCHER, case.code, "resume")
    assert awaiting_answer(DISPATCHER).count() == 1
    act(DISPATCHER, case.code, "grant_extension")


def test_an_extension_is_asked_for_before_it_is_late(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
        with pytest.raises(InvalidInput, match="没有待审批"):
            act(DISPATCHER, case.code, "grant_extension")
    with freeze_time(at("2026-01-06 09:01")), pytest.raises(InvalidInput, match="超期"):
        act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
    with freeze_time(at("2026-01-05 10:00")):
        act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
        act(DISPATCHER, case.code, "refuse_extension", {"reason": "天晴"})
    assert CaseRequest.objects.get().granted is False


def test_a_suspension_stops_the_clock_and_ends_by_itself(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-01-05 10:00")):
        until = at("2026-01-07 10:00")
        act(ROADS, case.code, "ask_suspension", {"reason": "待料", "until": until})
        case = act(DISPATCHER, case.code, "suspend")
        assert (case.step, case.step_due_at) == ("suspended", None)
    with freeze_time(at("2026-01-07 09:59")):
        assert resume_elapsed() == []
    with freeze_time(at("2026-01-07 10:00")):
        assert resume_elapsed() == [case.code]
        assert resume_elapsed() == []
    case = Case.objects.current().get(code=case.code)
    assert case.step == "handling"
    assert case.due_at == at("2026-01-08 09:00")  # two days stood still
    assert CaseStep.objects.last().who == "系统"
    with freeze_time(at("2026-01-08 08:00")):
        act(ROADS, case.code, "ask_extension", {"reason": "下雨"})
        case = act(DISPATCHER, case.code, "grant_extension")
    assert case.due_at == at("2026-01-09 09:00")


@pytest.mark.parametrize(
    "until", [None, "明天", MONDAY - timedelta(days=9), at("2028-01-01 00:00")]
)
def test_a_suspension_has_an_end_within_a_year(ground, until):
    with freeze_time(MONDAY):
        case = walk(new_case(), "dispatch")
        with pytest.raises((InvalidInput, MissingInput)):
            act(ROADS, case.code, "ask_suspension", {"reason": "待料", "until": until})


def test_a_departments_return_goes_to_the_dispatcher_and_starts_anew(ground):
    case = walk(new_case(), "dispatch")
    case = act(ROADS, case.code, "return_dispatch", {"reason": "不归我管"})
    assert (case.step, case.returns, case.due_at) == ("dispatching", 1, None)
    with pytest.raises(WrongState):
        act(INTAKE, case.code, "send_check")
    case = act(DISPATCHER, case.code, "dispatch", {"department": HYGIENE})
    assert case.due_at
    assert CaseStep.objects.filter(text="不归我管").exists()


def test_a_failed_check_is_rework(ground):
    case = walk(new_case(), "send_check")
    case = act(INSPECTOR, case.code, "fail_check", {"reason": "没修好"})
    assert (case.step, case.reworks, case.handled_at) == ("dispatching", 1, None)


def test_an_appeal_exempts_and_erases_nothing(ground):
    with freeze_time(at("2026-01-05 09:00")):
        case = walk(new_case(class_code="0201"), "dispatch")
    with freeze_time(at("2026-01-08 09:00")):
        case = act(ROADS, case.code, "finish", {"note": "好了"})
        act(ROADS, case.code, "appeal", {"reason": "暴雨"})
        case = act(CHIEF, case.code, "grant_appeal")
    assert case.is_exempt
    assert case.handled_at > case.due_at
    finish = CaseStep.objects.get(action="finish")
    assert finish.at > finish.due_at
    with pytest.raises(NotResponsible, match="已成立"):
        act(ROADS, case.code, "appeal", {"reason": "再来"})
    act(INTAKE, case.code, "send_check")
    act(INSPECTOR, case.code, "fail_check", {"reason": "没修好"})
    act(DISPATCHER, case.code, "dispatch", {"department": STREETS})
    assert act(ROADS, case.code, "appeal", {"reason": "又是暴雨"})  # of another round


def test_duplicates_are_suggested_and_linked_never_deleted(ground):
    first = new_case()
    near, far = new_case(point=spot(35, 5)), new_case(point=spot(95, 5))
    other = new_case(class_code="0112")
    found = likely_duplicates(near)
    assert [(case.code, distance) for case, distance in found] == [(first.code, 30.0)]
    merged = act(INTAKE, near.code, "merge", {"main": first.code})
    assert (merged.step, merged.duplicate_of) == ("merged", first.code)
    assert CaseStep.objects.filter(case_code=near.code).count() == 2
    for main, words in (
        (near.code, "没有该主案件"),
        (other.code, "类别不同"),
        ("x", "没有该主案件"),
    ):
        with pytest.raises((InvalidInput, WrongState), match=words if main != near.code else ""):
            act(INTAKE, far.code, "merge", {"main": main})


def test_only_what_can_be_merged_is_suggested(ground):
    ended = new_case()
    act(INTAKE, ended.code, "reject", {"reason": "不属实"})
    merged, main = new_case(), new_case()
    act(INTAKE, merged.code, "merge", {"main": main.code})
    closed = walk(new_case(point=spot(6, 5)), "close")
    case = new_case(point=spot(7, 5))
    assert closed.step == "closed"
    assert [other.code for other, _far in likely_duplicates(case)] == [main.code]
    case = walk(case, "accept")
    assert likely_duplicates(case)
    assert likely_duplicates(act(CHIEF, case.code, "file", {"condition": "1"})) == []


def test_photos_are_kept_before_and_after(ground):
    case = report(INSPECTOR, told(photos=[read_photo(picture())]))
    case = walk(case, "dispatch")
    act(ROADS, case.code, "finish", {"note": "好了"}, photos=[read_photo(picture(30, 40))])
    kinds = list(CasePhoto.objects.values_list("moment", flat=True))
    assert kinds == ["before", "after"]
    with pytest.raises(InvalidInput, match="最多"):
        report(INSPECTOR, told(photos=[read_photo(picture())] * 7))
    assert Case.objects.current().count() == 1


def test_queues_are_counted_by_state_and_urgency(ground):
    with freeze_time(MONDAY):
        late = new_case()
    new_case(point=spot(250, 250))
    number, overdue, _soon = queue_counts(INTAKE)["reported"]
    assert (number, overdue) == (2, 1)
    assert queue(INTAKE, "reported").first().code == late.code
    assert queue_counts(ROADS) == {}
    elsewhere = type(INSPECTOR)("别人", INSPECTOR.roles, districts=("431382999",))
    assert queue_counts(elsewhere) == {}


def test_a_place_on_a_border_belongs_to_the_smaller_code(ground):
    from grid.models import GridCell

    open_feature(GridCell, f"{COMMUNITY}002", community_code=COMMUNITY, geom=square(100, 0, 100))
    assert new_case(point=spot(100, 50)).cell_code == CELL


def test_where_and_when_on_the_spot_is_kept_beside_the_moment_of_receipt(ground):
    case = walk(new_case(captured_at=MONDAY), "send_check")
    place = Where(spot(6, 6), 8.0, MONDAY)
    act(INSPECTOR, case.code, "pass_check", where=place)
    step = CaseStep.objects.last()
    assert (step.captured_at, step.accuracy_m, step.geom.x) == (MONDAY, 8.0, spot(6, 6).x)
    assert step.at > MONDAY
    assert Case.objects.current().get(code=case.code).captured_at == MONDAY

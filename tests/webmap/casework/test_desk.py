"""The desk: who sees which cases, the queues, the filters, live updates, files, many at once."""

import io
import socket
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grid.cases.actions import act
from grid.cases.photos import read_photo
from grid.models import Case, CasePhoto, CaseStep, Component
from layers.models import PersonalRead
from spatial.casework.acts import Where
from spatial.casework.clocks import values_of
from spatial.city import city
from spatial.crs import transformer
from spatial.planning.roles import PlanningRole
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit
from tests.factories import centre, open_feature, spot
from tests.grid.people import (
    CELL,
    HYGIENE,
    INSPECTOR,
    INTAKE,
    STREETS,
    freeze_time,
    new_case,
    picture,
    walk,
)
from tests.town import make_user

pytestmark = pytest.mark.django_db
INSPECTOR_BY_NAME = type(INSPECTOR)("inspector", INSPECTOR.roles)
FETCH = {"X-Requested-With": "fetch"}


def post(client, case, action, **given):
    """One action through the page, as the browser sends it."""
    address = f"/grid/cases/{case.code}/act"
    now = Case.objects.current().get(code=case.code)
    form = {"action": action, "expected": now.pk, **given}
    return client.post(address, form, headers=FETCH)


def test_only_people_of_the_centre_come_in(ground, client):
    assert client.get("/grid/").status_code == 302
    client.force_login(make_user("planner", PlanningRole.PLANNER))
    for address in ("/grid/", "/grid/list", "/grid/cases/x", "/grid/cases.csv", "/grid/new"):
        assert client.get(address).status_code == 403, address
    admin = Client()
    admin.force_login(User.objects.create_superuser("root"))
    assert admin.get("/grid/").status_code == 200


def test_everybody_sees_their_own(people):
    case = walk(new_case(), "dispatch")
    other = new_case(point=spot(250, 250), class_code="0112")
    for name, codes in {
        "intake": {case.code, other.code},
        "dispatcher": {case.code, other.code},
        "handler": {case.code},
        "cleaner": set(),
        "inspector": {case.code, other.code},
    }.items():
        page = people[name].get("/grid/list", {"state": "all"}).content.decode()
        assert {c for c in (case.code, other.code) if c in page} == codes, name
    assert people["cleaner"].get(f"/grid/cases/{case.code}").status_code == 404
    assert post(people["cleaner"], case, "finish", note="x").status_code == 404


def test_filters_narrow_the_list(people):
    road = new_case(description="大坑")
    dirt = new_case(class_code="0112", point=spot(250, 250))
    for asked, expected in (
        ({"q": "大坑"}, {road.code}),
        ({"q": dirt.code[-5:]}, {dirt.code}),
        ({"class": "event:0112"}, {dirt.code}),
        ({"class": "event:01"}, {road.code, dirt.code}),
        ({"class": "component:01"}, set()),
        ({"district": "431382001"}, {road.code, dirt.code}),
        ({"district": "431382002"}, set()),
        ({"late": "1"}, set()),
        ({"state": "filing"}, set()),
        ({"q": "%_\\'"}, set()),
    ):
        page = people["intake"].get("/grid/list", asked).content.decode()
        assert {c for c in (road.code, dirt.code) if f'data-code="{c}"' in page} == expected, asked


def test_the_list_is_asked_again_for_nothing_until_something_happens(people):
    case = new_case()
    first = people["intake"].get("/grid/list")
    again = {"If-None-Match": first["ETag"]}
    assert people["intake"].get("/grid/list", headers=again).status_code == 304
    assert people["chief"].get("/grid/list", headers=again).status_code == 200
    post(people["intake"], case, "accept")
    assert people["intake"].get("/grid/list", headers=again).status_code == 200


@pytest.mark.slow(reason="a case through every hand")
def test_a_case_walks_through_all_hands(people):
    case = new_case()
    steps = (
        ("intake", "accept", {}),
        ("chief", "file", {"condition": "1"}),
        ("dispatcher", "dispatch", {"department": STREETS}),
        ("handler", "finish", {"note": "已修补", "photos": io.BytesIO(picture())}),
        ("intake", "send_check", {"inspector": "inspector"}),
        ("inspector", "pass_check", {}),
        ("chief", "close", {}),
    )
    for name, action, given in steps:
        page = people[name].get(f"/grid/cases/{case.code}", headers=FETCH).content.decode()
        assert f'value="{action}"' in page, action
        answer = post(people[name], case, action, **given)
        assert answer.status_code == 200, answer.content.decode()
    page = people["chief"].get(f"/grid/cases/{case.code}").content.decode()
    assert "已结案" in page
    assert "已修补" in page
    assert CasePhoto.objects.get().moment == "after"


def test_a_script_is_told_that_the_session_has_ended_and_a_person_is_led_to_the_sign_in(
    people, client
):
    case = new_case()
    addresses = ("/grid/list", f"/grid/cases/{case.code}", "/grid/new")
    for address in addresses:
        assert client.get(address).status_code == 302
        answer = client.get(address, headers=FETCH)
        assert (answer.status_code, answer.content.decode()) == (401, "登录已过期，请重新登录")
    assert client.post(f"/grid/cases/{case.code}/act", headers=FETCH).status_code == 401


def test_an_action_that_does_not_fit_is_told_in_place(people):
    case = new_case()
    late = Case.objects.current().get(code=case.code).pk
    post(people["intake"], case, "accept")
    address = f"/grid/cases/{case.code}/act"
    overtaken = people["intake"].post(address, {"action": "accept", "expected": late})
    assert overtaken.status_code == 409
    assert "intake 已于" in overtaken.content.decode()
    assert post(people["chief"], case, "fly").status_code == 400
    assert post(people["chief"], case, "void", reason="").status_code == 422
    assert post(people["dispatcher"], case, "file", condition="1").status_code == 403
    assert post(people["chief"], case, "file", condition="7").status_code == 422
    bad = post(people["chief"], case, "void", reason="x", photos=io.BytesIO(b"<svg/>"))
    assert bad.status_code == 422
    assert "照片读不出" in bad.content.decode()
    assert Case.objects.current().get(code=case.code).step == "filing"


def test_several_are_dispatched_at_once_and_what_fails_is_told(people):
    ready = [walk(new_case(point=spot(n * 20, 5)), "file").code for n in range(3)]
    not_ready = new_case(point=spot(90, 90)).code
    answer = people["dispatcher"].post("/grid/dispatch", {"code": [*ready, not_ready, "x"]}).json()
    assert sorted(answer["done"]) == sorted(ready)
    assert [one["code"] for one in answer["failed"]] == [not_ready, "x"]
    assert Case.objects.current().filter(department=STREETS, step="handling").count() == 3
    again = walk(new_case(point=spot(5, 90)), "file").code
    form = {"code": again, "department": HYGIENE}
    assert people["handler"].post("/grid/dispatch", form).json()["done"] == []
    assert people["dispatcher"].post("/grid/dispatch", form).json()["done"] == [again]


def test_a_case_by_telephone_and_who_called(people):
    lon, lat = transformer(city().projected, 4326).transform(*centre())
    form = {
        "class": "event:0113",
        "lon": lon,
        "lat": lat,
        "description": "路坏了，也可打 139 0000 1111",
        "source": "电话举报",
        "reporter_name": "张三丰",
        "reporter_phone": "13812345678",
    }
    assert people["dispatcher"].post("/grid/cases", form).status_code == 403
    code = people["intake"].post("/grid/cases", form).json()["code"]
    page = people["intake"].get(f"/grid/cases/{code}").content.decode()
    assert "张三丰" not in page
    assert "张**" in page
    assert "138****5678" in page
    assert "139****1111" in page
    listed = b"".join(people["dispatcher"].get("/grid/cases.csv").streaming_content).decode()
    assert "139****1111" in listed
    assert "139 0000" not in listed
    refused = people["dispatcher"].post(f"/grid/cases/{code}/personal")
    assert refused.status_code == 403
    shown = (
        people["chief"].post(f"/grid/cases/{code}/personal", {"reason": "回访"}).content.decode()
    )
    assert "张三丰 13812345678" in shown
    assert "139 0000 1111" in shown
    read = PersonalRead.objects.get()
    assert (read.who, read.layer, read.code) == ("chief", "cases", code)
    for field, value, words in (
        ("lon", "nan", "范围"),
        ("lat", "", "点选"),
        ("lat", "0", "不在"),
        ("class", "event:9999", "类别"),
    ):
        answer = people["intake"].post("/grid/cases", form | {field: value})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_the_list_as_files(people):
    case = new_case(description="=SUM(A1)")
    text = b"".join(people["intake"].get("/grid/cases.csv").streaming_content).decode("utf-8-sig")
    head, row = text.splitlines()
    assert head.startswith("案件编号,类别")
    assert case.code in row
    assert ",'=SUM(A1)," in row
    assert "reporter" not in head
    file = io.BytesIO(b"".join(people["intake"].get("/grid/cases.gpkg").streaming_content))
    database = sqlite3.connect(":memory:")
    database.deserialize(file.getvalue())
    assert database.execute('SELECT "案件编号" FROM cases').fetchall() == [(case.code,)]
    empty = people["cleaner"].get("/grid/cases.gpkg")
    assert empty.status_code == 200


def test_photos_are_shown_to_those_who_see_the_case(people):
    case = new_case(photos=[read_photo(picture())])
    photo = CasePhoto.objects.get()
    address = f"/grid/photos/{photo.pk}"
    for suffix in ("", "?small"):
        answer = people["intake"].get(address + suffix)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert people["cleaner"].get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert CaseStep.objects.filter(case_code=case.code).count() == 1


def test_a_case_that_is_open_is_asked_again_for_nothing_until_somebody_acts(people):
    case = new_case()
    address = f"/grid/cases/{case.code}"
    first = people["intake"].get(address, headers=FETCH)
    assert f'data-version="{case.pk}"' in first.content.decode()
    again = {**FETCH, "If-None-Match": first["ETag"]}
    with CaptureQueriesContext(connection) as asked:
        assert people["intake"].get(address, headers=again).status_code == 304
    assert len(asked) <= 6, [one["sql"] for one in asked]
    post(people["chief"], case, "remark", note="盯一下")
    changed = people["intake"].get(address, headers=again)
    assert changed.status_code == 200
    assert "此案件已由 chief 办理（备注），点此刷新" in changed.content.decode()


def test_the_page_shows_where_and_when_on_the_spot_and_what_is_around(people):
    code = "4313820101000001"
    broken = {"scheme": "components_2020", "class_code": "0101", "state": "破损"}
    open_feature(Component, code, **broken, geom=spot(20, 5))
    walk(new_case(point=spot(8, 5), class_code="0112"), "close")
    old = walk(new_case(point=spot(9, 5), class_code="0201"), "close")
    values = values_of(old) | {"closed_at": timezone.now() - timedelta(days=31)}
    edit = Edit(Action.REPLACE, old.code, values, old.pk)
    apply(record_change(who="测试", why="测试"), Case, [edit])
    early = timezone.now() - timedelta(minutes=9)
    case = new_case(component_code=code, captured_at=early, accuracy_m=7.4)
    act(INTAKE, case.code, "ask_verify", {"inspector": "inspector"})
    page = people["intake"].get(f"/grid/cases/{case.code}").content.decode()
    for words in (
        f"现场 {timezone.localtime(early):%m-%d %H:%M}",
        "±7 m",
        'data-spot="',
        f'href="/grid/components/?in={CELL}"',
        f'data-cell="{CELL}"',
        "上水井盖",
        "破损",
        code,
        "近 30 天办结 1",
    ):
        assert words in page, words
    act(INSPECTOR_BY_NAME, case.code, "confirm", where=Where(captured_at=timezone.now()))
    page = people["intake"].get(f"/grid/cases/{case.code}").content.decode()
    assert page.count("±7 m") == 2  # of the case and its report: no place was told with the step


def test_a_department_is_shown_nothing_of_others_around_its_case(people):
    case = walk(new_case(), "dispatch")
    new_case(point=spot(9, 5), class_code="0112")
    page = people["handler"].get(f"/grid/cases/{case.code}").content.decode()
    assert "在办案件" not in page
    assert "在办案件 1" in people["chief"].get(f"/grid/cases/{case.code}").content.decode()


def test_a_case_names_a_component_out_of_the_nearest(people):
    code = "4313820101000001"
    known = {"scheme": "components_2020", "class_code": "0101"}
    open_feature(Component, code, **known, geom=spot(12, 5))
    lon, lat = transformer(city().projected, 4326).transform(spot(5, 5).x, spot(5, 5).y)
    asked = {"lon": lon, "lat": lat}
    found = people["intake"].get("/grid/new/components", asked).json()["components"]
    assert [(one["code"], one["title"], one["far_m"]) for one in found] == [(code, "上水井盖", 7)]
    assert people["intake"].get("/grid/new/components", {"lon": "x"}).status_code == 422
    assert people["handler"].get("/grid/new/components", asked).status_code == 403
    form = form_of_a_call(**asked, component=code)
    made = people["intake"].post("/grid/cases", form).json()["code"]
    assert Case.objects.current().get(code=made).component_code == code
    refused = people["intake"].post("/grid/cases", form | {"component": "4313820101000009"})
    assert refused.status_code == 422
    assert "没有部件" in refused.content.decode()


def test_no_file_is_cut_in_silence(people, monkeypatch):
    monkeypatch.setattr("webmap.casework.desk.MOST_IN_FILE", 2)
    monkeypatch.setattr("webmap.casework.files.MOST_IN_FILE", 2)
    for n in range(3):
        new_case(point=spot(n * 20, 5))
    lines = b"".join(people["intake"].get("/grid/cases.csv").streaming_content).splitlines()
    assert len(lines) == 4
    refused = people["intake"].get("/grid/cases.gpkg")
    assert refused.status_code == 422
    assert "超过 2 件" in refused.content.decode()
    assert "超过 2 件" in people["intake"].get("/grid/list").content.decode()
    assert people["intake"].get("/grid/cases.gpkg", {"state": "filing"}).status_code == 200


def form_of_a_call(**more):
    """What the form of a case by telephone sends."""
    lon, lat = transformer(city().projected, 4326).transform(*centre())
    form = {"class": "event:0113", "lon": lon, "lat": lat, "description": "路坏了"}
    return form | {"source": "电话举报"} | more


def test_a_mark_that_is_no_uuid_is_told(people):
    for bad in ("x" * 36, "1", "\0" * 36):
        answer = people["intake"].post("/grid/cases", form_of_a_call(uuid=bad))
        assert answer.status_code == 422
        assert "表单标识无效" in answer.content.decode()
    assert not Case.objects.exists()
    case = new_case()
    for bad in ({"uuid": "x" * 36}, {"expected": "x"}, {"expected": "9" * 5_000}):
        answer = post(people["intake"], case, "accept", **bad)
        assert answer.status_code == 422
        assert "无效，请刷新" in answer.content.decode()
    assert Case.objects.current().get().step == "reported"


def test_texts_that_the_database_does_not_take_do_no_harm(people):
    case = new_case()
    assert people["intake"].get("/grid/list", {"q": "\0"}).status_code == 200
    assert people["intake"].get("/grid/cases/%00").status_code == 404
    assert post(people["intake"], case, "merge", main="\0").status_code == 422
    answer = people["dispatcher"].post("/grid/dispatch", {"code": "\0", "department": "x"})
    assert len(answer.json()["failed"]) == 1
    assert people["intake"].post("/grid/cases", form_of_a_call(address="路\0口")).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_body_that_is_too_large_is_refused_unread(live_server, people):
    """The connection is given a head that announces 200 MB, and nothing after it."""
    case = new_case()
    home = live_server.url.removeprefix("http://")
    host, port = home.split(":")
    for path, form in (
        ("/grid/cases", "text/plain"),
        (f"/grid/cases/{case.code}/act", "text/plain"),
        ("/inspector/api/report", "application/json"),
        ("/inspector/api/act", "application/json"),
        ("/inspector/api/patrol", "application/json"),
    ):
        head = (
            f"POST {path} HTTP/1.1",
            f"Host: {home}",
            "Content-Type: multipart/form-data; boundary=x",
            f"Content-Length: {200 * 1024**2}",
        )
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall("\r\n".join((*head, "", "")).encode())
            answer = b""
            while b"\xe4\xb8\x8a\xe9\x99\x90" not in answer and b"\\u4e0a\\u9650" not in answer:
                part = line.recv(65_536)  # the words "上限", plain or as JSON has them
                assert part, answer
                answer += part
        assert answer.startswith(b"HTTP/1.1 413 "), path
        assert f"Content-Type: {form}".encode() in answer


def test_the_token_of_a_form_is_still_asked_for(people, ground):
    case = new_case()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="intake"))
    for path in ("/grid/cases", f"/grid/cases/{case.code}/act"):
        assert strict.post(path, {"action": "accept"}).status_code == 403
    assert Case.objects.current().get().step == "reported"


def test_a_moment_of_another_year_has_its_year(people):
    with freeze_time(datetime(2024, 7, 7, 0, 25, tzinfo=UTC)):
        case = new_case()
    for address in ("/grid/list", f"/grid/cases/{case.code}"):
        assert "2024-07-07 08:25" in people["intake"].get(address).content.decode()
    new_case(point=spot(50, 50))
    page = people["intake"].get("/grid/list").content.decode()
    assert f"<small>{timezone.localtime():%m-%d}" in page


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("chief", {"/grid/", "/grid/patrols/", "/grid/cells/"}),
        ("inspector", {"/grid/", "/grid/patrols/"}),
        ("handler", {"/grid/"}),
    ],
)
def test_only_pages_that_open_are_offered(people, name, offered):
    pages = {"/grid/", "/grid/patrols/", "/grid/cells/"}
    shown = people[name].get("/grid/components/").text
    assert {page for page in pages if f'<a href="{page}"' in shown} == offered
    for page in pages:
        assert (people[name].get(page).status_code == 200) is (page in offered)


def test_the_desk_speaks_english_to_who_reads_it(people):
    case = walk(new_case(), "accept")
    chief = people["chief"]
    chief.cookies["django_language"] = "en"
    listed = chief.get("/grid/list", {"state": "open"})
    assert "To be filed" in listed.text
    page = chief.get(f"/grid/cases/{case.code}").text
    for text in ("To be filed", "<b>Accept</b>", "Void", "Condition of filing"):
        assert text in page
    assert "待立案" not in page
    chief.cookies["django_language"] = "zh-hans"  # the same list, kept by the browser
    again = chief.get("/grid/list", {"state": "open"}, headers={"If-None-Match": listed["ETag"]})
    assert "待立案" in again.text

"""The phone's end points: who may, what is sent twice, what does not fit."""

import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import MultiPolygon
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grid.cases.actions import act, report
from grid.cases.actors import anybody
from grid.cases.photos import read_photo
from grid.models import Case, CasePhoto, CaseStep, GridCell, Patrol, PatrolPoint
from grid.roles import GridRole
from spatial.city import city
from spatial.crs import transformer
from spatial.parcels.models import Building
from spatial.planning.roles import PlanningRole
from tests.factories import centre, open_feature, spot, square
from tests.grid.people import COMMUNITY, INTAKE, make_ground, make_inspector, picture, told, walk
from tests.town import make_user
from tests.webmap.casework.conftest import make_staff
from webmap.inspector.area import COLLECTIONS
from webmap.web.callers import actor_of

pytestmark = pytest.mark.django_db
API = "/inspector/api"
READS = ("me", "classes", "area", "tasks", "mine")


@pytest.fixture
def phone(db, settings, tmp_path) -> Client:
    settings.CASE_FILES = tmp_path / "cases"
    make_ground()
    client = Client()
    client.force_login(make_staff("inspector", GridRole.INSPECTOR, districts=(COMMUNITY[:9],)))
    return client


def values(**more):
    x, y = (round(v) for v in centre())
    lon, lat = transformer(city().projected, 4326).transform(x + 5, y + 5)
    given = {
        "uuid": str(uuid4()),
        "class": "event:0113",
        "lon": lon,
        "lat": lat,
        "accuracy": 6,
        "description": "路坏了",
        "captured_at": "2026-01-05T01:00:00.000Z",
    }
    return given | more


def send(client, path, given, *photos):
    form = {"json": json.dumps(given), "photos": [io.BytesIO(photo) for photo in photos]}
    return client.post(f"{API}/{path}", form)


def test_only_inspectors_and_401_where_nobody_is_signed_in(phone):
    for path in READS:
        assert phone.get(f"{API}/{path}").status_code == 200, path
        answer = Client().get(f"{API}/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")
    planner = Client()
    planner.force_login(make_user("planner", PlanningRole.PLANNER))
    assert planner.get(f"{API}/me").status_code == 403
    assert send(Client(), "report", values()).status_code == 401


def test_the_shell_says_nothing_of_anybody(phone):
    signed_in, nobody = (c.get("/inspector/").content for c in (phone, Client()))
    assert signed_in == nobody
    worker = Client().get("/inspector/sw.js")
    assert worker["Content-Type"] == "text/javascript"
    listed = json.loads(worker.text.split("const PARTS = ")[1].split(";\n")[0])
    assert "/inspector/" in listed
    assert any(path.endswith("maplibre-gl-worker.mjs") for path in listed)
    told_by = Client().get("/inspector/manifest.webmanifest").json()
    assert (told_by["scope"], told_by["display"]) == ("/inspector/", "standalone")


def test_a_report_is_made_once(phone):
    given = values()
    first = send(phone, "report", given, picture(), picture(30, 40))
    assert first.status_code == 201
    again = send(phone, "report", given, picture(), picture(30, 40))
    assert (again.status_code, again.json()) == (200, first.json())
    case = Case.objects.current().get()
    assert (case.source, case.reporter, case.accuracy_m) == ("监督员上报", "inspector", 6)
    assert case.captured_at.isoformat() == "2026-01-05T01:00:00+00:00"
    assert CasePhoto.objects.count() == 2


def test_how_the_place_was_found_is_kept_with_the_step(phone):
    at = "2026-01-05T00:59:40+00:00"
    more = {"place_source": "map", "accuracy": None, "device_accuracy": 80, "fixed_at": at}
    send(phone, "report", values(**more, device_distance=35))
    assert Case.objects.current().get().accuracy_m is None
    told_of = {"device_accuracy_m": 80, "device_distance_m": 35, "fixed_at": at, "source": "map"}
    assert CaseStep.objects.get().details == {"position": told_of}
    case = report(anybody(), told(point=spot(50, 50)))
    act(INTAKE, case.code, "ask_verify", {})
    more = {"place_source": "gps", "fixed_at": at, "code": case.code, "action": "confirm"}
    assert send(phone, "act", values(**more)).status_code == 200
    step = CaseStep.objects.get(action="confirm")
    assert (step.accuracy_m, step.details["position"]) == (6, {"source": "gps", "fixed_at": at})


def test_a_refusal_names_what_is_to_blame(phone):
    assert send(phone, "report", values(uuid="1")).json()["field"] == "uuid"
    assert send(phone, "report", values(lon=0)).json()["field"] == "position"


def test_a_borrowed_or_altered_uuid_is_refused(phone):
    given = values()
    send(phone, "report", given)
    other = Client()
    other.force_login(make_staff("second", GridRole.INSPECTOR))
    assert send(other, "report", given).status_code == 422
    assert send(phone, "report", given | {"class": "event:0112"}).status_code == 422
    assert send(phone, "report", given | {"description": "路又坏了"}).status_code == 422
    assert send(phone, "report", given, picture()).status_code == 422  # a photo more
    assert Case.objects.current().count() == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"lon": 0}, "不在"),
        ({"lon": "x"}, "位置"),
        ({"lat": None}, "位置"),
        ({"class": "event:9999"}, "类别"),
        ({"uuid": "1"}, "uuid"),
        ({"captured_at": "gestern"}, "时间"),
        ({"accuracy": "viel"}, "精度"),
        ({"place_source": "magic"}, "位置来源"),
        ({"place_source": "map", "device_accuracy": "viel"}, "精度"),
        ({"place_source": "gps", "fixed_at": "gestern"}, "时间"),
        ({"description": "字" * 4001}, "4000"),
        ({"component": "4313820101000009"}, "没有部件"),
    ],
)
def test_what_does_not_fit_is_told(phone, more, words):
    answer = send(phone, "report", values(**more))
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("body", ["", "[1]", "{", "[" * 100_000, '{"uuid": ' * 9])
def test_what_is_no_json_is_told(phone, body):
    assert phone.post(f"{API}/report", {"json": body}).status_code == 400  # as everywhere


def test_what_is_no_photo_is_told(phone):
    for raw in (b"<svg><script>1</script></svg>", b"GIF89a", bytes(16 * 1024 * 1024)):
        answer = send(phone, "report", values(), raw)
        assert answer.status_code == 422
        assert "照片" in answer.json()["error"]


def test_tasks_and_their_results(phone):
    make_inspector("别人")
    case = report(anybody(), told())
    act(INTAKE, case.code, "ask_verify", {"inspector": "inspector"})
    other = report(anybody(), told(point=spot(50, 50)))
    act(INTAKE, other.code, "ask_verify", {"inspector": "别人"})
    listed = phone.get(f"{API}/tasks").json()["tasks"]
    assert [task["code"] for task in listed] == [case.code]
    given = {"uuid": str(uuid4()), "code": case.code, "action": "deny", "text": ""}
    assert send(phone, "act", given).status_code == 422
    assert send(phone, "act", given | {"action": "close"}).status_code == 400
    assert send(phone, "act", given | {"code": other.code, "text": "x"}).status_code == 403
    done = send(phone, "act", given | {"text": "没有"}, picture())
    assert done.json() == {"code": case.code, "state": "待受理"}
    assert send(phone, "act", given | {"text": "没有"}).status_code == 200  # sent again
    assert CasePhoto.objects.get().moment == "verified"


def test_the_result_of_a_task_that_was_taken_back_is_refused_in_words(phone, settings):
    make_inspector("别人")
    case = report(anybody(), told())
    act(INTAKE, case.code, "ask_verify", {"inspector": "inspector"})
    assert len(phone.get(f"{API}/tasks").json()["tasks"]) == 1
    act(INTAKE, case.code, "reassign_task", {"inspector": "别人", "reason": "路近"})
    assert phone.get(f"{API}/tasks").json()["tasks"] == []
    given = {"uuid": str(uuid4()), "code": case.code, "action": "confirm", "text": "属实"}
    late = send(phone, "act", given, picture())
    assert late.status_code == 409
    assert "改派监督员（路近），这项任务不用再办" in late.json()["error"]
    assert not CasePhoto.objects.exists()
    assert not list(settings.CASE_FILES.rglob("*.jpg"))
    # Given back, what the phone still has is taken as it is.
    act(INTAKE, case.code, "reassign_task", {"inspector": "inspector", "reason": "还是您"})
    assert send(phone, "act", given, picture()).status_code == 200
    assert CasePhoto.objects.get().moment == "verified"


def test_a_result_that_was_given_is_taken_back_by_whoever_gave_it(phone):
    case = walk(report(anybody(), told()), "finish")
    act(INTAKE, case.code, "send_check", {"inspector": "inspector"})
    given = {"uuid": str(uuid4()), "code": case.code, "action": "pass_check", "text": "好了"}
    assert send(phone, "act", given).status_code == 200
    assert [one["code"] for one in phone.get(f"{API}/tasks").json()["given"]] == [case.code]
    other = Client()
    other.force_login(make_staff("别巡", GridRole.INSPECTOR, districts=(COMMUNITY[:9],)))
    assert other.get(f"{API}/tasks").json()["given"] == []
    back = given | {"uuid": str(uuid4()), "action": "recall_result"}
    assert send(other, "act", back | {"uuid": str(uuid4())}).status_code == 403
    assert send(phone, "act", back | {"text": ""}).status_code == 422
    assert send(phone, "act", back).json() == {"code": case.code, "state": "待核查"}
    listed = phone.get(f"{API}/tasks").json()
    assert ([one["code"] for one in listed["tasks"]], listed["given"]) == ([case.code], [])


def test_the_area_is_the_own_one(phone):
    open_feature(
        GridCell,
        "431382999001001",
        community_code="431382999001",
        geom=spot(900, 900).buffer(40),
    )
    area = phone.get(f"{API}/area").json()
    codes = [f["properties"]["code"] for f in area["cells"]["features"]]
    assert codes == [f"{COMMUNITY}001"]
    assert {*COLLECTIONS, "area_codes", "cut"} == set(area)
    assert (area["area_codes"], area["cut"]) == ([COMMUNITY[:9]], {})


def test_the_area_says_where_it_is_cut_and_that_there_is_none(phone, monkeypatch):
    model, columns, condition, _most = COLLECTIONS["cells"]
    monkeypatch.setitem(COLLECTIONS, "cells", (model, columns, condition, 1))
    assert phone.get(f"{API}/area").json()["cut"] == {}
    values = {"community_code": COMMUNITY, "geom": spot(200, 200).buffer(40)}
    open_feature(GridCell, f"{COMMUNITY}002", **values)
    area = phone.get(f"{API}/area").json()
    assert (area["cut"], len(area["cells"]["features"])) == ({"cells": 1}, 1)
    phone.force_login(make_staff("new", GridRole.INSPECTOR))
    area = phone.get(f"{API}/area").json()
    assert area["area_codes"] == []
    assert not any(area[name]["features"] for name in COLLECTIONS)


def test_buildings_of_the_area_are_outlines_only(phone):
    for code, x in (("B1", 20), ("B2", 9000)):
        open_feature(
            Building, code, owner="某人", geom=MultiPolygon(square(x, 20, 10), srid=spot(0, 0).srid)
        )
    buildings = phone.get(f"{API}/area").json()["buildings"]["features"]
    assert [one["properties"] for one in buildings] == [{}]


def test_a_patrol(phone):
    now = timezone.now()
    at = [f"{now - timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}" for n in range(9, 1, -1)]
    begun = send(phone, "patrol", {"action": "start", "at": at[0]}).json()
    assert begun["patrol"]
    point = {k: v for k, v in values().items() if k in ("lon", "lat", "accuracy")}
    points = [point | {"at": at[n]} for n in range(1, 4)]
    points.append(point | {"at": at[5], "accuracy": 500})
    told_by = send(phone, "patrol", {"points": points}).json()
    assert (told_by["kept"], told_by["dropped"]) == (3, 1)
    assert send(phone, "patrol", {"action": "stop"}).json()["patrol"] is None
    assert PatrolPoint.objects.count() == 3
    assert Patrol.objects.get().ended_at
    late = [point | {"at": f"{now:%Y-%m-%dT%H:%M:%SZ}"}]
    Patrol.objects.update(ended_at=now - timedelta(minutes=1))
    again = {"points": late, "since": begun["patrol"]}
    assert send(phone, "patrol", again).json()["patrol"] == begun["patrol"]
    for bad in ({"points": "x"}, {"points": [1]}, {"points": [{}]}):
        assert send(phone, "patrol", bad).status_code == 422
    for nothing in ({}, {"action": "fly"}, {"action": "fly", "points": points}):
        assert send(phone, "patrol", nothing).status_code == 400


def test_a_longer_list_takes_no_more_queries(phone):
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert phone.get(f"{API}/mine").status_code == 200
        return len(seen)

    actor = actor_of(User.objects.get(username="inspector"))
    report(actor, told(photos=[read_photo(picture())]))
    first = asked()
    for n in range(1, 4):
        report(actor, told(point=spot(5 + 20 * n, 5), photos=[read_photo(picture())]))
    assert asked() == first

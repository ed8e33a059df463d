"""Pages of rain and levels: who may, what is said of gaps, what stood on a past night."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from spatial.risk_levels.actions import run_cycle
from spatial.risk_levels.models import TypedRain
from tests.spatial.risk_levels.test_cycles import (  # noqa: F401  (a fixture)
    HOUR,
    NIGHT,
    county,
    dry_days,
    rained,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = User.objects.create_user("duty")
    user.groups.add(Group.objects.get_or_create(name="地灾值班")[0])
    client.force_login(user)
    return client


def at(moment):
    return {"at": moment.isoformat()}


def test_levels_are_for_those_on_duty_alone(client, county):  # noqa: F811
    run_cycle(NIGHT)
    assert client.get("/hazards/risk").status_code in (302, 401)
    client.force_login(User.objects.create_user("planner"))
    assert client.get("/hazards/risk").status_code == 403
    assert "/hazards/risk" not in client.get("/hazards/rain").content.decode()


def test_a_level_tells_rain_threshold_margin_and_what_it_was(officer, county):  # noqa: F811
    dry_days(NIGHT - HOUR)
    for station in "ABCD":
        rained(station, 0)
    run_cycle(NIGHT)
    for station in "ABCD":
        rained(station, 120, NIGHT + HOUR)
    run_cycle(NIGHT + HOUR)
    page = officer.get("/hazards/risk", at(NIGHT + HOUR)).content.decode()
    assert "有效雨量 120.0 毫米，达到阈值 110 毫米，超出 10.0 毫米" in page
    assert "由未达到" in page
    assert ">黄色<" in page
    before = officer.get("/hazards/risk", at(NIGHT)).content.decode()
    assert "距最近的阈值 60 毫米还差 60.0 毫米" in before


def test_what_is_not_known_is_said(officer, county):  # noqa: F811
    run_cycle(NIGHT)
    page = officer.get("/hazards/risk", at(NIGHT)).content.decode()
    assert "没有可用的雨量" in page
    assert ">不明<" in page
    assert "没有依据" in page


def test_the_part_that_keeps_itself_up_to_date_is_a_fragment(officer, county):  # noqa: F811
    run_cycle(NIGHT)
    answer = officer.get("/hazards/risk", headers={"X-Requested-With": "fragment"})
    assert answer.content.decode().lstrip().startswith("<section")


def test_before_the_first_cycle_it_says_so(officer):
    assert "还没有计算过" in officer.get("/hazards/risk").content.decode()


def test_a_silent_gauge_is_last_and_never_dry(client, county):  # noqa: F811
    for station, mm in {"A": 12.5, "B": 0}.items():
        rained(station, mm)
    page = client.get("/hazards/rain", {**at(NIGHT), "hours": "1"}).content.decode()
    assert page.index(">A<") < page.index(">B<") < page.index(">C<")
    assert page.count("缺测") == 2
    assert "没有读数不等于没有下雨" in page


def test_a_part_of_the_time_is_said(client, county):  # noqa: F811
    rained("A", 12.5)
    page = client.get("/hazards/rain", {**at(NIGHT + timedelta(minutes=30)), "hours": "1"})
    assert "只有 50% 时间有读数" in page.content.decode()


def test_a_moment_as_the_form_writes_it_is_the_citys(client, county):  # noqa: F811
    rained("A", 12.5)
    page = client.get("/hazards/rain", {"at": "2026-06-18T02:00", "hours": "1"}).content.decode()
    assert "截至 2026-06-18 02:00" in page
    assert "12.5" in page
    assert client.get("/hazards/rain", {"at": "gestern"}).status_code == 400


def typed(client, **changed):
    start, end = (timezone.localtime(timezone.now() - n * HOUR) for n in (4, 1))
    form = {"place": "431382101", "start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}",
            "mm": "66.5", "channel": "telephone", "note": "村干部来电"}  # fmt: skip
    return client.post("/hazards/rain/typed", {**form, **changed})


def test_typed_rain_counts_and_says_that_it_was_typed(officer, county):  # noqa: F811
    assert typed(officer).status_code == 302
    page = officer.get("/hazards/rain", {"hours": "6"}).content.decode()
    assert "66.5" in page
    assert "人工录入" in page
    assert typed(officer, mm="12").status_code == 302
    page = officer.get("/hazards/rain", {"hours": "6"}).content.decode()
    assert "66.5" not in page
    assert [row.mm for row in TypedRain.objects.order_by("id")] == [66.5, 12.0]


@pytest.mark.parametrize(
    "changed", [{"place": "1"}, {"mm": "-1"}, {"mm": "1500"}, {"mm": "viel"}, {"end": ""},
                {"end": "2099-01-01T00:00"}, {"start": "2020-01-01T00:00"}],
)  # fmt: skip
def test_what_cannot_be_comes_back_as_it_was_typed(officer, county, changed):  # noqa: F811
    answer = typed(officer, **changed)
    assert answer.status_code == 422
    assert "村干部来电" in answer.content.decode()
    assert not TypedRain.objects.exists()


def test_only_those_on_duty_type(client, county):  # noqa: F811
    client.force_login(User.objects.create_user("planner"))
    assert typed(client).status_code == 403
    assert "rain-typed" not in client.get("/hazards/rain").content.decode()

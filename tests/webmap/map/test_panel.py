"""The record: what it is, was, and what stands around it."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from layers.models import PersonalRead
from layers.reading import queries
from spatial.parcels.models import Parcel
from spatial.parcels.roles import LandRole
from spatial.planning.roles import PlanningRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, square
from tests.town import HOLDER, PHONE, make_user


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_record_has_titles_units_and_names_for_codes(client, town):
    text = text_of(client, "/panel/parcels/P1?at=2019-01-01")
    assert "0701 城镇住宅用地" in text
    assert "10,000" in text
    assert "m²" in text
    assert "建库" in text
    zone = text_of(client, "/panel/plan-zones/Z1")
    assert "070102 二类城镇住宅用地" in zone


def test_a_record_is_read_as_of_a_day(client, town):
    before = text_of(client, "/panel/buildings/B1?at=2020-01-01")
    after = text_of(client, "/panel/buildings/B1")
    assert "<dd>3</dd>" in before
    assert "<dd>4</dd>" in after
    assert "地上层数：3 → 4" in after


def test_an_ended_parcel_tells_its_end_and_its_successors(client, town):
    text = text_of(client, "/panel/parcels/P1")
    assert "已终止" in text
    assert 'data-open="parcels/P2"' in text
    assert 'data-open="parcels/P3"' in text
    child = text_of(client, "/panel/parcels/P2")
    assert 'data-open="parcels/P1"' in child
    assert "5,000.0 m²" in child


def test_before_its_time_a_record_says_so(client, town):
    assert "尚未存在" in text_of(client, "/panel/parcels/P2?at=2019-01-01")


def test_neighbours_carry_their_overlap(client, town):
    text = text_of(client, "/panel/parcels/P1?at=2019-01-01")
    assert 'data-open="buildings/B1"' in text
    assert "900.0 m²" in text
    assert "4,000.0 m²" in text  # farmland over 40 × 100 m
    assert "40.0%" in text


def test_pipes_show_only_to_who_may_see_them(client, town, django_user_model):
    assert "pipe-lines/PL1" not in text_of(client, "/panel/parcels/P1?at=2019-01-01")
    client.force_login(django_user_model.objects.create_superuser("admin"))
    assert "pipe-lines/PL1" in text_of(client, "/panel/parcels/P1?at=2019-01-01")


def test_a_planner_sees_pipes_within_ten_metres(planner):
    assert "pipe-lines/PL1" in text_of(planner, "/panel/parcels/P2")


@pytest.mark.parametrize("path", ["/panel/units/B1U0101", "/panel/pipe-lines/PL1"])
def test_a_hidden_layer_does_not_exist(client, town, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/panel/rights/R1", "/panel/storeys/B1S1"])
def test_a_withheld_layer_has_no_page_even_for_staff(clerk, path):
    assert clerk.get(path).status_code == 404


def test_names_are_not_told_to_the_public(client, town):
    for path in ("/panel/parcels/P2", "/panel/buildings/B1", "/panel/hazard-sites/H1"):
        text = text_of(client, path)
        assert HOLDER not in text
        assert PHONE not in text
        assert "张" not in text


def test_staff_see_masks_and_every_full_reading_is_logged(clerk):
    text = text_of(clerk, "/panel/parcels/P2")
    assert "张**" in text
    assert HOLDER not in text
    assert not PersonalRead.objects.exists()
    full = clerk.post("/panel/parcels/P2/personal", {"reason": "核对"}).content.decode()
    assert HOLDER in full
    read = PersonalRead.objects.get()
    assert (read.who, read.layer, read.code, read.fields) == (
        "fangguan", "parcels", "P2", "right_holder",
    )  # fmt: skip


def test_others_cannot_ask_for_names_and_leave_no_log(planner):
    text = text_of(planner, "/panel/parcels/P2")
    assert "依法不公开" in text
    assert "张" not in text
    answer = planner.post("/panel/parcels/P2/personal")
    assert answer.status_code == 404
    assert HOLDER not in answer.content.decode()
    assert planner.get("/panel/parcels/P2/personal").status_code == 405
    assert not PersonalRead.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("before, after", [("涟水", "某人"), ("", "某人"), ("涟水", "")])
def test_a_change_of_owner_is_seen_by_the_office_alone(client, before, after):
    """The mask is of the bookkeeping: who is not shown the change is not shown another mask."""
    open_feature(code="P1", right_holder=before)
    make_user("clerk", LandRole.LAND)
    make_user("planner", PlanningRole.PLANNER)
    names = (None, "planner", "clerk")

    def shown() -> dict[str | None, str]:
        pages = {}
        for name in names:
            client.logout()
            if name:
                client.force_login(User.objects.get(username=name))
            pages[name] = text_of(client, "/panel/parcels/P1")
        return pages

    first = shown()
    edit = Edit(Action.REPLACE, "P1", {"right_holder": after, "geom": square()})
    apply(change(moment(2021), "转移登记"), Parcel, [edit])
    second = shown()
    assert [name for name in names if first[name] != second[name]] == ["clerk"]
    assert "转移登记" in second["clerk"]


@pytest.mark.django_db
def test_a_history_without_versions_is_none(client):
    open_feature(code="P1", at=moment(2020))
    assert client.get("/panel/parcels/P1/history?at=2019-01-01").status_code == 200
    assert client.get("/panel/parcels/NONE/history").status_code == 404


@pytest.mark.django_db
def test_a_long_history_is_read_in_parts(client, monkeypatch):
    monkeypatch.setattr(queries, "MOST_VERSIONS", 3)
    open_feature(code="P1", at=moment(2010), location="2010")
    for year in range(2011, 2017):
        values = {"location": str(year), "right_holder": f"张{year}", "geom": square()}
        made = [(moment(year), f"{year} 年", values)]
        if year == 2014:  # and one that the public is not shown
            made.append((moment(year, 6), "转移", values | {"right_holder": "某人"}))
        for begins, why, values in made:
            apply(change(begins, why), Parcel, [Edit(Action.REPLACE, "P1", values)])

    def years(text: str) -> list[int]:
        return [year for year in range(2010, 2017) if f"<p>{year} 年</p>" in text]

    text = text_of(client, "/panel/parcels/P1")
    assert years(text) == [2014, 2015, 2016]
    assert "共 7 个版本" in text
    assert "2013 → 2014" in text
    text = text_of(client, re.search(r'data-get="([^"]+)"', text)[1])
    assert years(text) == [2011, 2012, 2013]
    text = text_of(client, re.search(r'data-get="([^"]+)"', text)[1])
    assert "<p>测试</p>" in text
    assert "更早的版本" not in text
    assert "<dd>2010</dd>" in text_of(client, "/panel/parcels/P1?at=2010-06-01")
    assert "2016" in text_of(client, "/panel/parcels/P1?at=2009-01-01")  # not yet: its last


def test_the_number_of_queries_does_not_grow_with_the_neighbours(client, town):
    client.get("/panel/parcels/P2")
    with CaptureQueriesContext(connection) as few:
        client.get("/panel/parcels/P2")
    assert len([query for query in few if "SELECT" in query["sql"]]) < 20


def test_bad_dates_are_refused_in_words(client, town):
    for text in ("2020-13-01", "yesterday", "2019-01-01/2020-01-01"):
        answer = client.get(f"/panel/parcels/P2?at={text}")
        assert answer.status_code == 400, text


def test_a_user_without_a_role_is_told_so(client, town):
    client.force_login(make_user("nobody"))
    assert "没有这项权限" in text_of(client, "/units/B1")

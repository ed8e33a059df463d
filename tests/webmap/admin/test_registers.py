import re
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.models import Case
from layers.reading import queries
from spatial.casework.models import Matter
from spatial.hazards.models import HazardSite
from spatial.housing.models import Storey
from spatial.housing.roles import HousingRole
from spatial.parcels.models import Parcel
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from spatial.versions.guards import registers
from tests.factories import change, moment, open_feature, spot, square
from webmap.admin import reading
from webmap.web.histories import layer_for

pytestmark = pytest.mark.django_db
PARCELS = "/admin/parcels/parcel/"


@pytest.fixture
def chief(client):
    client.force_login(User.objects.create_superuser("chief"))
    return client


def staff(client, *roles):
    user = User.objects.create_user("clerk", is_staff=True)
    user.groups.set(Group.objects.filter(name__in=[role.value for role in roles]))
    client.force_login(user)
    return client


def replace(code="P1", at=None, why="调整", **values):
    done = change(at or moment(2021), why)
    apply(done, Parcel, [Edit(Action.REPLACE, code, {"geom": square(), **values})])
    return done


def page(client, version):
    return client.get(f"{PARCELS}{version.pk}/change/")


PUBLISHED = [model for model in registers() if layer_for(model)]


def test_matters_are_seen_by_their_policies_alone():
    assert Matter not in admin.site._registry


@pytest.mark.parametrize("model", PUBLISHED, ids=lambda model: model.__name__)
def test_every_register_has_its_list_and_is_read_only(model, chief, rf):
    meta = model._meta
    assert chief.get(f"/admin/{meta.app_label}/{meta.model_name}/").status_code == 200
    assert chief.get(f"/admin/{meta.app_label}/{meta.model_name}/add/").status_code == 403
    request = rf.get("/")
    request.user = User(is_superuser=True, is_staff=True)
    pages = admin.site._registry[model]
    assert not pages.has_change_permission(request)
    assert not pages.has_delete_permission(request)


def test_the_list_shows_what_stands_today(chief):
    open_feature(code="P1", location="人民路 1 号")
    open_feature(code="GONE")
    apply(change(moment(2021)), Parcel, [Edit(Action.END, "GONE")])
    replace(location="人民路 2 号")
    text = chief.get(PARCELS).text
    assert "人民路 2 号" in text
    assert "人民路 1 号" not in text
    assert "GONE" not in text


@pytest.mark.parametrize("query, found", [("4313", True), ("人民", True), ("313", False)])
def test_the_list_is_searched_by_code_and_name(chief, query, found):
    open_feature(code="4313P1", location="人民路 1 号")
    assert ("人民路 1 号" in chief.get(PARCELS, {"q": query}).text) is found


def test_a_class_is_chosen_with_all_below_it(chief):
    open_feature(code="HOME", land_use="0701")
    open_feature(code="FIELD", land_use="0101")
    text = chief.get(PARCELS, {"land_use": "07"}).text
    assert "HOME" in text
    assert "FIELD" not in text


def test_the_list_counts_to_a_bound_and_says_so(chief, monkeypatch):
    monkeypatch.setattr(reading, "COUNTED", 3)
    for number in range(5):
        open_feature(code=f"P{number}", geom=square(number * 20))
    assert "3+" in chief.get(PARCELS).text


def test_the_list_reads_neither_geometry_nor_every_row(chief, monkeypatch):
    monkeypatch.setattr(admin.site._registry[Parcel], "list_per_page", 1)
    open_feature()
    open_feature(code="P2", geom=square(20))
    with CaptureQueriesContext(connection) as queries:
        chief.get(PARCELS)
    own = [q["sql"] for q in queries if 'FROM "published"."parcels@office"' in q["sql"]]
    assert own
    assert all("LIMIT" in sql for sql in own), own
    assert not any('"geom"' in sql for sql in own)


def test_a_page_tells_what_differs_between_versions(chief):
    open_feature(code="P1", location="旧址", land_use="0701", geom=square(side=10))
    replace(why="界线调整", location="新址", land_use="0701", geom=square(side=20))
    text = page(chief, Parcel.objects.current().get(code="P1")).text
    assert "界线调整" in text
    for part in ("<del>旧址</del>", "<ins>新址</ins>", "100.0 m²", "400.0 m²（+300.0 m²）"):
        assert part in text
    assert '<th scope="row">用途编码</th><td><del>' not in text
    assert "/?sel=parcels:P1" in text


def test_the_history_address_shows_the_same_page(chief):
    version = open_feature()
    assert "首次登记" in chief.get(f"{PARCELS}{version.pk}/history/").text


def test_an_undone_version_is_listed_as_void(chief):
    first = open_feature()
    done = replace(why="误操作")
    void = Parcel.objects.current().get(code="P1")
    undo(done, who="chief", why="改错了")
    text = page(chief, first).text
    assert "被撤销而作废的版本" in text
    assert f"版本 {void.pk}" in text
    assert "已作废" in page(chief, void).text


def test_an_ended_thing_still_has_its_page(chief):
    version = open_feature()
    apply(change(moment(2021), "灭失"), Parcel, [Edit(Action.END, "P1")])
    text = page(chief, version).text
    assert "已终止" in text
    assert "灭失" in text


@pytest.mark.parametrize("number", ["0", "999999", "abc", "9" * 30, "9" * 5000, "²"])
def test_what_is_not_there_leads_back(chief, number):
    response = chief.get(f"{PARCELS}{number}/change/")
    assert response.status_code == 302


def test_points_move_and_lines_grow(chief):
    open_feature(HazardSite, code="H1", name="甲", kind="landslide", geom=spot())
    edit = Edit(Action.REPLACE, "H1", {"name": "甲", "kind": "landslide", "geom": spot(3, 4)})
    apply(change(moment(2021)), HazardSite, [edit])
    version = HazardSite.objects.current().get(code="H1")
    assert "移动 5.00 m" in chief.get(f"/admin/hazards/hazardsite/{version.pk}/change/").text


def test_personal_data_are_not_shown_not_even_in_the_history(chief):
    open_feature(code="P1", right_holder="王小明")
    replace(right_holder="李小红")
    text = page(chief, Parcel.objects.current().get(code="P1")).text
    assert "王小明" not in text
    assert "李小红" not in text
    assert "已改动（个人信息，此处不显示）" in text
    assert "王小明" not in chief.get(PARCELS).text


def test_nobody_searches_by_a_persons_name(chief):
    open_feature(code="宗地甲", right_holder="王小明")
    assert "宗地甲" not in chief.get(PARCELS, {"q": "王小明"}).text


@pytest.mark.parametrize(
    "condition", [{"right_holder__startswith": "王"}, {"right_holder": "王小明"}]
)
def test_nobody_filters_by_what_the_share_does_not_have(chief, condition):
    open_feature(code="宗地甲", right_holder="王小明")
    open_feature(code="宗地乙", right_holder="李小红", geom=square(20))
    answers = [
        chief.get(PARCELS, condition | {"q": q}, follow=True).text for q in ("宗地甲", "宗地乙")
    ]
    assert ["宗地甲</a>" in answers[0], "宗地乙</a>" in answers[1]] in (
        [True, True],
        [False, False],
    )


def test_a_case_names_nobody_who_reported_it(chief):
    values = {"kind": "event", "class_code": "0101", "step": "reported", "geom": spot()}
    people = {"reporter_name": "王小明", "reporter_phone": "13812345678"}
    values |= {"uuid": uuid4(), "reported_at": moment(2020)}
    case = open_feature(Case, code="C1", **values, **people)
    text = chief.get(f"/admin/grid/case/{case.pk}/change/").text
    assert "C1" in text
    assert not [value for value in people.values() if value in text]


def test_staff_without_a_role_are_shown_no_change_of_what_they_do_not_see(client):
    """The history and the list say what the department's bookkeeping says."""
    first = open_feature(code="P1", location="旧址", right_holder="王小明")
    staff(client)

    def shown() -> list[str]:
        texts = page(client, first).text, client.get(PARCELS).text
        return [re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", text) for text in texts]

    before = shown()
    replace(why="转移登记", location="旧址", right_holder="李小红")
    assert shown() == before
    second = Parcel.objects.current().get(code="P1")
    assert page(client, second).status_code == 302  # the department knows the first version only
    replace(at=moment(2022), why="门牌变更", location="新址", right_holder="李小红")
    text = page(client, Parcel.objects.current().get(code="P1")).text
    assert "2 个版本" in text
    assert "门牌变更" in text
    assert "转移登记" not in text
    client.force_login(User.objects.create_superuser("chief"))
    text = page(client, first).text
    assert "3 个版本" in text
    assert "已改动（个人信息，此处不显示）" in text


def test_a_long_history_is_shown_in_parts(chief, monkeypatch):
    monkeypatch.setattr(queries, "MOST_VERSIONS", 3)
    first = open_feature(code="P1", at=moment(2010), location="2010")
    for year in range(2011, 2017):
        replace(at=moment(year), why=f"{year} 年", location=str(year))
    newest = Parcel.objects.current().get(code="P1")
    text = page(chief, newest).text
    assert "7 个版本" in text
    assert [year for year in range(2010, 2017) if f">{year} 年</a>" in text] == [2014, 2015, 2016]
    assert "<del>2013</del>" in text  # the oldest of them is compared too
    older = re.search(r'class="older"><a href="([^"#]+)', text)[1]
    text = chief.get(older).text
    assert [year for year in range(2010, 2017) if f">{year} 年</a>" in text] == [2011, 2012, 2013]
    assert "查看现行版本" in text
    text = page(chief, first).text
    assert "首次登记" in text
    assert "更早的版本" not in text


def test_the_numbers_beside_the_filters_are_of_the_share(chief):
    open_feature(code="P1", schematic=True)
    assert "(1)" in chief.get(PARCELS, {"_facets": "True"}).text


def test_registers_are_shown_to_whom_they_were_granted(client):
    staff(client, HousingRole.HOUSING)
    assert client.get("/admin/housing/right/").status_code == 200
    assert client.get("/admin/pipes/pipeline/").status_code == 403
    index = client.get("/admin/").text
    assert "/admin/housing/right/" in index
    assert "/admin/pipes/pipeline/" not in index


def test_staff_without_a_role_see_what_is_public_or_mandatory_only(client):
    staff(client)
    assert client.get(PARCELS).status_code == 200
    assert client.get("/admin/housing/unit/").status_code == 403
    assert client.get("/admin/housing/storey/").status_code == 403


def test_whoever_is_not_staff_sees_nothing(client):
    client.force_login(User.objects.create_user("citizen"))
    assert client.get(PARCELS).status_code == 302


def test_a_register_without_a_place_has_a_page_too(chief):
    done = change(moment(2020))
    apply(done, Storey, [Edit(Action.OPEN, "S1", {"building_code": "B1", "number": 3})])
    version = Storey.objects.get()
    assert "B1" in chief.get(f"/admin/housing/storey/{version.pk}/change/").text

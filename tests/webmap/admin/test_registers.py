import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from spatial.casework.models import Matter
from spatial.hazards.models import HazardSite
from spatial.housing.models import Storey
from spatial.housing.roles import HousingRole
from spatial.parcels.models import Parcel
from spatial.versions.actions import apply, record_change, undo
from spatial.versions.edits import Action, Edit
from spatial.versions.guards import registers
from tests.factories import change, moment, open_feature, spot, square
from webmap.admin import reading
from webmap.admin.registers import registers_shown

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


def test_matters_are_seen_by_their_policies_alone(chief):
    assert {model.__name__ for model in set(registers()) - set(registers_shown())} == {"Matter"}
    assert chief.get("/admin/casework/matter/").status_code == 404
    done = record_change(who="李窗", why="许可 XK1 申请")
    values = {"procedure": "x", "title": "王小明建房", "step": "a", "accepted_at": done.at}
    apply(done, Matter, [Edit(Action.OPEN, "XK1", values)])
    page = chief.get(f"/admin/versions/change/{done.pk}/change/")
    assert page.status_code == 200
    assert "王小明" not in page.text


@pytest.mark.parametrize("model", registers_shown(), ids=lambda model: model.__name__)
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
    own = [q["sql"] for q in queries if 'FROM "parcels_parcel"' in q["sql"]]
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


@pytest.mark.parametrize("number", ["0", "999999", "abc", "9" * 30])
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

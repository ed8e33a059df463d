import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache

from layers.access.access import Caller
from layers.roles import Role
from spatial.parcels.models import Building, Parcel
from spatial.pipes.models import PipePoint
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change
from tests.factories import change, moment, open_feature, spot, square
from webmap.admin.change_effects import RegisterEffect, effects_of

pytestmark = pytest.mark.django_db
CHANGES = "/admin/versions/change/"
ADMIN = Caller("chief", is_admin=True)


@pytest.fixture(autouse=True)
def forget():
    cache.clear()


@pytest.fixture
def steward(client):
    user = User.objects.create_user("guan", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.STEWARD.value))
    client.force_login(user)
    return client


@pytest.fixture
def done():
    """A change that replaced a parcel, ended one, and opened a building."""
    open_feature(code="P1")
    open_feature(code="P2", geom=square(20))
    edits = [Edit(Action.REPLACE, "P1", {"geom": square(side=9)}), Edit(Action.END, "P2")]
    made = change(moment(2021), "旧区改造")
    apply(made, Parcel, edits)
    apply(made, Building, [Edit(Action.OPEN, "B1", {"geom": square()})])
    return made


def test_effects_are_counted_register_by_register(done):
    assert effects_of(ADMIN, [done])[done.pk] == [
        RegisterEffect("parcels.building", opened=1),
        RegisterEffect("parcels.parcel", opened=1, closed=2),
    ]
    reverse = undo(done, who="a", why="b")
    cache.clear()
    by_register = {e.register: e for e in effects_of(ADMIN, [reverse])[reverse.pk]}
    assert by_register["parcels.building"].voided == 1
    assert by_register["parcels.parcel"].opened == 2


def test_effects_of_a_fresh_change_are_not_remembered(done):
    effects_of(ADMIN, [done])
    apply(done, Building, [Edit(Action.OPEN, "B2", {"geom": square(50)})])
    assert effects_of(ADMIN, [done])[done.pk][0].opened == 2


def test_the_list_says_who_why_and_what(steward, done):
    text = steward.get(CHANGES).text
    assert "旧区改造" in text
    assert "tester" in text
    assert "+1 −2" in text


def test_the_page_names_the_things(steward, done):
    text = steward.get(f"{CHANGES}{done.pk}/change/").text
    for code in ("P1", "P2", "B1"):
        assert f">{code}</a>" in text


def test_the_action_leads_to_a_page_that_asks(steward, done):
    form = {"action": "undo_selected", "_selected_action": [done.pk]}
    asked = steward.post(CHANGES, form)
    assert asked.url == f"{CHANGES}{done.pk}/undo/"
    assert "确认撤销" in steward.get(asked.url).text
    assert not Change.objects.filter(reverses=done).exists()


def test_one_at_a_time(steward, done):
    form = {"action": "undo_selected", "_selected_action": [done.pk, done.pk - 1]}
    assert "一次只能撤销一项变更" in steward.post(CHANGES, form, follow=True).text


def test_an_undo_wants_a_reason(steward, done):
    text = steward.post(f"{CHANGES}{done.pk}/undo/", {"why": "  "}).text
    assert "请写明撤销事由" in text
    assert not Change.objects.filter(reverses=done).exists()


def test_an_undo_is_carried_out_in_the_name_of_who_asked(steward, done):
    after = steward.post(f"{CHANGES}{done.pk}/undo/", {"why": "数据有误"}, follow=True)
    reverse = Change.objects.get(reverses=done)
    assert (reverse.who, reverse.why) == ("guan", "数据有误")
    assert set(Parcel.objects.current().values_list("code", flat=True)) == {"P1", "P2"}
    assert f"已撤销变更 {done.pk}" in after.text


def test_a_conflict_is_told_and_nothing_is_written(steward, done):
    later = change(moment(2022))
    apply(later, Parcel, [Edit(Action.END, "P1")])
    text = steward.post(f"{CHANGES}{done.pk}/undo/", {"why": "数据有误"}).text
    assert f"此后又有变更 {later.pk}" in text
    assert not Change.objects.filter(reverses=done).exists()


def test_an_undone_change_offers_no_undo(steward, done):
    steward.post(f"{CHANGES}{done.pk}/undo/", {"why": "数据有误"})
    assert f"{CHANGES}{done.pk}/undo/" not in steward.get(f"{CHANGES}{done.pk}/change/").text
    assert "已经撤销过" in steward.post(f"{CHANGES}{done.pk}/undo/", {"why": "再来"}).text


def test_undoing_takes_the_permission(client, done):
    user = User.objects.create_user("clerk", is_staff=True)
    client.force_login(user)
    assert client.get(f"{CHANGES}{done.pk}/undo/").status_code == 403
    assert client.post(f"{CHANGES}{done.pk}/undo/", {"why": "x"}).status_code == 403
    assert client.get(f"{CHANGES}{done.pk}/change/").status_code == 403
    assert not Change.objects.filter(reverses=done).exists()


def test_codes_of_hidden_registers_are_not_named(client, done):
    open_feature(PipePoint, code="SECRET-1", network="JS", geom=spot())
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_change"))
    client.force_login(user)
    made = PipePoint.objects.get().opened_by
    text = client.get(f"{CHANGES}{made.pk}/change/").text
    assert "管点" in text
    assert "SECRET-1" not in text
    assert '管点 <span class="effect">—</span>' in client.get(CHANGES).text


def test_what_a_change_did_is_told_as_the_share_shows_it(client):
    """Of a change of an owner alone a department learns no thing; the office learns which."""
    open_feature(code="P1", right_holder="王小明")
    made = change(moment(2021), "登记")
    edit = Edit(Action.REPLACE, "P1", {"right_holder": "李小红", "geom": square()})
    apply(made, Parcel, [edit])
    [effect] = effects_of(Caller("reader"), [made])[made.pk]
    assert (effect.register, effect.share) == ("parcels.parcel", None)
    [effect] = effects_of(ADMIN, [made])[made.pk]
    assert (effect.opened, effect.closed) == (1, 1)
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_change"))
    client.force_login(user)
    text = client.get(f"{CHANGES}{made.pk}/change/").text
    assert "宗地" in text
    assert ">P1</a>" not in text


@pytest.mark.parametrize("kind, number", [("no", 3), ("yes", 1), ("is", 1)])
def test_changes_are_chosen_by_whether_they_stand(steward, done, kind, number):
    undo(done, who="a", why="b")
    text = steward.get(CHANGES, {"undone": kind}).text
    assert text.count('name="_selected_action"') == number


@pytest.mark.parametrize(
    "name", ["versions/ancestry", "versions/revision", "webmap/export", "importers/importrun"]
)
def test_the_other_pages_are_read_only(client, name):
    client.force_login(User.objects.create_superuser("chief"))
    assert client.get(f"/admin/{name}/").status_code == 200
    assert client.get(f"/admin/{name}/add/").status_code == 403


def test_users_and_groups_are_kept_here(client):
    client.force_login(User.objects.create_superuser("chief"))
    assert client.get("/admin/auth/user/").status_code == 200
    assert client.get("/admin/auth/group/add/").status_code == 200

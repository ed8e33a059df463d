"""One's own password: changed with the old one, by rules, and with it every other session."""

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from grid.roles import GridRole

pytestmark = pytest.mark.django_db
PAGE = "/accounts/password/"
OLD, NEW = "right-one-once", "a-better-one-now"


@pytest.fixture
def lin(client):
    user = User.objects.create_user("lin.mei", password=OLD, first_name="林梅")
    user.groups.add(Group.objects.get(name=GridRole.HANDLER.value))
    client.force_login(user)
    return user


def change(client, old=OLD, new=NEW, again=None):
    form = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post(PAGE, form, follow=True)


def test_whoever_is_signed_in_finds_the_page(client, lin):
    for page in ("/", "/grid/", "/sharing/"):
        assert f'href="{PAGE}"' in client.get(page).text, page
    assert client.get(PAGE).status_code == 200
    assert Client().get(PAGE).url == f"/accounts/login/?next={PAGE}"


def test_the_administrator_pages_lead_to_the_same_page(client, admin_user):
    client.force_login(admin_user)
    assert f'href="{PAGE}"' in client.get("/admin/").text
    assert client.get("/admin/password_change/").url == PAGE


def test_it_is_changed_and_sessions_elsewhere_end(client, lin):
    elsewhere = Client()
    elsewhere.force_login(lin)
    assert "密码已修改" in change(client).text
    lin.refresh_from_db()
    assert lin.check_password(NEW)
    assert client.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    "new",
    [
        "short",
        "1",
        "2861937405610",
        "lin.mei-2026",
        "password123",
        "qwertyuiop",
        OLD,
        "tujing-demo",
        "Tujing-Demo ",
    ],
)
def test_a_weak_one_is_refused(client, lin, new):
    page = change(client, new=new)
    assert 'role="alert"' in page.text
    lin.refresh_from_db()
    assert lin.check_password(OLD)
    with pytest.raises(ValidationError):
        validate_password(new, lin)


def test_two_that_differ_and_a_wrong_old_one_are_refused(client, lin):
    assert 'role="alert"' in change(client, again="another-new-one").text
    assert 'role="alert"' in change(client, old="wrong").text
    lin.refresh_from_db()
    assert lin.check_password(OLD)


def test_the_old_one_cannot_be_guessed_and_guessing_keeps_nobody_out(client, lin):
    for _ in range(5):
        assert change(client, old="wrong").status_code == 200
    refused = change(client)
    assert refused.status_code == 429
    assert refused["Retry-After"]
    signed_in = Client().post("/accounts/login/", {"username": "lin.mei", "password": OLD})
    assert signed_in.status_code == 302


def test_who_signs_in_elsewhere_is_told_where(client, settings):
    settings.OIDC_NAME = "湘政通"
    client.force_login(User.objects.create_user("chen"))
    for page in (client.get(PAGE), change(client)):
        assert "您用湘政通登录本系统，密码在那里修改" in page.text
        assert "old_password" not in page.text


def test_in_english(client, lin):
    client.post("/i18n/setlang/", {"language": "en"})
    assert "Change password" in client.get(PAGE).text


def test_the_administrator_sets_no_weak_one_either(client, admin_user):
    client.force_login(admin_user)
    given = {"username": "neu", "usable_password": "true", "password1": "1", "password2": "1"}
    page = client.post("/admin/auth/user/add/", given)
    assert page.status_code == 200
    assert not User.objects.filter(username="neu").exists()


def test_demo_accounts_keep_theirs(capsys):
    call_command("demo_accounts", create=True)
    signed_in = Client().post(
        "/accounts/login/", {"username": "planner", "password": "tujing-demo"}
    )
    assert signed_in.status_code == 302


@pytest.mark.parametrize(("new", "words"), [(OLD, "相同"), ("lin.meilin.mei", "相似")])
def test_neither_the_old_one_nor_ones_own_name_twice(client, lin, new, words):
    assert words in change(client, new=new).content.decode()
    assert User.objects.get(pk=lin.pk).check_password(OLD)

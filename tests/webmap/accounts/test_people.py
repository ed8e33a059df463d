"""An administrator resets passwords and removes lost phones; every act is written down."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from layers.roles import Role
from tests.town import make_user
from tests.webmap.accounts.signing import CODE, RIGHT, code_of, enrolled, sign_in
from webmap.accounts.one_time_passwords import reset_password
from webmap.accounts.policies import can_reset_password
from webmap.accounts.sessions import BY_PASSWORD, open_session
from webmap.models import AccountEvent, OneTimePassword, SecondFactor
from webmap.web.errors import AccessDenied

pytestmark = pytest.mark.django_db
NEW = "a-better-one-now"


@pytest.fixture
def root(client):
    user = User.objects.create_superuser("root", password=RIGHT)
    client.force_login(user)
    return user


@pytest.fixture
def lin():
    return User.objects.create_user("lin", password=RIGHT)


def page_of(user) -> str:
    return f"/accounts/people/{user.pk}/"


def act(client, user, name):
    """Send the form that stands on the page."""
    found = re.search(r'name="of" value="([^"]*)"', client.get(page_of(user)).text)
    return client.post(page_of(user), {"act": name, "of": found[1] if found else ""})


def reset(client, user) -> str:
    """Reset as the administrator does; the password that is shown."""
    answer = act(client, user, "password")
    assert "no-store" in answer["Cache-Control"]
    return re.search(r'secret-shown"><code>([a-z0-9-]{19})<', answer.text)[1]


def change(client, old):
    form = {"old_password": old, "new_password1": NEW, "new_password2": NEW}
    return client.post("/accounts/password/?next=/planning", form)


def test_a_reset_ends_sessions_and_the_person_chooses_another_first(client, root, lin):
    theirs = Client()
    theirs.force_login(lin)
    assert f'href="{page_of(lin)}"' in client.get("/admin/auth/user/").text
    password = reset(client, lin)
    assert password not in client.get(page_of(lin)).text
    assert theirs.get("/accounts/password/").status_code == 302
    assert "用户名或密码不正确" in sign_in(theirs).text
    assert sign_in(theirs, password=password).status_code == 302
    for path in ("/", "/ogc/?f=html", "/accounts/second-factor/"):
        assert theirs.get(path).url.startswith("/accounts/password/?next="), path
    asked = theirs.get("/search?q=a", headers={"X-Requested-With": "fetch"})
    assert (asked.status_code, "一次性密码" in asked.text) == (403, True)
    assert "请现在就设一个" in theirs.get("/accounts/password/").text
    assert change(theirs, password).url == "/planning"
    assert theirs.get("/").status_code == 200
    assert sign_in(Client(), password=NEW).status_code == 302
    kinds = AccountEvent.objects.filter(name="lin").order_by("pk").values_list("kind", "who")
    assert ("password-reset", "root") in kinds
    assert ("password-changed", "lin") in kinds
    assert ("sign-in-failed", "") in kinds


def test_a_form_that_is_sent_again_resets_nothing(client, root, lin):
    form = {"act": "password", "of": lin.get_session_auth_hash()[:16]}
    for _ in range(2):
        client.post(page_of(lin), form)
    assert AccountEvent.objects.filter(kind="password-reset").count() == 1


def test_a_handed_out_password_runs_out(client, root, lin):
    password = reset(client, lin)
    OneTimePassword.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = sign_in(Client(), password=password)
    assert "一次性密码已过期" in page.text
    assert "一次性密码已过期" not in sign_in(Client(), password="wrong").text
    assert "已过期" in client.get(page_of(lin)).text


def test_a_handed_out_password_opens_one_session(client, root, lin):
    password = reset(client, lin)
    first, second = Client(), Client()
    assert sign_in(first, password=password).status_code == 302
    assert "已经用过" in sign_in(second, password=password).text
    assert second.get("/accounts/password/").status_code == 302
    assert "已经用过" not in sign_in(Client(), password="wrong").text
    assert "还没有设新密码" in client.get(page_of(lin)).text
    first.post("/accounts/logout/")
    assert "已经用过" in sign_in(first, password=password).text
    again = reset(client, lin)
    assert sign_in(first, password=again).status_code == 302
    assert change(first, again).url == "/planning"
    assert not OneTimePassword.objects.exists()


def test_of_two_sign_ins_at_once_one_opens_a_session(rf, lin):
    reset_password(lin)
    request = rf.post("/")
    request.session = SessionStore()
    open_session(request, lin, BY_PASSWORD)
    with pytest.raises(AccessDenied):  # its form was looked at before the first was through
        open_session(rf.post("/"), lin, BY_PASSWORD)


def test_a_second_factor_is_asked_for_before_the_password_is_void(client, root, lin):
    secret, _codes = enrolled(lin)
    password, theirs, late = reset(client, lin), Client(), Client()
    for browser in (theirs, late):
        assert sign_in(browser, password=password).url == CODE
    assert theirs.post(CODE, {"code": code_of(secret)}).status_code == 302
    assert late.post(CODE, {"code": code_of(secret, 1)}).status_code == 403
    assert theirs.get("/").url.startswith("/accounts/password/")


def test_a_password_set_by_a_command_is_the_owners_own(client, root, lin):
    password = reset(client, lin)
    sign_in(Client(), password=password)
    lin.refresh_from_db()
    lin.set_password(NEW)  # as changepassword does
    lin.save()
    assert sign_in(Client(), password=NEW).url == "/"


def test_programs_do_not_pass_with_a_handed_out_password(client, root):
    import base64

    user = make_user("chen", Role.STEWARD)
    told = base64.b64encode(f"chen:{reset(client, user)}".encode()).decode()
    answer = Client().get("/imports/", headers={"authorization": f"Basic {told}"})
    assert answer.status_code == 403


def test_a_lost_phone_is_removed_and_sessions_end(client, root, lin):
    enrolled(lin)
    theirs = Client()
    theirs.force_login(lin)
    assert "手机丢了" in client.get(page_of(lin)).text
    act(client, lin, "factor")
    assert not SecondFactor.objects.exists()
    assert theirs.get("/accounts/password/").status_code == 302
    assert sign_in(Client()).url == "/"
    assert AccountEvent.objects.filter(kind="factor-removed", who="root", name="lin").exists()


def test_nobody_else_may_and_administrators_not_for_themselves(client, root, lin):
    steward = make_user("chen", Role.STEWARD)
    theirs = Client()
    theirs.force_login(steward)
    for name in ("password", "factor", ""):
        form = {"act": name, "of": lin.get_session_auth_hash()[:16]}
        assert theirs.post(page_of(lin), form).status_code == 403
    assert Client().get(page_of(lin)).status_code == 302
    own = {"act": "password", "of": root.get_session_auth_hash()[:16]}
    assert client.post(page_of(root), own).status_code == 403
    provided = User.objects.create_user("wang")
    assert not can_reset_password(root, provided)
    assert User.objects.get(pk=lin.pk).check_password(RIGHT)
    assert client.get("/accounts/people/999999/").status_code == 404


def test_the_administrator_pages_have_no_other_way_to_set_one(client, root, lin):
    assert client.get(f"/admin/auth/user/{lin.pk}/password/").url == page_of(lin)
    form = {"username": "neu", "usable_password": "true", "password1": NEW, "password2": NEW}
    client.post("/admin/auth/user/add/", form)
    made = User.objects.get(username="neu")
    assert OneTimePassword.objects.filter(user=made).exists()
    kinds = set(AccountEvent.objects.filter(name="neu").values_list("kind", flat=True))
    assert kinds == {"account-created"}
    assert client.get("/admin/webmap/accountevent/").status_code == 200
    client.post(f"/admin/auth/user/{made.pk}/delete/", {"post": "yes"})
    assert AccountEvent.objects.filter(kind="account-removed", name="neu").exists()


def test_signing_in_and_out_is_written_down_with_the_address(client, lin):
    sign_in(client, REMOTE_ADDR="10.0.0.7")
    client.post("/accounts/logout/", REMOTE_ADDR="10.0.0.7")
    rows = AccountEvent.objects.order_by("pk").values_list(
        "kind", "who", "name", "address", "detail"
    )
    assert list(rows) == [
        ("signed-in", "lin", "lin", "10.0.0.7", "密码"),
        ("signed-out", "lin", "lin", "10.0.0.7", ""),
    ]


def test_the_pages_in_english(client, root, lin):
    client.post("/i18n/setlang/", {"language": "en"})
    assert "Reset password" in client.get(page_of(lin)).text

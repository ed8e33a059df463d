from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from webmap.models import FailedSignIn
from webmap.sign_ins import FROM_ALL_ADDRESSES, WINDOW

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def lin():
    return User.objects.create_user("lin", password="right-one")


def sign_in(client, password, username="lin", address="10.0.0.1", **more):
    form = {"username": username, "password": password, **more}
    return client.post(LOGIN, form, REMOTE_ADDR=address)


def test_the_page_is_chinese_and_says_so(client):
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert '<html lang="zh-hans">' in page.text
    assert "用户名" in page.text


def test_the_right_password_signs_in(client, lin):
    response = sign_in(client, "right-one")
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(lin.pk)


@pytest.mark.parametrize("username", ["lin", "nobody"])
def test_wrong_name_and_wrong_password_are_told_alike(client, lin, username):
    page = sign_in(client, "wrong", username)
    assert "用户名或密码不正确。" in page.text
    assert "_auth_user_id" not in client.session


def test_next_is_followed_within_the_site(client, lin):
    assert sign_in(client, "right-one", next="/planning").url == "/planning"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_next_is_not_followed_elsewhere(client, lin, elsewhere):
    assert sign_in(client, "right-one", next=elsewhere).url == "/"


def test_five_failures_and_even_the_right_password_must_wait(client, lin):
    for _ in range(5):
        sign_in(client, "wrong")
    page = sign_in(client, "right-one")
    assert "登录失败次数过多，请 5 分钟后再试。" in page.text
    assert "_auth_user_id" not in client.session


def test_four_failures_do_not(client, lin):
    for _ in range(4):
        sign_in(client, "wrong")
    assert sign_in(client, "right-one").status_code == 302


def test_the_wait_ends(client, lin):
    for _ in range(5):
        sign_in(client, "wrong")
    FailedSignIn.objects.update(at=timezone.now() - WINDOW - timedelta(seconds=1))
    assert sign_in(client, "right-one").status_code == 302


def test_waiting_does_not_prolong_the_wait(client, lin):
    for _ in range(9):
        sign_in(client, "wrong")
    assert FailedSignIn.objects.count() == 5


def test_the_name_in_other_letters_counts_too(client, lin):
    for name in ("lin", "LIN", "Lin", "lIN", "liN"):
        sign_in(client, "wrong", name)
    assert "登录失败次数过多" in sign_in(client, "right-one").text


def test_somebody_elses_failures_do_not_lock_out(client, lin):
    for _ in range(5):
        sign_in(client, "wrong", address="10.9.9.9")
    assert sign_in(client, "right-one").status_code == 302


def test_guesses_from_many_addresses_meet_a_limit(client, lin):
    for number in range(FROM_ALL_ADDRESSES):
        sign_in(client, "wrong", address=f"10.1.0.{number}")
    assert "登录失败次数过多" in sign_in(client, "right-one").text


def test_success_wipes_the_slate(client, lin):
    for _ in range(4):
        sign_in(client, "wrong")
    sign_in(client, "right-one")
    assert not FailedSignIn.objects.exists()


def test_the_administrator_pages_have_no_other_door(client):
    page = client.get("/admin/parcels/parcel/", follow=True)
    assert page.request["PATH_INFO"] == LOGIN
    assert 'value="/admin/parcels/parcel/"' in page.text
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_who_lacks_the_right_is_told_and_not_sent_in_circles(client, lin):
    client.force_login(lin)
    page = client.get("/admin/", follow=True)
    assert "账号“lin”没有查看该页面的权限" in page.text


def test_signing_out_takes_a_post(client, lin):
    client.force_login(lin)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session

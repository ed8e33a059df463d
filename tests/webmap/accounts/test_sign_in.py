import base64
from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from webmap.models import FailedSignIn
from webmap.web import sign_ins
from webmap.web.sign_ins import FROM_ALL_ADDRESSES, WINDOW, WITH_ALL_NAMES

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
    assert '<html lang="zh-hans"' in page.text
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


def test_a_clock_that_was_put_back_an_hour_keeps_nobody_waiting(client, lin):
    for _ in range(5):
        sign_in(client, "wrong")
    FailedSignIn.objects.update(at=timezone.now() + timedelta(hours=1))
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


@pytest.fixture
def hashed(monkeypatch):
    """How often a password is hashed, of known names and of unknown ones."""
    done, encode = [], hashers.MD5PasswordHasher.encode

    def counted(self, password, salt):
        done.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    return done


def test_many_names_from_one_address_meet_a_limit_before_anything_is_hashed(client, lin, hashed):
    for number in range(WITH_ALL_NAMES):
        assert sign_in(client, "wrong", f"name-{number}").status_code == 200
    assert hashed
    hashed.clear()
    refused = sign_in(client, "wrong", "another")
    assert (refused.status_code, hashed) == (429, [])
    assert 0 < int(refused["Retry-After"]) <= WINDOW.total_seconds() + 1
    assert "登录失败次数过多，请 5 分钟后再试。" in refused.text
    assert sign_in(client, "right-one", address="10.0.0.2").status_code == 302  # elsewhere


def test_a_flood_is_refused_without_asking_the_database_each_time(
    client, lin, django_assert_num_queries
):
    for number in range(WITH_ALL_NAMES + 1):
        sign_in(client, "wrong", f"name-{number}")
    with django_assert_num_queries(0):
        assert sign_in(client, "wrong", "another").status_code == 429
    assert sign_in(client, "right-one", address="10.0.0.2").status_code == 302


def test_an_office_behind_one_address_may_sign_in_all_day(client):
    for number in range(WITH_ALL_NAMES + 5):
        User.objects.create_user(f"u{number}", password="right-one")
        assert sign_in(client, "wrong", f"u{number}").status_code == 200
        assert sign_in(client, "right-one", f"u{number}").status_code == 302


def test_the_addresses_of_one_subscriber_are_one(client, lin):
    for number in range(5):
        sign_in(client, "wrong", address=f"2001:db8:0:1::{number}")
    assert sign_in(client, "right-one", address="2001:db8:0:1::99").status_code == 429
    assert sign_in(client, "right-one", address="2001:db8:0:2::99").status_code == 302


def test_programs_meet_the_same_limit(client, lin, hashed):
    for number in range(WITH_ALL_NAMES):
        sign_in(client, "wrong", f"name-{number}")
    hashed.clear()
    basic = "Basic " + base64.b64encode(b"somebody:wrong").decode()
    answer = client.get("/imports/", headers={"authorization": basic}, REMOTE_ADDR="10.0.0.1")
    assert (answer.status_code, hashed) == (429, [])
    assert answer["Retry-After"]


def test_nobody_keeps_an_owner_out_of_a_browser_that_is_known(client, lin):
    assert sign_in(client, "right-one").status_code == 302
    client.post("/accounts/logout/")
    stranger = Client()
    for number in range(FROM_ALL_ADDRESSES):
        sign_in(stranger, "wrong", address=f"10.1.0.{number}")
    for number in range(WITH_ALL_NAMES):
        sign_in(stranger, "wrong", f"name-{number}")
    assert sign_in(stranger, "right-one").status_code == 429
    assert sign_in(client, "right-one").status_code == 302
    assert sign_in(client, "right-one", address="10.7.7.7").status_code == 302


def test_a_known_browser_has_five_guesses_and_only_at_its_own_accounts(client, lin):
    User.objects.create_user("chief", password="right-one")
    sign_in(client, "right-one")
    client.post("/accounts/logout/")
    for _ in range(5):
        assert sign_in(client, "wrong").status_code == 200
    assert sign_in(client, "right-one").status_code == 429
    stranger = Client()
    for number in range(FROM_ALL_ADDRESSES):
        sign_in(stranger, "wrong", "chief", address=f"10.1.0.{number}")
    assert sign_in(client, "right-one", "chief").status_code == 429


def test_a_note_that_was_written_elsewhere_is_worth_nothing(client, lin):
    client.cookies["known"] = "eyJpZCI6ICJ4In0:1abc:forged"
    for _ in range(5):
        sign_in(client, "wrong")
    assert sign_in(client, "right-one").status_code == 429


def test_few_passwords_are_looked_at_at_once(client, lin, monkeypatch, hashed):
    monkeypatch.setattr(sign_ins, "PATIENCE_S", 0.01)
    with sign_ins._looking:
        answer = sign_in(client, "right-one")
        with sign_ins._waiting:  # another waits already: no thread more is spent on it
            monkeypatch.setattr(sign_ins, "PATIENCE_S", 60.0)
            assert sign_in(client, "right-one").status_code == 429
    assert (answer.status_code, hashed) == (429, [])
    assert "登录的人较多" in answer.content.decode()
    assert not FailedSignIn.objects.exists()  # it was not looked at
    assert sign_in(client, "right-one").status_code == 302


@pytest.mark.parametrize(("proxies", "status"), [((), 429), (("10.0.0.9",), 302)])
def test_a_proxy_on_another_machine_is_believed_if_it_is_named(
    client, lin, settings, proxies, status
):
    settings.PROXIES = frozenset(proxies)
    form = {"username": "nobody", "password": "wrong-one"}
    for number in range(sign_ins.WITH_ALL_NAMES):
        form["username"] = f"nobody{number}"
        told = {"x-forwarded-for": f"10.7.0.{number}"}
        Client().post("/accounts/login/", form, headers=told, REMOTE_ADDR="10.0.0.9")
    told = {"x-forwarded-for": "10.8.0.1"}
    form = {"username": lin.username, "password": "right-one"}
    answer = client.post("/accounts/login/", form, headers=told, REMOTE_ADDR="10.0.0.9")
    assert answer.status_code == status

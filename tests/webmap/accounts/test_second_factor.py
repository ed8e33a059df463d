"""A second factor: added, asked for, worth each code once, demanded by the city, removed."""

import base64
import dataclasses
import re
import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from layers.roles import Role
from spatial.city import Accounts, city
from tests.town import make_user
from tests.webmap.accounts.signing import CODE, LOGIN, RIGHT, SETUP, code_of, enrolled, secret_in
from tests.webmap.accounts.signing import sign_in as sign_in
from webmap.accounts import second_factors
from webmap.models import AccountEvent, SecondFactor
from webmap.web.obligations import ADMINISTRATOR, check_accounts
from webmap.web.sign_ins import CODES_A_DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin():
    return User.objects.create_user("lin", password=RIGHT)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is set: ``clock[0]`` in seconds."""
    now = [time.time() // 30 * 30 + 15]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def demanded(monkeypatch, **rules):
    profile = dataclasses.replace(city(), accounts=Accounts(**rules))
    for module in ("webmap.web.obligations", "webmap.web.idle"):
        monkeypatch.setattr(f"{module}.city", lambda: profile)


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def kinds(name="lin") -> list[str]:
    return list(
        AccountEvent.objects.filter(name=name).order_by("pk").values_list("kind", flat=True)
    )


def test_it_is_added_on_its_page_and_other_sessions_end(client, lin):
    client.force_login(lin)
    elsewhere = Client()
    elsewhere.force_login(lin)
    assert "没有启用" not in client.get(SETUP).text
    page = client.post(SETUP, {"act": "begin"}, follow=True).text
    secret = secret_in(page)
    assert 'src="data:image/svg+xml' in page
    assert "服务器现在是" in page
    wrong = client.post(SETUP, {"act": "confirm", "code": "000000"})
    assert "验证码不对" in wrong.text
    shown = client.post(SETUP, {"act": "confirm", "code": code_of(secret)}).text
    codes = re.findall(r"<li><code>([a-z2-7-]{19})</code>", shown)
    assert len(set(codes)) == 10
    assert codes[0] not in client.get(SETUP).text
    assert "还有 10 个恢复码" in client.get(SETUP).text
    assert elsewhere.get(SETUP).status_code == 302
    assert kinds()[-2:] == ["code-refused", "factor-added"]


def test_nothing_secret_stands_in_the_database_in_plain(lin):
    secret, codes = enrolled(lin)
    kept = SecondFactor.objects.get(user=lin)
    assert secret.encode() not in bytes(kept.secret)
    digests = set(lin.recoverycode_set.values_list("digest", flat=True))
    assert not digests & {*codes, *(code.replace("-", "") for code in codes)}


def test_the_password_alone_opens_nothing(client, lin):
    secret, _codes = enrolled(lin)
    answer = sign_in(client, next="/planning")
    assert answer.url == CODE
    assert not is_in(client)
    page = client.get(CODE).text
    assert "服务器现在是" in page
    assert "验证码不对" in client.post(CODE, {"code": "12 34"}).text
    code = code_of(secret)
    answer = client.post(CODE, {"code": f"{code[:3]} {code[3:]}"})
    assert (answer.status_code, is_in(client)) == (302, True)
    assert "known" in answer.cookies
    assert kinds() == ["code-refused", "signed-in"]
    assert AccountEvent.objects.get(kind="signed-in").detail == "验证码"


def test_where_one_wanted_to_go_is_kept_over_the_second_step(client, lin):
    secret, _codes = enrolled(lin)
    client.post(LOGIN, {"username": "lin", "password": RIGHT, "next": "/planning"})
    assert client.post(CODE, {"code": code_of(secret)}).url == "/planning"


def test_a_code_counts_once(client, lin):
    secret, _codes = enrolled(lin)
    code = code_of(secret)
    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post(CODE, {"code": code})
        assert is_in(other) is expected


def test_a_recovery_code_counts_once_however_it_is_written(lin):
    _secret, codes = enrolled(lin)
    assert second_factors.check_code(lin, f" {codes[3].upper()} ") == second_factors.BY_RECOVERY
    assert second_factors.check_code(lin, codes[3]) == ""
    assert second_factors.check_code(lin, codes[4].replace("-", "")) == second_factors.BY_RECOVERY


@pytest.mark.parametrize(("steps", "fits"), [(-2, ""), (-1, "验证码"), (1, "验证码"), (2, "")])
def test_a_phone_may_be_half_a_minute_off(lin, clock, steps, fits):
    secret, _codes = enrolled(lin)
    clock[0] += 3000
    assert second_factors.check_code(lin, code_of(secret, steps)) == fits


def test_a_clock_that_was_an_hour_ahead_and_is_put_right_keeps_nobody_out(lin, clock):
    secret, _codes = enrolled(lin)
    clock[0] += 3600
    ahead = code_of(secret)
    assert second_factors.check_code(lin, ahead)
    clock[0] -= 3600
    assert second_factors.check_code(lin, code_of(secret))
    clock[0] += 3600
    assert not second_factors.check_code(lin, ahead)  # and what was spent then stays spent


def test_guessing_is_bounded_and_a_known_browser_is_not_kept_out(client, lin):
    secret, _codes = enrolled(lin)
    sign_in(client)
    client.post(CODE, {"code": code_of(secret)})
    client.post("/accounts/logout/")
    thief = Client()
    sign_in(thief)
    for _ in range(5):
        assert thief.post(CODE, {"code": "000000"}).status_code == 200
    refused = thief.post(CODE, {"code": code_of(secret, 1)})
    assert refused.status_code == 429
    assert refused["Retry-After"]
    sign_in(client)
    assert client.post(CODE, {"code": code_of(secret, 1)}).status_code == 302


def test_fifty_wrong_codes_are_a_days(client, lin):
    from datetime import timedelta

    from django.utils import timezone

    from webmap.models import FailedSignIn

    secret, _codes = enrolled(lin)
    sign_in(client)
    earlier = timezone.now() - timedelta(hours=1)
    FailedSignIn.objects.bulk_create(
        FailedSignIn(username="lin", device=f"code-{lin.pk}", at=earlier)
        for _ in range(CODES_A_DAY)
    )
    refused = client.post(CODE, {"code": code_of(secret)})
    assert refused.status_code == 429
    assert "23 小时后" in refused.text


def test_the_second_step_waits_ten_minutes_and_not_for_another_password(client, lin, clock):
    secret, _codes = enrolled(lin)
    sign_in(client)
    clock[0] += 601
    assert client.post(CODE, {"code": code_of(secret)}).url == LOGIN
    sign_in(client)
    clock[0] -= 3600  # a clock put back is no end
    assert client.get(CODE).status_code == 200
    lin.set_password("another-one-now")
    lin.save()
    assert client.get(CODE).url == LOGIN


def test_with_another_secret_key_no_code_fits_and_recovery_codes_do(lin, settings):
    secret, codes = enrolled(lin)
    settings.SECRET_KEY = "another"
    assert second_factors.check_code(lin, code_of(secret)) == ""
    assert second_factors.check_code(lin, codes[0]) == second_factors.BY_RECOVERY


def test_whom_the_city_demands_it_of_can_do_nothing_else(client, monkeypatch):
    demanded(monkeypatch, second_factor={Role.STEWARD.value})
    user = make_user("chen", Role.STEWARD)
    sign_in(client, "chen", "chen")
    for path in ("/", "/grid/", "/ogc/?f=html", "/accounts/password/", "/accounts/people/1/"):
        assert client.get(path).url.startswith(f"{SETUP}?next="), path
    assert client.post("/measure", {}).url.startswith(SETUP)
    asked = client.get("/search?q=a", headers={"X-Requested-With": "fetch"})
    assert (asked.status_code, "两步验证" in asked.text) == (403, True)
    page = client.post(f"{SETUP}?next=/planning", {"act": "begin"}, follow=True).text
    done = client.post(
        f"{SETUP}?next=/planning", {"act": "confirm", "code": code_of(secret_in(page))}
    )
    assert 'href="/planning"' in done.text
    assert client.get("/accounts/password/").status_code == 200
    client.post(SETUP, {"act": "remove", "code": "000000"})
    assert second_factors.confirmed(user)  # who must have it does not remove it


def test_a_session_that_never_showed_it_signs_in_anew(client, monkeypatch):
    user = make_user("chen", Role.STEWARD)
    sign_in(client, "chen", "chen")
    enrolled(user)
    demanded(monkeypatch, second_factor={Role.STEWARD.value})
    assert client.get("/planning").url == f"{LOGIN}?next=/planning"
    assert not is_in(client)


def test_others_and_who_signs_in_elsewhere_are_not_concerned(client, monkeypatch):
    demanded(monkeypatch, second_factor={ADMINISTRATOR})
    make_user("chen", Role.STEWARD)
    sign_in(client, "chen", "chen")
    assert client.get("/").status_code == 200
    assert Client().get("/").status_code == 200
    root = User.objects.create_superuser("root", password=RIGHT)
    provided = Client()
    provided.force_login(root)
    assert provided.get("/").status_code == 302
    session = provided.session
    session["by_provider"] = True
    session.save()
    assert provided.get("/").status_code == 200


def test_programs_do_not_pass_with_the_password_alone(client):
    user = make_user("chen", Role.STEWARD)
    basic = {"authorization": "Basic " + base64.b64encode(b"chen:chen").decode()}
    assert client.get("/imports/", headers=basic).status_code == 200
    enrolled(user)
    refused = client.get("/imports/", headers=basic)
    assert refused.status_code == 403


def test_ones_own_is_renewed_and_removed_by_a_code(client, lin):
    secret, codes = enrolled(lin)
    client.force_login(lin)
    assert "验证码不对" in client.post(SETUP, {"act": "remove", "code": "1"}).text
    assert "已抄好" in client.post(SETUP, {"act": "renew", "code": codes[0]}).text
    assert not second_factors.check_code(lin, codes[1])
    assert client.post(SETUP, {"act": "remove", "code": code_of(secret)}).status_code == 302
    assert not SecondFactor.objects.exists()
    assert kinds()[-2:] == ["codes-renewed", "factor-removed"]


def test_a_role_that_is_not_there_is_refused_by_name(monkeypatch):
    assert check_accounts() == []
    demanded(monkeypatch, second_factor={"管理者"}, idle_minutes_of={"巡查": 60})
    faults = [fault.msg for fault in check_accounts()]
    assert len(faults) == 2
    assert "管理者" in "".join(faults)

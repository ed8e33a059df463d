"""Signing in at an identity provider, against one that runs beside the test."""

import urllib.request

import pytest
from django.contrib.auth.models import User
from joserfc.jwk import RSAKey

from spatial.parcels.roles import LandRole
from spatial.pipes.roles import PipeRole
from spatial.planning.roles import PlanningRole
from tests.webmap.accounts.issuer import Issuer
from webmap.accounts import identities
from webmap.accounts.groups import make_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def issuer(settings):
    found = Issuer()
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = found.url, "tujing"
    settings.OIDC_CLIENT_SECRET = "secret"
    identities.provider.cache_clear()
    yield found
    identities.provider.cache_clear()
    found.stop()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


def way_back(away: str) -> str:
    """Where the provider sends the browser back to."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        opener.open(away)
    except urllib.error.HTTPError as answer:
        return answer.headers["Location"]
    raise AssertionError("the provider did not redirect")


def sign_in(client, target="/parcels"):
    away = client.get("/accounts/oidc/", {"next": target})
    assert away.status_code == 302, away.content.decode()
    back = way_back(away["Location"])
    return client.get(back.removeprefix("http://testserver"))


def test_the_button_is_there_only_with_a_provider(client, issuer, settings):
    assert "统一身份认证" in client.get("/accounts/login/").content.decode()
    settings.OIDC_ISSUER = ""
    assert "统一身份认证" not in client.get("/accounts/login/").content.decode()
    assert client.get("/accounts/oidc/").status_code == 404


def test_somebody_comes_back_signed_in_with_the_roles_of_their_groups(client, issuer):
    issuer.claims["groups"] = [PlanningRole.PLANNER.value, "pipes", "厨师", "管理员"]
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/parcels")
    user = User.objects.get(username="wang")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert set(user.groups.values_list("name", flat=True)) == {PlanningRole.PLANNER, PipeRole.PIPES}
    assert user.first_name == "王规划"
    assert not user.is_superuser
    assert not user.is_staff
    assert not user.has_usable_password()


def test_roles_follow_the_provider_and_the_account_stays_the_same(client, issuer):
    issuer.claims["groups"] = [PlanningRole.PLANNER.value]
    sign_in(client)
    issuer.claims |= {"groups": [LandRole.LAND.value], "preferred_username": "wang.new"}
    sign_in(client)
    assert User.objects.count() == 1
    assert User.objects.get().groups.get().name == LandRole.LAND


def test_a_name_that_is_taken_is_not_taken_over(client, issuer):
    own = User.objects.create_superuser("wang", password="x")
    sign_in(client)
    assert client.session["_auth_user_id"] != str(own.pk)
    assert User.objects.get(username="wang-2").is_superuser is False


def test_a_closed_account_stays_closed(client, issuer):
    sign_in(client)
    client.logout()
    User.objects.update(is_active=False)
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("wrong", ["key", "audience", "state", "code", "nonce", "error"])
def test_what_is_not_signed_for_us_now_lets_nobody_in(client, issuer, wrong):
    if wrong == "key":
        issuer.signing_key = RSAKey.generate_key(2048, parameters={"kid": "1"})
    if wrong == "audience":
        issuer.audience = "another"
    if wrong == "nonce":
        issuer.claims["nonce"] = "replayed"
    away = client.get("/accounts/oidc/")["Location"]
    back = way_back(away).removeprefix("http://testserver")
    if wrong == "state":
        back = back.replace("state=", "state=x")
    if wrong == "code":
        back = back.replace("code=", "code=x")
    if wrong == "error":
        back = "/accounts/oidc/back?error=access_denied&" + back.split("?")[1]
    answer = client.get(back)
    assert answer.status_code == 403
    assert "没有通过" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_next_leads_nowhere_else(client, issuer):
    assert sign_in(client, "https://elsewhere.example/")["Location"] == "/"


def test_a_provider_that_does_not_answer_is_said_so(client, issuer):
    issuer.stop()
    answer = client.get("/accounts/oidc/")
    assert answer.status_code == 502
    assert "没有应答" in answer.content.decode()


@pytest.fixture(autouse=True)
def roles(db):
    from django.apps import apps

    make_roles(apps.get_app_config("webmap"))

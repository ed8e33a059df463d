"""A page whose user is signed in no longer is told so, whatever it asks for."""

import json

import pytest
from django.test import RequestFactory

from layers.ogc.server import fast_path
from layers.roles import Role
from tests.factories import moment, open_feature, square
from tests.town import make_user

ASKED = ("/panel/parcels/P1", "/search?q=P1", "/accounts/session", "/here?lon=111.66&lat=27.69",
         "/ogc/collections/parcels/changes?from=2020-01-01", "/imports/", "/exports/00000000-0000-0000-0000-000000000000")  # fmt: skip


@pytest.fixture
def officer(db):
    open_feature(code="P1", geom=square(), at=moment(2020))
    return make_user("jintu", Role.STEWARD)


def said(user):
    return {"X-Signed-In-As": str(user.pk)}


@pytest.mark.parametrize("url", ASKED)
def test_a_page_of_a_session_that_ended_is_told(client, officer, url):
    answer = client.get(url, headers=said(officer) | {"X-Requested-With": "fragment"})
    assert answer.status_code == 401
    assert answer["X-Signed-Out"] == "1"
    assert "WWW-Authenticate" not in answer
    assert "no-store" in answer["Cache-Control"]
    assert "登录已过期" in answer.text
    assert "没有找到" not in answer.text


def test_nothing_is_written_for_somebody_else(client, officer):
    client.force_login(make_user("other"))
    line = {"type": "LineString", "coordinates": [[111.66, 27.69], [111.67, 27.69]]}
    told = {"content_type": "application/json", "headers": said(officer)}
    answer = client.post("/measure", json.dumps(line), **told)
    assert answer.status_code == 401
    assert "账号已更换" in answer.text


def test_who_is_still_signed_in_is_answered(client, officer):
    client.force_login(officer)
    assert client.get("/accounts/session", headers=said(officer)).status_code == 204
    assert client.get("/panel/parcels/P1", headers=said(officer)).status_code == 200
    page = client.get("/").text
    assert f'data-user="{officer.pk}"' in page


def test_other_systems_and_visitors_are_not_concerned(client, officer):
    assert client.get("/accounts/session").status_code == 204
    assert client.get("/panel/parcels/P1").status_code == 200
    assert 'data-user=""' in client.get("/").text


def test_the_fast_lane_leaves_such_pages_to_django(officer):
    told = {"host": "testserver"}
    url = "/ogc/collections/parcels/items"
    assert fast_path.answer(RequestFactory().get(url, headers=told).environ) is not None
    told |= said(officer)
    assert fast_path.answer(RequestFactory().get(url, headers=told).environ) is None


def test_a_form_sent_after_the_session_ended_leads_to_the_sign_in(client, officer):
    sent = client.post("/imports/", {}, headers={"accept": "text/html,*/*;q=0.8"})
    assert sent.status_code == 302
    assert sent["Location"] == "/accounts/login/?next=/imports/"
    program = client.post("/imports/", {}, headers={"accept": "*/*"})
    assert program["WWW-Authenticate"].startswith("Basic")


def test_nobody_is_not_taken_for_a_user_and_a_key_says_itself_whose_it_is(client, officer):
    assert client.get("/search?q=P1", headers={"X-Signed-In-As": "None"}).status_code == 401
    keyed = said(officer) | {"Authorization": "Bearer wrong"}
    assert "X-Signed-Out" not in client.get("/ogc/collections", headers=keyed)

"""Who may not take deliveries in reads why in the form and the language of the asker."""

import pytest

from layers.access.access import Role
from tests.town import make_user

pytestmark = pytest.mark.django_db
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPTS = ({"X-Requested-With": "fetch"}, {"X-Requested-With": "fragment"})


@pytest.fixture
def auditor(client):
    client.force_login(make_user("auditor", Role.AUDITOR))


def test_a_browser_reads_a_page(client, auditor):
    answer = client.get("/imports/", headers=PAGE)
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert "没有权限" in answer.text


def test_a_program_reads_the_reason_in_the_language_of_the_session(client, auditor):
    headers = {"Accept": "application/json"}
    client.cookies["django_language"] = "en"
    problem = client.get("/imports/", headers=headers).json()
    assert problem["title"] == "Your account may not take data in. Please ask the administrator."
    assert client.get("/imports/").text == problem["title"]


def test_a_page_is_led_to_the_sign_in_and_its_scripts_read_401(client):
    assert client.get("/imports/", headers=PAGE).status_code == 302
    for headers in SCRIPTS:
        answer = client.get("/imports/", headers={**PAGE, **headers})
        assert (answer.status_code, "登录已过期" in answer.text) == (401, True)
        assert "WWW-Authenticate" not in answer

"""What browsers are told: no foreign programs, no cookies in the clear once https is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from webmap.apps import PRIVATE, close_folders
from webmap.web.security import HEADER, inline_styles, policy_with

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/accounts/login/",
    "/ogc/?f=html",
    "/report/",
    "/sharing/",
    "/nothing-here",
    "/healthz",
)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<[^>]*\son[a-z]+=|javascript:", re.IGNORECASE
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_policy(client, path):
    policy = client.get(path)[HEADER]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy


def test_style_files_are_served_with_it_and_an_answer_may_have_a_stricter_one(client, rf):
    from webmap.web.security import Guarded

    def sandboxed(_request):
        answer = client.get("/healthz")
        answer[HEADER] = "sandbox"
        return answer

    assert Guarded(sandboxed)(rf.get("/"))[HEADER] == "sandbox"


def test_no_template_has_a_program_in_its_html():
    floors = ("webmap/templates", "layers/templates", "layers/ogc/templates")
    found = [
        (str(path), line)
        for floor in floors
        for path in (Path(settings.BASE_DIR) / floor).rglob("*.html")
        for line in INLINE.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_style_of_a_page_of_faults_is_named(client):
    hashes = inline_styles(Path(settings.BASE_DIR) / "webmap" / "templates")
    assert hashes
    assert client.get("/nothing-here")[HEADER] == policy_with(hashes)


def signed_in(client, **more):
    User.objects.create_user("lin", password="right-one-once")
    form = {"username": "lin", "password": "right-one-once"}
    return client.post("/accounts/login/", form, **more)


def test_cookies_of_https_are_for_https_alone_and_it_stays_https(client):
    answer = signed_in(client, secure=True)
    assert {"sessionid", "csrftoken", "known"} <= set(answer.cookies)
    assert all(cookie["secure"] for cookie in answer.cookies.values())
    assert answer["Strict-Transport-Security"] == "max-age=31536000"
    spoken = client.post("/i18n/setlang/", {"language": "en"}, secure=True)
    assert all(cookie["secure"] for cookie in spoken.cookies.values())


def test_plain_http_on_an_isolated_network_works_as_before(client):
    answer = signed_in(client)
    assert not any(cookie["secure"] for cookie in answer.cookies.values())
    assert "Strict-Transport-Security" not in answer
    assert client.get("/accounts/password/").status_code == 200


def test_what_people_sent_is_closed_to_other_accounts(tmp_path):
    (tmp_path / "cases").mkdir(mode=0o755)
    close_folders(tmp_path)
    for name in PRIVATE:
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700, name

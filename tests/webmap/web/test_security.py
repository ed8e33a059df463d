"""What browsers are told: no foreign programs, no cookies in the clear once https is there."""

import re
import subprocess
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


def test_all_below_var_is_closed_to_other_accounts_and_what_was_open_is_repaired(tmp_path):
    tmp_path.chmod(0o755)
    for name, mode in (("cases", 0o755), ("log", 0o775), ("pg", 0o711)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    (tmp_path / "terrain.tif").touch(0o644)
    close_folders(tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {
        **dict.fromkeys((*PRIVATE, "log"), 0o700),
        "terrain.tif": 0o600,
        "pg": 0o711,  # the database's own, and another user's where root runs it
    }
    assert tmp_path.stat().st_mode & 0o777 == 0o711  # passed by it, not listed


@pytest.mark.parametrize(("script", "mask"), [("server", "0077"), ("bootstrap", "0022")])
def test_scripts_write_for_this_account_alone_but_packages_and_sources(script, mask):
    text = (Path(settings.BASE_DIR) / "script" / script).read_text(encoding="utf-8")
    masks = [line for line in text.splitlines() if line.startswith("umask")]
    sourced = "\n".join((". script/lib.sh", *masks, "umask"))
    said = subprocess.check_output(
        ["bash", "-c", sourced, "script/x"], cwd=settings.BASE_DIR, text=True
    )
    assert said.strip() == mask


def test_where_vulnerabilities_are_reported(client, settings):
    path = "/.well-known/security.txt"
    assert client.get(path).status_code == 404
    settings.SECURITY_CONTACT = "mailto:anquan@example.gov.cn"
    lines = client.get(path).text.splitlines()
    assert lines[0] == "Contact: mailto:anquan@example.gov.cn"
    assert re.fullmatch(r"Expires: \d{4}-\d\d-\d\dT00:00:00Z", lines[1])

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from tests.running.databases import logins
from tests.running.logins import three_logins
from webmap.apps import check_logins
from webmap.management.commands import check_database
from webmap.management.commands.check_database import fault_in

ROOT = Path(__file__).resolve().parents[3]
GOOD = {"postgis": "3.3.2", "pg_trgm": "1.6"}


@pytest.mark.django_db(transaction=True)
def test_a_good_database_is_one_line(capsys):
    call_command("check_database")
    printed = capsys.readouterr().out
    assert printed.startswith("✓ 数据库正常：PostgreSQL 1")
    assert printed.count("\n") == 1


@pytest.mark.parametrize(
    "server, extensions, telling",
    [
        ("14.9", GOOD, "PostgreSQL 14.9 过旧"),
        ("9.6.24", GOOD, "PostgreSQL 9.6.24 过旧"),
        ("15.8", {**GOOD, "postgis": "3.2.7"}, "PostGIS 3.2.7 过旧"),
        ("15.8", {"pg_trgm": "1.6"}, "缺少扩展 postgis"),
        ("15.8", {"postgis": "3.3.2"}, "缺少扩展 pg_trgm"),
    ],
)
def test_what_is_too_old_or_missing_is_named(server, extensions, telling, monkeypatch, capsys):
    monkeypatch.setattr(check_database, "installed", lambda: (server, extensions))
    with pytest.raises(SystemExit) as stop:
        call_command("check_database")
    assert stop.value.code == 1
    printed = capsys.readouterr().err
    assert telling in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize(
    "server, postgis", [("15.0", "3.3.0"), ("17beta1", "3.5.0dev"), ("18.1", "4.0")]
)
def test_what_is_new_enough_is_fine(server, postgis):
    assert fault_in(server, {**GOOD, "postgis": postgis}) == ""


@three_logins
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("login", "name", "telling"),
    [
        ("site", "tujing_nobody", "角色 tujing_site 缺失"),
        ("site", None, "DATABASE_URL 的登录是 tujing_owner"),
        ("owner", "tujing_nobody", "属主连不上"),
        ("owner", "tujing_site", "tujing_site 不是数据库的属主"),
    ],
)
def test_what_the_logins_lack_is_named(login, name, telling, settings, monkeypatch, capsys):
    site, owner = logins()
    if login == "owner":
        settings.OWNER_DATABASE = lambda: {**owner, "USER": name}
    else:
        monkeypatch.setitem(connection.settings_dict, "USER", name or owner["USER"])
        monkeypatch.setitem(connection.settings_dict, "PASSWORD", owner["PASSWORD"])
    if telling.startswith("角色"):
        monkeypatch.setattr(check_database, "SITE", "tujing_nobody")
        telling = "角色 tujing_nobody 缺失"
    connection.close()
    with pytest.raises(SystemExit):
        call_command("check_database")
    printed = capsys.readouterr().err
    connection.close()
    assert telling in printed
    assert printed.count("\n") == 1


def test_one_login_for_all_is_a_warning(settings):
    assert check_logins() == []
    settings.OWNER_DATABASE = lambda: None
    (warning,) = check_logins()
    assert "少一道墙" in warning.msg
    assert check_database.login_fault() == ""


@pytest.mark.slow(reason="starts a process")
def test_an_unreachable_database_is_one_line_without_traceback():
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    environment["DJANGO_SETTINGS_MODULE"] = "webmap.settings"
    done = subprocess.run(
        [sys.executable, "manage.py", "check_database"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("✗ 数据库连不上：")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr

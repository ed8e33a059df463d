import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from webmap.management.commands import check_database
from webmap.management.commands.check_database import fault_in

ROOT = Path(__file__).resolve().parents[3]
GOOD = {"postgis": "3.3.2", "pg_trgm": "1.6"}


@pytest.mark.django_db
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

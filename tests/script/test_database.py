"""script/database: one private cluster, wherever the checkout lies, whatever happened to it."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from .conftest import ROOT, Run, bash, clean

is_root = os.geteuid() == 0


def test_lives_and_comes_back(checkout: Path, run: Run) -> None:
    first = run("database", "start")
    assert first.returncode == 0, first.stderr
    assert run("database", "status").returncode == 0
    url = (checkout / "var" / "database_url").read_text().strip()
    assert url == f"postgresql://city@/city?host={checkout}/var/pg&port=54329"
    assert run("database", "start").stdout == ""  # nothing to do
    answer = run(
        "database", "psql", "-XAtc", "SELECT postgis_lib_version(), current_setting('jit')"
    )
    assert answer.stdout.startswith("3."), answer.stderr
    assert answer.stdout.strip().endswith("|off")
    assert (checkout / "var" / "pg").stat().st_mode & 0o777 == 0o700

    pid = int((checkout / "var" / "pg" / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)  # the pid file stays behind
    again = run("database", "start")
    assert again.returncode == 0, again.stderr
    assert run("database", "stop").returncode == 0
    assert run("database", "status").returncode == 3

    (checkout / "var" / "pg" / "data" / "PG_VERSION").write_text("9\n")
    other = run("database", "start")
    assert other.returncode == 1
    assert "PostgreSQL 9" in other.stderr.splitlines()[0]


def test_home_is_var_where_possible(checkout: Path) -> None:
    assert bash(checkout, "home") == f"{checkout}/var/pg"


def test_home_is_elsewhere_for_a_long_path(checkout: Path) -> None:
    deep = checkout / ("long-" * 20)
    shutil.copytree(checkout / "script", deep / "script")
    home = Path(bash(deep, "home"))
    assert home.parent.name == "tujing"
    assert checkout not in home.parents


@pytest.mark.skipif(not is_root, reason="only root's server runs as another user")
def test_home_is_elsewhere_where_the_server_may_not_enter(checkout: Path) -> None:
    closed = Path(tempfile.mkdtemp(prefix="tj"))  # 0700
    try:
        shutil.copytree(checkout / "script", closed / "script")
        assert bash(closed, "home").startswith("/var/lib/tujing/")
        (closed / "var" / "pg" / "data").mkdir(parents=True)
        assert bash(closed, "home") == f"{closed}/var/pg"  # never a second cluster
    finally:
        shutil.rmtree(closed)


def test_unreachable_database_is_one_line() -> None:
    done = subprocess.run(
        [ROOT / "script" / "database", "status"],
        env=clean(DATABASE_URL="postgresql://nobody:x@127.0.0.1:1/none"),
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    said = (done.stdout + done.stderr).strip()
    assert done.returncode != 0
    assert len(said.splitlines()) == 1, said
    assert "数据库连不上" in said


def test_usage(run: Run) -> None:
    done = run("database", "strat")
    assert done.returncode == 1
    assert "start|stop" in done.stderr

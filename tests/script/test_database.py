"""script/database: one private cluster, wherever the checkout lies, whatever happened to it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import ROOT, Run, bash, clean

STOPPED = 3
is_root = os.geteuid() == 0


def die_and_leave_a_number(pid_file: Path) -> None:
    """The server is killed, and its pid file names a process that lives and is none of ours."""
    pid, *rest = pid_file.read_text().splitlines()
    user = pid_file.stat().st_uid if is_root else None
    other = subprocess.Popen(["sleep", "90"], user=user)
    os.kill(int(pid), signal.SIGKILL)
    pid_file.write_text("\n".join([str(other.pid), *rest]) + "\n")


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

    die_and_leave_a_number(checkout / "var" / "pg" / "data" / "postmaster.pid")
    again = run("database", "start")
    assert again.returncode == 0, again.stderr
    assert run("database", "stop").returncode == 0
    assert run("database", "status").returncode == 3

    (checkout / "var" / "pg" / "data" / "PG_VERSION").write_text("9\n")
    other = run("database", "start")
    assert other.returncode == 1
    assert "PostgreSQL 9" in other.stderr.splitlines()[0]


BUSY = "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$"  # sees nothing of its server's end


@pytest.fixture
def kept(checkout: Path) -> Iterator[subprocess.Popen]:
    """``script/database keep``, at work."""
    process = subprocess.Popen(
        [checkout / "script" / "database", "keep"],
        env=clean(TUJING_WAITS="0"),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    yield process
    if process.poll() is None:
        process.kill()


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 50
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def is_running(run: Run) -> bool:
    return run("database", "status").returncode == 0


@pytest.mark.long
def test_kept_until_it_is_stopped(checkout: Path, run: Run, kept: subprocess.Popen) -> None:
    pid_file = checkout / "var" / "pg" / "data" / "postmaster.pid"
    assert until((checkout / "var" / "database_url").exists)
    server = int(pid_file.read_text().split()[0])
    busy = subprocess.Popen(
        [checkout / "script" / "database", "psql", "-XqAtc", BUSY],
        env=clean(),
        stderr=subprocess.DEVNULL,
    )
    asked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO%' AND state = 'active'"
    assert until(lambda: run("database", "psql", "-XAtc", asked).stdout.strip() == "1")
    os.kill(server, signal.SIGKILL)
    assert until(lambda: is_running(run))
    assert busy.wait(timeout=10) != 0
    assert int(pid_file.read_text().split()[0]) != server

    assert run("database", "stop").returncode == 0
    time.sleep(2.5)  # two looks
    assert run("database", "status").returncode == STOPPED
    assert kept.poll() is None
    assert run("database", "start").returncode == 0  # stops being stopped
    assert not (checkout / "var" / "database.stopped").exists()
    kept.terminate()
    said, _ = kept.communicate(timeout=5)
    assert kept.returncode == 0
    assert said.count("重新启动") == 1


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

"""script/test: which tests it runs in which tier. Python is a stand-in that keeps what it is to do."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run, bash, program
from .test_bootstrap import ready

__all__ = ["ready"]
STAND_IN = """#!{python}
import json, os, sys
folder = {folder!r}
kept = {{"command": sys.argv[1:], "url": os.environ.get("DATABASE_URL"), "profile": os.environ.get("HYPOTHESIS_PROFILE")}}
with open(folder + "/calls", "a") as calls:
    calls.write(json.dumps(kept) + "\\n")
if "tests.running.changed" in sys.argv:
    print(open(folder + "/reached").read(), end="")
if "mypy" in sys.argv and os.path.exists(folder + "/ill-typed"):
    sys.exit("ill typed")
if "pytest" in sys.argv:
    print("7 passed")
"""
OWN = "postgresql://somebody/else"


@pytest.fixture
def stood_in(ready: Path) -> Path:
    text = STAND_IN.format(python=sys.executable, folder=str(ready))
    program(ready / ".venv" / "bin" / "python", text)
    stamp = ready / ".venv" / ".tujing"
    stamp.write_text(f"{stamp.read_text().strip()} dev test\n")
    packages = ready / "node_modules"
    (packages / ".tujing").write_text(f"{(packages / '.tujing').read_text().strip()} dev\n")
    for name in ("eslint", "tsc", "stylelint"):
        program(packages / ".bin" / name, "#!/bin/sh\n")
    return ready


def calls(folder: Path, module: str) -> list[dict]:
    made = [json.loads(line) for line in (folder / "calls").read_text().splitlines()]
    return [call for call in made if module in call["command"]]


def pytest_call(folder: Path) -> dict:
    """The one run of the common settings."""
    (call,) = [call for call in calls(folder, "pytest") if "--ds" not in call["command"]]
    return call


@pytest.mark.parametrize(
    ("tier", "expected"),
    [
        ([], ["-n", "3", "--dist", "worksteal", "--most-s=3"]),
        (["-k", "name"], ["-n", "3", "--dist", "worksteal", "--most-s=3", "-k", "name"]),
        (["-n", "1"], ["--most-s=3", "-n", "1"]),
        (["--clients"], ["-n", "3", "--dist", "worksteal", "-m", "clients"]),
        (["--faults"], ["-m", "faults", "-n", "2", "--dist", "loadscope"]),
        (["--long"], ["-n", "3", "--dist", "worksteal", "-m", "long or hypothesis"]),
        (["--coverage"], ["-n", "3", "--dist", "worksteal", "--cov", "--cov-report=term:skip-covered"]),
    ],
)  # fmt: skip
def test_each_tier_runs_its_tests(stood_in: Path, run: Run, tier: list, expected: list) -> None:
    done = run("test", *tier, DATABASE_URL=OWN)
    assert done.returncode == 0, done.stderr
    call = pytest_call(stood_in)
    assert call["command"] == ["-m", "pytest", *expected]
    assert call["url"] == OWN
    assert call["profile"] == ("night" if tier == ["--long"] else None)
    assert done.stdout.splitlines()[-1] == "7 passed"


def test_of_a_change_only_what_it_reaches(stood_in: Path, run: Run) -> None:
    (stood_in / "reached").write_text("tests/grid\ntests/test_a.py\n")
    assert run("test", "--changed=v1", "-x", DATABASE_URL=OWN).returncode == 0
    assert calls(stood_in, "tests.running.changed")[0]["command"][-1] == "v1"
    assert pytest_call(stood_in)["command"][-3:] == ["tests/grid", "tests/test_a.py", "-x"]


def test_a_change_that_reaches_nothing_runs_nothing(stood_in: Path, run: Run) -> None:
    (stood_in / "reached").write_text("")
    done = run("test", "--changed", DATABASE_URL=OWN)
    assert done.returncode == 0
    assert "没有涉及" in done.stdout
    assert calls(stood_in, "pytest") == []


@pytest.mark.slow(reason="a run of pytest within")
def test_a_check_that_fails_fails_the_whole_after_the_tests(stood_in: Path, run: Run) -> None:
    (stood_in / "ill-typed").touch()
    done = run("test", DATABASE_URL=OWN)
    assert done.returncode == 1
    assert "✗ mypy" in done.stdout
    assert "ill typed" in done.stdout
    assert pytest_call(stood_in)
    assert "检查没有通过" in done.stderr


@pytest.mark.long
def test_the_cluster_of_the_tests_is_another_one(checkout: Path, run: Run) -> None:
    assert run("database", "--tests", "keep").returncode == 1
    home = Path(bash(checkout, "tests_home"))
    started = run("database", "--tests", "start")
    try:
        assert started.returncode == 0, started.stderr
        said = run("database", "--tests", "psql", "-XAtc", "SHOW fsync")
        assert said.stdout.strip() == "off"
        assert run("database", "status").returncode == 3
        assert not (checkout / "var" / "database_url").exists()
        url = run("database", "--tests", "url").stdout
        assert f"{home}&" in url
        assert bash(checkout, "home") not in url
        assert run("database", "--tests", "stop").returncode == 0
        assert run("database", "--tests", "status").returncode == 3
    finally:
        run("database", "--tests", "stop")
        shutil.rmtree(home)


def test_where_memory_is_short_the_cluster_is_on_disk(checkout: Path) -> None:
    assert bash(checkout, "TESTS_NEED_MB=99999999; tests_home") == f"{checkout}/var/pg-tests"
    assert bash(checkout, "TESTS_NEED_MB=0; tests_home").startswith("/dev/shm/tujing-")


@pytest.mark.slow(reason="a run of pytest within")
def test_an_app_with_settings_of_its_own_is_tested_in_a_run_of_its_own(
    stood_in: Path, run: Run
) -> None:
    (stood_in / "tests" / "other").mkdir(parents=True, exist_ok=True)
    (stood_in / "tests" / "other" / "settings.py").touch()
    assert run("test", DATABASE_URL=OWN).returncode == 0
    own = [call["command"] for call in calls(stood_in, "pytest") if "--ds" in call["command"]]
    assert ["-m", "pytest", "-q", "--ds", "tests.other.settings", "tests/other"] in own
    assert run("test", "-k", "name", DATABASE_URL=OWN).returncode == 0
    again = [call["command"] for call in calls(stood_in, "pytest") if "--ds" in call["command"]]
    assert again == own


def test_a_start_takes_clusters_of_checkouts_that_are_gone_out_of_memory(tmp_path, checkout):
    """Not those that a server uses, of a checkout that stands, or that say nothing of whose."""
    gone = {"gone": "/nowhere/gone", "used": "/nowhere/used"}
    checkouts = gone | {"stands": str(checkout), "unknown": ""}
    folders = {name: tmp_path / f"tujing-{os.getuid()}-{name}" for name in checkouts}
    for name, folder in folders.items():
        (folder / "data").mkdir(parents=True)
        (folder / "checkout").write_text(checkouts[name])
    tmp_path.chmod(0o755)
    postgres = tmp_path / "postgres"
    shutil.copy(shutil.which("sleep") or "", postgres)
    with subprocess.Popen([postgres, "60"], cwd=folders["used"] / "data") as server:
        try:
            said = bash(checkout, f"MEMORY={tmp_path}; sweep_tests")
        finally:
            server.kill()
    assert [name for name, folder in folders.items() if not folder.exists()] == ["gone"]
    assert said.endswith("/nowhere/gone")

"""script/bootstrap installs what is missing only, and says clearly why it cannot."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from .conftest import ROOT, Run, bash, program


@pytest.fixture
def ready(checkout: Path) -> Path:
    """A checkout whose Python and front-end packages are as the lock files say."""
    program(checkout / ".venv" / "bin" / "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (checkout / "node_modules").mkdir()
    for stamp, files in {
        ".venv": "pyproject.toml uv.lock",
        "node_modules": "package.json package-lock.json",
    }.items():
        (checkout / stamp / ".tujing").write_text(bash(checkout, f"fingerprint {files}"))
    return checkout


def test_nothing_missing_nothing_done(ready: Path, run: Run) -> None:
    done = run("bootstrap")
    assert done.returncode == 0, done.stderr
    assert "无需安装" in done.stdout
    assert not (ready / "var" / "tools").exists()


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("error: client error (Connect)\n  dns error: no name", "连不上软件源"),
        ("error: failed to write: No space left on device (os error 28)", "磁盘已满"),
        ("error: the lockfile needs to be updated", "the lockfile needs to be updated"),
    ],
)
def test_cause_is_one_line(ready: Path, run: Run, said: str, cause: str) -> None:
    (ready / "uv.lock").write_text("changed")
    fake = f"#!/bin/sh\n[ \"$1\" = --version ] && exit\nprintf '%s\\n' '{said}' >&2\nexit 2\n"
    program(ready / "fake" / "uv", fake)
    done = run("bootstrap", PATH=f"{ready / 'fake'}:{os.environ['PATH']}")
    assert done.returncode == 1
    what, todo = done.stderr.strip().splitlines()
    assert "Python 依赖" in what
    assert cause in what
    assert todo.startswith("  →")


def test_unwritable_var_is_said(checkout: Path, run: Run) -> None:
    (checkout / "var").write_text("a file where the folder should be")
    done = run("bootstrap")
    assert done.returncode == 1
    assert "不可写" in done.stderr.splitlines()[0]


def recording_uv(ready: Path) -> Path:
    """A uv that writes down what it is called with; returns where."""
    calls = ready / "uv-calls"
    program(ready / "fake" / "uv", f'#!/bin/sh\n[ "$1" = --version ] || echo "$*" >>{calls}\n')
    return calls


def with_fakes(ready: Path) -> dict[str, str]:
    """An environment with the fake programs, those of the tests' own needs among them."""
    for name in ("chromium", "npm"):
        program(ready / "fake" / name, "#!/bin/sh\n")
    return {"PATH": f"{ready / 'fake'}:{os.environ['PATH']}"}


def test_running_needs_no_test_tools(ready: Path, run: Run) -> None:
    calls = recording_uv(ready)
    (ready / "uv.lock").write_text("changed")
    assert run("bootstrap", **with_fakes(ready)).returncode == 0
    (call,) = calls.read_text().splitlines()
    assert call.startswith("sync --locked --no-default-groups --python ")
    assert "无需安装" in run("bootstrap", **with_fakes(ready)).stdout


@pytest.mark.skipif(
    subprocess.run(
        [
            "bash",
            "-c",
            "ls /usr/lib/*/libatomic.so.1; find /usr/share/fonts -iname 'NotoSansCJK*' | grep -q .",
        ],
        capture_output=True,
        check=False,
    ).returncode
    != 0,
    reason="libraries and fonts of the browser are not installed",
)
def test_tests_bring_their_tools_and_what_came_stays_current(ready: Path, run: Run) -> None:
    calls = recording_uv(ready)
    assert run("bootstrap", "--tests", **with_fakes(ready)).returncode == 0
    (ready / "uv.lock").write_text("changed")
    assert run("bootstrap", **with_fakes(ready)).returncode == 0
    groups = ["--group dev --group test" in call for call in calls.read_text().splitlines()]
    assert groups == [True, True]
    assert "无需安装" in run("bootstrap", "--tests", **with_fakes(ready)).stdout


def test_a_cluster_brings_its_package(ready: Path, run: Run) -> None:
    calls = recording_uv(ready)
    (ready / ".env").write_text("IMPORT_CLUSTER=tcp://scheduler:8786\n")
    assert run("bootstrap", **with_fakes(ready)).returncode == 0
    assert "--group cluster" in calls.read_text()


def test_what_runs_imports_nothing_of_the_tools() -> None:
    """Packages of the groups ``dev`` and ``test``, but those of single commands."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    listed = [each for name in ("dev", "test") for each in groups[name] if isinstance(each, str)]
    tools = {re.split(r"[\[>=<]", each)[0].replace("-", "_") for each in listed} | {"importlinter"}
    assert {"pytest", "playwright", "ruff"} <= tools
    found = {
        (path.name, name)
        for floor in ("spatial", "grid", "layers", "importers", "webmap")
        for path in (ROOT / floor).rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
        if name in tools
    }
    assert found == {("translations.py", "babel")}  # for those who change texts

"""script/bootstrap installs what is missing only, and says clearly why it cannot."""

import os
import sys
from pathlib import Path

import pytest

from .conftest import Run, bash, program


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

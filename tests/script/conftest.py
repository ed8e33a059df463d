"""A copy of the scripts in a folder of its own, so that nothing real is touched."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ["pyproject.toml", "uv.lock", "package.json", "package-lock.json"]
LONG_S = 60

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout in a short path (sockets need that) that every user may enter."""
    with a_checkout() as folder:
        yield folder


@contextmanager
def a_checkout() -> Iterator[Path]:
    """One that is taken away in the end, with its database."""
    folder = Path(tempfile.mkdtemp(prefix="tj"))
    try:
        folder.chmod(0o755)
        shutil.copytree(ROOT / "script", folder / "script")
        for name in FILES:
            shutil.copy(ROOT / name, folder)
        yield folder
    finally:
        if (folder / "var" / "pg").exists():
            subprocess.run(
                [folder / "script" / "database", "stop"],
                env=clean(),
                capture_output=True,
                timeout=LONG_S,
                check=False,
            )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def run(checkout: Path) -> Run:
    """Run one of the copied scripts; returns what it said and its status."""
    return runner_in(checkout)


def runner_in(folder: Path) -> Run:
    """The same in another checkout."""

    def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [folder / "script" / command[0], *command[1:]],
            env=clean(**environment),
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=LONG_S,
            check=False,
        )

    return run


def clean(**more: str) -> dict[str, str]:
    """The environment without what would lead the scripts to a real database."""
    leading = ("DATABASE_URL", "OWNER_DATABASE_URL", "OUTSIDE_DATABASE_URL", "PORT")
    return {**{k: v for k, v in os.environ.items() if k not in leading}, **more}


def bash(folder: Path, code: str) -> str:
    """Run shell code with the scripts' functions at hand; returns what it prints."""
    sourced = f". script/lib.sh; . script/cluster.sh; {code}"
    return subprocess.run(
        ["bash", "-c", sourced],
        cwd=folder,
        env=clean(),
        text=True,
        capture_output=True,
        timeout=LONG_S,
        check=True,
    ).stdout.strip()


def program(path: Path, text: str) -> None:
    """Write an executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)

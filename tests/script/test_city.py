"""A whole small city, killed under load and restored from its backup: minutes, ``-m faults``."""

import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT, a_checkout, clean, program, runner_in
from .test_server import free_port

pytestmark = pytest.mark.faults

SOURCES = ["spatial", "grid", "layers", "importers", "webmap", "data"]
MINUTES = 1800
BACK_S = 60
PATHS = ["/", "/ogc/collections/buildings/items", "/healthz", "/grid/"]

ISSUE = """
from layers.access.access import Caller
from layers.declarations.known_roles import known_roles
from layers.sharing.actions import issue_key
from layers.models import Consumer
from django.contrib.auth.models import User
keeper = User.objects.get(username="admin")
consumer = Consumer.objects.create(name="A system", organisation="x", kept_by=keeper)
by = Caller("admin", roles=frozenset(known_roles().values()), is_admin=True)
print("key", issue_key(by, consumer)[1])
"""
LOOK = """
from django.test import Client
from grid.models import CasePhoto
key = "{key}"
client = Client()
assert client.login(username="chief", password="tujing-demo")
photo = CasePhoto.objects.first()
answer = client.get(f"/grid/photos/{{photo.pk}}")
assert answer.status_code == 200 and len(b"".join(answer.streaming_content)) > 1000
ogc = "/ogc/collections/buildings/items?limit=2"
assert len(Client().get(ogc, headers={{"Authorization": "Bearer " + key}}).json()["features"]) == 2
assert Client().get(ogc, headers={{"Authorization": "Bearer wrong"}}).status_code == 401
print("all there")
"""


def copy_program(folder: Path) -> None:
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "pygeoapi-config.yml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, folder)
    for name in (".venv", "node_modules"):
        (folder / name).symlink_to(ROOT / name)
    program(folder / "script" / "setup", "#!/bin/sh\nexec script/database start\n")


def manage(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [folder / ".venv" / "bin" / "python", "manage.py", *command],
        cwd=folder,
        env=clean(DJANGO_SETTINGS_MODULE="webmap.settings"),
        text=True,
        capture_output=True,
        timeout=MINUTES,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def city() -> Iterator[Path]:
    """The tiny city in a checkout of its own."""
    with a_checkout() as folder:
        copy_program(folder)
        started = runner_in(folder)("database", "start")
        assert started.returncode == 0, started.stderr
        manage(folder, "make_sealing_keys")
        manage(folder, "migrate", "--noinput")
        manage(folder, "publish_layers")
        manage(folder, "collectstatic", "--noinput", "-v", "0", "-i", "*.map", "-i", "*-dev.mjs")
        manage(folder, "load_sample_city", "--size", "tiny")
        manage(folder, "demo_accounts", "--create")
        yield folder


def test_killed_under_load(city: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [city / "script" / "server"],
        env=clean(PORT=str(port)),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        assert any("ready" in line for line in server.stdout)
        kill_and_watch(city, port)
    finally:
        server.terminate()
        server.communicate(timeout=90)


def kill_and_watch(city: Path, port: int) -> None:
    seen: list[tuple[float, int]] = []
    until = time.monotonic() + BACK_S + 15
    callers = [threading.Thread(target=ask_on, args=(port, until, seen)) for _ in range(4)]
    for caller in callers:
        caller.start()
    time.sleep(10)
    killed_at = time.monotonic()
    pid_file = city / "var" / "pg" / "data" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
    for caller in callers:
        caller.join()
    assert {status for _, status in seen} <= {200, 503}
    last_away = max(at for at, status in seen if status == 503)
    assert last_away - killed_at < BACK_S
    assert sum(at > last_away for at, _ in seen) > len(PATHS)


def ask_on(port: int, until: float, seen: list[tuple[float, int]]) -> None:
    number = 0
    while time.monotonic() < until:
        url = f"http://127.0.0.1:{port}{PATHS[number % len(PATHS)]}"
        number += 1
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                seen.append((time.monotonic(), answer.status))
        except urllib.error.HTTPError as error:
            seen.append((time.monotonic(), error.code))


def test_there_and_back(city: Path, tmp_path: Path) -> None:
    key = manage(city, "shell", "-c", ISSUE).split("key ")[1].strip()
    look = LOOK.format(key=key)
    assert "all there" in manage(city, "shell", "-c", look)
    kept = tmp_path / "kept"
    done = runner_in(city)("backup", str(kept))
    assert done.returncode == 0, done.stderr
    with a_checkout() as empty:
        copy_program(empty)
        done = runner_in(empty)("restore", str(kept))
        assert done.returncode == 0, done.stderr
        assert "all there" in manage(empty, "shell", "-c", look)
        assert "publish" not in manage(empty, "migrate", "--check")

"""script/server: what it starts it ends, however it ends. What it starts are stand-ins."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Run, clean, program

WORKERS = 3  # restarts of a dying worker

STAND_IN = """
import http.server, os, sys, time
folder, *command = sys.argv[1:]
if "--help" in command:
    print("--no-control-socket")
elif "gunicorn" in command:
    open(f"{folder}/web.pid", "w").write(str(os.getpid()))
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
    host, port = command[command.index("--bind") + 1].split(":")
    http.server.HTTPServer((host, int(port)), Answer).serve_forever()
elif "db_worker" in command:
    open(f"{folder}/worker.pid", "w").write(str(os.getpid()))
    if os.path.exists(f"{folder}/worker-dies"):
        sys.exit("no luck")
    time.sleep(60)
elif "run_clocks" in command:
    assert command[-2:] == ["--every", "60"]
    open(f"{folder}/clocks.pid", "w").write(str(os.getpid()))
    if os.path.exists(f"{folder}/clocks-die"):
        sys.exit("no time")
    time.sleep(60)
elif "demo_accounts" in command:
    print("the accounts")
"""


class Server:
    """A running script/server over the stand-ins."""

    def __init__(self, checkout: Path) -> None:
        self.folder = checkout
        (checkout / "stand_in.py").write_text(STAND_IN)
        python = f'#!/bin/sh\nexec {sys.executable} {checkout}/stand_in.py {checkout} "$@"\n'
        program(checkout / ".venv" / "bin" / "python", python)
        program(checkout / "script" / "setup", "#!/bin/sh\nmkdir -p var/log\n")
        self.port = free_port()

    def start(self) -> "Server":
        self.process = subprocess.Popen(
            [self.folder / "script" / "server"],
            env=clean(DATABASE_URL="postgresql://x/x", PORT=str(self.port)),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return self

    def wait_for(self, text: str) -> None:
        for line in self.process.stdout:
            if text in line:
                return
        pytest.fail(f"never said {text}")

    def pid(self, name: str) -> int:
        return int((self.folder / f"{name}.pid").read_text())

    def end(self) -> tuple[int, str]:
        said, _ = self.process.communicate(timeout=20)
        return self.process.returncode, said

    def left(self) -> list[str]:
        return [name for name in ("web", "worker", "clocks") if is_alive(self.pid(name))]


@pytest.fixture
def server(checkout: Path) -> Iterator[Server]:
    server = Server(checkout)
    yield server
    if server.process.poll() is None:
        server.process.kill()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_all(server: Server, sent: signal.Signals, status: int) -> None:
    server.start().wait_for("ready")
    server.process.send_signal(sent)
    assert server.end()[0] == status
    assert server.left() == []


def test_nothing_outlives_a_killed_script(server: Server) -> None:
    server.start().wait_for("ready")
    server.process.kill()
    deadline = time.monotonic() + 5
    while server.left() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.left() == []


def test_web_server_dies(server: Server) -> None:
    server.start().wait_for("ready")
    os.kill(server.pid("web"), signal.SIGKILL)
    status, said = server.end()
    assert status == 1
    assert "网页服务已退出" in said
    assert server.left() == []


def test_worker_is_started_again_a_few_times(server: Server) -> None:
    (server.folder / "worker-dies").touch()
    server.start()
    status, said = server.end()
    assert status == 1
    assert said.count("重新启动") == WORKERS
    assert "后台任务进程反复退出 / worker keeps dying：no luck" in said
    assert server.left() == []


def test_clocks_are_started_again_a_few_times(server: Server) -> None:
    (server.folder / "clocks-die").touch()
    server.start()
    status, said = server.end()
    assert status == 1
    assert said.count("重新启动") == WORKERS
    assert "时钟进程反复退出 / clocks keep dying：no time" in said
    assert server.left() == []


def test_taken_port_is_named(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("server", PORT=str(port))
    assert done.returncode == 1
    what, todo = done.stderr.splitlines()
    assert f"端口 {port} 已被占用" in what
    assert f"PORT={port + 1} script/server" in todo


def test_port_that_is_none(run: Run) -> None:
    done = run("server", PORT="http")
    assert done.returncode == 1
    assert "不是端口号" in done.stderr

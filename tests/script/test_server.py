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

INTERRUPTED, TERMINATED = 130, 143
ENOUGH = 4  # more often than what once was the end

STAND_IN = """
import http.server, os, sys, time
folder, *command = sys.argv[1:]
if "--help" in command:
    print("--no-control-socket")
elif "gunicorn" in command:
    if os.path.exists(f"{folder}/web-dies"):
        sys.exit("no socket")
    open(f"{folder}/web.pid", "w").write(str(os.getpid()))
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            is_away = os.path.exists(f"{folder}/database-away")
            self.send_response(503 if is_away else 200)
            self.end_headers()
    host, port = command[command.index("--bind") + 1].split(":")
    http.server.HTTPServer.allow_reuse_address = True
    http.server.HTTPServer((host, int(port)), Answer).serve_forever()
elif "run_worker" in command:
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
elif "check_database" in command:
    if os.path.exists(f"{folder}/database-away"):
        print("not there")
        sys.exit(1)
elif "demo_accounts" in command:
    print("the accounts")
"""


class Server:
    """A running script/server over the stand-ins."""

    nginx, stand_in = "", STAND_IN

    def __init__(self, checkout: Path) -> None:
        self.folder = checkout
        (checkout / "stand_in.py").write_text(self.stand_in)
        python = f'#!/bin/sh\nexec {sys.executable} {checkout}/stand_in.py {checkout} "$@"\n'
        program(checkout / ".venv" / "bin" / "python", python)
        program(checkout / "script" / "setup", "#!/bin/sh\nmkdir -p var/log\n")
        self.port = free_port()

    def start(self) -> "Server":
        self.process = subprocess.Popen(
            [self.folder / "script" / "server"],
            env=clean(
                DATABASE_URL="postgresql://x/x",
                PORT=str(self.port),
                TUJING_WAITS="0 0 0 1",
                NGINX=self.nginx,
            ),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return self

    def wait_for(self, text: str, times: int = 1) -> list[str]:
        said = []
        for line in self.process.stdout:
            said.append(line)
            times -= text in line
            if not times:
                return said
        pytest.fail(f"never said {text}")

    def answers(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0

    def terminate(self) -> None:
        """It goes on until told to stop, and then leaves nothing."""
        self.process.send_signal(signal.SIGTERM)
        assert self.end()[0] == TERMINATED
        assert self.left() == []

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


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED)]
)
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


def test_web_server_is_started_again(server: Server) -> None:
    server.start().wait_for("ready")
    first = server.pid("web")
    os.kill(first, signal.SIGKILL)
    server.wait_for("网页服务 / web server 已退出")
    deadline = time.monotonic() + 10
    while not server.answers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.answers()
    assert server.pid("web") != first
    server.terminate()


def test_web_server_that_never_came_up_is_the_end(server: Server) -> None:
    (server.folder / "web-dies").touch()
    status, said = server.start().end()
    assert status == 1
    assert "网页服务没有启动 / web server：no socket" in said


@pytest.mark.slow(reason="processes that die and are started again")
@pytest.mark.parametrize(
    ("sign", "title", "why"),
    [
        ("worker-dies", "后台任务进程 / worker 已退出", "no luck"),
        ("clocks-die", "时钟进程 / clocks 已退出", "no time"),
    ],
)
def test_what_keeps_dying_is_started_without_an_end(
    server: Server, sign: str, title: str, why: str
) -> None:
    (server.folder / sign).touch()
    said = server.start().wait_for(title, times=ENOUGH)
    assert any(line.endswith(f"重新启动 / restarted in 0 s：{why}\n") for line in said)
    (server.folder / sign).unlink()
    server.terminate()


@pytest.mark.slow(reason="processes that die and are started again")
def test_one_counts_not_for_the_other(server: Server) -> None:
    """The pause before a start grows with a process's own ends alone."""
    (server.folder / "worker-dies").touch()
    server.start().wait_for("worker 已退出，1 秒后", times=1)
    os.kill(server.pid("clocks"), signal.SIGKILL)
    (said,) = [line for line in server.wait_for("clocks 已退出") if "clocks" in line]
    assert "，0 秒后" in said
    (server.folder / "worker-dies").unlink()
    server.terminate()


def test_a_site_waits_for_the_database_that_it_had(server: Server) -> None:
    (server.folder / "var").mkdir()
    (server.folder / "var" / "setup.stamp").touch()
    (server.folder / "database-away").touch()
    server.start().wait_for("等待数据库 / waiting for the database（not there）")
    (server.folder / "database-away").unlink()
    server.wait_for("ready")
    server.terminate()


def test_a_signal_ends_the_waiting(server: Server) -> None:
    (server.folder / "var").mkdir()
    (server.folder / "var" / "setup.stamp").touch()
    (server.folder / "database-away").touch()
    server.start().wait_for("等待数据库")
    server.process.send_signal(signal.SIGINT)
    assert server.end()[0] == INTERRUPTED


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

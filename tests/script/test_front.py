"""nginx before the web server: started and ended with it, and what it may keep and send."""

import gzip
import http.client
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT, clean
from .test_server import STAND_IN, Server, is_alive

PROGRAM = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or ""
pytestmark = pytest.mark.skipif(not PROGRAM, reason="no nginx")

TILE = "/ogc/collections/roads/tiles/WebMercatorQuad/14/6800/13280"
SCRIPT = "/static/a.0123456789ab.js"
BEHIND = """
    import socketserver
    class Behind(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True
        def get_request(self):
            return super().get_request()[0], ("", 0)
    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version, asked = "HTTP/1.1", 0
        def do_GET(self):
            type(self).asked += 1
            body = f"{self.asked} {self.headers.get('X-Forwarded-For')}".encode()
            self.send_response(200)
            if self.path == "/file":
                self.send_header("X-Accel-Redirect", self.headers["X-Accel-Mapping"].split("=")[1] + "/kept/a.bin")
                self.send_header("Content-Security-Policy", "sandbox")
                body = b""
            if self.path == "/page":
                self.send_header("Content-Type", "text/html")
                body = b"<p>" + b"words " * 1000
            if "REAL" in self.headers.get("Cookie", ""):
                self.send_header("Cache-Control", "private")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def log_message(self, *ignored):
            pass
    Behind(command[command.index("--bind") + 1].removeprefix("unix:"), Answer).serve_forever()
"""
HEAD, TAIL = STAND_IN.split("    class Answer(", 1)


class Front(Server):
    """A running script/server with nginx before the stand-in."""

    nginx, stand_in = PROGRAM, HEAD + BEHIND.lstrip("\n") + TAIL[TAIL.index('elif "run_worker"') :]

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        asking.request("GET", path, headers={n.replace("_", "-"): v for n, v in headers.items()})
        answer = asking.getresponse()
        return answer, answer.read()

    def front(self) -> int:
        return int((self.folder / "var" / "run" / "front" / "nginx.pid").read_text())


@pytest.fixture
def server(checkout: Path) -> Iterator[Front]:
    (checkout / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "nginx.conf", checkout / "docs")
    for name, content in {SCRIPT: b"x" * 2000, "/kept/a.bin": b"0123456789"}.items():
        path = checkout / "var" / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content))
    server = Front(checkout)
    server.start().wait_for("已启动")
    yield server
    if server.process.poll() is None:
        server.process.kill()


def test_it_begins_and_ends_with_the_server(server: Front) -> None:
    master = server.front()
    workers = children_of(master)
    assert workers
    server.terminate()
    assert not any(is_alive(pid) for pid in (master, *workers))


def test_when_it_ends_it_is_started_again(server: Front) -> None:
    first = server.front()
    os.kill(first, signal.SIGKILL)
    server.wait_for("nginx 已退出")
    until = time.monotonic() + 10
    while not is_begun_again(server, first):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert server.get("/")[0].status == 200
    server.terminate()


def test_static_files_come_compressed_and_for_good(server: Front) -> None:
    answer, body = server.get(SCRIPT, Accept_Encoding="gzip")
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == b"x" * 2000
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert "charset=utf-8" in answer.headers["Content-Type"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert server.get(SCRIPT)[1] == b"x" * 2000
    page, packed = server.get("/page", Accept_Encoding="gzip")
    assert (page.headers["Content-Encoding"], len(packed) < 500) == ("gzip", True)


def test_a_file_is_sent_once_it_is_allowed_and_in_parts_if_asked(server: Front) -> None:
    answer, body = server.get("/file")
    assert (answer.status, body, answer.headers["Content-Security-Policy"]) == (
        200,
        b"0123456789",
        "sandbox",
    )
    part, body = server.get("/file", Range="bytes=2-4")
    assert (part.status, body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert server.get("/allowed/kept/a.bin")[0].status == 404
    assert server.get("/static/../kept/a.bin")[1] != b"0123456789"


def test_no_tile_of_somebody_reaches_anybody_else(server: Front) -> None:
    public = server.get(TILE)[1]
    assert server.get(TILE)[1] == public  # within its second
    seen = {public}
    for who in (
        {"Authorization": "Bearer k"},
        {"Authorization": "Bearer l"},
        {"Cookie": "sessionid=a"},
        {"X_Signed_In_As": "7"},
    ):
        for _again in range(2):
            own = server.get(TILE, **who)[1]
            assert own not in seen
            seen.add(own)
    assert server.get(f"{TILE}?token=k")[1] not in seen
    # A cookie twice: nginx reads the first, the site the last; what it answers is private.
    doubled = server.get(f"{TILE}?datetime=2020-01-01", Cookie="sessionid=; sessionid=REAL")[1]
    assert server.get(f"{TILE}?datetime=2020-01-01")[1] != doubled
    assert server.get(TILE)[1].split()[1] == b"127.0.0.1"


def test_what_a_client_says_of_itself_is_not_believed(server: Front) -> None:
    assert server.get("/", X_Forwarded_For="9.9.9.9")[1].endswith(b" 127.0.0.1")
    mapped = server.get("/file", X_Accel_Mapping="/etc=/etc")[1]
    assert mapped == b"0123456789"


def is_begun_again(server: Front, first: int) -> bool:
    try:
        return server.front() != first and server.answers()
    except (FileNotFoundError, ValueError):
        return False


def children_of(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        env=clean(),
        check=True,
    )
    return [int(line) for line in found.stdout.split()]

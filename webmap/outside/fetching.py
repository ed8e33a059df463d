"""One picture from one address: bounded in time and size, never redirected, seldom where it fails.

A service that has failed several times in a row is left in peace for a while; then one request
tries it again. Only so many threads of a process wait for all services together: the others serve the site.
"""

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image

from webmap.outside.errors import NothingThere, OutsideUnavailable

CONNECT_S = 2.0
DEADLINE_S = 6.0  # for all of it, however slowly the other side drips
MOST_BYTES = 2_000_000
MOST_PIXELS = 1024  # a side
AT_ONCE = 2  # threads of a process that wait for others; the rest of them serve the site
PATIENCE_S = 1.5  # how long a request waits to be one of these
FAILURES = 4  # in a row, after which a service is left in peace
REST_S = 30.0
KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
NOTHING = (204, 404, 410)

_waiting = threading.BoundedSemaphore(AT_ONCE)


@dataclass
class Breaker:
    """Whether a service is asked: its failures in a row, and until when it rests."""

    failures: int = 0
    rests_until: float = 0.0

    def check(self) -> None:
        """Refuse while it rests; the first after that tries it, and the others wait for the outcome.

        Raises:
            OutsideUnavailable: it rests.
        """
        now = time.monotonic()
        if now < self.rests_until:
            raise OutsideUnavailable("rests")
        if self.failures >= FAILURES:
            self.rests_until = now + DEADLINE_S

    def note(self, *, failed: bool) -> None:
        """Count an outcome."""
        self.failures = self.failures + 1 if failed else 0
        self.rests_until = time.monotonic() + REST_S if self.failures >= FAILURES else 0.0


_breakers: dict[str, Breaker] = {}


def breaker_of(service: str) -> Breaker:
    """The breaker of a service in this process."""
    return _breakers.setdefault(service, Breaker())


def forget_failures() -> None:
    """Ask every service again."""
    _breakers.clear()


def fetch(service: str, url: str) -> bytes:
    """The picture at an address of a service.

    Raises:
        NothingThere: the service says that it has none.
        OutsideUnavailable: no answer in time, another status, or no picture; or it rests.
    """
    breaker = breaker_of(service)
    breaker.check()
    if not _waiting.acquire(timeout=PATIENCE_S):
        raise OutsideUnavailable("busy")
    try:
        body = _picture(*_asked(url))
    except NothingThere:
        breaker.note(failed=False)
        raise
    except OutsideUnavailable:
        breaker.note(failed=True)
        raise
    finally:
        _waiting.release()
    breaker.note(failed=False)
    return body


def kind_of(body: bytes) -> str:
    """The type of a picture by its first bytes; '' for anything else."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in KINDS.items() if body.startswith(start)), "")


def _asked(url: str) -> tuple[int, bytes]:
    """Status and body; what fails names no address, since that may hold a key."""
    parts = urlsplit(url)
    line = _line(parts.scheme, parts.hostname or "", parts.port)
    held: list[socket.socket] = []
    timer = threading.Timer(DEADLINE_S, _cut, [held])
    timer.daemon = True
    timer.start()
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        headers = {"User-Agent": "Tujing/1", "Accept": "image/*", "Connection": "close"}
        line.connect()
        held.append(line.sock)  # the connection forgets it once the head of the answer is read
        if not timer.is_alive():
            raise OutsideUnavailable("too late")
        line.sock.settimeout(DEADLINE_S)
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        body = answer.read(MOST_BYTES + 1)
        if answer.length and len(body) <= MOST_BYTES or not timer.is_alive():
            raise OutsideUnavailable("cut off")  # by the other side, or by us: half a picture
        return answer.status, body
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise OutsideUnavailable(type(error).__name__) from None
    finally:
        timer.cancel()
        line.close()


def _line(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_S, context=_trusting())
    return http.client.HTTPConnection(host, port, timeout=CONNECT_S)


def _picture(status: int, body: bytes) -> bytes:
    if status in NOTHING:
        raise NothingThere(str(status))
    if status != 200:
        raise OutsideUnavailable(f"status {status}")  # a redirect too: it may lead anywhere
    if len(body) > MOST_BYTES:
        raise OutsideUnavailable("too large")
    if not kind_of(body):
        raise OutsideUnavailable("no picture")
    try:
        width, height = Image.open(BytesIO(body)).size
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise OutsideUnavailable("broken picture") from error
    if max(width, height) > MOST_PIXELS:
        raise OutsideUnavailable("too many pixels")
    return body


def _cut(held: list[socket.socket]) -> None:
    """End what is being read, from another thread."""
    for line in held:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


@cache
def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()

"""One signed message to one address: pinned, bounded in time and size, never redirected.

Tujing-Timestamp: 1764000000
Tujing-Signature: v1=<HMAC-SHA256 of "<timestamp>.<body>" with the secret, in hex>
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from functools import cache

from layers.errors import LayersError
from layers.webhooks.addresses import WebhookTarget

TIMEOUT_S = 5.0  # for each step
DEADLINE_S = 15.0  # for all of it, however slowly the other side drips
READ_BYTES = 1024


class DeliveryFailed(LayersError):
    """The other side did not answer with success."""


def post(target: WebhookTarget, body: bytes, secret: str) -> None:
    """Send a message; whatever is answered beyond its status is not read.

    Raises:
        DeliveryFailed: no connection, no answer in time, or another status than 2xx.
    """
    line = _Pinned(target)
    timer = threading.Timer(DEADLINE_S, line.cut)
    timer.daemon = True
    timer.start()
    try:
        line.request("POST", target.path, body, _headers(target, body, secret))
        answer = line.getresponse()
        answer.read(READ_BYTES)
        status = answer.status
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise DeliveryFailed(f"未送达：{type(error).__name__}") from error
    finally:
        timer.cancel()
        line.close()
    if not 200 <= status < 300:
        raise DeliveryFailed(f"对方回答 {status}")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a message sent at a moment."""
    message = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _headers(target: WebhookTarget, body: bytes, secret: str) -> dict[str, str]:
    timestamp = str(int(time.time()))
    usual = {"https": 443, "http": 80}[target.scheme]
    host = f"[{target.host}]" if ":" in target.host else target.host
    return {
        "Host": host if target.port == usual else f"{host}:{target.port}",
        "Content-Type": "application/json",
        "User-Agent": "Tujing-Webhook/1",
        "Connection": "close",
        "Tujing-Timestamp": timestamp,
        "Tujing-Signature": signature(secret, timestamp, body),
    }


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was looked at, under the name that was asked for."""

    def __init__(self, target: WebhookTarget) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_S)
        self.target = target
        self.held: socket.socket | None = None  # the base forgets it once the head has been read

    def connect(self) -> None:
        """Connect to the pinned address; the certificate must be the name's."""
        line = socket.create_connection((self.target.ip, self.target.port), TIMEOUT_S)
        self.sock = line
        if self.target.scheme == "https":
            self.sock = _trusting().wrap_socket(line, server_hostname=self.target.host)
        self.held = self.sock

    def cut(self) -> None:
        """End it from another thread."""
        line = self.held
        if line is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                line.close()


@cache
def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()

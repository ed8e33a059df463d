"""One message to one receiver that never ends its answer."""

import socket
import threading
import time

import pytest

from layers.webhooks import sending
from layers.webhooks.addresses import WebhookTarget


@pytest.fixture
def dripping():
    """A receiver that answers at once, and then one byte of the body every tenth of a second."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer():
        line, _ = server.accept()
        line.recv(65_536)
        line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not over.wait(0.1):
            try:
                line.sendall(b".")
            except OSError:
                return

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    over.set()
    server.close()
    thread.join(2)


def test_a_body_that_drips_is_cut_off(dripping, monkeypatch):
    monkeypatch.setattr(sending, "DEADLINE_S", 0.5)
    target = WebhookTarget(scheme="http", host="127.0.0.1", ip="127.0.0.1", port=dripping, path="/")
    begun = time.monotonic()
    sending.post(target, b"{}", "secret")  # the status came: what follows does not matter
    assert time.monotonic() - begun < 3

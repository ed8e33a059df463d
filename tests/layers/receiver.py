"""A server on this machine that receives webhooks, for tests."""

import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """What was received, and what is answered."""

    def __init__(self) -> None:
        self.status = 204
        self.location = ""
        self.drip_s = 0.0
        self.messages: list[tuple[str, dict[str, str], bytes]] = []
        self.address = ""


@contextmanager
def receiving():
    """A receiver while it runs."""
    receiver, over = Receiver(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.messages.append((self.path, dict(self.headers), body))
            if receiver.drip_s:
                with suppress(OSError):  # the sender may have gone
                    while not over.wait(receiver.drip_s):
                        self.wfile.write(b"H")
                return
            self.send_response(receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.address = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        over.set()
        server.shutdown()
        server.server_close()

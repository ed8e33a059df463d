"""A server of maps on this machine that behaves as badly as it is told to, for tests."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from PIL import Image

PNG, JPEG = "PNG", "JPEG"


def picture(colour=(200, 30, 30), size=(256, 256), form=PNG) -> bytes:
    """A picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


class MapServer:
    """What was asked, and how it is answered: ``painted`` makes a picture of a query."""

    def __init__(self) -> None:
        self.address, self.asked = "", []
        self.status, self.location, self.body = 200, "", picture()
        self.drips = self.hangs = False
        self.painted = None
        self.cut = False  # says that more comes than does


@contextmanager
def serving():
    """A server while it runs."""
    server, over = MapServer(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            server.asked.append(self.path)
            if server.hangs:
                over.wait(20)
                return
            query = {k.upper(): v[0] for k, v in parse_qs(parts.query).items()}
            body = server.painted(parts.path, query) if server.painted else server.body
            self.send_response(server.status)
            if server.location:
                self.send_header("Location", server.location)
            if server.cut:
                self.send_header("Content-Length", str(len(body) + 500))
            self.end_headers()
            try:
                if server.drips:
                    while not over.wait(0.05):
                        self.wfile.write(b"\x89")
                else:
                    self.wfile.write(body)
            except OSError:
                pass

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        server.address = f"http://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield server
        over.set()
        http.shutdown()

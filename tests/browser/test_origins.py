"""A web map of another department, on another origin, in a browser that heeds origins."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.caches import forget_everything
from tests.layers.ogc.tiles.tilings import address
from tests.layers.ogc.writers import key_of

READ = """async ([base, tile, key]) => {
    const headers = {Authorization: `Bearer ${key}`};
    const page = await fetch(`${base}/ogc/collections/pipe-lines/items`, {headers});
    const again = await fetch(page.url, {
        headers: {...headers, "If-None-Match": page.headers.get("ETag")}, cache: "no-store",
    });
    const bytes = await (await fetch(base + tile, {headers})).arrayBuffer();
    const refused = await fetch(`${base}/ogc/collections/pipe-lines/items`);
    return {
        codes: (await page.json()).features.map((feature) => feature.id),
        crs: page.headers.get("Content-Crs"),
        again: again.status,
        tile: bytes.byteLength,
        refused: refused.status,
        told: (await refused.json()).code,
    };
}"""


class Blank(BaseHTTPRequestHandler):
    """The other department's page."""

    def do_GET(self) -> None:  # noqa: N802
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Blank)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_page_elsewhere_reads_features_and_tiles_with_a_key(
    chromium, live_server, transactional_db, town, elsewhere
):
    forget_everything()
    key = key_of("住建系统", "pipe-lines", may_write=False)
    page = chromium.new_page()
    page.goto(elsewhere)
    told = page.evaluate(READ, [live_server.url, address(16), key])
    page.context.close()
    forget_everything()
    assert told.pop("tile") > 0
    assert told == {
        "codes": ["PL1"],
        "crs": "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>",
        "again": 304,
        "refused": 404,
        "told": "NotFound",
    }

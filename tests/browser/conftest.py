"""Chromium on the live site, cut off from every other host."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.caches import forget_everything
from tests.conftest import CHROMIUM

READY = "document.documentElement.dataset.ready === 'idle'"
WAIT_MS = 40_000


def pytest_collection_modifyitems(items: list) -> None:
    """Mark every test here, and skip it on a machine without Chromium."""
    for item in items:
        if "browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium"))


@pytest.fixture(autouse=True)
def under_the_policy(monkeypatch):
    """Pages keep their content policy while they are waited for."""
    if CHROMIUM:
        from playwright.sync_api import Page

        from tests.browser.waiting import wait_for_function

        monkeypatch.setattr(Page, "wait_for_function", wait_for_function)


@dataclass
class Visit:
    """One open page, and what it asked for."""

    page: object
    base: str
    asked: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a path and wait until the map stands still."""
        self.page.goto("about:blank")
        self.page.goto(self.base + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the map has drawn everything."""
        self.page.wait_for_function(READY, timeout=WAIT_MS)
        self.page.wait_for_function("window.tujing.map.areTilesLoaded()", timeout=WAIT_MS)

    def tiles(self, layer: str) -> list[str]:
        """The tile addresses of a layer asked for so far."""
        return [url for url in self.asked if f"/collections/{layer}/tiles/" in url]

    def drawn(self, layer: str) -> set[str]:
        """The codes of the features of a layer that are on the screen."""
        script = "id => window.tujing.map.queryRenderedFeatures({layers: [id]}).map(f => f.properties.code)"
        return set(self.page.evaluate(script, layer))


@pytest.fixture
def visit(chromium, live_server, transactional_db, town, settings, tmp_path) -> Iterator[Visit]:
    """The town on the live site, without terrain, in a window of 1000 × 640."""
    settings.TERRAIN = tmp_path / "none.tif"
    forget_everything()
    context = chromium.new_context(
        viewport={"width": 1000, "height": 640}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    seen = Visit(page, live_server.url)

    def only_home(route):
        url = route.request.url
        if url.startswith((live_server.url, "data:", "blob:")):
            seen.asked.append(url)
            route.continue_()
        else:
            seen.strays.append(url)
            route.abort()

    context.route("**/*", only_home)
    page.on("pageerror", lambda error: seen.faults.append(str(error)))
    page.on(
        "console", lambda said: "Security Policy" in said.text and seen.faults.append(said.text)
    )
    yield seen
    context.close()
    forget_everything()
    assert not seen.strays, "the page asked another host"
    assert not seen.faults

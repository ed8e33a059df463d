"""What each entrance weighs on the wire, and how long a slow machine or line waits for it.

    PORT=… script/server
    python tests/bench/weight_bench.py [--address http://127.0.0.1:8000] [--rounds 3]
        [--conditions plain,…] [--as USERNAME --password …] [--details]

Chromium with an empty cache, 1,400 × 900, opens every entrance that a profession declares, under
three conditions: as it is; with the processor four times slower; on a line of 1 Mbit/s with
150 ms. Bytes are all that came over a line of our own between browser and site, which also makes
the slow one; the brake on the processor is the browser's, and holds for the page's thread. ``paint`` is the first text or picture (first contentful paint), ``idle`` the
moment at which the map has drawn all of its first view. Times are medians; the map is drawn by
software here, which a machine with a graphics card does not wait for. The bounds of the design:
900 KiB cold, idle within 5 s at a quarter of the processor, something to read within 3 s at
1 Mbit/s; the table says which are not kept, and the exit status counts them.
"""

import argparse
import asyncio
import math
import os
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django  # noqa: E402

django.setup()

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.browser.waiting import wait_for_function  # noqa: E402
from tests.conftest import CHROMIUM  # noqa: E402
from webmap.web.entrances import entrances  # noqa: E402

SIZE = {"width": 1400, "height": 900}
MOST_KIB = 900
PATIENCE_MS = 180_000
QUIET_MS = 1_500  # what is asked for after the map stands still is counted so long
IDLE = "document.documentElement.dataset.ready === 'idle'"
PAINT = """() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"""
MBIT = 1_000_000 / 8


@dataclass(frozen=True)
class Condition:
    """How slow the processor is, and the line: bytes a second and its delay; 0 is as it is."""

    name: str
    slower: int = 1
    bytes_per_s: float = 0
    delay_ms: int = 0
    most_paint_s: float = math.inf
    most_idle_s: float = math.inf


CONDITIONS = (
    Condition("plain"),
    Condition("4x CPU", slower=4, most_idle_s=5),
    Condition("1 Mbit/s", bytes_per_s=MBIT, delay_ms=150, most_paint_s=3),
)


@dataclass
class Visit:
    """What one opening of an entrance cost."""

    kinds: Counter = field(default_factory=Counter)  # bytes by kind
    numbers: Counter = field(default_factory=Counter)
    largest: Counter = field(default_factory=Counter)  # bytes by path
    paint_s: float = 0.0
    idle_s: float = 0.0
    received: int = 0

    @property
    def kib(self) -> float:
        """All that came over the line."""
        return self.received / 1024


def kind_of(path: str) -> str:
    """What a request is for, by its address."""
    if path.startswith("/static/"):
        return "fonts and icons" if path.endswith((".svg", ".png")) else path.rsplit(".", 1)[-1]
    if "/tiles/" in path:
        return "tiles"
    return "terrain" if path.startswith("/terrain/") else "pages"


class Line:
    """A line of our own to the site: counts all that comes over it, slowed down if asked.

    The browser's own brake does not reach the workers in which the map fetches its tiles.
    """

    def __init__(self, port: int, condition: Condition) -> None:
        self.received, self._port, self._condition = 0, port, condition
        self._free_at = 0.0  # when the line has carried what was sent so far
        self._loop = asyncio.new_event_loop()
        begun: Future[int] = Future()
        Thread(target=self._run, args=(begun,), daemon=True).start()
        self.port = begun.result(timeout=10)

    def _run(self, begun: "Future[int]") -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        begun.set_result(server.sockets[0].getsockname()[1])
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.sleep(self._condition.delay_ms / 1000)  # of the connection
        await asyncio.gather(self._carry(reader, onward), self._carry(there, writer, counted=True))

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool = False
    ) -> None:
        arriving: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while (entry := await arriving.get())[1]:
                await asyncio.sleep(max(0.0, entry[0] - self._loop.time()))
                writer.write(entry[1])
                await writer.drain()
            writer.close()

        delivery = asyncio.create_task(deliver())
        with suppress(ConnectionError, asyncio.CancelledError):
            while chunk := await reader.read(4096):
                self.received += len(chunk) if counted else 0
                arriving.put_nowait((self._arrival(len(chunk), counted), chunk))
                if counted and self._condition.bytes_per_s:
                    await asyncio.sleep(max(0.0, self._free_at - self._loop.time()))
        arriving.put_nowait((0.0, b""))
        with suppress(ConnectionError):
            await delivery

    def _arrival(self, size: int, counted: bool) -> float:
        """When the end of so many bytes is there: half of the delay lies in either direction."""
        now, one_way_s = self._loop.time(), self._condition.delay_ms / 2000
        if not (counted and self._condition.bytes_per_s):
            return now + one_way_s
        self._free_at = max(now, self._free_at) + size / self._condition.bytes_per_s
        return self._free_at + one_way_s


@contextmanager
def opened(browser: Browser, condition: Condition, cookies: list[Any]) -> Iterator[Page]:
    """A page of an empty browser with the processor of a condition."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN")
    context.add_cookies(cookies)
    page = context.new_page()
    if condition.slower > 1:
        tools = context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": condition.slower})
    yield page
    context.close()


def visited(browser: Browser, address: str, condition: Condition, cookies: list[Any]) -> Visit:
    """One cold opening of an address, by a line of its own."""
    found, asked = Visit(), []
    parts = urlsplit(address)
    line = Line(parts.port or 80, condition)
    with opened(browser, condition, cookies) as page:
        page.on("requestfinished", lambda request: asked.append(request))  # noqa: PLW0108
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"http://127.0.0.1:{line.port}{parts.path}", wait_until="commit")
        wait_for_function(page, IDLE, timeout=PATIENCE_MS)
        found.idle_s = page.evaluate("performance.now()") / 1000
        found.paint_s = (page.evaluate(PAINT) or PATIENCE_MS) / 1000
        page.wait_for_timeout(QUIET_MS)
        found.received = line.received
        for request in asked:
            path, sizes = urlsplit(request.url).path, request.sizes()
            size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
            found.kinds[kind_of(path)] += size
            found.numbers[kind_of(path)] += 1
            found.largest[path] += size
    return found


def signed_in(browser: Browser, root: str, name: str, password: str) -> list[Any]:
    """The cookies of somebody who has signed in."""
    page = browser.new_page()
    page.goto(f"{root}/accounts/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    cookies = page.context.cookies()
    page.close()
    return list(cookies)


def median(visits: list[Visit], name: str) -> float:
    """The median of one figure of several openings."""
    return statistics.median(getattr(visit, name) for visit in visits)


def told(
    browser: Browser, address: str, chosen: Iterable[Condition], rounds: int, cookies: list[Any]
) -> tuple[str, int]:
    """A line of the table, how many bounds are not kept."""
    cells, over = [f"`{urlsplit(address).path}`"], 0
    for number, one in enumerate(chosen):
        visits = [visited(browser, address, one, cookies) for _ in range(rounds)]
        if number == 0:
            kib = median(visits, "kib")
            cells += [str(sum(visits[0].numbers.values())), marked(f"{kib:.0f}", kib > MOST_KIB)]
            over += kib > MOST_KIB
        paint_s, idle_s = median(visits, "paint_s"), median(visits, "idle_s")
        is_late = paint_s > one.most_paint_s, idle_s > one.most_idle_s
        cells.append(" / ".join(map(marked, (f"{paint_s:.1f}", f"{idle_s:.1f}"), is_late)))
        over += sum(is_late)
    return "| " + " | ".join(cells) + " |", over


def marked(text: str, is_over: bool) -> str:
    """A figure of the table; one beyond its bound with a mark."""
    return f"{text} !" if is_over else text


def details(browser: Browser, root: str, path: str, cookies: list[Any]) -> Iterator[str]:
    """What the bytes of one opening are of."""
    visit = visited(browser, root + path, CONDITIONS[0], cookies)
    for kind, size in visit.kinds.most_common():
        yield f"    {kind}: {size / 1024:.0f} KiB in {visit.numbers[kind]}"
    for name, size in visit.largest.most_common(12):
        yield f"      {size / 1024:7.1f} {name}"


def main() -> int:
    """Measure every entrance; how many bounds are not kept."""
    reader = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    reader.add_argument("--address", default="http://127.0.0.1:8000")
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--conditions", default=",".join(one.name for one in CONDITIONS))
    reader.add_argument("--as", dest="name", default="")
    reader.add_argument("--password", default="")
    reader.add_argument("--details", action="store_true")
    given = reader.parse_args()
    over = 0
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"],
        )
        cookies = (
            signed_in(browser, given.address, given.name, given.password) if given.name else []
        )
        chosen = [one for one in CONDITIONS if one.name in given.conditions.split(",")]
        heads = ["entrance", "requests", "KiB", *(f"{one.name}: paint / idle s" for one in chosen)]
        print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
        for one in entrances():
            line, faults = told(browser, given.address + one.path, chosen, given.rounds, cookies)
            over += faults
            print(line, flush=True)
            for text in details(browser, given.address, one.path, cookies) if given.details else ():
                print(text, flush=True)
        browser.close()
    return over


if __name__ == "__main__":
    sys.exit(main())

"""What each entrance weighs on the wire, and how long a slow machine or line waits for it.

    PORT=… script/server
    python tests/bench/weight_bench.py [--address http://127.0.0.1:8000] [--rounds 3]
        [--as USERNAME --password …] [--details]

Chromium with an empty cache, 1,400 × 900, opens every entrance that a profession declares, under
three conditions: as it is; with the processor four times slower; on a line of 1 Mbit/s with
150 ms. Bytes are those of the wire (headers and compressed bodies, by the protocol of the
browser's tools); ``paint`` is the first text or picture (first contentful paint), ``idle`` the
moment at which the map has drawn all of its first view. Times are medians; the map is drawn by
software here, which a machine with a graphics card does not wait for. The bounds of the design:
900 KiB cold, idle within 5 s at a quarter of the processor, something to read within 3 s at
1 Mbit/s; the table says which are not kept, and the exit status counts them.
"""

import argparse
import os
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
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
MOST_KIB, MOST_IDLE_S, MOST_PAINT_S = 900, 5.0, 3.0
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


CONDITIONS = (
    Condition("plain"),
    Condition("4x CPU", slower=4),
    Condition("1 Mbit/s", bytes_per_s=MBIT, delay_ms=150),
)


@dataclass
class Visit:
    """What one opening of an entrance cost."""

    kinds: Counter = field(default_factory=Counter)  # bytes by kind
    numbers: Counter = field(default_factory=Counter)
    largest: Counter = field(default_factory=Counter)  # bytes by path
    paint_s: float = 0.0
    idle_s: float = 0.0

    @property
    def kib(self) -> float:
        """All bytes on the wire."""
        return sum(self.kinds.values()) / 1024


def kind_of(path: str) -> str:
    """What a request is for, by its address."""
    if path.startswith("/static/"):
        return "fonts and icons" if path.endswith((".svg", ".png")) else path.rsplit(".", 1)[-1]
    if "/tiles/" in path:
        return "tiles"
    return "terrain" if path.startswith("/terrain/") else "pages"


@contextmanager
def opened(
    browser: Browser, condition: Condition, cookies: list[Any]
) -> Iterator[tuple[Page, Any]]:
    """A page of an empty browser under a condition, and its line of command."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN")
    context.add_cookies(cookies)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.clearBrowserCache")
    if condition.slower > 1:
        tools.send("Emulation.setCPUThrottlingRate", {"rate": condition.slower})
    if condition.bytes_per_s:
        line = {
            "offline": False,
            "latency": condition.delay_ms,
            "downloadThroughput": condition.bytes_per_s,
            "uploadThroughput": condition.bytes_per_s,
        }
        tools.send("Network.emulateNetworkConditions", line)
    yield page, tools
    context.close()


def visited(browser: Browser, address: str, condition: Condition, cookies: list[Any]) -> Visit:
    """One cold opening of an address."""
    found, paths = Visit(), {}

    def begun(event: dict[str, Any]) -> None:
        paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def ended(event: dict[str, Any]) -> None:
        path = paths.get(event["requestId"], "")
        found.kinds[kind_of(path)] += event["encodedDataLength"]
        found.numbers[kind_of(path)] += 1
        found.largest[path] += event["encodedDataLength"]

    with opened(browser, condition, cookies) as (page, tools):
        tools.on("Network.requestWillBeSent", begun)
        tools.on("Network.loadingFinished", ended)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address, wait_until="commit")
        wait_for_function(page, IDLE, timeout=PATIENCE_MS)
        found.idle_s = page.evaluate("performance.now()") / 1000
        found.paint_s = (page.evaluate(PAINT) or PATIENCE_MS) / 1000
        page.wait_for_timeout(QUIET_MS)
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
    browser: Browser, root: str, path: str, rounds: int, cookies: list[Any]
) -> tuple[str, int]:
    """A line of the table, how many bounds are not kept."""
    by_name = {
        one.name: [visited(browser, root + path, one, cookies) for _ in range(rounds)]
        for one in CONDITIONS
    }
    plain, slow, line = by_name.values()
    kib, idle_s = median(plain, "kib"), median(slow, "idle_s")
    paint_s = median(line, "paint_s")
    over = [kib > MOST_KIB, idle_s > MOST_IDLE_S, paint_s > MOST_PAINT_S]
    mark = ["" if fine else " !" for fine in (not one for one in over)]
    cells = [
        f"`{path}`",
        f"{sum(plain[0].numbers.values())}",
        f"{kib:.0f}{mark[0]}",
        *(
            f"{median(visits, 'paint_s'):.1f} / {median(visits, 'idle_s'):.1f}"
            for visits in (plain,)
        ),
        f"{median(slow, 'paint_s'):.1f} / {idle_s:.1f}{mark[1]}",
        f"{paint_s:.1f}{mark[2]} / {median(line, 'idle_s'):.1f}",
    ]
    return "| " + " | ".join(cells) + " |", sum(over)


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
        print("| entrance | requests | KiB | paint / idle s | 4x CPU | 1 Mbit/s, 150 ms |")
        print("|---|---|---|---|---|---|")
        for one in entrances():
            line, faults = told(browser, given.address, one.path, given.rounds, cookies)
            over += faults
            print(line, flush=True)
            for text in details(browser, given.address, one.path, cookies) if given.details else ():
                print(text, flush=True)
        browser.close()
    return over


if __name__ == "__main__":
    sys.exit(main())

"""Sign-ins on a running server: how long a refusal takes for known and unknown names, and what a
flood from one address costs the others.

    .venv/bin/python -m tests.bench.sign_in_bench http://127.0.0.1:8000 [--seconds 20]

The server believes ``X-Forwarded-For`` from its own machine: attempts at names come from many
addresses, the flood from one. Needs the demo accounts (their names; no sign-in succeeds).
"""

import argparse
import http.client
import random
import re
import statistics
import threading
import time
from collections import Counter
from urllib.parse import urlencode, urlsplit

LOGIN = "/accounts/login/"
KNOWN = ("planner", "housing", "land", "intake", "chief", "dispatcher", "handler", "pipes",
         "auditor", "steward")  # fmt: skip
TRIES = 30
FLOODERS = 16
PAGES = ("/", "/healthz", "/ogc/collections/buildings/items?limit=10&f=json", "/search?q=人民")
FLOOD_FROM = "198.51.100.7"


class Visitor:
    """One connection with a form's token."""

    def __init__(self, host: str, port: int) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=60)
        self.connection.request("GET", LOGIN)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        self.cookie = answer.getheader("Set-Cookie", "").split(";")[0]
        self.token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page)[1]

    def sign_in(self, name: str, address: str) -> tuple[float, int]:
        """Milliseconds and status of an attempt with a wrong password."""
        form = {"csrfmiddlewaretoken": self.token, "username": name, "password": "wrong-one"}
        kind = "application/x-www-form-urlencoded"
        headers = {"Cookie": self.cookie, "Content-Type": kind, "X-Forwarded-For": address}
        return self.timed("POST", LOGIN, urlencode(form), headers)

    def timed(self, method: str, path: str, body: str = "", headers: dict | None = None):
        """Milliseconds and status of a request."""
        began = time.perf_counter()
        self.connection.request(method, path, body or None, headers or {})
        answer = self.connection.getresponse()
        answer.read()
        return (time.perf_counter() - began) * 1000, answer.status


def compare_names(host: str, port: int) -> None:
    """Print how long the refusal takes, known and unknown names in turn."""
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(TRIES):
        for kind in random.sample(sorted(taken), 2):
            name = KNOWN[number % len(KNOWN)] if kind == "known" else f"nobody{number}"
            place = f"10.{random.randint(0, 250)}.{number}.{random.randint(1, 250)}"
            ms, status = Visitor(host, port).sign_in(name, place)
            assert status == 200, status
            taken[kind].append(ms)
    for kind, times in taken.items():
        print(
            f"{kind:8} n={len(times)} median {statistics.median(times):.0f} ms,"
            f" mean {statistics.mean(times):.0f} ± {statistics.stdev(times):.0f} ms"
        )


def flood(host: str, port: int, seconds: float) -> None:
    """Print what pages take others, without the flood and in it."""
    print("quiet:", read_pages(host, port, seconds / 2))
    statuses: Counter[int] = Counter()
    end = time.monotonic() + seconds

    def attack(number: int) -> None:
        visitor, tried = Visitor(host, port), 0
        while time.monotonic() < end:
            tried += 1
            _ms, status = visitor.sign_in(f"name-{number}-{tried}", FLOOD_FROM)
            statuses[status] += 1

    threads = [threading.Thread(target=attack, args=(n,)) for n in range(FLOODERS)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    print("flood:", read_pages(host, port, seconds - 2))
    for thread in threads:
        thread.join()
    print(f"attempts: {dict(statuses)}, {sum(statuses.values()) / seconds:.0f}/s")


def read_pages(host: str, port: int, seconds: float) -> str:
    """The times of pages that somebody reads, ten a second."""
    connection, times, end = Visitor(host, port), [], time.monotonic() + seconds
    while time.monotonic() < end:
        path = PAGES[len(times) % len(PAGES)].encode().decode("ascii", "ignore")
        ms, status = connection.timed("GET", path)
        assert status == 200, (path, status)
        times.append(ms)
        time.sleep(max(0.0, 0.1 - ms / 1000))
    cuts = statistics.quantiles(times, n=20)
    return f"n={len(times)} p50 {statistics.median(times):.0f} p95 {cuts[18]:.0f} max {max(times):.0f} ms"


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("origin")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--flood-only", action="store_true")
    given = parser.parse_args()
    parts = urlsplit(given.origin)
    if not given.flood_only:
        compare_names(parts.hostname, parts.port)
    flood(parts.hostname, parts.port, given.seconds)


if __name__ == "__main__":
    main()

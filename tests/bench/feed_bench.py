"""Copies kept by the change feed against a running server, for as long as one likes.

    python tests/bench/feed_bench.py [--minutes 10] [--port 8096]

Makes a database of its own, starts the site on it with two workers, lets editors, API
writers, late and abandoned transactions, imports and undos loose on the parcels, and lets
three consumers follow by HTTP. Says what happened, and whether every copy equals the
original at the end.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
_lines = threading.local()


def call(port, method, url, body=None, headers=None, *, again=True):
    """One request on the thread's own connection; status, headers and body."""
    line = getattr(_lines, "line", None) or http.client.HTTPConnection(
        "127.0.0.1", port, timeout=30
    )
    _lines.line = line
    try:
        line.request(method, url, body, headers or {})
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()
    except (http.client.HTTPException, OSError):
        _lines.line = None
        line.close()
        if method == "GET" and again:  # the server may close an idle connection
            return call(port, method, url, body, headers, again=False)
        raise


def getter(port, key):
    def get(url):
        status, _, body = call(port, "GET", url, headers={"Authorization": f"Bearer {key}"})
        return status, body

    return get


def sender(port, key):
    def send(method, url, body=None, media="application/geo+json"):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": media}
        if method != "POST":
            status, held, _ = call(port, "GET", url, headers=headers)
            if status != 200:
                return status
            headers["If-Match"] = held["ETag"]
        return call(port, method, url, json.dumps(body) if body else None, headers)[0]

    return send


def wait_for(port):
    for _ in range(200):
        try:
            if call(port, "GET", "/ogc/conformance?f=json")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def inside(minutes, port):
    """The run itself, in a process whose settings name the bench's database."""
    import django

    from tests.rules import let_codes_be_short

    let_codes_be_short()
    django.setup()
    from spatial.parcels.models import Parcel
    from spatial.versions.models import RevisionChange
    from tests.layers.ogc.copies import Copy
    from tests.layers.ogc.living import VILLAGE, Life
    from tests.layers.ogc.writers import key_of

    whole = key_of("规划系统", "parcels")
    local = key_of("镇系统", "parcels", districts=[VILLAGE], may_write=False)
    command = [sys.executable, "-m", "gunicorn", "webmap.wsgi:application", "--workers", "2",
               "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4",
               "--no-control-socket", "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(port)
        keys = (whole, whole, local)
        copies = [
            Copy(getter(port, key), "parcels", page=page)
            for key, page in zip(keys, (500, 20, 50), strict=True)
        ]
        for copy in copies:
            copy.begin()
        with tempfile.TemporaryDirectory() as folder:
            life = Life(Path(folder), sender(port, whole), copies, seed=int(time.time()))
            begun = time.monotonic()
            life.run(minutes * 60, pause_s=0.02)
            took = time.monotonic() - begun
        equal = True
        for copy, key in zip(copies, keys, strict=True):
            fresh = Copy(getter(port, key), "parcels", page=1000)
            fresh.begin()
            equal &= copy.features == fresh.features
        stands = {p.code for p in Parcel.objects.current()}
        equal &= set(copies[0].features) == stands
        print(f"{took:.0f} s; revisions {RevisionChange.objects.count():,};", end=" ")
        print(f"versions {Parcel.objects.count():,}; standing {len(stands):,}")
        print("done:", ", ".join(f"{what} {n:,}" for what, n in sorted(life.done.items())))
        print("entries applied:", ", ".join(f"{copy.entries:,}" for copy in copies))
        print(f"longest poll {life.longest_s * 1000:.0f} ms")
        print("faults:", life.faults or "none")
        print("copies equal the original" if equal else "A COPY DIFFERS")
        return 0 if equal and not life.faults else 1
    finally:
        server.terminate()
        server.wait(20)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--port", type=int, default=8096)
    parser.add_argument("--inside", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")
    if given.inside:
        return inside(given.minutes, given.port)
    import django

    django.setup()
    from tests.bench.server import Server

    with Server() as server:
        arguments = ["--inside", "--minutes", str(given.minutes), "--port", str(given.port)]
        return subprocess.run([sys.executable, __file__, *arguments], env=server.env).returncode


if __name__ == "__main__":
    raise SystemExit(main())

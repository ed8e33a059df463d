"""Inspectors that report with photos while desks refresh, against a running server.

    DATABASE_URL=… python tests/bench/casework_load.py http://127.0.0.1:8000 [--minutes 5]

DATABASE_URL and SECRET_KEY are the server's own (take a copy of a database: users and cases are
made in it).
Prints the number, errors and percentiles of each kind of request.
"""

import argparse
import io
import json
import os
import random
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
import requests  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.test import Client  # noqa: E402
from PIL import Image  # noqa: E402

from grid.models import Component, Staff  # noqa: E402
from grid.roles import GridRole  # noqa: E402
from spatial.city import city  # noqa: E402
from spatial.crs import transformer  # noqa: E402

INSPECTORS, DESKS = 20, 10
REPORT_EVERY_S, DESK_EVERY_S = 6.0, 4.0
CLASSES = ("event:0113", "event:0110", "event:0201", "event:0405")


def photo() -> bytes:
    """A photo as the phone sends it: 1600 pixels, some 400 kB."""
    noise = np.random.default_rng(1).integers(0, 255, (150, 200, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((1600, 1200)).save(out, "JPEG", quality=80)
    return out.getvalue()


def signed_in(base: str, name: str, role: GridRole) -> requests.Session:
    """A session of a user of that role, made if need be."""
    user, _ = User.objects.get_or_create(username=name)
    user.groups.set([Group.objects.get_or_create(name=role.value)[0]])
    Staff.objects.get_or_create(user=user, defaults={"districts": [city().adcode]})
    client = Client()
    client.force_login(user)
    found = requests.Session()
    for cookie in client.cookies.values():
        found.cookies.set(cookie.key, cookie.value)
    found.headers["Referer"] = base
    return found


class Load:
    """What was asked, how long it took, what failed."""

    def __init__(self, base: str, seconds: float) -> None:
        self.base, self.until = base, time.monotonic() + seconds
        self.took: dict[str, list[float]] = defaultdict(list)
        self.failed: dict[str, list[str]] = defaultdict(list)
        self.picture = photo()
        points = Component.objects.current().values_list("geom", flat=True)[:5000]
        move = transformer(city().projected, 4326)
        self.places = [move.transform(point.x, point.y) for point in points]

    def timed(self, kind: str, ask) -> requests.Response | None:
        """One request."""
        started = time.monotonic()
        try:
            answer = ask()
        except requests.RequestException as error:
            self.failed[kind].append(repr(error)[:100])
            return None
        self.took[kind].append(time.monotonic() - started)
        if answer.status_code >= 400 or answer.history:  # led to the sign-in page
            self.failed[kind].append(f"{answer.status_code} {answer.text[:100]}")
        return answer

    def inspect(self, session: requests.Session) -> None:
        """One inspector: a report with a photo, then the tasks."""
        luck = random.Random(id(session))
        while time.monotonic() < self.until:
            me = self.timed("me", lambda: session.get(f"{self.base}/inspector/api/me"))
            if me is None or not me.ok:
                time.sleep(1)
                continue
            lon, lat = luck.choice(self.places)
            told = {"uuid": str(uuid4()), "class": luck.choice(CLASSES), "lon": lon, "lat": lat}
            told |= {"accuracy": 6, "description": "压力测试"}
            headers = {"X-CSRFToken": me.json()["csrf"]}
            self.timed(
                "report",
                lambda told=told, headers=headers: session.post(
                    f"{self.base}/inspector/api/report",
                    data={"json": json.dumps(told)},
                    files={"photos": ("a.jpg", self.picture, "image/jpeg")},
                    headers=headers,
                ),
            )
            self.timed("tasks", lambda: session.get(f"{self.base}/inspector/api/tasks"))
            time.sleep(luck.uniform(0.5, 1.5) * REPORT_EVERY_S)

    def watch(self, session: requests.Session) -> None:
        """One desk: the list, again and again, only if it has changed."""
        tag = ""
        while time.monotonic() < self.until:
            headers = {"If-None-Match": tag} if tag else {}
            answer = self.timed(
                "desk",
                lambda headers=headers: session.get(
                    f"{self.base}/grid/list?state=open", headers=headers
                ),
            )
            tag = answer.headers.get("ETag", "") if answer is not None else ""
            time.sleep(DESK_EVERY_S)


def main() -> None:
    """Run them all, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("--minutes", type=float, default=5.0)
    given = parser.parse_args()
    load = Load(given.base.rstrip("/"), 60 * given.minutes)
    threads = []
    for number in range(INSPECTORS):
        session = signed_in(load.base, f"load-inspector-{number}", GridRole.INSPECTOR)
        threads.append(threading.Thread(target=load.inspect, args=(session,)))
    for number in range(DESKS):
        session = signed_in(load.base, f"load-desk-{number}", GridRole.INTAKE)
        threads.append(threading.Thread(target=load.watch, args=(session,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for kind, took in sorted(load.took.items()):
        p50, p95, worst = 1000 * np.percentile(took, [50, 95, 100])
        print(
            f"{kind:7} {len(took):6,}  p50 {p50:6.0f} ms  p95 {p95:6.0f} ms  max {worst:6.0f} ms"
            f"  failed {len(load.failed[kind])}"
        )
    for kind, faults in load.failed.items():
        for fault in sorted(set(faults))[:3]:
            print(f"  {kind}: {fault}")


if __name__ == "__main__":
    main()

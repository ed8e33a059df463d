"""Copies kept by the feed while the register lives: at the end they equal the original.

For ten minutes and against a running server: ``tests/bench/feed_bench.py``.
"""

import json

import pytest
from django.test import Client

from spatial.parcels.models import Parcel
from tests.caches import forget_everything
from tests.layers.ogc.copies import Copy
from tests.layers.ogc.living import VILLAGE, Life
from tests.layers.ogc.writers import key_of

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 8


def getter(key):
    headers = {"authorization": f"Bearer {key}"}

    def get(url):
        answer = Client().get(url, headers=headers)
        return answer.status_code, answer.content

    return get


def sender(key):
    def send(method, url, body=None, media="application/geo+json"):
        headers = {"authorization": f"Bearer {key}"}
        if method != "POST":
            held = Client().get(url, headers=headers)
            if "ETag" not in held:
                return held.status_code
            headers["if-match"] = held["ETag"]
        data = json.dumps(body) if body else ""
        return Client().generic(method, url, data, content_type=media, headers=headers).status_code

    return send


def missing(life) -> list[str]:
    """What has not been done often enough to mean anything."""
    done = life.done
    written = sum(n for what, n in done.items() if what.endswith((" 200", " 201", " 204")))
    counts = {
        "edits": done["edits"] > 20,
        "imports": done["imports"] + done["import undone"] > 2,
        "late": done["late"] + done["Abandoned"] > 2,
        "undone": done["undone"] > 2,
        "written": written > 5,
    }
    return [name for name, is_enough in counts.items() if not is_enough]


@pytest.mark.long
def test_copies_equal_the_original_whatever_happens_at_once(closed_parcels, tmp_path):
    whole = key_of("规划系统", "parcels")
    local = key_of("镇系统", "parcels", districts=[VILLAGE], may_write=False)
    forget_everything()
    copies = [
        Copy(getter(whole), "parcels", page=500),
        Copy(getter(whole), "parcels", page=3),
        Copy(getter(local), "parcels", page=50),
    ]
    for copy in copies:
        copy.begin()
    life = Life(tmp_path, sender(whole), copies)
    life.run(SECONDS, until=lambda: not missing(life))
    assert not life.faults
    assert not missing(life)
    for copy, key in zip(copies, (whole, whole, local), strict=True):
        fresh = Copy(getter(key), "parcels", page=1000)
        fresh.begin()
        assert copy.features == fresh.features
        assert copy.entries > 50
    assert set(copies[0].features) == {p.code for p in Parcel.objects.current()}
    inside = Parcel.objects.current().filter(district_code__startswith=VILLAGE)
    assert set(copies[2].features) == {p.code for p in inside}

"""By night: processes that send are killed at any moment, and each message is there once."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from spatial.outbox.actions import order_notice
from spatial.outbox.models import NoticeDelivery
from tests.spatial.parties.people import person
from tests.upgrades.databases import environment

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
PEOPLE = 120
# Two at once send, each killed again and again at a moment of chance, and forked anew. Leases run
# out soon, and the channel dawdles before and after it has written, so that kills fall everywhere.
SENDERS = """
import os, random, signal, sys, time
from datetime import timedelta
import django
django.setup()
from django.conf import settings
from django.utils import timezone
from spatial.outbox import delivering
from spatial.outbox.models import NoticeDelivery
from django.db import connections
from webmap.notices import channels

settings.OUTBOX = sys.argv[1]
delivering.LEASE = timedelta(seconds=0.5)
delivering.BACKOFF *= 20  # of attempts that died there are many here


def dawdle(out):
    time.sleep(0.02)
    channels.to_file(out)
    time.sleep(0.02)


def send():
    channels._adapter = lambda channel: dawdle
    while True:
        delivering.deliver_due(channels.send)
        time.sleep(0.05)


def fork():
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            send()
        finally:
            os._exit(1)
    return pid


chance, kills = random.Random(7), 0
pids, ends = [fork(), fork()], time.monotonic() + 60
while time.monotonic() < ends:
    time.sleep(chance.uniform(0.05, 0.5))
    if not NoticeDelivery.objects.filter(channel="email").exclude(state="delivered").exists():
        break
    place = chance.randrange(2)
    os.kill(pids[place], signal.SIGKILL)
    os.waitpid(pids[place], 0)
    pids[place], kills = fork(), kills + 1
for pid in pids:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
print(kills)
"""


def test_whatever_is_killed_each_message_is_there_once(tmp_path):
    names = [f"u{n}" for n in range(PEOPLE)]
    for name in names:
        person(name, email=f"{name}@example.org")
    order_notice(
        topic="tasks",
        about=("case", "C1"),
        recipients=names,
        template="deputy_named",
        values={"principal": "王"},
        urgent=True,
        at=timezone.now(),
    )
    done = subprocess.run(
        [sys.executable, "-c", SENDERS, str(tmp_path)],
        cwd=settings.BASE_DIR,
        env=environment(connection.settings_dict["NAME"]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert int(done.stdout) > 5
    lines = [line for path in tmp_path.glob("*.jsonl") for line in path.read_text().splitlines()]
    assert Counter(json.loads(line)["recipient"] for line in lines) == Counter(names)
    assert not NoticeDelivery.objects.filter(channel="email").exclude(state="delivered").exists()

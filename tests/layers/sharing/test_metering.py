"""Every access counted, by whom and of what; and how often a consumer may ask."""

import os
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client

from layers.access.access import Caller
from layers.models import AccessCount, RequestMinute
from layers.roles import Role
from layers.sharing import actions, limits, metering
from layers.sharing.actions import LayerPart
from layers.sharing.limits import RateLimited, admit
from tests.layers.sharing.test_actions import caller_named, client_with, consumer_of
from tests.running import databases

pytestmark = pytest.mark.django_db
ITEMS = "/ogc/collections/{}/items"
NOON = 1_800_000_000.0 // 60 * 60  # the first second of a minute


def counted() -> Counter:
    """What stands in the database, by user, layer and operation."""
    metering.flush()
    found: Counter = Counter()
    for row in AccessCount.objects.all():
        found[row.who, row.layer, row.operation] += row.requests
    return found


@pytest.fixture
def system(db) -> Client:
    keeper, steward = caller_named("keeper"), caller_named("steward", Role.STEWARD)
    consumer = consumer_of(keeper)
    actions.grant_layer(steward, consumer, LayerPart("pipe-lines"))
    return client_with(actions.issue_key(keeper, consumer)[1])


def test_every_answer_is_counted_for_its_caller(client, system, town):
    for url in ("pipe-lines", "pipe-lines", "buildings"):
        assert system.get(ITEMS.format(url)).status_code == 200
    client.get(ITEMS.format("buildings") + "/B1")
    client.get("/ogc/collections/buildings/tiles/WebMercatorQuad/14/0/0")
    client.force_login(User.objects.get(username="keeper"))
    client.get(ITEMS.format("parcels"))
    assert counted() == {
        ("燃气调度系统", "pipe-lines", "items"): 2,
        ("燃气调度系统", "buildings", "items"): 1,
        ("", "buildings", "item"): 1,
        ("", "buildings", "tile"): 1,
        ("keeper", "parcels", "items"): 1,
    }
    row = AccessCount.objects.get(layer="buildings", operation="item")
    assert row.bytes == len(client.get(ITEMS.format("buildings") + "/B1").content)


def test_what_is_refused_is_counted_as_refused(client, system, town):
    client.get(ITEMS.format("pipe-lines"))
    system.get(ITEMS.format("cases"))
    client.get(ITEMS.format("nothing-of-this-name"))
    client_with("no-key-of-ours").get(ITEMS.format("buildings"))
    client.get(ITEMS.format("buildings") + "/nothing")
    assert counted() == {
        ("", "pipe-lines", "refused"): 1,
        ("燃气调度系统", "cases", "refused"): 1,
        ("", "", "refused"): 1,
        ("", "buildings", "refused"): 1,
        ("", "buildings", "item"): 1,
    }


def test_a_download_is_weighed_when_it_has_ended(client, town):
    answer = client.get("/ogc/collections/buildings/download?f=geojsonseq")
    body = b"".join(answer.streaming_content)
    assert counted() == {("", "buildings", "download"): 1}
    assert AccessCount.objects.get().bytes == len(body) > 100


def test_counts_add_up_over_processes_and_are_written_once(client):
    for _ in range(2):
        client.get(ITEMS.format("buildings"))
        metering.flush()
        metering.flush()
    assert counted() == {("", "buildings", "items"): 2}


def test_what_could_not_be_written_is_kept(client, monkeypatch):
    client.get(ITEMS.format("buildings"))
    with monkeypatch.context() as broken:
        broken.setattr(metering, "WRITE", "no sql" + " %s" * 7)
        with pytest.raises(DatabaseError), transaction.atomic():
            metering.flush()
    assert counted() == {("", "buildings", "items"): 1}


def test_a_consumer_that_asks_too_often_must_wait(system, client):
    steward = Caller("steward", frozenset({Role.STEWARD}))
    consumer = actions.Consumer.objects.get()
    actions.set_terms(steward, consumer, is_department=False, per_minute=3)
    answers = [system.get(ITEMS.format("buildings")) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused.json()["code"] == "TooManyRequests"
    assert client.get(ITEMS.format("buildings")).status_code == 200
    assert counted()["燃气调度系统", "buildings", "refused"] == 1


def test_the_minute_slides():
    caller = Caller("系统", key=1, per_minute=60)
    for _ in range(60):
        admit(caller, NOON)
    with pytest.raises(RateLimited) as refused:
        admit(caller, NOON + 59)
    assert refused.value.headers["Retry-After"] == "1"
    with pytest.raises(RateLimited):
        admit(caller, NOON + 60)
    for _ in range(31):  # half of the minute before lies within the last 60 seconds
        admit(caller, NOON + 90.01)
    with pytest.raises(RateLimited):
        admit(caller, NOON + 90.01)
    admit(caller, NOON + 180)


def test_what_other_processes_have_answered_counts_too():
    caller = Caller("系统", key=1, per_minute=10)
    now = time.time()
    if now % 60 > 55:
        time.sleep(6)
    admit(caller)
    limits.exchange()
    minute = int(time.time() // 60)
    RequestMinute.objects.filter(minute=minute).update(requests=10)
    limits.exchange()
    with pytest.raises(RateLimited):
        admit(caller)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_web_process_writes_by_itself_and_when_it_ends(tmp_path):
    program = (
        "import os, time, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings';"
        "django.setup();"
        "from django.test import Client; from layers.sharing import metering;"
        "metering.count_by_itself(); client = Client();"
        "client.get('/ogc/collections/buildings/items'); time.sleep(1.6);"
        "from layers.models import AccessCount;"
        "print(AccessCount.objects.get().requests, flush=True);"
        "client.get('/ogc/collections/buildings/items')"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DATABASE_URL": databases.url(connection.settings_dict["NAME"])},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.strip() == "1"
    assert AccessCount.objects.get().requests == 2

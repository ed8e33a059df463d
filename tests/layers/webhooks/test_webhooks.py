"""Subscriptions: who may, what is told, how it is signed, tried again and given up."""

import hashlib
import hmac
import json
import logging
import os
import signal
import time
import warnings
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from django_tasks import default_task_backend
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from layers.jobs import leases
from layers.models import ApiKey, LayerGrant, Subscription
from layers.webhooks import jobs, sending, webhooks
from layers.webhooks.jobs import deliver
from layers.webhooks.webhooks import secret_of
from spatial.parcels.models import Parcel
from spatial.pipes.models import PipePoint
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.layers.ogc.writers import key_of
from tests.layers.receiver import receiving

pytestmark = pytest.mark.django_db
URL = "/ogc/subscriptions"


@pytest.fixture(autouse=True)
def queue(settings):
    """Jobs are kept and not run."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    default_task_backend.clear()
    return default_task_backend.results


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS, settings.WEBHOOK_ALLOW_HTTP = ["127.0.0.0/8"], True
    settings.SITE_URL = "http://testserver"
    with receiving() as found:
        yield found


@pytest.fixture
def key():
    return key_of("规划系统", "pipe-points")


def send(client, method, key, body=None, url=URL):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    data = json.dumps(body) if body is not None else ""
    return client.generic(method, url, data, content_type="application/json", headers=headers)


@pytest.fixture
def subscription(client, receiver, key):
    body = {"address": receiver.address, "collections": ["parcels", "pipe-points"]}
    answer = send(client, "POST", key, body)
    assert answer.status_code == 201, answer.content.decode()
    return Subscription.objects.get(pk=answer.json()["id"])


def run(subscription):
    """Run the delivery as a worker does."""
    return deliver.func(subscription.pk)


def news(receiver):
    return json.loads(receiver.messages[-1][2])


def test_a_message_tells_where_to_read_what_changed(client, receiver, subscription, key):
    open_feature(code="P1", location="人民路")
    open_feature(PipePoint, "G1", network="JS", geom=spot())
    apply(change(moment(2021)), Parcel, [Edit(Action.REPLACE, "P1", {"geom": square()})])
    assert run(subscription) == "told"
    path, headers, body = receiver.messages[0]
    assert path == "/hook"
    assert "人民路" not in body.decode()
    parts = {part["collection"]: part for part in json.loads(body)["collections"]}
    assert parts["parcels"]["changes"] == 2
    assert parts["pipe-points"]["changes"] == 1
    feed = parts["parcels"]["feed"].removeprefix("http://testserver")
    answer = client.get(feed, headers={"authorization": f"Bearer {key}"})
    assert [entry["code"] for entry in answer.json()["entries"]] == ["P1", "P1"]
    assert run(subscription) == "nothing new"
    assert len(receiver.messages) == 1


def test_a_message_is_signed_with_the_secret_shown_once(client, receiver, key):
    body = {"address": receiver.address, "collections": ["parcels"]}
    made = send(client, "POST", key, body).json()
    found = send(client, "GET", key, url=f"{URL}/{made['id']}").json()
    assert "secret" not in found
    assert found["collections"] == ["parcels"]
    open_feature(code="P1")
    subscription = Subscription.objects.get()
    assert run(subscription) == "told"
    _, headers, sent = receiver.messages[0]
    stamp = headers["Tujing-Timestamp"]
    assert abs(time.time() - int(stamp)) < 60
    expected = hmac.new(made["secret"].encode(), f"{stamp}.".encode() + sent, hashlib.sha256)
    assert headers["Tujing-Signature"] == f"v1={expected.hexdigest()}"
    assert secret_of(subscription) == made["secret"]
    row = Subscription.objects.values().get()
    assert made["secret"] not in json.dumps(row, default=str)


def test_a_commit_queues_one_message_however_much_follows(
    django_capture_on_commit_callbacks, receiver, subscription, queue
):
    with django_capture_on_commit_callbacks(execute=True):
        open_feature(code="P1")
        open_feature(code="P2", geom=square(50))
        open_feature(PipePoint, "G1", network="JS", geom=spot())
    assert [list(result.args) for result in queue] == [[subscription.pk]]
    run(subscription)
    with django_capture_on_commit_callbacks(execute=True):
        apply(change(moment(2021)), Parcel, [Edit(Action.END, "P1")])
    assert len(queue) == 2
    with django_capture_on_commit_callbacks(execute=True):  # a job lost is made again in a day
        apply(change(moment(2021)), Parcel, [Edit(Action.END, "P2")])
    assert len(queue) == 2
    Subscription.objects.update(due_at=timezone.now() - timedelta(days=2))
    webhooks.queue_messages("parcels.parcel")
    assert len(queue) == 3


def test_nothing_is_queued_for_other_registers(receiver, subscription, queue):
    webhooks.queue_messages("base.road")
    assert len(queue) == 0


@pytest.mark.parametrize("status", [400, 404, 410, 500, 301, 302, 307])
def test_what_is_not_delivered_is_tried_again_ever_later(receiver, subscription, queue, status):
    receiver.status, receiver.location = status, "http://127.0.0.1:1/elsewhere"
    open_feature(code="P1")
    waits = []
    while (outcome := run(subscription)) == "put off":
        subscription.refresh_from_db()
        waits.append(round((subscription.due_at - timezone.now()).total_seconds()))
        assert queue[-1].task.run_after == subscription.due_at
    assert outcome == "given up"
    assert waits == sorted(waits)
    assert len(waits) == len(webhooks.BACKOFF_S) == len(queue)
    assert waits[0] == pytest.approx(10, abs=3)
    assert sum(waits) > 40 * 3600
    subscription.refresh_from_db()
    assert (subscription.is_active, subscription.failures) == (False, len(waits) + 1)
    assert str(status) in subscription.last_error
    assert {path for path, _, _ in receiver.messages} == {"/hook"}  # no redirect was followed
    assert run(subscription) == "ended"


def test_after_a_success_all_is_well_again_and_nothing_was_skipped(receiver, subscription):
    receiver.status = 503
    open_feature(code="P1")
    assert run(subscription) == "put off"
    open_feature(code="P2", geom=square(50))
    receiver.status = 200
    assert run(subscription) == "told"
    assert news(receiver)["collections"][0]["changes"] == 2
    subscription.refresh_from_db()
    assert (subscription.failures, subscription.last_error, subscription.due_at) == (0, "", None)


def test_a_receiver_that_drips_is_cut_off(receiver, subscription, monkeypatch):
    monkeypatch.setattr(sending, "DEADLINE_S", 0.5)
    receiver.drip_s = 0.1
    open_feature(code="P1")
    begun = time.monotonic()
    assert run(subscription) == "put off"
    assert time.monotonic() - begun < 3


def test_an_address_that_moved_inside_is_not_reached(receiver, subscription, settings):
    settings.WEBHOOK_NETWORKS = []
    open_feature(code="P1")
    assert run(subscription) == "put off"
    assert receiver.messages == []
    subscription.refresh_from_db()
    assert "不允许" in subscription.last_error


def test_the_connection_goes_where_was_looked(receiver, subscription, monkeypatch):
    """A name that answers another address the second time gains nothing."""
    target = jobs.target_of(receiver.address)
    asked = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: asked.append(a) or 1 / 0)
    moved = type(target)(**{**vars(target), "host": "rebound.example"})
    monkeypatch.setattr(sending.socket, "create_connection", _direct)
    sending.post(moved, b"{}", "s")
    assert asked == []
    assert receiver.messages[0][1]["Host"].startswith("rebound.example:")


def _direct(address, timeout):
    import socket

    line = socket.socket()
    line.settimeout(timeout)
    line.connect(address)
    return line


def test_a_grant_withdrawn_and_a_key_revoked_are_told_nothing(receiver, subscription):
    LayerGrant.objects.update(withdrawn_at=timezone.now())
    open_feature(code="P1")
    open_feature(PipePoint, "G1", network="JS", geom=spot())
    assert run(subscription) == "told"
    assert [part["collection"] for part in news(receiver)["collections"]] == ["parcels"]
    ApiKey.objects.update(revoked_at=timezone.now())
    open_feature(code="P2", geom=square(50))
    assert run(subscription) == "nothing new"


def test_who_may_subscribe_to_what(client, admin_user, receiver, key):
    body = {"address": receiver.address, "collections": ["parcels"]}
    assert send(client, "POST", "", body).status_code == 401
    assert send(client, "PUT", key, body).status_code == 405
    assert send(client, "GET", key, url=f"{URL}?foo=1").status_code == 400
    client.force_login(admin_user)
    assert send(client, "GET", "").status_code == 403
    client.logout()
    hidden = send(client, "POST", key, body | {"collections": ["parcels", "units"]})
    unknown = send(client, "POST", key, body | {"collections": ["parcels", "nothing"]})
    assert hidden.status_code == unknown.status_code == 422
    assert hidden.content == unknown.content
    for wrong in (
        {}, {"address": 5, "collections": ["parcels"]}, {"address": receiver.address},
        {"address": receiver.address, "collections": []}, body | {"more": 1},
        {"address": receiver.address, "collections": [1]}, body | {"address": "https://127.0.0.2:x"},
        body | {"address": "gopher://127.0.0.1"},
    ):  # fmt: skip
        assert send(client, "POST", key, wrong).status_code == 422, wrong
    assert Subscription.objects.count() == 0


def test_each_system_has_its_own_and_not_too_many(client, receiver, subscription, key):
    other = key_of("别的系统", "parcels")
    assert send(client, "GET", other).json() == {"subscriptions": []}
    own = f"{URL}/{subscription.pk}"
    assert send(client, "GET", other, url=own).status_code == 404
    assert send(client, "DELETE", other, url=own).status_code == 404
    body = {"address": receiver.address, "collections": ["parcels"]}
    for _ in range(webhooks.MOST_SUBSCRIPTIONS - 1):
        assert send(client, "POST", key, body).status_code == 201
    assert send(client, "POST", key, body).status_code == 422
    assert send(client, "DELETE", key, url=own).status_code == 204
    assert send(client, "GET", key, url=own).status_code == 404
    assert run(subscription) == "ended"


def test_a_failing_queue_is_not_in_the_writers_way(
    django_capture_on_commit_callbacks, receiver, subscription, monkeypatch, caplog
):
    monkeypatch.setattr(webhooks, "layer_named", None)
    caplog.set_level(logging.CRITICAL)
    with django_capture_on_commit_callbacks(execute=True):
        open_feature(code="P1")
    assert Parcel.objects.current().count() == 1


def test_the_document_tells_of_subscriptions(client):
    paths = client.get("/ogc/openapi").json()["paths"]
    assert set(paths["/subscriptions"]) == {"get", "post"}
    assert set(paths["/subscriptions/{number}"]) == {"get", "delete"}


def test_what_changes_while_a_message_is_sent_is_told_after_it(
    django_capture_on_commit_callbacks, receiver, subscription, queue, monkeypatch
):
    """The message stays due while it is sent, so the change queues nothing; nor is it lost."""

    def post(*_):
        with django_capture_on_commit_callbacks(execute=True):
            open_feature(code="P2", geom=square(50))

    with django_capture_on_commit_callbacks(execute=True):
        open_feature(code="P1")
    monkeypatch.setattr(jobs, "post", post)
    assert run(subscription) == "told"
    assert len(queue) == 2
    monkeypatch.undo()


def test_the_same_news_carry_the_same_id(receiver, subscription):
    open_feature(code="P1")
    receiver.status = 503
    assert run(subscription) == "put off"
    receiver.status = 200
    assert run(subscription) == "told"
    ids = [json.loads(body)["id"] for _, _, body in receiver.messages]
    assert ids[0] == ids[1]
    open_feature(code="P2", geom=square(50))
    assert run(subscription) == "told"
    assert news(receiver)["id"] != ids[0]


def test_a_message_whose_job_ended_in_a_fault_is_tried_later(
    django_capture_on_commit_callbacks, receiver, subscription, settings
):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    with django_capture_on_commit_callbacks(execute=True):
        open_feature(code="P1")
    Subscription.objects.update(due_at=timezone.now() - timedelta(minutes=10))
    assert jobs.take_up_lost() == 0  # its job waits for a worker
    DBTaskResult.objects.get().set_failed(RuntimeError("a fault"))
    assert jobs.take_up_lost() == 1
    subscription.refresh_from_db()
    assert (subscription.failures, "中断" in subscription.last_error) == (1, True)
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def worker():
    """A worker as a process of its own; forked, since a start takes seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which the fork leaves behind
        pid = os.fork()
    if pid:
        return pid
    inherited = [(each, each.connection) for each in connections.all(initialized_only=True)]
    try:
        for each, _ in inherited:
            each.connection = None  # the parent's; kept, for its end would end the parent's too
        Worker(
            queue_names=["default"], interval=0, batch=True, backend_name="default",
            startup_delay=False, max_tasks=None, worker_id="forked", excluded_queue_names=[],
        ).run()  # fmt: skip
    finally:
        os._exit(1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_the_other_side_answers_is_made_up_for(
    receiver, subscription, settings
):
    """No further edit, and the same message once more: sent at least once."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    open_feature(code="P1")
    job = DBTaskResult.objects.get().pk
    receiver.drip_s = 0.1
    pid = worker()
    try:
        wait_until(lambda: receiver.messages)
        assert not leases._is_free(job)  # it is at work
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    receiver.drip_s = 0
    wait_until(lambda: leases._is_free(job))
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    call_command("run_clocks")
    assert DBTaskResult.objects.get(pk=job).status == "READY"
    assert deliver.func(subscription.pk) == "told"
    first, second = (json.loads(body) for _, _, body in receiver.messages)
    assert first["id"] == second["id"]
    subscription.refresh_from_db()
    assert (subscription.due_at, subscription.failures) == (None, 0)


def wait_until(is_so):
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")

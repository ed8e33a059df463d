"""Channels: each message once in its file, whatever dies; in the language of who reads it."""

import json
from datetime import date

import pytest

from grid.models import Staff
from layers.webhooks.addresses import AddressRefused
from layers.webhooks.sending import DeliveryFailed
from spatial.outbox.actions import set_contact
from spatial.outbox.delivering import deliver_due
from spatial.outbox.models import NoticeDelivery
from spatial.outbox.rules import LEASE
from tests.spatial.outbox.clocks import Clock
from tests.spatial.parties.people import person
from tests.webmap.notices.conftest import order
from webmap.notices import channels, clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def wang(time):
    user = person("王", email="wang@example.org")
    Staff.objects.create(user=user, phone="13812345678")
    set_contact(user, "en", "https://example.org/hook")
    return user


def lines(outbox, channel: str) -> list[dict]:
    return [
        json.loads(line)
        for path in sorted(outbox.glob(f"{channel}-*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def test_each_channel_has_its_file(wang, outbox):
    order("王")
    assert clock.deliver() == 3
    addresses = {c: lines(outbox, c)[0]["address"] for c in ("email", "sms", "webhook")}
    assert addresses == {
        "email": "wang@example.org",
        "sms": "13812345678",
        "webhook": "https://example.org/hook",
    }
    (line,) = lines(outbox, "email")
    assert line["title"] == "<王> has named you deputy"  # in English, unescaped
    assert (outbox / "email-2026-01-07.jsonl").stat().st_mode & 0o777 == 0o600


def test_who_has_no_address_or_no_account(time, outbox):
    person("李")
    order("李")
    assert clock.deliver() == 0
    rows = NoticeDelivery.objects.exclude(channel="inbox").values_list("state", "error")
    assert set(rows) == {("failed", "没有登记地址")}


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step", ["in the line", "after the line"])
@pytest.mark.parametrize("is_new_process", [False, True])
def test_killed_at_the_file_it_is_there_once(wang, outbox, time, monkeypatch, step, is_new_process):
    order("王")
    NoticeDelivery.objects.exclude(channel__in=("inbox", "email")).delete()

    def dies(out):
        channels.to_file(out)
        path = next(outbox.glob("email-*.jsonl"))
        if step == "in the line":
            path.write_bytes(path.read_bytes()[:-9])
            channels._known.clear()
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(channels, "_adapter", lambda channel: dies)
        with pytest.raises(Killed):
            deliver_due(channels.send)
    if is_new_process:
        channels._known.clear()
    time.go_on(seconds=LEASE.total_seconds() + 1)
    time.go_on(days=1)  # and still to the file of its day
    assert clock.deliver() == 1
    assert [line["recipient"] for line in lines(outbox, "email")] == ["王"]
    assert len(list(outbox.glob("*.jsonl"))) == 1


def test_old_files_go(wang, outbox, time):
    order("王")
    clock.deliver()
    (outbox / "notes.jsonl").write_text("")
    assert channels.sweep_files(date(2026, 1, 7)) == 0
    assert channels.sweep_files(date(2026, 1, 8)) == 3
    assert [path.name for path in outbox.iterdir()] == ["notes.jsonl"]
    time.go_on(days=500)
    assert clock.forget() == 1


def test_what_is_set_is_used(wang, settings, monkeypatch, mailoutbox):
    settings.OUTBOX_EMAIL = "smtps://u:p%40@mail.example.org"
    settings.OUTBOX_SMS, settings.OUTBOX_SMS_SECRET = "https://sms.example.org/", "secret"
    settings.OUTBOX_WEBHOOKS = True
    given, posted = {}, []

    def connection(backend, **more):
        given.update(more)
        return real("django.core.mail.backends.locmem.EmailBackend")

    real = channels.get_connection
    monkeypatch.setattr(channels, "get_connection", connection)
    monkeypatch.setattr(channels, "target_of", lambda address: address)
    monkeypatch.setattr(channels, "post", lambda *parts: posted.append(parts))
    order("王")
    assert clock.deliver() == 3
    assert (given["port"], given["password"], given["use_ssl"]) == (465, "p@", True)
    key = NoticeDelivery.objects.get(channel="email").key
    assert mailoutbox[0].extra_headers["Message-ID"].startswith(f"<{key}@")
    assert mailoutbox[0].body.endswith("/notices/")
    sms, hook = sorted(posted, key=lambda parts: "hook" in parts[0])
    assert (sms[0], sms[2]) == ("https://sms.example.org/", "secret")
    assert json.loads(sms[1])["text"] == "<王> has named you deputy"
    assert json.loads(hook[1])["id"] == str(NoticeDelivery.objects.get(channel="webhook").key)


@pytest.mark.parametrize("refusal", [AddressRefused("内部地址"), DeliveryFailed("对方回答 500")])
def test_what_a_gateway_refuses_is_tried_again(wang, settings, monkeypatch, refusal):
    settings.OUTBOX_SMS = "https://sms.example.org/"

    def refuse(*_parts):
        raise refusal

    monkeypatch.setattr(channels, "target_of", lambda address: address)
    monkeypatch.setattr(channels, "post", refuse)
    order("王")
    clock.deliver()
    one = NoticeDelivery.objects.get(channel="sms")
    assert (one.state, one.error, one.attempts) == ("queued", str(refusal), 1)

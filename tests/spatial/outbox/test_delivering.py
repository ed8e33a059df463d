"""Each message once, whatever dies in between; retries, dead letters, two at once."""

from datetime import timedelta

import pytest

from spatial.outbox import delivering
from spatial.outbox.actions import order_notice, resend
from spatial.outbox.delivering import claim, deliver_due
from spatial.outbox.errors import NotDelivered
from spatial.outbox.models import NoticeDelivery
from spatial.outbox.rules import BACKOFF, LEASE
from tests.spatial.parties.people import person

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process is gone: nothing after this point happens."""


def order(clock, *names: str, **more) -> None:
    for name in names:
        person(name)
    given = {"about": ("case", "C1"), "template": "t", "values": {}, "at": clock.now}
    order_notice(topic="tasks", recipients=names, **given | more)


def only() -> NoticeDelivery:
    return NoticeDelivery.objects.get(channel="email")


class Post:
    """A channel that knows what it has taken by the key."""

    def __init__(self) -> None:
        self.taken, self.calls = {}, 0
        self.dies = ""

    def __call__(self, message) -> None:
        self.calls += 1
        if self.dies == "before":
            raise Killed
        self.taken.setdefault(message.key, message.recipient)
        if self.dies == "after":
            raise Killed


@pytest.mark.parametrize("step", ["claimed", "begun", "before", "after", "settled", "none"])
def test_killed_at_each_step_it_comes_once(clock, monkeypatch, step):
    order(clock, "王")
    box = Post()
    with monkeypatch.context() as dying:
        box.dies = step
        if step == "claimed":
            dying.setattr(delivering, "_deliver", _die)
        if step == "begun":
            dying.setattr(delivering, "_message", _die)
        if step == "settled":
            dying.setattr(delivering, "_settle", _die)
        if step == "none":
            deliver_due(box)
        else:
            with pytest.raises(Killed):
                deliver_due(box)
    box.dies = ""
    assert deliver_due(box) == 0  # another's, until the lease runs out
    clock.go_on(seconds=LEASE.total_seconds() + 1)
    assert deliver_due(box) == (step != "none")
    clock.go_on(days=3)
    assert deliver_due(box) == 0
    assert list(box.taken.values()) == ["王"]
    assert (only().state, only().delivered_at is not None) == ("delivered", True)


def _die(*_args, **_named):
    raise Killed


def test_what_kills_each_time_is_given_up(clock):
    order(clock, "王")
    box = Post()
    box.dies = "before"
    for _ in range(len(BACKOFF) + 1):
        with pytest.raises(Killed):
            deliver_due(box)
        clock.go_on(minutes=3)
    assert deliver_due(box) == 0
    assert (only().state, only().error) == ("failed", "发送进程屡次中断")
    assert claim(clock.now + timedelta(days=9)) == []


def test_refusals_are_tried_again_ever_later_then_given_up_then_sent_again(clock):
    order(clock, "王")
    calls = []

    def refuse(message):
        calls.append(clock.now)
        raise NotDelivered("忙")

    for wait in BACKOFF:
        assert deliver_due(refuse) == 0
        assert (only().state, only().error, only().due_at) == ("queued", "忙", clock.now + wait)
        clock.go_on(seconds=wait.total_seconds())
    deliver_due(refuse)
    assert (only().state, len(calls)) == ("failed", len(BACKOFF) + 1)
    clock.go_on(days=9)
    assert deliver_due(refuse) == 0
    assert resend([only().pk], clock.now) == 1
    assert deliver_due(Post()) == 1


def test_a_final_refusal_and_a_fault(clock):
    order(clock, "王", "李")

    def mixed(message):
        if message.recipient == "王":
            raise NotDelivered("没有登记地址", is_final=True)
        raise KeyError("template")

    deliver_due(mixed)
    rows = NoticeDelivery.objects.filter(channel="email").order_by("recipient")
    assert [(one.recipient, one.state, one.error) for one in rows] == [
        ("李", "queued", "KeyError"),
        ("王", "failed", "没有登记地址"),
    ]


def test_urgent_ones_first_and_nothing_before_its_time(clock):
    order(clock, "王")
    order(clock, "李", urgent=True)
    order(clock, "赵", not_before=clock.now + timedelta(hours=1))
    box = Post()
    assert deliver_due(box) == 2
    assert list(box.taken.values()) == ["李", "王"]
    clock.go_on(hours=1)
    assert deliver_due(box) == 1


def test_two_claim_different_ones_and_a_lost_lease_sends_nothing(clock):
    order(clock, "王", "李", "赵")
    first = claim(clock.now, most=2)
    assert len(claim(clock.now)) == 1
    clock.go_on(minutes=3)
    again = claim(clock.now, most=1)
    box = Post()
    results = [delivering._deliver(one, box) for one in first]  # slow: one is another's by now
    assert sorted(results) == [False, True]
    assert delivering._deliver(again[0], box)
    assert (len(box.taken), box.calls) == (2, 2)

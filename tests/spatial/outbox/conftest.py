"""Topics of these tests, and a clock."""

import pytest

from spatial.outbox import topics
from spatial.outbox.rules import Channel
from spatial.outbox.topics import Escalation, Topic
from spatial.worktime import TimeLimit, TimeUnit
from tests.spatial.outbox.clocks import Clock

HOUR = TimeLimit(1, TimeUnit.WORK_HOUR)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    everywhere = frozenset({Channel.INBOX, Channel.EMAIL})
    found = [
        Topic("tasks", "任务", everywhere),
        Topic("alarms", "警报", everywhere, may_wait=False),
        Topic("up", "上报", escalation=Escalation(HOUR)),
        Topic("duty", "值班", escalation=Escalation(HOUR, "DUTY")),
    ]
    monkeypatch.setattr(topics, "_topics", {one.id: one for one in found})

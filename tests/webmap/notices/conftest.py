"""A topic to order about, an outbox of its own, a clock."""

from pathlib import Path

import pytest
from django.utils import timezone

from spatial.outbox import topics
from spatial.outbox.actions import order_notice
from spatial.outbox.rules import Channel
from spatial.outbox.topics import Topic
from webmap.accounts.deputies import DEPUTIES

VALUES = {"principal": "<王>", "since": "2026-01-01 08:00", "only_absent": True}


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path, monkeypatch) -> Path:
    settings.OUTBOX = tmp_path / "outbox"
    every = Topic("every", "各渠道", frozenset(Channel))
    alarms = Topic("alarms", "警报", may_wait=False)
    found = {one.id: one for one in (DEPUTIES, every, alarms)}
    monkeypatch.setattr(topics, "_topics", found)
    return settings.OUTBOX


def order(*names: str, topic: str = "every", **more) -> int:
    given = {"about": ("case", "C1"), "template": "deputy_named", "values": VALUES}
    return order_notice(topic=topic, recipients=names, at=timezone.now(), **given | more)

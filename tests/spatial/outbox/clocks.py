"""A clock that tests move, and an outbox to write to."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


class Clock:
    """What the time is, for every module that asks ``timezone.now``."""

    def __init__(self, monkeypatch, start: str = "2026-01-07 10:00") -> None:
        self.now = local(start)
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)

    def go_on(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now

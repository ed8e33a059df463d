"""The worker waits for a database that is away, and goes on when it is back."""

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django_tasks_db.management.commands import db_worker

from webmap.management.commands import run_worker

PAUSES = [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


@pytest.fixture
def slept(monkeypatch):
    """How long was waited each time."""
    slept = []
    monkeypatch.setattr(run_worker.time, "sleep", slept.append)
    monkeypatch.setattr(run_worker, "connections", type("None", (), {"close_all": lambda: None}))
    monkeypatch.setattr(db_worker, "Worker", db_worker.Worker)
    return slept


def start(monkeypatch, run):
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda _: None)
    monkeypatch.setattr(db_worker.Worker, "run", run)
    call_command("run_worker", startup_delay=False)


def test_it_waits_as_long_as_it_takes(monkeypatch, slept, caplog):
    faults = iter([OperationalError("starting up\nand more")] * len(PAUSES))

    def run(_):
        if fault := next(faults, None):
            raise fault

    start(monkeypatch, run)
    assert slept == PAUSES
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [f"数据库没有应答，{pause:g} 秒后再试：starting up" for pause in PAUSES]
    assert not any(record.exc_info for record in caplog.records)


def test_another_fault_ends_it_as_before(monkeypatch, slept):
    def run(_):
        raise ValueError("a mistake of ours")

    with pytest.raises(ValueError, match="mistake"):
        start(monkeypatch, run)
    assert not slept

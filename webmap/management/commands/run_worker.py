"""``manage.py run_worker``: the worker of django-tasks, which outlives a database that is away."""

import os
import time
from typing import Any

from django.db import connections
from django_tasks_db.management.commands import db_worker

from spatial.outages import cause, is_away, waits

STEADY_S = 60.0  # after so long at work the next outage is a new one


class Patient(db_worker.Worker):
    """Waits for the database, longer and longer, as long as it takes."""

    def run(self) -> None:
        """Run tasks until told to stop; what is no outage ends the process as before."""
        pauses, began = waits(), time.monotonic()
        while self.running:
            try:
                return super().run()
            except Exception as error:
                if not is_away(error):
                    raise
                if time.monotonic() - began > STEADY_S:
                    pauses = waits()
                pause = next(pauses)
                db_worker.logger.warning("数据库没有应答，%g 秒后再试：%s", pause, cause(error))
            connections.close_all()
            time.sleep(pause)
            began = time.monotonic()
        return None


class Command(db_worker.Command):
    """Runs tasks; the options are those of ``db_worker``."""

    help = "执行后台任务；数据库没有应答时等待，恢复后继续"

    def handle(self, **options: Any) -> None:
        """Run the patient worker in the other's place; what it writes is for this account alone."""
        os.umask(0o077)
        db_worker.Worker = Patient  # type: ignore[misc]
        super().handle(**options)

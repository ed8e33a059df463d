"""Progress of a job, written where pages can read it: in the run's own row.

The import is one transaction, whose writes nobody sees before its end; so this has a
connection of its own, and never waits for a lock.
"""

import threading
import time

from django.db import Error, connections

from importers.runs.progress import Progress

EVERY_S = 0.5


class RunProgress(Progress):
    """Writes stage, done and total of a run at most twice a second.

    A run that has ended has no stage any more, and is given none: the end may be written
    while this waits for the row. One whose commit is asked for has the stage of waiting.
    """

    def __init__(self, run_id: int, what: str = "打开") -> None:
        self.run_id, self.what, self.total, self.done = run_id, what, 0, 0
        self._said: tuple[str, int, int] = ("", 0, 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop writing; further calls do nothing."""
        self._over.set()
        self._thread.join(timeout=5)

    def _tick(self) -> None:
        session = connections.create_connection("default")
        try:
            while not self._over.wait(EVERY_S):
                self._write(session)
        finally:
            session.close()

    def _write(self, session) -> None:  # type: ignore[no-untyped-def]
        now = (self.what, self.done, self.total)
        if now == self._said:
            return
        try:
            with session.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
                cursor.execute(
                    "UPDATE importers_importrun SET stage = %s, done = %s, total = %s"
                    " WHERE id = %s AND (state = 'running' OR state = 'dry' AND stage <> '')",
                    [self.what[:40], self.done, max(self.total, 0), self.run_id],
                )
            self._said = now
        except Error:
            session.close()
            time.sleep(EVERY_S)

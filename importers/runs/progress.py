"""Progress on a terminal: silent for the first second, then one line that moves."""

import sys
import threading
import time
from typing import TextIO

PATIENCE_S = 1.0
EVERY_S = {True: 0.25, False: 5.0}  # on a terminal; in a log


class Progress:
    """How far a task is. Written to stderr, so that output stays clean.

    A thread keeps the line moving while one long statement runs; ``close`` ends it.
    """

    def __init__(self, what: str, total: int = 0, stream: TextIO | None = None) -> None:
        self.what, self.total, self.done = what, total, 0
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()
        self.started = time.monotonic()
        self.shown = False
        self._over = threading.Event()
        threading.Thread(target=self._tick, daemon=True).start()

    def advance(self, number: int = 1) -> None:
        """Count what has been done."""
        self.done += number

    def step(self, what: str) -> None:
        """Name the next stage."""
        self.what = what

    def close(self) -> None:
        """End the line; further calls do nothing."""
        if not self._over.is_set() and self.shown and self.is_terminal:
            self.stream.write("\n")
        self._over.set()

    def _tick(self) -> None:
        wait = PATIENCE_S
        while not self._over.wait(wait):
            self._show()
            wait = EVERY_S[self.is_terminal]

    def _show(self) -> None:
        of = f" {self.done}/{self.total}" if self.total else ""
        line = f"{self.what}{of}，{time.monotonic() - self.started:.0f} 秒"
        try:
            self.stream.write(f"\r\x1b[K{line}" if self.is_terminal else f"{line}\n")
            self.stream.flush()
        except ValueError:  # the stream was closed before us
            self._over.set()
        self.shown = True


class Silence(Progress):
    """No progress shown: for jobs and tests."""

    def __init__(self) -> None:
        self.what, self.total, self.done = "", 0, 0

    def close(self) -> None:
        """Nothing was shown, nothing ends."""

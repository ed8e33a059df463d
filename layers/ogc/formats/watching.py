"""A download ends with its client, and at the latest at its time limit.

While the database works or a client does not read on, the thread that answers cannot
look; so another one does, stops the query, and cuts the line of who takes too long.
"""

import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

LOOK_S = 1.0


class Watch:
    """Watches over one download; with it as a context manager, from its start to its end."""

    def __init__(self, line: socket.socket | None, seconds: float) -> None:
        self.line = line  # of the client, if the server tells it
        self.until = time.monotonic() + seconds
        self.stopped = False
        self._stop_query: Callable[[], None] = lambda: None
        self._over = threading.Event()

    def __enter__(self) -> "Watch":
        threading.Thread(target=self._look, name="download watch", daemon=True).start()
        return self

    def __exit__(
        self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()

    def begun(self, stop_query: Callable[[], None]) -> None:
        """A query runs, and this stops it."""
        self._stop_query = stop_query

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            if time.monotonic() > self.until or self._is_gone():
                self._stop()
                return

    def _is_gone(self) -> bool:
        """Whether the client has closed its end."""
        if self.line is None:
            return False
        try:
            return self.line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except (BlockingIOError, ValueError):
            return False  # it waits; or the line is encrypted, and a look would disturb it
        except OSError:
            return True

    def _stop(self) -> None:
        self.stopped = True
        self._stop_query()
        if self.line is not None:
            try:
                self.line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # closed meanwhile

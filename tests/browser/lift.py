"""A way to the server that can stop carrying anything: what a phone meets in a lift."""

import contextlib
import socket
import threading


class Lift:
    """A port of its own before the server; while it ``is_still``, it takes and gives nothing."""

    def __init__(self, host: str, port: int) -> None:
        self.is_still = False
        self._behind = (host, port)
        self._open: list[socket.socket] = []
        self._door = socket.create_server((host, 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
                far = socket.create_connection(self._behind)
            except OSError:
                return
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                if self.is_still:
                    continue  # swallowed: neither an answer nor an end
                other.sendall(data)
            if not self.is_still:
                other.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Give up the port and every connection."""
        for each in (self._door, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

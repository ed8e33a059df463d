"""So many downloads at once per caller, over all processes of a machine.

A slot is one locked byte of one file: it is free again when its holder closes the file,
or ends in any way. The lock belongs to the open file, so threads hold apart too.
"""

import fcntl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from django.conf import settings

from layers.access import Caller
from layers.ogc.errors import Busy

WHOLE, PID = 0, 0


@contextmanager
def slot_of(caller: Caller, address: str) -> Iterator[None]:
    """Hold one of the caller's slots; who is not known is told apart by network address.

    Raises:
        Busy: all of them are held.
    """
    who = f"key {caller.key}" if caller.key else f"name {caller.name}"
    with _file().open("ab") as file:
        _lock(file.fileno(), f"address {address}" if caller.is_anonymous else who)
        yield


def _lock(number: int, who: str) -> None:
    first = int.from_bytes(blake2b(who.encode(), digest_size=6).digest()) * 16
    for place in range(first, first + settings.DOWNLOADS_PER_CALLER):
        wanted = struct.pack("hhqqi0q", fcntl.F_WRLCK, WHOLE, place, 1, PID)
        try:
            fcntl.fcntl(number, fcntl.F_OFD_SETLK, wanted)  # type: ignore[attr-defined]
        except BlockingIOError:
            continue
        return
    raise Busy(f"同时最多 {settings.DOWNLOADS_PER_CALLER} 个下载；请等前一个完成")


def _file() -> Path:
    root = Path(settings.DOWNLOADS)
    root.mkdir(parents=True, exist_ok=True)
    return root / "slots"

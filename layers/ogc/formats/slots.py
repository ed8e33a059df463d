"""So many downloads (executions) at once per caller, over all processes of a machine.

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
from django.utils.translation import gettext as _

from layers.access.access import Caller
from layers.ogc.common.errors import TooManyUnderWay

WHOLE, PID = 0, 0


@contextmanager
def slot_of(
    caller: Caller, address: str, what: str = "下载", most: int | None = None
) -> Iterator[None]:
    """Hold one of the caller's slots; who is not known is told apart by network address.

    Raises:
        TooManyUnderWay: all of them are held.
    """
    who = f"key {caller.key}" if caller.key else f"name {caller.name}"
    who = f"address {address}" if caller.is_anonymous else who
    with _file().open("ab") as file:
        _lock(file.fileno(), who, what, most or settings.DOWNLOADS_PER_CALLER)
        yield


def _lock(number: int, who: str, what: str, most: int) -> None:
    digest = blake2b(f"{what} {who}".encode(), digest_size=6).digest()
    first = int.from_bytes(digest) * 16
    for place in range(first, first + most):
        wanted = struct.pack("hhqqi0q", fcntl.F_WRLCK, WHOLE, place, 1, PID)
        try:
            fcntl.fcntl(number, fcntl.F_OFD_SETLK, wanted)  # type: ignore[attr-defined]
        except BlockingIOError:
            continue
        return
    raise TooManyUnderWay(
        _("同时最多 %(most)s 个%(what)s；请等前一个完成") % {"most": most, "what": what}
    )


def _file() -> Path:
    root = Path(settings.DOWNLOADS)
    root.mkdir(parents=True, exist_ok=True)
    return root / "slots"

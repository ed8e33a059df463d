"""Pictures of others kept on the disk: each so long as its map says, all together up to a bound."""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

LOW = 0.8  # of the bound: how full a sweep leaves it
SWEEP_BYTES = 20_000_000  # written by this process, after which it sweeps itself

_written = 0


def folder() -> Path:
    """Where they lie."""
    return Path(settings.VAR) / "outside"


def place_of(service: str, zoom: int, column: int, row: int) -> Path:
    """The file of a tile."""
    return folder() / service / str(zoom) / str(column) / str(row)


def kept(path: Path) -> tuple[bytes, float] | None:
    """A tile and its age in hours, if it is there."""
    try:
        age_s = time.time() - path.stat().st_mtime
        return path.read_bytes(), age_s / 3600
    except OSError:
        return None


def keep(path: Path, body: bytes) -> None:
    """Keep a tile; a disk that is full keeps none."""
    global _written
    if not settings.OUTSIDE_CACHE_MB:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        number, partial = tempfile.mkstemp(prefix=".", dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(body)
        Path(partial).replace(path)
    _written += len(body)
    if _written > SWEEP_BYTES:
        _written = 0
        sweep()


def sweep() -> int:
    """Remove the oldest until the bound is kept; returns how many went."""
    files = []
    for path in folder().rglob("*"):
        with suppress(OSError):
            found = path.stat()
            if path.is_file():
                files.append((found.st_mtime, found.st_size, path))
    size, bound, gone = sum(each[1] for each in files), settings.OUTSIDE_CACHE_MB * 1_000_000, 0
    if size <= bound:
        return 0
    for _, own, path in sorted(files):
        if size <= bound * LOW:
            break
        with suppress(OSError):
            path.unlink()
            size, gone = size - own, gone + 1
    return gone

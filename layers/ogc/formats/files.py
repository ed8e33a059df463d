"""GIS files: written by a process beside this one, kept in a folder with a bound, sent, removed.

One idle process waits for the next file, since a start takes a third of a second. One
that has written a large file ends, and with it the memory that it took.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from layers.errors import LayersError
from layers.ogc.common.errors import ServerBusy
from layers.ogc.formats.messages import WRITER, FileTable, message, opening

MANY_ROWS = 50_000
IDLE = 1
ABANDONED_S = 3600  # how long beyond the limit of a download what a killed process left stays
QUICKLY = {
    "OGR_SQLITE_SYNCHRONOUS": "OFF",  # the file is of no use unless whole
    "PROJ_NETWORK": "OFF",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OMP_NUM_THREADS": "1",
}

_idle: list["subprocess.Popen[bytes]"] = []


class WriteFailed(LayersError, RuntimeError):
    """A file could not be written."""


def write_table(table: FileTable, portions: Iterable[bytes]) -> int:
    """Write a file from portions of lines; returns the number of rows in it.

    Raises:
        WriteFailed: it could not be written.
    """
    process = _process()
    try:
        rows = _rows(_talk(process, table, portions))
    except BaseException:
        _end(process)
        raise
    if rows > MANY_ROWS or len(_idle) >= IDLE:
        _end(process)
    else:
        _idle.append(process)
    return rows


@contextmanager
def room_for_a_file() -> Iterator[tuple[Path, Callable[[], None]]]:
    """A folder of its own that goes with everything in it, and a check that it may grow.

    Raises:
        ServerBusy: at the start, and by the check: all downloads together have reached the bound.
    """
    root = Path(settings.DOWNLOADS)
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root)

    def check() -> None:
        if _size(root) > settings.DOWNLOAD_DISK_MB * 1_000_000:
            raise ServerBusy(_("正在下载的文件已占满磁盘限额，请稍后再试"))

    check()
    folder = Path(tempfile.mkdtemp(prefix="file-", dir=root))
    try:
        yield folder, check
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _process() -> "subprocess.Popen[bytes]":
    while _idle:
        process = _idle.pop()
        if process.poll() is None:
            return process
    return subprocess.Popen(
        [sys.executable, "-m", WRITER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=settings.BASE_DIR,
        env={**os.environ, **QUICKLY},
        start_new_session=True,  # Ctrl+C is for the server; this one ends with its input
    )


def _talk(process: "subprocess.Popen[bytes]", table: FileTable, portions: Iterable[bytes]) -> bytes:
    """The process's answer to a table."""
    source, answers = process.stdin, process.stdout
    if not source or not answers:
        raise WriteFailed("no pipe")
    try:
        source.write(opening(table))
        for portion in portions:
            source.write(message(portion))
        source.write(message(b""))
        source.flush()
    except BrokenPipeError:
        pass  # it has ended, and its last line says why
    return answers.readline()


def _rows(answer: bytes) -> int:
    said = json.loads(answer or b"{}")
    if "rows" not in said:
        raise WriteFailed(said.get("error", "the writing process ended"))
    return int(said["rows"])


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()
    process.wait()


def _size(root: Path) -> int:
    """What all downloads take together; ``os.walk`` passes over folders that have just gone."""
    return sum(_length(Path(folder) / name) for folder, _, names in os.walk(root) for name in names)


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # another download has just ended
        return 0


def _sweep(root: Path) -> None:
    """Remove what processes left that were killed."""
    long_ago = time.time() - settings.DOWNLOAD_SECONDS - ABANDONED_S
    for folder in root.glob("file-*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < long_ago:
                shutil.rmtree(folder, ignore_errors=True)

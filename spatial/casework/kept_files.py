"""Files that belong to rows: there before their row, and gone again where it never came.

A file is written before its row, so a backup that copies files after the database misses none.
Until the transaction is committed a mark stands for each name; ``sweep`` removes the files of
a mark without a row, should the transaction or the process end otherwise.
"""

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import transaction

PART, PART_KEPT_S = ".part", 24 * 3600
MARKS, MARK_KEPT_S = "unsettled", 3600  # no transaction takes so long


@dataclass(frozen=True)
class KeptFiles:
    """A folder of files by name, each with the same endings.

    ``with_rows`` says which of some names have a row.
    """

    folder: Callable[[], Path]
    endings: tuple[str, ...]
    with_rows: Callable[[Collection[str]], Collection[str]]

    def folder_of(self, name: str) -> Path:
        """Where the files of a name lie: 256 folders, so that none grows large."""
        return self.folder() / name[:2]

    def path(self, name: str, ending: str) -> Path:
        """One file of a name."""
        return self.folder_of(name) / f"{name}{ending}"

    def write(self, unless_done: ExitStack, name: str, contents: Iterable[bytes]) -> None:
        """All files of a name, each whole or not at all, and before them a mark."""
        unless_done.callback(self.remove, name)
        self.folder_of(name).mkdir(parents=True, exist_ok=True)
        self._marks().mkdir(exist_ok=True)
        (self._marks() / name).touch()
        for ending, content in zip(self.endings, contents, strict=True):
            unfinished = self.path(name, f"{ending}{PART}")
            unfinished.write_bytes(content)
            unfinished.rename(self.path(name, ending))

    def settle_on_commit(self, names: Collection[str]) -> None:
        """The rows are there for good once the transaction is."""
        transaction.on_commit(partial(self.settle, names), robust=True)

    def remove(self, name: str) -> None:
        """The files, and the mark last."""
        for ending in self.endings:
            for end in (ending, f"{ending}{PART}"):
                self.path(name, end).unlink(missing_ok=True)
        self.settle([name])

    def settle(self, names: Iterable[str]) -> None:
        """The rows are there for good, or the files are gone."""
        for name in names:
            (self._marks() / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a transaction that was taken back, or the end of a process, left behind.

        Beside the marks, one of the 256 folders each minute.
        """
        now = time.time()
        marked = [p.name for p in self._marks().glob("*") if _is_older(p, now, MARK_KEPT_S)]
        rows = set(self.with_rows(marked)) if marked else set()
        for name in marked:
            if name in rows:
                self.settle([name])
            else:
                self.remove(name)
        for path in self.folder_of(f"{int(now / 60) % 256:02x}").glob(f"*{PART}"):
            if _is_older(path, now, PART_KEPT_S):
                path.unlink(missing_ok=True)

    def _marks(self) -> Path:
        return self.folder() / MARKS


def _is_older(path: Path, now: float, seconds: float) -> bool:
    try:
        return now - path.stat().st_mtime > seconds
    except FileNotFoundError:
        return False

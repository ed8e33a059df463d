"""What the sender's files are opened from: a copy, wherever opening would change them.

SQLite writes into a database in WAL mode, and beside it, even to read it, and takes its
``-wal`` file away at the end. What that file holds is the newest state: without it the
database reads as it was before, and nothing in it tells whether there was one.
"""

import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

from importers.errors import WAL_MISSING, DeliveryRefused
from importers.values.issues import Issue, Severity

SQLITE_SIDECARS = ("-wal", "-shm", "-journal")
WAL_MAGIC = (0x377F0682, 0x377F0683)
WAL_HEAD, FRAME_HEAD = 32, 24  # bytes; the frames follow, each a page behind its head
IN_WAL_MODE = 2  # at bytes 18 and 19 of the database (SQLite file format, 1.3)


def database(path: Path, folder: Path) -> tuple[Path, tuple[Issue, ...]]:
    """A GeoPackage as it may be opened, with all that its sidecars hold, and what is to be said.

    Raises:
        DeliveryRefused: its ``-wal`` is of another database or damaged.
    """
    found = [p for suffix in SQLITE_SIDECARS if (p := beside(path, suffix)).is_file()]
    if not found and not _is_in_wal_mode(path):
        return path, ()
    copy = _place(folder) / path.name
    for source in (path, *found):
        if not source.name.endswith("-shm"):  # SQLite makes it anew
            shutil.copyfile(source, copy.with_name(source.name))
    wal = beside(copy, "-wal")
    lost = () if wal.is_file() or not _is_in_wal_mode(path) else (_wal_missing(path.name),)
    _merge(copy, wal)
    return copy, lost


def shapefile(path: Path, folder: Path) -> dict[str, Path]:
    """The parts of a shapefile by their endings, under one spelling of their name.

    Where names differ in upper and lower case, as Windows allows, they are copies.
    """
    parts = companions(path)
    if all(part.stem == path.stem for part in parts.values()):
        return parts
    place = _place(folder)
    for suffix, part in parts.items():
        parts[suffix] = Path(shutil.copyfile(part, place / f"{path.stem}{suffix}"))
    return parts


def companions(path: Path) -> dict[str, Path]:
    """Ending in lower case → the file of that ending beside a shapefile, itself among them."""
    alike = sorted(
        p for p in path.parent.iterdir() if p.stem.lower() == path.stem.lower() and p.is_file()
    )
    exact = {p.suffix.lower(): p for p in alike if p.stem == path.stem}
    mains = [p for p in alike if p.suffix.lower() == ".shp"]
    return exact if len(mains) > 1 else {p.suffix.lower(): p for p in alike} | exact


def beside(path: Path, suffix: str) -> Path:
    """Where a database's sidecar lies."""
    return path.with_name(path.name + suffix)


def _place(folder: Path) -> Path:
    return Path(mkdtemp(prefix="copy-", dir=folder))


def _is_in_wal_mode(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(20)
    return IN_WAL_MODE in head[18:20]


def _merge(copy: Path, wal: Path) -> None:
    """Have the copy hold everything itself, in no need of sidecars."""
    head = b""
    if wal.is_file():
        with wal.open("rb") as file:
            head = file.read(WAL_HEAD + 1)
    has_frames = len(head) > WAL_HEAD
    if has_frames and (
        struct.unpack(">I", head[:4])[0] not in WAL_MAGIC or _is_cut(head, wal.stat().st_size)
    ):
        raise _misfit(copy.name)
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            _, frames, _ = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            db.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.DatabaseError as error:
        raise DeliveryRefused(f"{copy.name} 打不开：{error}", "请重新导出") from error
    if has_frames and frames <= 0:
        raise _misfit(copy.name)


def _is_cut(head: bytes, size: int) -> bool:
    """Whether a journal ends within a frame: what came last would be passed over unsaid."""
    page = struct.unpack(">I", head[8:12])[0]
    return page < 512 or (size - WAL_HEAD) % (FRAME_HEAD + page) != 0


def _misfit(name: str) -> DeliveryRefused:
    return DeliveryRefused(
        f"{name}-wal 与 {name} 不配套或已损坏，其中的修改读不出",
        "请在原软件中关闭该文件（或另存为）后重交",
    )


def _wal_missing(name: str) -> Issue:
    text = f"{name} 处于 WAL 模式而没有同名的 {name}-wal：最后的修改可能不在其中"
    hint = f"请连同 {name}-wal 一起提交，或在原软件中另存为后重交；确认没有缺少的可照此入库"
    return Issue(name, 0, WAL_MISSING, text, hint=hint, severity=Severity.WARNING)

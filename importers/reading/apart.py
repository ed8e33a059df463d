"""The beginning of a file, read by a process beside this one: bounded in rows, time and memory.

What people send to a page may be anything. A reader that runs away or breaks ends with its own
process; nothing of the file is kept.
"""

import pickle
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from importers.formats.opening import open_table
from importers.values.issues import Issue
from importers.values.table import Ask, Table, in_memory

SECONDS, MEMORY_BYTES = 20, 4 << 30
PORTION = 1_000  # rows at once
MOST_CORNERS = 200_000  # of all shapes that are read
MOST_COLUMNS, MOST_LETTERS = 40, 200  # of the values that are shown
MOST_TABLES, MOST_REMARKS = 12, 100
LAYER = "图层"
READER = "importers.reading.apart"


@dataclass(frozen=True)
class Beginning:
    """A table with its first rows; ``total`` is how many there are, -1 where that is not known."""

    table: Table
    rows: list[dict[str, str]]
    total: int
    is_cut: bool


def beginning_of(path: Path, name: str, most: int) -> Beginning:
    """The first rows of a file that its sender calls ``name``.

    Raises:
        DeliveryRefused: it cannot be read, or not within the bounds; with the reason.
    """
    command = [sys.executable, "-m", READER, str(path), str(most)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=SECONDS,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DeliveryRefused(
            f"{name} 在 {SECONDS} 秒内没有读完", "文件可能过大或过于复杂，请取出一部分再试"
        ) from None
    if done.returncode:
        raise DeliveryRefused(f"{name} 读不出", "文件可能已损坏，请在原软件中打开并另存一份")
    said = pickle.loads(done.stdout)  # noqa: S301  written by our own process
    if "refused" in said:
        message, hint = said["refused"]
        raise DeliveryRefused(message.replace(path.name, name), hint.replace(path.name, name))
    table = in_memory(path, said.pop("layer"), {}, wkb=said.pop("wkb"), **said.pop("about"))
    return Beginning(table.renamed(name), **said)


def _read(path: Path, most: int) -> dict[str, Any]:
    """What the other process sends: the table's own words, and its first rows.

    Of several tables of one CRS, as the layers of a drawing, all are read, one after the other.
    """
    begun = _Rows(most)
    with TemporaryDirectory(prefix="look-") as folder:
        names = _tables(path, folder)
        tables = [_opened(path, folder, name) for name in names[:MOST_TABLES]]
        if len({table.crs for table in tables}) > 1:
            listed = "、".join(names)
            raise DeliveryRefused(f"{path.name} 的各图层坐标系不同：{listed}", "请分别导出为文件")
        for table in tables:
            begun.take(table, table.layer if len(tables) > 1 else "")
    first = tables[0]
    left = [f"只读入前 {MOST_TABLES} 个图层，没有读入 {'、'.join(names[MOST_TABLES:])[:200]}"]
    remarks = [remark for table in tables for remark in table.remarks]
    if len(names) > MOST_TABLES:
        remarks += [Issue(path.name, 0, "layers-unread", text) for text in left]
    return {
        "layer": first.layer,
        "wkb": begun.wkb,
        "rows": begun.rows,
        "total": sum(table.features for table in tables),
        "is_cut": begun.is_cut,
        "about": {
            "crs": first.crs,
            "claim": first.claim,
            "encoding": first.encoding,
            "remarks": remarks[:MOST_REMARKS],
        },
    }


class _Rows:
    """Rows as they are taken in, as many as the bounds allow."""

    def __init__(self, most: int) -> None:
        self.most, self.corners, self.is_cut = most, 0, False
        self.rows: list[dict[str, str]] = []
        self.wkb: list[bytes | None] = []

    def take(self, table: Table, layer: str) -> None:
        """Take in what there is room for; ``layer`` is noted of each row, where it says something."""
        fields = list(table.fields)[:MOST_COLUMNS]
        for part in table.batches(fields, PORTION):
            shapes = part.wkb.tolist() if part.wkb is not None else [None] * len(part.numbers)
            for at, raw in enumerate(shapes):
                self.corners += _corners(raw)
                if len(self.rows) >= self.most or self.corners > MOST_CORNERS:
                    self.is_cut = True
                    return
                noted = {LAYER: layer} if layer else {}
                self.rows.append({**noted, **_shown(part.columns, at)})
                self.wkb.append(raw)


def _tables(path: Path, folder: str) -> tuple[str, ...]:
    """The names of the tables to read; '' for the only one."""
    try:
        _opened(path, folder, "")
    except DeliveryRefused as error:
        if not error.tables:
            raise
        return error.tables
    return ("",)


def _opened(path: Path, folder: str, name: str) -> Table:
    own = Path(mkdtemp(dir=folder))  # an archive is unpacked into an empty one
    return open_table(path, Ask(own, (name,) if name else ()))


def _corners(raw: bytes | None) -> int:
    try:
        return int(shapely.get_num_coordinates(shapely.from_wkb(raw))) if raw else 0
    except (shapely.errors.ShapelyError, NotImplementedError):
        return 0


def _shown(columns: dict[str, np.ndarray], at: int) -> dict[str, str]:
    """The values of a row as texts, without what is empty."""
    values = {name: column[at] for name, column in columns.items()}
    return {
        name: str(value)[:MOST_LETTERS]
        for name, value in values.items()
        if value is not None and value == value and str(value) not in ("", "NaT", "<NA>")
    }


def main() -> None:
    """Read the file of the command line and write what is in it to the output."""
    path, most = Path(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        said = _read(path, most)
    except DeliveryRefused as error:
        said = {"refused": (error.message, error.hint)}
    sys.stdout.buffer.write(pickle.dumps(said))


if __name__ == "__main__":
    main()

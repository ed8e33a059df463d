"""XLSX, XLSM, XLS, XLSB and ODS: sheets and cells, read under limits of memory and time."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from importers.errors import Refused
from importers.formats.archives import check_members
from importers.formats.sheets import extract
from importers.formats.sheets.grid import Grid, Merge

MEGABYTES = 4096  # of address space; 10 million cells take about 1 GB
SECONDS = 240
MAX_BYTES = 512 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
KNOWS_MERGES = (".xlsx", ".xlsm", ".xls")
RESAVE = "请用 Excel 或 WPS 打开，另存为 .xlsx 后重交"


def sheets_of(path: Path) -> list[tuple[str, bool]]:
    """The worksheets of a workbook, in order: (name, whether it is visible).

    Raises:
        Refused: password, damaged, too large, or of another format than its ending says.
    """
    check_content(path)
    with TemporaryFile() as out:
        _run(path, [], out)
        return [(str(name), bool(seen)) for name, seen in json.loads(out.readline())["sheets"]]


def read_sheet(path: Path, name: str) -> Grid:
    """The cells of one sheet. Raises Refused, see ``sheets_of``."""
    with TemporaryFile() as out:
        _run(path, [name], out)
        head = json.loads(out.readline())
        rows = list(_rows(out))
    merges = [Merge(top + 1, left, low + 1, right) for top, left, low, right in head["merged"]]
    return Grid(name, rows, merges, path.suffix.lower() in KNOWS_MERGES)


def check_content(path: Path) -> None:
    """Hold a workbook's ending against its first bytes and its table of contents.

    Raises:
        Refused: see ``sheets_of``.
    """
    suffix = path.suffix.lower()
    if path.stat().st_size > MAX_BYTES:
        raise Refused(f"{path.name} 超过 {MAX_BYTES >> 20} MB", "请分成几份提交")
    with path.open("rb") as file:
        start = file.read(8)
    if suffix != ".xls" and start == OLE:
        raise Refused(
            f"{path.name} 设了密码，或其实是旧式 .xls 文件", "请去掉打开密码，另存为 .xlsx 后重交"
        )
    if suffix == ".xls":
        if start != OLE:
            raise Refused(f"{path.name} 的内容不是 Excel 97-2003 工作簿", RESAVE)
    elif not start.startswith(ZIP):
        raise Refused(f"{path.name} 的内容与扩展名 {path.suffix} 不符", RESAVE)
    else:
        _check_package(path, suffix)


def _check_package(path: Path, suffix: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError) as error:
        raise Refused(f"{path.name} 已损坏或不完整", "请重新导出或重新传送") from error
    except NotImplementedError as error:
        raise Refused(f"{path.name} 的压缩方式不支持", RESAVE) from error
    check_members(path.name, members)
    names = {member.filename.replace("\\", "/").lower() for member in members}
    part = {".ods": "content.xml", ".xlsb": "xl/workbook.bin"}.get(suffix, "xl/workbook.xml")
    if part not in names:
        raise Refused(f"{path.name} 的内容与扩展名 {path.suffix} 不符", RESAVE)


def _run(path: Path, wanted: list[str], out: IO[bytes]) -> None:
    command = [
        sys.executable, "-P", "-X", "utf8", extract.__file__,
        str(path.absolute()), str(MEGABYTES), str(SECONDS), *wanted,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{path.name} 读了 {SECONDS} 秒还没有读完", "请分成几份提交") from error
    out.seek(0)
    if done.returncode:
        _refuse(path, done.returncode, done.stderr.decode("utf-8", "replace"))


def _refuse(path: Path, code: int, said: str) -> None:
    if code == extract.PASSWORD:
        raise Refused(f"{path.name} 设了密码", "请去掉打开密码后重交")
    if code == extract.TOO_MUCH:
        raise Refused(
            f"{path.name} 的表太大（{said or '内存不足'}）",
            f"最多 {extract.MAX_ROWS} 行、{extract.MAX_COLUMNS} 列、{extract.MAX_CELLS} 个单元格；"
            "请删去表外远处的零星单元格，或分成几份提交",
        )
    if code == extract.UNREADABLE:
        raise Refused(f"{path.name} 打不开，可能已损坏：{said}", RESAVE)
    # Killed, or given up for want of memory: it never got to say why.
    raise Refused(
        f"{path.name} 读不下去：表太大或文件已损坏",
        "请删去表外远处的零星单元格，另存为 .xlsx，或分成几份提交",
    )


def _rows(out: IO[bytes]) -> Iterator[tuple[int, list[Any]]]:
    for line in out:
        number, cells = json.loads(line)
        yield number, [_cell(c) if isinstance(c, dict) else c for c in cells]


def _cell(tagged: dict[str, str]) -> date | datetime:
    if "d" in tagged:
        return date.fromisoformat(tagged["d"])
    return datetime.fromisoformat(tagged["t"])

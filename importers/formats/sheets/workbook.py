"""XLSX, XLSM, XLS, XLSB and ODS: sheets and cells, read under limits of memory and time."""

import json
import mmap
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from importers.errors import DeliveryRefused
from importers.formats.archives import check_members
from importers.formats.sheets import extract
from importers.formats.sheets.grid import Merge, SheetGrid
from importers.values.cells import DisplayedNumber

MEGABYTES = 4096  # of address space; 10 million cells take about 1 GB
SECONDS = 240
MAX_BYTES = 512 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a stream's name, MS-OFFCRYPTO 1.3.2
PARTS = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}
KNOWS_MERGES = (".xlsx", ".xls")
RESAVE = "请用 Excel 或 WPS 打开，另存为 .xlsx 后重交"


@dataclass(frozen=True)
class Worksheet:
    """A worksheet: its number in the workbook from 0, name, and whether it can be seen."""

    number: int
    name: str
    visible: bool


def sheets_of(path: Path) -> list[Worksheet]:
    """The worksheets of a workbook, in order.

    Raises:
        DeliveryRefused: password, damaged, too large, or no workbook; a wrong ending does not matter.
    """
    kind_of(path)
    with TemporaryFile() as out:
        _run(path, [], out)
        return [Worksheet(*entry) for entry in json.loads(out.readline())["sheets"]]


def read_sheet(path: Path, sheet: Worksheet, most: int = extract.MAX_ROWS) -> SheetGrid:
    """The cells of one sheet, as far as row ``most``. Raises DeliveryRefused, see ``sheets_of``."""
    with TemporaryFile() as out:
        _run(path, [str(sheet.number), str(most)], out)
        head = json.loads(out.readline())
        rows = list(_rows(out))
    merges = [Merge(top + 1, left, low + 1, right) for top, left, low, right in head["merged"]]
    return SheetGrid(sheet.name, rows, merges, kind_of(path) in KNOWS_MERGES)


def kind_of(path: Path) -> str:
    """What a workbook is by its content, whatever its ending: .xlsx, .xlsb, .ods or .xls.

    Raises:
        DeliveryRefused: see ``sheets_of``.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DeliveryRefused(f"{path.name} 超过 {MAX_BYTES >> 20} MB", "请分成几份提交")
    with path.open("rb") as file:
        start = file.read(len(OLE))
    if start == OLE:
        if _mentions(path, ENCRYPTED):
            raise DeliveryRefused(f"{path.name} 设了密码", "请去掉打开密码后重交")
        return ".xls"
    if not start.startswith(ZIP):
        raise DeliveryRefused(f"{path.name} 的内容不是工作簿，与扩展名 {path.suffix} 不符", RESAVE)
    return _kind_of_package(path)


def _mentions(path: Path, name: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(name) >= 0


def _kind_of_package(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError) as error:
        raise DeliveryRefused(f"{path.name} 已损坏或不完整", "请重新导出或重新传送") from error
    except NotImplementedError as error:
        raise DeliveryRefused(f"{path.name} 的压缩方式不支持", RESAVE) from error
    check_members(path.name, members)
    names = {member.filename.replace("\\", "/").lower() for member in members}
    for part, kind in PARTS.items():
        if part in names:
            return kind
    raise DeliveryRefused(f"{path.name} 的内容不是工作簿，与扩展名 {path.suffix} 不符", RESAVE)


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
        raise DeliveryRefused(
            f"{path.name} 读了 {SECONDS} 秒还没有读完", "请分成几份提交"
        ) from error
    out.seek(0)
    if done.returncode:
        _refuse(path, done.returncode, done.stderr.decode("utf-8", "replace"))


def _refuse(path: Path, code: int, said: str) -> None:
    if code == extract.PASSWORD:
        raise DeliveryRefused(f"{path.name} 设了密码", "请去掉打开密码后重交")
    if code == extract.TOO_MUCH:
        raise DeliveryRefused(
            f"{path.name} 的表太大（{said or '内存不足'}）",
            f"最多 {extract.MAX_ROWS} 行、{extract.MAX_COLUMNS} 列、{extract.MAX_CELLS} 个单元格；"
            "请删去表外远处的零星单元格，或分成几份提交",
        )
    if code == extract.UNREADABLE:
        raise DeliveryRefused(f"{path.name} 打不开，可能已损坏：{said}", RESAVE)
    # Killed, or given up for want of memory: it never got to say why.
    raise DeliveryRefused(
        f"{path.name} 读不下去：表太大或文件已损坏",
        "请删去表外远处的零星单元格，另存为 .xlsx，或分成几份提交",
    )


def _rows(out: IO[bytes]) -> Iterator[tuple[int, list[Any]]]:
    for line in out:
        number, cells = json.loads(line)
        yield number, [_cell(c) if isinstance(c, dict) else c for c in cells]


def _cell(tagged: dict[str, Any]) -> date | datetime | DisplayedNumber:
    if "n" in tagged:
        return DisplayedNumber(tagged["n"], tagged["s"])
    if "d" in tagged:
        return date.fromisoformat(tagged["d"])
    return datetime.fromisoformat(tagged["t"])

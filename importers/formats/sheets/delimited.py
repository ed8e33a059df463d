"""CSV and its like: the encoding and the delimiter are found, not assumed."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats.dbf import known_encoding
from importers.formats.sheets.extract import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from importers.formats.sheets.grid import SheetGrid
from importers.values.issues import Issue, Severity

MAX_BYTES = 256 << 20
DELIMITERS = (",", "\t", ";", "，", "；", "|")
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
OTHERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"{\\rtf")
TOLERATED = 0.01  # with more undecodable lines than this the encoding is wrong, not the lines
TRIED_LINES = 60
LONGEST_CELL = 131_072  # characters
LONGEST_RECORD = 20  # lines; a longer one is a quotation mark that was never closed
_PROTECTED = re.compile(r'^="(.*)"$')  # ="0012": how texts are kept from becoming numbers


def read_delimited(path: Path, asked: str = "") -> SheetGrid:
    """The cells of a CSV file, all of them texts.

    Raises:
        DeliveryRefused: not a text file, too large, or in no encoding that is known here.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DeliveryRefused(f"{path.name} 超过 {MAX_BYTES >> 20} MB", "请分成几份提交")
    lines, encoding, damaged = _decoded(path.read_bytes(), path.name, asked)
    if any("\0" in line for line in lines[:TRIED_LINES]):
        raise DeliveryRefused(f"{path.name} 的内容不是文本表格", "请另存为 CSV（UTF-8）")
    delimiter = _delimiter(lines)
    csv.field_size_limit(LONGEST_CELL)  # one limit for the whole process: others may set it
    remarks: list[Issue] = []
    try:
        rows = list(_records(lines, delimiter, csv.QUOTE_MINIMAL, path.name))
    except csv.Error:
        rows = _unquoted(lines, delimiter, path.name)
        text, hint = "引号不成对，引号按普通文字读取", "请核对含引号的行"
        remarks = [Issue(path.name, 0, "csv-quotes", text, "", hint, Severity.WARNING)]
    return SheetGrid(
        path.stem, rows, encoding=encoding, delimiter=delimiter, damaged=damaged, remarks=remarks
    )


def _unquoted(lines: Sequence[str], delimiter: str, name: str) -> list[tuple[int, list]]:
    try:
        return list(_records(lines, delimiter, csv.QUOTE_NONE, name))
    except csv.Error as error:  # a cell longer than LONGEST_CELL
        number = max(range(len(lines)), key=lambda i: len(lines[i])) + 1
        raise DeliveryRefused(
            f"{name} 第 {number} 行太长，不像表格", "请另存为 CSV（UTF-8）"
        ) from error


def _decoded(raw: bytes, name: str, asked: str) -> tuple[list[str], str, frozenset[int]]:
    """The lines, their encoding, and the numbers (from 1) of lines that are damaged."""
    if raw.startswith(OTHERS):
        raise DeliveryRefused(f"{name} 的内容不是文本表格", "请改正扩展名，或另存为 CSV")
    encodings = [known_encoding(asked)] if asked else _encodings(raw)
    if asked and not encodings[0]:
        raise DeliveryRefused(f"不认识的编码 {asked}", "常用：UTF-8、GBK、GB18030")
    for encoding in encodings:
        try:
            return _lines(raw.decode(encoding)), encoding.removesuffix("-sig"), frozenset()
        except UnicodeError:
            continue
    tried = []
    for encoding in encodings:
        text = raw.decode(encoding, errors="replace")
        lines = _lines(text)
        bad = frozenset(n for n, line in enumerate(lines, 1) if "\ufffd" in line)
        tried.append((len(bad), lines, encoding.removesuffix("-sig"), bad))
    count, lines, encoding, bad = min(tried, key=lambda one: one[0])
    if count > max(1, TOLERATED * len(lines)):
        wanted = f"指定的编码 {asked}" if asked else "UTF-8 或 GB18030 编码"
        raise DeliveryRefused(
            f"{name} 有 {count} 行不是{wanted}", "请另存为 CSV（UTF-8），或指明编码"
        )
    return lines, encoding, bad


def _encodings(raw: bytes) -> list[str]:
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return [encoding]
    return ["utf-8", "gb18030"]


def _lines(text: str) -> list[str]:
    # Not splitlines: it also breaks at form feeds and at Unicode's own separators.
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _delimiter(lines: Sequence[str]) -> str:
    """The one that cuts most lines into the same number of cells, and into more than one."""

    def merit(delimiter: str) -> tuple[float, int]:
        counts = Counter(_widths(sample, delimiter))
        counts.pop(1, None)
        if not counts:
            return 0.0, 0
        width, times = max(counts.items(), key=lambda item: (item[1], item[0]))
        return times / len(sample), width

    sample = [line for line in lines if line.strip()][:TRIED_LINES]
    return max(DELIMITERS, key=merit) if sample else ","


def _widths(sample: Sequence[str], delimiter: str) -> Iterator[int]:
    for line in sample:
        try:
            yield len(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            yield 1


def _records(
    lines: Sequence[str], delimiter: str, quoting: int, name: str
) -> Iterator[tuple[int, list[str | None]]]:
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    before = count = cells = 0
    for record in reader:
        number, before = before + 1, reader.line_num
        if reader.line_num - number >= LONGEST_RECORD:
            raise csv.Error("unclosed quotation mark")
        row = [_text(cell) for cell in record]
        while row and row[-1] is None:
            row.pop()
        if not row:
            continue
        count, cells = count + 1, cells + len(row)
        if count > MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
            raise DeliveryRefused(
                f"{name} 的表太大（第 {number} 行）",
                f"最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列、{MAX_CELLS} 个单元格；请分成几份提交",
            )
        yield number, row


@lru_cache(maxsize=100_000)  # cells repeat: one text for all of them
def _text(cell: str) -> str | None:
    text = cell.strip().strip("\ufeff\u3000")
    if found := _PROTECTED.match(text):
        text = found.group(1)
    return text or None

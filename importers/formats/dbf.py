"""A shapefile's attribute table: its encoding, found before anything is read as text."""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from importers.errors import Refused

# The "language driver" byte of the header, where it says something. 0x57 (the ANSI code
# page of whoever wrote it) and 0 say nothing.
LANGUAGES = {
    0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950", 0x13: "cp932", 0x7A: "gb18030",
    0x7B: "cp932", 0x78: "cp950", 0x79: "cp949", 0x03: "cp1252", 0x58: "cp1252",
    0x01: "cp437", 0x02: "cp850", 0x64: "cp852", 0x65: "cp866", 0xC8: "cp1250",
    0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
PAGES = {"936": "gb18030", "54936": "gb18030", "65001": "utf-8", "950": "cp950", "88591": "latin-1"}
CHINESE = {"gbk", "gb2312", "gb18030"}
TOLERATED = 0.01  # with more undecodable rows than this the encoding is wrong, not the rows
STRETCH = 20_000


@dataclass(frozen=True)
class Dbf:
    """The layout of a .dbf: where each text column lies in a record."""

    path: Path
    records: int
    start: int
    width: int
    language: int
    names: tuple[bytes, ...]
    texts: tuple[tuple[int, int], ...]


def read_dbf(path: Path) -> Dbf:
    """Read the header.

    Raises:
        Refused: no .dbf header, or the file is shorter than the header says.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise Refused(f"属性表 {path.name} 为空或不完整", "请重新导出")
        records, start, width = struct.unpack("<IHH", head[4:12])
        if start < 33 or not width or start + records * width > size + 1:
            raise Refused(f"属性表 {path.name} 不完整（应有 {records} 条）", "请重新导出")
        fields = file.read(start - 32)
    names, texts, offset = [], [], 1
    for at in range(0, len(fields) - 31, 32):
        entry = fields[at : at + 32]
        if entry[0] == 0x0D:
            break
        names.append(entry[:11].split(b"\0")[0])
        if entry[11:12] == b"C":
            texts.append((offset, entry[16] + 256 * entry[17]))
            offset += entry[16] + 256 * entry[17]
        else:
            offset += entry[16]
    return Dbf(path, records, start, width, head[29], tuple(names), tuple(texts))


def encoding_of(dbf: Dbf, cpg: Path | None, asked: str = "") -> tuple[str, list[int]]:
    """The encoding of a table's texts, and the rows (from 1) that even it cannot decode.

    Asked for, then declared in the .cpg or the header's language byte, then strict
    UTF-8, then GB18030. A wrong declaration is refused, never followed into mojibake.

    Raises:
        Refused: unknown encoding, or the texts are not in it.
    """
    declared = known_encoding(asked) if asked else _declared(dbf, cpg)
    if asked and not declared:
        raise Refused(f"不认识的编码 {asked}", "常用：UTF-8、GBK、GB18030")
    if declared:
        bad = undecodable(dbf, declared)
        if len(bad) > TOLERATED * dbf.records:
            other = next((e for e in ("utf-8", "gb18030") if _is_text(dbf, e)), "")
            hint = f"内容像是 {other}，请核对后用 --encoding {other}" if other else "请重新导出"
            raise Refused(f"{dbf.path.name} 的文字不是所声明的编码 {declared}", hint)
        return declared, bad
    if _is_text(dbf, "utf-8"):
        return "utf-8", []
    bad = undecodable(dbf, "gb18030")
    if len(bad) > TOLERATED * dbf.records:
        raise Refused(
            f"{dbf.path.name} 的文字既不是 UTF-8 也不是 GB18030", "请用 --encoding 指明编码"
        )
    return "gb18030", bad


def known_encoding(name: str) -> str:
    """Python's name of an encoding or code page; the Chinese ones all become GB18030."""
    word = name.strip().lower().removeprefix("ansi ").removeprefix("cp").replace("iso ", "iso-")
    try:
        found = codecs.lookup(PAGES.get(word, word)).name
    except LookupError:
        try:
            found = codecs.lookup(f"cp{word}").name
        except LookupError:
            return ""
    return "gb18030" if found in CHINESE else found


def undecodable(dbf: Dbf, encoding: str) -> list[int]:
    """The rows (from 1) with a name or value that is not text in that encoding."""
    bad: list[int] = []
    for start, texts in _stretches(dbf):
        if _decodes(texts.tobytes(), encoding):
            continue
        bad += [
            start + i + 1 for i, row in enumerate(texts) if not _decodes(row.tobytes(), encoding)
        ]
    return bad


def _is_text(dbf: Dbf, encoding: str) -> bool:
    return all(_decodes(texts.tobytes(), encoding) for _, texts in _stretches(dbf))


def _stretches(dbf: Dbf) -> Iterator[tuple[int, np.ndarray]]:
    """The text columns of so many records at a time, with the number of the first."""
    if not dbf.texts or not dbf.records:
        return
    rows = np.memmap(dbf.path, np.uint8, "r", dbf.start, (dbf.records, dbf.width))
    for start in range(0, dbf.records, STRETCH):
        yield start, _separated(rows[start : start + STRETCH], dbf.texts)


def _declared(dbf: Dbf, cpg: Path | None) -> str:
    if cpg:
        text = cpg.read_bytes()[:40].decode("ascii", errors="ignore")
        if found := known_encoding(text):
            return found
    return LANGUAGES.get(dbf.language, "")


def _separated(rows: np.ndarray, texts: tuple[tuple[int, int], ...]) -> np.ndarray:
    """The text columns side by side with a newline after each, so that no half character
    at the end of one joins the beginning of the next."""
    newline = np.full((len(rows), 1), 0x0A, np.uint8)
    parts = [part for at, width in texts for part in (rows[:, at : at + width], newline)]
    return np.concatenate(parts, axis=1)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

"""A shapefile's attribute table: its encoding, and its values without loss.

The encoding is found before anything is read as text. The values are read here and not by
GDAL, which makes 0 of a number that is none, 1970-01-01 of a date that is none, and rounds
codes of more than 15 digits in a numeric column. Here such a cell stays text, for the phases
to name its row. The layout is that of dBASE III, as in the ESRI Shapefile Technical
Description (1998) and the field conventions of shapelib (* in a numeric column is null).
"""

import codecs
import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from importers.errors import DeliveryRefused

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
SLACK = 4096  # bytes that some writers leave after the last record
DELETED = STAR = ord("*")
EXACT = 2**53  # beyond, a float no longer holds every whole number
CHINESE_LEADS = (0xE4, 0xE9)  # the first bytes of U+4E00 to U+9FFF in UTF-8


@dataclass(frozen=True)
class DbfField:
    """One column: its name as written, its dBASE type (C, N, D, …), where it lies."""

    name: bytes
    kind: str
    at: int
    width: int


@dataclass(frozen=True)
class Dbf:
    """The layout of a .dbf: where each column lies in a record, and the text columns again."""

    path: Path
    records: int
    start: int
    width: int
    language: int
    fields: tuple[DbfField, ...]

    @property
    def texts(self) -> tuple[tuple[int, int], ...]:
        """Offset and width of every text column."""
        return tuple((f.at, f.width) for f in self.fields if f.kind == "C" and f.width)


def read_dbf(path: Path) -> Dbf:
    """Read the header.

    Raises:
        DeliveryRefused: no .dbf header, or the file is not as long as the header says.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise DeliveryRefused(f"属性表 {path.name} 为空或不完整", "请重新导出")
        records, start, width = struct.unpack("<IHH", head[4:12])
        said = start + records * width
        if start < 33 or not width or said > size + 1:
            raise DeliveryRefused(f"属性表 {path.name} 不完整（应有 {records} 条）", "请重新导出")
        if size > said + SLACK:
            raise DeliveryRefused(
                f"属性表 {path.name} 的表头说有 {records} 条，文件却多出 {size - said} 字节",
                "请重新导出",
            )
        fields = _fields(file.read(start - 32))
    if fields and fields[-1].at + fields[-1].width > width:
        raise DeliveryRefused(f"属性表 {path.name} 的列宽之和超过记录长度", "请重新导出")
    return Dbf(path, records, start, width, head[29], fields)


def _fields(raw: bytes) -> tuple[DbfField, ...]:
    found, offset = [], 1  # the first byte of a record is its deletion mark
    for at in range(0, len(raw) - 31, 32):
        entry = raw[at : at + 32]
        if entry[0] == 0x0D:
            break
        kind = chr(entry[11])
        width = entry[16] + (256 * entry[17] if kind == "C" else 0)
        found.append(DbfField(entry[:11].split(b"\0")[0], kind, offset, width))
        offset += width
    return tuple(found)


def encoding_of(dbf: Dbf, cpg: Path | None, asked: str = "") -> tuple[str, list[int]]:
    """The encoding of a table's texts, and the rows (from 1) that even it cannot decode.

    Asked for, then declared in the .cpg or the header's language byte, then strict
    UTF-8, then GB18030. A wrong declaration is refused, never followed into mojibake.

    Raises:
        DeliveryRefused: unknown encoding, or the texts are not in it.
    """
    declared = known_encoding(asked) if asked else _declared(dbf, cpg)
    if asked and not declared:
        raise DeliveryRefused(f"不认识的编码 {asked}", "常用：UTF-8、GBK、GB18030")
    if not declared and _is_text(dbf, "utf-8"):
        return "utf-8", []
    beyond, chinese = _counts(dbf)
    encoding = declared or ("utf-8" if 2 * len(chinese) > beyond else "gb18030")
    wrong = undecodable(dbf, encoding)
    mixed = _mixed(dbf, encoding, wrong, chinese)
    damaged = len(set(wrong) - set(mixed))
    if damaged > TOLERATED * dbf.records or (declared and 2 * len(mixed) > beyond):
        raise _refused(dbf, declared)
    return encoding, sorted({*wrong, *mixed})


def mixed_rows(dbf: Dbf, encoding: str, bad: Collection[int]) -> list[int]:
    """Those of the bad rows (from 1) that are in the other of UTF-8 and GB18030.

    A row in UTF-8 often decodes as GB18030 too, into nonsense; so in a table of that
    encoding a row with Chinese characters in valid UTF-8 counts as mixed.
    """
    return _mixed(dbf, encoding, bad, _counts(dbf)[1]) if bad else []


def other_encoding(encoding: str) -> str:
    """What else a Chinese table is written in."""
    return "gb18030" if encoding == "utf-8" else "utf-8"


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
    rows = _records(dbf)
    for start in range(0, dbf.records, STRETCH):
        yield start, _separated(rows[start : start + STRETCH], dbf.texts)


def _declared(dbf: Dbf, cpg: Path | None) -> str:
    if cpg:
        text = cpg.read_bytes()[:40].decode("ascii", errors="ignore")
        if found := known_encoding(text):
            return found
    return LANGUAGES.get(dbf.language, "")


def _refused(dbf: Dbf, declared: str) -> DeliveryRefused:
    if not declared:
        return DeliveryRefused(
            f"{dbf.path.name} 的文字既不是 UTF-8 也不是 GB18030", "请用 --encoding 指明编码"
        )
    other = next((e for e in ("utf-8", "gb18030") if e != declared and _is_text(dbf, e)), "")
    hint = f"内容像是 {other}，请核对后用 --encoding {other}" if other else "请重新导出"
    return DeliveryRefused(f"{dbf.path.name} 的文字不是所声明的编码 {declared}", hint)


def _mixed(dbf: Dbf, encoding: str, wrong: Collection[int], chinese: list[int]) -> list[int]:
    if encoding == "gb18030":
        return chinese
    if encoding != "utf-8" or not wrong:
        return []
    rows = _records(dbf)
    return [
        row
        for row in wrong
        if _decodes(_separated(rows[row - 1 : row], dbf.texts).tobytes(), "gb18030")
    ]


def _counts(dbf: Dbf) -> tuple[int, list[int]]:
    """How many rows go beyond ASCII, and which (from 1) hold Chinese in UTF-8."""
    beyond, chinese = 0, []
    for start, texts in _stretches(dbf):
        beyond += int((texts >= 0x80).any(axis=1).sum())
        lead = (texts >= CHINESE_LEADS[0]) & (texts <= CHINESE_LEADS[1])
        follows = (texts & 0xC0) == 0x80
        likely = (lead[:, :-2] & follows[:, 1:-1] & follows[:, 2:]).any(axis=1)
        chinese += [
            start + i + 1
            for i in np.flatnonzero(likely).tolist()
            if any(map(_is_chinese_utf8, texts[i].tobytes().split(b"\n")))
        ]
    return beyond, chinese


def _is_chinese_utf8(cell: bytes) -> bool:
    """Whether a cell is UTF-8 with Chinese in it; one that is full may be cut at its end."""
    trimmed = cell.rstrip(b" \0")
    try:
        text, _ = codecs.utf_8_decode(trimmed, "strict", trimmed != cell)
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= character <= "\u9fff" for character in text)


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


def live_records(dbf: Dbf) -> np.ndarray:
    """The positions (from 0) of the records that bear no deletion mark."""
    if not dbf.records:
        return np.zeros(0, int)
    return np.flatnonzero(_records(dbf)[:, 0] != DELETED)


def read_columns(
    dbf: Dbf,
    fields: Mapping[str, DbfField],
    records: np.ndarray,
    encoding: str,
    mixed: Collection[int] = frozenset(),
) -> dict[str, np.ndarray]:
    """The columns of some records (positions from 0), by the names given to the fields.

    Texts are str or None for a blank; whole numbers int64, others float, with NaN for a
    blank; dates ISO text; logical values bool. A cell that is not what its column says
    stays the text it is. ``mixed`` rows (from 1) are decoded in the other encoding.

    Raises:
        DeliveryRefused: a column of a type that shapefiles have not, such as a memo.
    """
    rows = _records(dbf)[records]
    found = {}
    for name, field in fields.items():
        block = np.ascontiguousarray(rows[:, field.at : field.at + field.width])
        cells = [bytes(c) for c in block] if not field.width else _cells(block)
        if field.kind in "NF":
            found[name] = _numbers(cells)
        elif field.kind == "D":
            found[name] = np.array([_day(cell) for cell in cells], object)
        elif field.kind == "L":
            found[name] = _logical(cells)
        elif field.kind != "C":
            raise DeliveryRefused(
                f"属性表 {dbf.path.name} 的列“{name}”是 {field.kind} 型，Shapefile 没有这种列",
                "请把该列改为文本或数值后重新导出",
            )
        else:
            found[name] = _texts(cells, encoding)
            for at in _positions(records, mixed):
                text = cells[at].decode(other_encoding(encoding), "replace")
                found[name][at] = text.strip(" \0") or None
    return found


def _records(dbf: Dbf) -> np.ndarray:
    return np.memmap(dbf.path, np.uint8, "r", dbf.start, (dbf.records, dbf.width))


def _cells(block: np.ndarray) -> list[bytes]:
    return block.view(f"S{block.shape[1]}").ravel().tolist()


def _positions(records: np.ndarray, mixed: Collection[int]) -> list[int]:
    if not mixed:
        return []
    return np.flatnonzero(np.isin(records + 1, list(mixed))).tolist()


def _texts(cells: list[bytes], encoding: str) -> np.ndarray:
    cells = [cell.strip(b" ") for cell in cells]
    joined = b"\n".join(cells)
    if b"\0" in joined:  # what stands after a NUL is left over from before
        cells = [cell.split(b"\0", 1)[0].rstrip(b" ") for cell in cells]
        joined = b"\n".join(cells)
    try:
        texts = joined.decode(encoding).split("\n")
    except UnicodeDecodeError:
        texts = []
    if len(texts) != len(cells):  # undecodable, or a line break within a text
        texts = [cell.decode(encoding, "replace") for cell in cells]
    return np.array([text or None for text in texts], object)


def overflown(
    dbf: Dbf, fields: Mapping[str, DbfField], records: np.ndarray
) -> dict[str, tuple[int, int]]:
    """Columns with cells that a program filled with * for a number too long for them.

    By name, how many such cells there are, and the first one's place among the records.
    """
    found = {}
    for name, field in fields.items():
        if field.kind in "NF" and field.width and len(records):
            cells = _records(dbf)[:, field.at : field.at + field.width][records]
            stars = np.flatnonzero((cells == STAR).any(axis=1))
            if len(stars):
                found[name] = len(stars), int(stars[0])
    return found


def _numbers(cells: list[bytes]) -> np.ndarray:
    trimmed = [cell.strip(b" \0") for cell in cells]
    blank = np.array([not c or c.startswith(b"*") for c in trimmed], bool)
    if not blank.any():
        for kind in (np.int64, np.float64):
            try:
                found = np.array(trimmed, "S").astype(kind)
            except (ValueError, OverflowError):
                continue
            if kind is np.int64 or not (np.abs(found) >= EXACT).any():
                return found
    values = [None if b else _number(c) for c, b in zip(trimmed, blank, strict=True)]
    if any(isinstance(v, str) or (isinstance(v, int) and abs(v) > EXACT) for v in values):
        return np.array(values, object)
    return np.array([np.nan if v is None else v for v in values], float)


def _number(cell: bytes) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell.decode("ascii", "replace")


@lru_cache(maxsize=10_000)
def _day(cell: bytes) -> str | None:
    text = cell.strip(b" \0").decode("ascii", "replace")
    if not text.strip("0"):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return text


def _logical(cells: list[bytes]) -> np.ndarray:
    known = {b"T": True, b"t": True, b"Y": True, b"y": True}
    known |= {b"F": False, b"f": False, b"N": False, b"n": False}
    values = [known.get(cell.strip(b" ")) for cell in cells]
    if None in values:
        return np.array([np.nan if v is None else v for v in values], float)
    return np.array(values, bool)

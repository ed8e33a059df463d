"""What a workbook's own XML says of cells and calamine does not: errors, lost results, noughts.

A cell with a formula's error, or with a formula whose result was never stored, comes from
calamine as empty; a number that is shown with leading noughts comes without them. Loaded by
``extract.py`` in its own process: nothing of this project may be imported here.

XLSX as in ECMA-376 part 1, 18.3.1.4 (c), 18.3.1.40 (f) and 18.8.31 (numFmts); ODS as in
OpenDocument 1.3 part 3, 9.1.4 (table-cell) and 19.385 (value-type).
"""

import contextlib
import html
import itertools
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

NO_VALUE = "#NOVALUE!"  # a formula without a result; no program writes this
BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, OSError, RuntimeError, EOFError, ValueError)
MOST_IN_ARRAY = 100_000  # cells of one formula
_LONGEST = 64 << 10  # bytes of a cell: a formula has at most 8192 characters
_CHUNK = 1 << 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_LINK = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\b([^>]*)>")
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\b(?=[^>]*\bt=[\"']e[\"'])([^>]*)>"
    rb"(?:<(?:\w+:)?f[^>]*/>|<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>)?\s*<(?:\w+:)?v>(#[^<]{2,20})</"
)
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b([^>]*?)(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\b[^>]*?(/>|>[^<]*<))?"
)
_SECTIONS = re.compile(r'((?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*)')
_TOKENS = re.compile(r'"([^"]*)"|\\(.)|(_.|\*.)|(\[[^\]]*\])|([0#?])|(.)', re.DOTALL)
_TABLE_NS = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE_NS = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"

Marks = dict[int, list[tuple[int, Any]]]  # row from 1 → (column from 0, text or format)


def marks_of(path: str, name: str) -> Marks:
    """What is to be put in place of a sheet's cells: a text, or a function of the number."""
    found: Marks = {}
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        is_ods = "content.xml" in archive.namelist()
        for row, column, mark in (_in_ods if is_ods else _in_xlsx)(archive, name):
            found.setdefault(row, []).append((column, mark))
    return found


def put(cells: list[Any], marks: list[tuple[int, Any]]) -> None:
    """Set a row's marked cells; one that has a value keeps it, but is shown as its format says."""
    for column, mark in marks:
        cells.extend([None] * (column + 1 - len(cells)))
        value = cells[column]
        if isinstance(mark, str):
            cells[column] = mark if value is None or mark != NO_VALUE else value
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            shown = mark(value)
            if shown and shown != str(value):
                cells[column] = {"n": value, "s": shown}


def shown_as(code: str) -> Callable[[int], str]:
    """How a number format shows whole numbers; '' where it is not only digits and signs.

    >>> shown_as("000000")(123), shown_as('"GB"0000-00')(12345), shown_as("#,##0")(1234)
    ('000123', 'GB0123-45', '')
    """
    sections = [found for found in _SECTIONS.findall(code) if found]
    tokens = _tokens(sections[0]) if sections else None

    def shown(value: int) -> str:
        if not tokens:
            return ""
        digits, text = str(value), ""
        first = next(i for i, (is_digit, _) in enumerate(tokens) if is_digit)
        for i in range(len(tokens) - 1, -1, -1):
            is_digit, sign = tokens[i]
            if not is_digit:
                text = sign + text
                continue
            taken = digits if i == first else digits[-1:]
            digits = digits[: len(digits) - len(taken)]
            text = (taken or ("0" if sign == "0" else "")) + text
        return text.strip()

    return shown


def _tokens(section: str) -> list[tuple[bool, str]] | None:
    """Digits and signs of a number format; None for dates, fractions, thousands and the like."""
    found: list[tuple[bool, str]] = []
    for quoted, escaped, _filler, bracket, digit, other in _TOKENS.findall(section):
        if digit:
            found.append((True, digit))
        elif quoted or escaped:
            found.append((False, quoted or escaped))
        elif other:
            if other.isascii() and (other.isalpha() or other in ".,%@"):
                return None
            found.append((False, other))
        elif bracket and bracket[1:2] in "<>=hms":
            return None
    return found if any(is_digit for is_digit, _ in found) else None


def _in_xlsx(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, int, Any]]:
    with contextlib.suppress(*BROKEN):
        part, formats = _part_of(archive, name), _formats(archive)
        if part:
            yield from _scan(archive, part, formats)


def _part_of(archive: zipfile.ZipFile, name: str) -> str:
    sheets = _entries(_SHEET, archive.read("xl/workbook.xml"))
    links = {e.get("Id"): e for e in _entries(_LINK, archive.read("xl/_rels/workbook.xml.rels"))}
    for sheet in sheets:
        key = next((v for k, v in sheet.items() if k.endswith(":id")), "")
        if sheet.get("name") == name and key in links:
            target = links[key].get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _formats(archive: zipfile.ZipFile) -> dict[str, Callable[[int], str]]:
    """The cell styles whose numbers look otherwise than they are: style → how they look."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    text = archive.read("xl/styles.xml")
    codes = {f.get("numFmtId"): f.get("formatCode", "") for f in _entries(_FORMAT, text)}
    styles = _CELL_STYLES.search(text)
    found = {}
    for number, style in enumerate(_entries(_STYLE, styles.group()) if styles else ()):
        shown = shown_as(codes.get(style.get("numFmtId"), ""))
        if shown(1) not in ("", "1"):
            found[str(number)] = shown
    return found


def _entries(pattern: re.Pattern[bytes], text: bytes) -> list[dict[str, str]]:
    return [_attributes(found) for found in pattern.findall(text)]


def _attributes(text: bytes) -> dict[str, str]:
    return {
        key.decode(): html.unescape((double or single).decode("utf-8", "replace"))
        for key, double, single in _ATTRIBUTE.findall(text)
    }


def _scan(
    archive: zipfile.ZipFile, part: str, formats: dict[str, Callable[[int], str]]
) -> Iterator[tuple[int, int, Any]]:
    styled = "|".join(formats).encode()
    pattern = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*\bs=[\"'](" + styled + rb")[\"'])([^>]*)>")
    for text in _stretches(archive, part):
        for found in _ERROR.finditer(text):
            yield *_place(found.group(1)), found.group(2).decode("ascii", "replace")
        for found in _FORMULA.finditer(text):
            yield from _without_result(*found.groups())
        for found in pattern.finditer(text) if formats else ():
            yield *_place(found.group(2)), formats[found.group(1).decode()]


def _stretches(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The part's text, cut before a cell, so that none is halved."""
    with archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            end = max(text.rfind(b"</c>"), text.rfind(b":c>"))
            end = text.find(b">", end) + 1 if end >= 0 else 0
            if not end and len(text) > _CHUNK + _LONGEST:
                end = len(text) - _LONGEST
            yield text[:end]
            rest = text[end:]
        yield rest


def _without_result(cell: bytes, formula: bytes, value: bytes | None) -> Iterator[Any]:
    """The cells of a formula whose result is not there; an empty text is a result."""
    kind = _attributes(cell).get("t", "n")
    is_empty = value is None or value in (b"/>", b"><")
    if not is_empty or (kind == "str" and value is not None) or kind == "inlineStr":
        return
    yield *_place(cell), NO_VALUE
    said = _attributes(formula)
    if said.get("t") in ("array", "dataTable") and ":" in said.get("ref", ""):
        first, last = (_corner(corner) for corner in said["ref"].split(":")[:2])
        height, width = last[0] - first[0] + 1, last[1] - first[1] + 1
        if height * width > MOST_IN_ARRAY:
            # No ValueError, which stands for a part of the file that cannot be read and is passed over.
            raise LookupError(f"一个公式占 {height} 行 {width} 列，没有保存计算结果")
        for r, c in itertools.product(range(height), range(width)):
            yield first[0] + r, first[1] + c, NO_VALUE


def _corner(reference: str) -> tuple[int, int]:
    return _place(b'r="' + reference.replace("$", "").encode() + b'"')


def _place(attributes: bytes) -> tuple[int, int]:
    """Row from 1 and column from 0. Raises LookupError if the cell does not say."""
    found = _PLACE.search(attributes)
    if not found:
        raise LookupError("单元格没有写明位置")
    number = 0
    for letter in found.group(1):
        number = number * 26 + letter - 64
    return int(found.group(2)), number - 1


def _in_ods(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, int, Any]]:
    content = _Content(name)
    with archive.open("content.xml") as stream:
        while chunk := stream.read(_CHUNK):
            with contextlib.suppress(expat.ExpatError):  # calamine says what is broken
                content.parser.Parse(chunk)
            yield from content.found
            content.found.clear()


class _Content:
    """The cells of one table of an ODS: those with an error, no result, or another look."""

    def __init__(self, name: str) -> None:
        self.name, self.found = name, []  # type: ignore[var-annotated]
        self.inside, self.row, self.column, self.rows = False, 1, 0, 1
        self.cell: dict[str, str] | None = None
        self.text = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE_NS} table":
            self.inside = attributes.get(f"{_TABLE_NS} name") == self.name
            self.row = 1
        elif self.inside and tag == f"{_TABLE_NS} table-row":
            self.column = 0
            self.rows = int(attributes.get(f"{_TABLE_NS} number-rows-repeated", "1"))
        elif self.inside and tag in (f"{_TABLE_NS} table-cell", f"{_TABLE_NS} covered-table-cell"):
            self.cell, self.text = attributes, ""

    def _characters(self, text: str) -> None:
        if self.cell is not None:
            self.text += text

    def _end(self, tag: str) -> None:
        if tag == f"{_TABLE_NS} table":
            self.inside = False
        elif self.inside and tag == f"{_TABLE_NS} table-row":
            self.row += self.rows
        elif self.cell is not None and tag.startswith(f"{_TABLE_NS} ") and tag.endswith("-cell"):
            width = int(self.cell.get(f"{_TABLE_NS} number-columns-repeated", "1"))
            mark = _mark(self.cell, self.text.strip())
            if mark and self.rows * width <= MOST_IN_ARRAY:
                self.found += [
                    (self.row + r, self.column + c, mark)
                    for r in range(self.rows) for c in range(width)
                ]  # fmt: skip
            self.column += width
            self.cell = None


def _mark(cell: dict[str, str], text: str) -> Any:
    kind = cell.get(f"{_OFFICE_NS} value-type", "")
    if any(key.endswith("calcext:1.0 value-type") and v == "error" for key, v in cell.items()):
        return text if text.startswith("#") else "#VALUE!"
    if f"{_TABLE_NS} formula" in cell and not kind and not text:
        return NO_VALUE
    if kind != "float" or not text or set(text) & set(".,%") or "E" in text:
        return None
    digits = "".join(c for c in text if "0" <= c <= "9")
    value = cell.get(f"{_OFFICE_NS} value", "")
    same = value.isdigit() and digits.lstrip("0") == value.lstrip("0") and text != value
    return (lambda _value: text) if same else None

"""Numbers of GeoJSON that a float would round: a copy of the file has them as texts.

JSON sets numbers no limits (RFC 8259, section 6), but whoever reads them as floats keeps 15
digits, and a column with one fraction in it is read as floats throughout. Codes of 18 and 19
digits are often written as numbers. Here such a number, where it is the value of a property,
becomes a text of its own digits. That makes the whole column one of texts, in which GDAL
would write ``1234567890.0`` as it stands; the other whole numbers of that column therefore lose
their ``.0``, as they do where a column of numbers is read. Other columns stay as they are.
"""

import mmap
import re
from decimal import Decimal
from pathlib import Path

LENGTH = 16  # digits before the point; fewer are exact in a float
LONGEST = 40
CHUNK = 1 << 20
OVERLAP = 4096
# A value after the closing quotation mark of its name; \" is one within a text.
_LONG = re.compile(
    rb'(?<!\\)("\s{0,20}:\s{0,20})'
    rb"(-?(?:\d{16,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?"
    rb"|\d{1,15}(?:\.\d{1,400})?[eE]\+?\d{1,3}))(?=[\s,}])"
)
_WHOLE = re.compile(rb'(?<!\\)("\s{0,20}:\s{0,20})(-?\d{1,15})\.0{1,400}(?=[\s,}])')


def as_texts(path: Path, folder: Path) -> Path:
    """The file itself, or where it has long numbers, a copy in the folder with them as texts."""
    if not path.stat().st_size:
        return path
    with path.open("rb") as source:
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
            names = {_name(content, found) for found in _LONG.finditer(content)}
            if not names:
                return path
        copy = folder / "exact" / path.name  # GDAL calls a layer after the file
        copy.parent.mkdir(exist_ok=True)
        with copy.open("wb") as target:
            rest = b""
            while chunk := source.read(CHUNK):
                text = rest + chunk
                end = _safe_end(text)
                target.write(_exact(text[:end], names))
                rest = text[end:]
            target.write(_exact(rest, names))
    return copy


def _safe_end(text: bytes) -> int:
    """Where a chunk may be cut: behind a comma in its last part, so that no number is halved."""
    return text.rfind(b",", max(len(text) - OVERLAP, 0)) + 1


def _name(text: bytes | mmap.mmap, found: re.Match[bytes]) -> bytes:
    """The name of the property whose value was found: what stands before its closing mark."""
    return text[text.rfind(b'"', 0, found.start()) + 1 : found.start()]


def _exact(text: bytes, names: set[bytes]) -> bytes:
    def bare(found: re.Match[bytes]) -> bytes:
        return b"".join(found.groups()) if _name(text, found) in names else found.group()

    return _LONG.sub(_quoted, _WHOLE.sub(bare, text))


def _quoted(found: re.Match[bytes]) -> bytes:
    before, number = found.groups()
    value = Decimal(number.decode())
    if value.adjusted() > LONGEST:
        return found.group()
    is_whole = value == value.to_integral_value()
    text = f"{value:f}" if not is_whole else str(int(value))
    return before + b'"' + text.encode() + b'"'

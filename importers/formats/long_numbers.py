"""Numbers of GeoJSON that a float would round: a copy of the file has them as texts.

JSON sets numbers no limits (RFC 8259, section 6), but whoever reads them as floats keeps 15
digits, and a column with one fraction in it is read as floats throughout. Codes of 18 and 19
digits are often written as numbers. Here such a number, where it is the value of a property,
becomes a text of its own digits.
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


def as_texts(path: Path, folder: Path) -> Path:
    """The file itself, or where it has long numbers, a copy in the folder with them as texts."""
    if not path.stat().st_size:
        return path
    with path.open("rb") as source:
        with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if not _LONG.search(content):
                return path
        copy = folder / "exact" / path.name  # GDAL calls a layer after the file
        copy.parent.mkdir(exist_ok=True)
        with copy.open("wb") as target:
            rest = b""
            while chunk := source.read(CHUNK):
                text = rest + chunk
                end = _safe_end(text)
                target.write(_LONG.sub(_quoted, text[:end]))
                rest = text[end:]
            target.write(_LONG.sub(_quoted, rest))
    return copy


def _safe_end(text: bytes) -> int:
    """Where a chunk may be cut: behind a comma in its last part, so that no number is halved."""
    return text.rfind(b",", max(len(text) - OVERLAP, 0)) + 1


def _quoted(found: re.Match[bytes]) -> bytes:
    before, number = found.groups()
    value = Decimal(number.decode())
    if value.adjusted() > LONGEST:
        return found.group()
    is_whole = value == value.to_integral_value()
    text = f"{value:f}" if not is_whole else str(int(value))
    return before + b'"' + text.encode() + b'"'

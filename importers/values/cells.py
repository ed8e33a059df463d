"""One cell read as one type. Width, spaces and Chinese punctuation do not matter."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from importers.errors import ImportersError
from importers.values.numbers import EXACT, decimal_of
from spatial.city import city

YES = frozenset({"1", "是", "有", "y", "yes", "t", "true", "真"})
NO = frozenset({"0", "否", "无", "n", "no", "f", "false", "假"})
# Full-width ASCII and the ideographic space, which Chinese typing leaves; nothing else: Ⅱ, ①,
# ㎡ and compatibility ideographs are characters of their own.
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_ROUNDED = re.compile(r"[+-]?[0-9](\.[0-9]+)?[eE]\+[0-9]{2,3}")  # a long number cut by a program
_MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?$"
_DATES = (
    re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _MIDNIGHT),
    re.compile(r"^(\d{4})(\d{2})(\d{2})$"),
)
SINGLE = 2**24  # beyond, a float of four bytes no longer holds every whole number
MOST_DIGITS = 30
_CLOCK, _NO_CLOCK = re.compile(r"\d:\d\d"), re.compile(r"[T ]00:00(:00(\.0+)?)?$")
_EMPTY = ("", "null", "<null>", "none", "nan")


class UnreadableCell(ImportersError, ValueError):
    """A cell that is not of the type."""


class RoundedNumber(UnreadableCell):
    """A number of so many digits that the last ones are lost."""


class DisplayedNumber(int):
    """A whole number that its sheet shows otherwise, as with leading noughts: 123 as 000123."""

    shown: str

    def __new__(cls, value: int, shown: str) -> "DisplayedNumber":
        """The number with what is seen of it."""
        made = super().__new__(cls, value)
        made.shown = shown
        return made

    def __getnewargs__(self) -> tuple[int, str]:  # type: ignore[override]
        """How it is made again on another machine."""
        return int(self), self.shown

    def __str__(self) -> str:
        """As it is shown."""
        return self.shown


def narrow(cell: Any) -> str:
    """The text of a cell with full-width letters, digits and signs in half width, trimmed.

    >>> narrow("　１２．５ "), narrow("Ⅱ-①")
    ('12.5', 'Ⅱ-①')
    """
    return str(cell).translate(_WIDE).strip()


def cell_text(cell: Any) -> str:
    """A cell as text; '' if there is none. Lists and objects become JSON.

    >>> cell_text(431381.0), cell_text(None), cell_text(["张三", 1])
    ('431381', '', '["张三", 1]')

    Raises:
        UnreadableCell: bytes, which are no text.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float | np.floating):
        return _float_text(cell)
    if isinstance(cell, bytes | bytearray | memoryview):
        raise UnreadableCell("二进制数据")
    if isinstance(cell, list | tuple | dict | np.ndarray):
        return json.dumps(cell, ensure_ascii=False, default=_plain)
    return "" if _is_missing(cell) else str(cell)


def _float_text(cell: float | np.floating) -> str:
    """A float as text: whole numbers without a point, but none beyond those a float holds."""
    if cell != cell:
        return ""
    if not float(cell).is_integer():
        return str(cell)
    if abs(float(cell)) >= (SINGLE if isinstance(cell, np.float32) else EXACT):
        raise RoundedNumber(f"{cell:.17g}")
    return str(int(cell))


def code_text(cell: Any) -> str:
    """A business code: a whole number loses its decimal point; '' if there is none.

    >>> code_text(2402108101.0), code_text(" ４３１００１ "), code_text(None)
    ('2402108101', '431001', '')

    Raises:
        RoundedNumber: a number of which a program has kept the first digits only.
        UnreadableCell: bytes.
    """
    text = cell_text(cell)
    if not text.isascii() or text.strip() != text:
        text = narrow(text)
    if "+" in text and _ROUNDED.fullmatch(text):
        raise RoundedNumber(text)
    return text


def read_number(cell: Any) -> float | None:
    """A decimal number; thousands may be set off by commas.

    >>> read_number("１,２３４.５")
    1234.5
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return None if cell != cell else float(cell)
    text = _text(cell)
    if text is None:
        return None
    value = decimal_of(text)
    if value is None:
        raise UnreadableCell(text)
    return float(value)


def read_integer(cell: Any) -> int | None:
    """A whole number, also when written with a decimal point."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, float):
        if cell != cell:
            return None
        if not cell.is_integer():
            raise UnreadableCell(str(cell))
        return int(cell)
    text = _text(cell)
    if text is None:
        return None
    value = decimal_of(text)
    if value is None or value.adjusted() > MOST_DIGITS or value != value.to_integral_value():
        raise UnreadableCell(text)
    return int(value)


def read_boolean(cell: Any) -> bool | None:
    """Yes or no, in Chinese, English or 1 and 0."""
    text = _text(cell)
    if text is None:
        return None
    word = text.casefold().removesuffix(".0")
    if word in YES or word in NO:
        return word in YES
    raise UnreadableCell(text)


def read_date(cell: Any) -> date | None:
    """A calendar day in any of the usual notations; of an instant, the day in the city.

    >>> read_date("2024年5月1日"), read_date("20240501")
    (datetime.date(2024, 5, 1), datetime.date(2024, 5, 1))
    """
    text = _text(cell)
    if text is None:
        return None
    try:
        if parts := _date_parts(text):
            return date(*parts)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableCell(text) from None
    return (moment.astimezone(_zone()) if moment.tzinfo else moment).date()


def has_clock(cell: Any) -> bool:
    """Whether a date comes with a time of day, which is not midnight."""
    text = str(cell)
    return bool(_CLOCK.search(text)) and not _NO_CLOCK.search(text)


def read_datetime(cell: Any) -> datetime | None:
    """An instant; without a zone it is the city's own time."""
    text = _text(cell)
    if text is None:
        return None
    try:
        parts = _date_parts(text)
        moment = (
            datetime(*parts)  # noqa: DTZ001 -- the zone follows
            if parts
            else datetime.fromisoformat(text.replace("/", "-"))
        )
    except ValueError:
        raise UnreadableCell(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=_zone())


def read_uuid(cell: Any) -> str | None:
    """A UUID in any of its spellings, in the usual one."""
    text = _text(cell)
    if text is None:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise UnreadableCell(text) from None


def _zone() -> ZoneInfo:
    return ZoneInfo(city().time_zone)


def _date_parts(text: str) -> tuple[int, int, int] | None:
    for pattern in _DATES:
        if found := pattern.match(text):
            year, month, day = map(int, found.groups())
            return year, month, day
    return None


def _plain(cell: Any) -> Any:
    """A cell within a list, as JSON knows it."""
    return cell.tolist() if isinstance(cell, np.ndarray | np.generic) else str(cell)


def _is_missing(cell: Any) -> bool:
    if isinstance(cell, list | tuple | dict | np.ndarray):
        return False
    return cell is None or cell != cell or (isinstance(cell, np.datetime64) and np.isnat(cell))


def _text(cell: Any) -> str | None:
    if _is_missing(cell):
        return None
    text = narrow(cell)
    return None if text.casefold() in _EMPTY else text


READERS: dict[str, Callable[[Any], Any]] = {
    "integer": read_integer,
    "number": read_number,
    "boolean": read_boolean,
    "date": read_date,
    "datetime": read_datetime,
    "uuid": read_uuid,
}

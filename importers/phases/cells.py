"""One cell read as one type. Width, spaces and Chinese punctuation do not matter."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from spatial.city import city

YES = frozenset({"1", "是", "有", "y", "yes", "t", "true", "真"})
NO = frozenset({"0", "否", "无", "n", "no", "f", "false", "假"})
_INTEGER = re.compile(r"^[+-]?\d+$")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$")
_MIDNIGHT = r"(?:[T ]00:00(?::00(?:\.0+)?)?)?$"
_DATES = (
    re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _MIDNIGHT),
    re.compile(r"^(\d{4})(\d{2})(\d{2})$"),
)
_EMPTY = ("", "null", "<null>", "none", "nan")


class Unreadable(ValueError):
    """A cell that is not of the type."""


def narrow(cell: Any) -> str:
    """The text of a cell in half width, trimmed.

    >>> narrow("　１２．５ ")
    '12.5'
    """
    return unicodedata.normalize("NFKC", str(cell)).strip()


def code_text(cell: Any) -> str:
    """A business code: a whole number loses its decimal point; '' if there is none.

    >>> code_text(2402108101.0), code_text(" ４３１００１ "), code_text(None)
    ('2402108101', '431001', '')
    """
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell)
    return text if text.isascii() and text.strip() == text else narrow(text)


def read_number(cell: Any) -> float | None:
    """A decimal number; thousands may be set off by commas.

    >>> read_number("１,２３４.５")
    1234.5
    """
    text = _text(cell)
    if text is None:
        return None
    text = text.replace(",", "")
    if not _NUMBER.match(text.lower()):
        raise Unreadable(text)
    return float(text)


def read_integer(cell: Any) -> int | None:
    """A whole number, also when written with a decimal point."""
    text = _text(cell)
    if text is None:
        return None
    if _INTEGER.match(text):
        return int(text)
    value = read_number(text)
    if value is None or not value.is_integer():
        raise Unreadable(text)
    return int(value)


def read_boolean(cell: Any) -> bool | None:
    """Yes or no, in Chinese, English or 1 and 0."""
    text = _text(cell)
    if text is None:
        return None
    word = text.casefold().removesuffix(".0")
    if word in YES or word in NO:
        return word in YES
    raise Unreadable(text)


def read_date(cell: Any) -> date | None:
    """A calendar day in any of the usual notations.

    >>> read_date("2024年5月1日"), read_date("20240501")
    (datetime.date(2024, 5, 1), datetime.date(2024, 5, 1))
    """
    text = _text(cell)
    if text is None:
        return None
    try:
        if parts := _date_parts(text):
            return date(*parts)
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise Unreadable(text) from None


def read_datetime(cell: Any) -> datetime | None:
    """An instant; without a zone it is the city's own time."""
    text = _text(cell)
    if text is None:
        return None
    zone = ZoneInfo(city().time_zone)
    try:
        parts = _date_parts(text)
        moment = (
            datetime(*parts)  # noqa: DTZ001 -- the zone follows
            if parts
            else datetime.fromisoformat(text.replace("/", "-"))
        )
    except ValueError:
        raise Unreadable(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def read_uuid(cell: Any) -> str | None:
    """A UUID in any of its spellings, in the usual one."""
    text = _text(cell)
    if text is None:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise Unreadable(text) from None


def _date_parts(text: str) -> tuple[int, int, int] | None:
    for pattern in _DATES:
        if found := pattern.match(text):
            year, month, day = map(int, found.groups())
            return year, month, day
    return None


def _text(cell: Any) -> str | None:
    if cell is None or cell != cell or (isinstance(cell, np.datetime64) and np.isnat(cell)):
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

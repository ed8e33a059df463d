"""Numbers as they are written: by a grammar, so that what is in doubt is refused, not altered.

The point sets off decimals; commas set off thousands, by threes (``12,345.6``). A comma as
decimal sign, a unit, a percent sign or two numbers in one cell are not read: a comma between
digits may also stand between two values (``3,0``: three storeys above ground, none below).
"""

import re
from decimal import Decimal

LONGEST = 40  # characters: no survey writes a longer number
EXACT = 2**53  # beyond, a float no longer holds every whole number
COMMA = "小数点请写作“.”，千分位逗号须每三位一组；一格只填一个数"
UNIT = "只填数，单位、百分号请写在表头"
DASH = "没有数值请留空"
DOUBTFUL = "同一文件中另有以逗号作小数点的数，这个数有两种读法；请统一用“.”作小数点"
_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]*),[0-9]+")
_EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_SIGNS = str.maketrans("\u2212\u2013", "--")  # the minus sign, and the dash often typed for it
_HAS_COMMA = re.compile(r"[,，]")


def decimal_of(text: str) -> Decimal | None:
    """The number that a text writes, exactly; None if it writes none for certain.

    >>> decimal_of("12,345.60"), decimal_of("1234,56"), decimal_of("1.2E3")
    (Decimal('12345.60'), None, Decimal('1.2E+3'))
    """
    text = text.translate(_SIGNS).lower()
    if len(text) > LONGEST:
        return None
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    return Decimal(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else None


def has_decimal_comma(text: str) -> bool:
    """Whether a comma in a number can be nothing but its decimal sign.

    >>> [has_decimal_comma(t) for t in ("12,5", "1.234,56", "0,125", "12,345", "1,2,3")]
    [True, True, True, False, False]
    """
    return bool(_DECIMAL_COMMA.fullmatch(text)) and not _EITHER.fullmatch(text)


def is_doubtful(text: str) -> bool:
    """Whether a number means another one where the comma is the decimal sign: ``12,345``."""
    return bool(_EITHER.fullmatch(text))


def advice(text: str) -> str:
    """What to do about a text that is no number.

    >>> advice("12,5") == COMMA, advice("12.5m") == UNIT, advice("—") == DASH, advice("三")
    (True, True, True, '')
    """
    if _HAS_COMMA.search(text):
        return COMMA
    if text and not text.strip("-—–―－/ "):
        return DASH
    return UNIT if any("0" <= c <= "9" for c in text) else ""

"""Identifiers of warnings as 12379 writes them: 31 characters. Pure.

``ZZZZZZ DDD UUU XX _ YYYYMMDDhhmmss _ N``: 6 digits of the division, 3 of the kind of office
(GB/T 4657), 3 of the unit, 2 more, the Beijing time of entry, and a number from 0 to 9.
Source: the national value rules of 12379 (GB/T 35965.1 is believed to hold them).
"""

import re
from collections.abc import Container
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
MOST_NUMBER = 9
_UNIT = re.compile(r"[0-9]{14}")
_IDENTIFIER = re.compile(r"[0-9]{14}_[0-9]{14}_[0-9]")


def is_identifier(text: str) -> bool:
    """Whether a text has the form, and its middle is a time.

    >>> is_identifier("43010241600000_20260617093000_0")
    True
    >>> is_identifier("43010241600000_20261317093000_0"), is_identifier("4301024160000_20260617093000_0")
    (False, False)
    """
    if not _IDENTIFIER.fullmatch(text):
        return False
    try:
        datetime.strptime(text[15:29], "%Y%m%d%H%M%S").replace(tzinfo=BEIJING)
    except ValueError:
        return False
    return True


def identifier(unit: str, entered: datetime, number: int = 0) -> str:
    """The identifier of a unit's message at a moment (with a zone).

    >>> from datetime import timezone
    >>> identifier("43010241600000", datetime(2026, 6, 17, 1, 30, tzinfo=timezone.utc))
    '43010241600000_20260617093000_0'
    """
    if not _UNIT.fullmatch(unit):
        raise ValueError("发布单位编码应为 14 位数字 / the unit's code has 14 digits")
    if entered.tzinfo is None or not 0 <= number <= MOST_NUMBER:
        raise ValueError("a moment with its zone, and a number from 0 to 9")
    return f"{unit}_{entered.astimezone(BEIJING):%Y%m%d%H%M%S}_{number}"


def next_identifier(unit: str, entered: datetime, taken: Container[str]) -> str:
    """The first identifier that is not taken; after ten of one second, of the next second.

    >>> from datetime import timezone
    >>> at = datetime(2026, 6, 17, 1, 30, tzinfo=timezone.utc)
    >>> ten = {identifier("43010241600000", at, number) for number in range(10)}
    >>> next_identifier("43010241600000", at, ten)
    '43010241600000_20260617093001_0'
    """
    while True:
        for number in range(MOST_NUMBER + 1):
            text = identifier(unit, entered, number)
            if text not in taken:
                return text
        entered += timedelta(seconds=1)

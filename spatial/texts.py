"""Texts of others, as the database takes them. Pure."""

import re

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


def storable(text: str, most: int) -> str:
    r"""The text without NUL, which the database knows not, cut to a number of characters.

    >>> storable("a\0bcd", 3)
    'abc'
    """
    return text.replace("\0", "")[:most]


def whole_number(text: str) -> int | None:
    """The number that a text is, of as many digits as a bigint always holds; None for another text.

    What ``str.isdigit`` allows, ``int`` does not always read.

    >>> whole_number("-7"), whole_number("--7"), whole_number("²"), whole_number("9" * 5000)
    (-7, None, None, None)
    """
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None

"""Texts as matters keep them, and whether there is anything to read in one. Pure."""

import re
import unicodedata

# What the database does not take.
UNKEPT = re.compile("[\0\ud800-\udfff]")

# Letters and symbols by their category that show nothing: fillers of Hangul, blank Braille.
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_UNSEEN_KINDS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Zl", "Zp", "Zs"})


def is_blank(text: str) -> bool:
    """Whether a text has nothing that can be seen: blanks, marks of direction, fillers.

    >>> is_blank(" \\u200b\\u202e\\u3000\\u3164"), is_blank("坑")
    (True, False)
    """
    return all(
        character in _UNSEEN or unicodedata.category(character) in _UNSEEN_KINDS
        for character in text
    )


def plain(text: str) -> str:
    """A text as it is kept: without outer blanks and what the database does not take."""
    return UNKEPT.sub("", text).strip()
